// Runs for the panel: how far one is, its records one by one, and the buttons. Who may see a run is decided by readRun.
import { z } from 'zod';
import { invalid, notFound } from '../errors.ts';
import { titleInWords } from '../records/in-words.ts';
import { approveRun, declineRun, readPlan } from '../runs/approval.ts';
import { controlRun, readRun } from '../runs/run.ts';
import { checked, readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';
import type { RunItemsView } from './api-shapes.ts';

export const runCalls: readonly ApiCall[] = [
  {
    method: 'get',
    path: '/runs/:id',
    ours: ['title'],
    handle: ({ core, actor, part }) => readRun(core, actor, part('id')),
  },
  { method: 'get', path: '/runs/:id/items', handle: items },
  { method: 'get', path: '/runs/:id/plan', handle: plan },
  { method: 'post', path: '/runs/:id/approve', handle: approve },
  { method: 'post', path: '/runs/:id/decline', handle: decline },
  { method: 'post', path: '/runs/:id/:verb', handle: control },
];

const perPage = 25;
const itemsSchema = z.strictObject({
  outcome: z.enum(['pending', 'done', 'skipped', 'failed', 'cancelled']).optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
});

async function items({ core, actor, request, part }: ApiContext): Promise<RunItemsView> {
  const parsed = itemsSchema.safeParse({ ...request.query });
  if (!parsed.success) throw invalid('The query does not fit.', { query: 'takes outcome and page' });
  const { outcome, page } = parsed.data;
  // Reading the run first is the permission: who may not see it finds nothing.
  const run = await readRun(core, actor, part('id'));
  const where = { runId: run.id, ...(outcome ? { outcome } : {}) };
  const select = { recordId: true, recordTitle: true, outcome: true, reason: true, finishedAt: true } as const;
  const range = { skip: (page - 1) * perPage, take: perPage, orderBy: { position: 'asc' } } as const;
  const [rows, total] = await Promise.all([
    core.db.runItem.findMany({ where, select, ...range }),
    core.db.runItem.count({ where }),
  ]);
  const resource = core.registry.resources.get(run.resource);
  const titleOf = (title: string) => (request.words && resource ? titleInWords(request.words, resource, title) : title);
  return {
    items: rows.map((row) => ({
      ...row,
      recordTitle: titleOf(row.recordTitle),
      finishedAt: row.finishedAt?.toISOString() ?? null,
    })),
    total,
    page,
    perPage,
  };
}

const planSchema = z.strictObject({ index: z.coerce.number().int().min(0).max(10_000_000).default(0) });

async function plan({ core, actor, request, part }: ApiContext) {
  const { index } = checked(planSchema, { ...request.query });
  return readPlan(core, actor, part('id'), index);
}

async function approve({ core, actor, request, part }: ApiContext): Promise<void> {
  await readBodyAs(request, z.strictObject({}));
  await approveRun(core, actor, part('id'));
}

async function decline({ core, actor, request, part }: ApiContext): Promise<void> {
  const { reason } = await readBodyAs(request, z.strictObject({ reason: z.string().max(1_000) }));
  await declineRun(core, actor, part('id'), reason);
}

const verbs = ['pause', 'resume', 'cancel', 'retry'] as const;

async function control({ core, actor, request, part }: ApiContext): Promise<void> {
  await readBodyAs(request, z.strictObject({}));
  const verb = verbs.find((one) => one === part('verb'));
  if (!verb) throw notFound();
  await controlRun(core, actor, part('id'), verb);
}
