// The actions' door for programs: one address for each declared action, behind an API key. The rule: permission, preview and
// outcome are those of the panel, because run.ts decides at every door.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import { parseSelection } from '../records/selection.ts';
import { Answer, type LimitRule, route } from '../route.ts';
import { previewAction, readRun, startRun } from '../runs/run.ts';

const calling: LimitRule = { name: 'core.actions', points: 600, seconds: 60 };
const word = z.string().max(64);

/** What a program sends beside selection and form. */
export const actionOptions = {
  dryRun: z.boolean().default(false).meta({ description: 'Tell what would happen and change nothing.' }),
  sample: z.number().int().min(0).max(1_000_000).optional().meta({
    description: 'With dryRun: which of the records that take part is shown in the preview, from 0.',
  }),
  expected: z.number().int().min(0).max(100_000_000).optional().meta({
    description: 'How many records must take part, as a dry run told; another number is refused with 409.',
  }),
  idempotencyKey: z.string().min(8).max(200).optional().meta({
    description: 'The same key never starts a second run. May be sent as the header Idempotency-Key instead.',
  }),
};

const bodySchema = z.strictObject({
  selection: z.unknown(),
  form: z.record(z.string().max(100), z.unknown()).default({}),
  ...actionOptions,
});

/** A started run as programs read it. */
export interface RunAnswer {
  runId: string;
  state: string;
  counts: Record<string, number>;
  reasons: { outcome: string; reason: string; count: number }[];
}

/** Previews or starts the action of the address. */
export const actionRoute = route({
  method: 'post',
  path: '/api/actions/:module/:action',
  summary: 'Previews an action or starts it',
  params: z.object({ module: word, action: word }),
  body: bodySchema,
  limits: [calling],
  needsKey: true,
  async handle({ core, actor, params, body, header }) {
    const id = `${params.module}.${params.action}`;
    const { form, dryRun, sample } = body;
    // Whether the action may be used at all comes before any complaint about the input, as at the panel's door.
    if (dryRun) return previewAction(core, actor, id, { selection: body.selection, form, sample });
    const idempotencyKey = keyOf(header('idempotency-key'), body.idempotencyKey);
    const expected =
      body.expected ?? (await previewAction(core, actor, id, { selection: body.selection, form })).eligible;
    const selection = parseSelection(body.selection);
    const { runId } = await startRun(core, actor, id, { selection, form, expected, idempotencyKey });
    return answerRun(core, actor, runId);
  },
});

/** Tells how far a run is. */
export const runRoute = route({
  method: 'get',
  path: '/api/runs/:id',
  summary: 'Tells how far a run is',
  params: z.object({ id: word }),
  limits: [calling],
  needsKey: true,
  handle: ({ core, actor, params }) => readRun(core, actor, params.id),
});

async function answerRun(core: Core, actor: Actor, runId: string): Promise<Answer> {
  const { state, counts, reasons } = await readRun(core, actor, runId);
  const body: RunAnswer = { runId, state, counts, reasons };
  return new Answer(state === 'finished' ? 200 : 202, body, { Location: `/api/runs/${runId}` });
}

function keyOf(header: string | undefined, given: string | undefined): string {
  if (header !== undefined && given !== undefined && header !== given)
    throw invalid('Two idempotency keys were sent.', { idempotencyKey: 'differs from the header' });
  return header ?? given ?? randomUUID();
}
