// The start page's figures. Each card is asked by itself, so that one that fails does not take the others with it.
import { z } from 'zod';
import { type Actor, may, mustMay } from '../access.ts';
import type { Core } from '../core.ts';
import { conflict } from '../errors.ts';
import { demoJobs, loadDemo } from '../house/demo.ts';
import type { Card } from '../module.ts';
import { countByDay, type OverTime } from '../records/by-day.ts';
import { canRead } from '../records/describe.ts';
import { whereOf } from '../records/list-query.ts';
import type { AnyResource } from '../resource.ts';
import { runsToDecide } from '../runs/approval.ts';
import { phrase } from '../words/catalogue.ts';
import { readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';
import type { DashboardView, WaitingRun } from './api-shapes.ts';

export const dashboardCalls: readonly ApiCall[] = [
  { method: 'get', path: '/dashboard', ours: ['title', 'value'], handle: readDashboard },
  { method: 'post', path: '/demo', handle: demo },
];

const runsShown = 6;
const waitingShown = 10;

async function readDashboard({ core, actor }: ApiContext): Promise<DashboardView> {
  // Runs and the outbox are drawn by the page itself, with states and links of their kind.
  const cards = core.modules.flatMap((module) => module.cards ?? []).filter((card) => may(actor, card.permission));
  const [loaded, runs, outbox, approvals, paused, jobs] = await Promise.all([
    Promise.all(cards.map((card) => loadCard(core, actor, card))),
    recentRuns(core, actor),
    outboxCounts(core, actor),
    runsToDecide(core, actor, waitingShown),
    pausedRuns(core, actor),
    demoJobs(core, actor),
  ]);
  return {
    cards: loaded.filter(
      ({ waiting = [], figures, rows = [], overTime, error }) =>
        waiting.length + figures.length + rows.length > 0 || overTime || error,
    ),
    jobs,
    ...(runs ? { runs } : {}),
    ...(outbox ? { outbox } : {}),
    approvals: approvals.map(inShort),
    paused: paused.map(inShort),
  };
}

function inShort({
  id,
  title,
  actor,
  total,
  createdAt,
}: Omit<WaitingRun, 'createdAt'> & { createdAt: Date }): WaitingRun {
  return { id, title, actor, total, createdAt: createdAt.toISOString() };
}

async function pausedRuns(core: Core, actor: Actor) {
  const where = whereForReader(core, actor, 'Run');
  if (!where) return [];
  const paused = { AND: [where, { state: 'paused' as const }] };
  return core.db.run.findMany({ where: paused, orderBy: { createdAt: 'asc' }, take: waitingShown });
}

async function loadCard(core: Core, actor: Actor, card: Card): Promise<DashboardView['cards'][number]> {
  try {
    const [content, overTime] = await Promise.all([card.load(core, actor), overTimeOf(core, actor, card)]);
    const waiting = content.waiting?.filter(({ count }) => count !== 0);
    return { title: card.title, ...content, ...(waiting ? { waiting } : {}), ...(overTime ? { overTime } : {}) };
  } catch (error) {
    core.log.error({ err: error, card: card.title }, 'a card could not be loaded');
    return { title: card.title, figures: [], error: phrase('These figures could not be worked out.') };
  }
}

// Rows are counted as they lie in the table, so only for somebody who sees all of them.
async function overTimeOf(core: Core, actor: Actor, { overTime }: Card): Promise<OverTime | undefined> {
  if (!overTime || actor.scope !== 'all') return undefined;
  const { label, model, at } = overTime;
  return { label, days: await countByDay(core.db, model, at as never) };
}

async function recentRuns(core: Core, actor: Actor): Promise<DashboardView['runs']> {
  const where = whereForReader(core, actor, 'Run');
  if (!where) return undefined;
  const select = {
    id: true,
    title: true,
    state: true,
    actor: true,
    total: true,
    counts: true,
    createdAt: true,
  } as const;
  const rows = await core.db.run.findMany({ where, select, orderBy: { createdAt: 'desc' }, take: runsShown });
  return rows.map(({ counts, createdAt, ...run }) => ({
    ...run,
    failed: Number((counts as { failed?: unknown } | null)?.failed ?? 0),
    createdAt: createdAt.toISOString(),
  }));
}

async function outboxCounts(core: Core, actor: Actor): Promise<DashboardView['outbox']> {
  const where = whereForReader(core, actor, 'Message');
  if (!where) return undefined;
  const groups = await core.db.message.groupBy({ by: ['state'], where, _count: { _all: true } });
  const isAll = Object.keys(where).length === 0;
  return {
    counts: Object.fromEntries(groups.map(({ state, _count }) => [state, _count._all])),
    ...(isAll
      ? { overTime: { label: 'Sent', days: await countByDay(core.db, 'Message', 'createdAt', { state: 'sent' }) } }
      : {}),
  };
}

/** Returns the rows of a framework's resource that the actor may read; undefined when it may read none. */
function whereForReader(core: Core, actor: Actor, model: string): object | undefined {
  const resource: AnyResource | undefined = core.registry.resources.get(model);
  return resource && canRead(resource, actor) ? whereOf(resource, actor, {}) : undefined;
}

// The demo writes for every module, so only who holds every permission may load it.
async function demo({ core, actor, request }: ApiContext): Promise<void> {
  await readBodyAs(request, z.strictObject({}));
  mustMay(actor, '*');
  if (!(await loadDemo(core))) throw conflict('The demo was loaded before.');
}
