// Actions for the panel: what would happen, and the start. Both are run.ts's business; here only shapes are checked.
import { z } from 'zod';
import { titleInWords } from '../records/in-words.ts';
import { parseSelection } from '../records/selection.ts';
import { previewAction, startRun } from '../runs/run.ts';
import { readBodyAs, valuesSchema } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';

export const actionCalls: readonly ApiCall[] = [
  { method: 'post', path: '/actions/:id/preview', handle: preview },
  { method: 'post', path: '/actions/:id/start', handle: start },
];

const askSchema = { selection: z.unknown(), form: valuesSchema.default({}) };
const previewSchema = z.strictObject({ ...askSchema, sample: z.number().int().min(0).max(10_000_000).optional() });
const startSchema = z.strictObject({
  ...askSchema,
  expected: z.number().int().min(0),
  idempotencyKey: z.string().regex(/^[\w-]{8,100}$/, 'must have 8 to 100 letters, digits or dashes'),
});

async function preview({ core, actor, request, part }: ApiContext) {
  const { selection, form, sample } = await readBodyAs(request, previewSchema);
  const answer = await previewAction(core, actor, part('id'), {
    selection: parseSelection(selection),
    form,
    ...(sample === undefined ? {} : { sample }),
  });
  const resource = core.registry.actions.get(part('id'))?.resource;
  const { words } = request;
  if (!words || !resource || !answer.sample) return answer;
  const recordTitle = titleInWords(words, resource, answer.sample.recordTitle);
  return { ...answer, sample: { ...answer.sample, recordTitle } };
}

async function start({ core, actor, request, part }: ApiContext) {
  const { selection, form, expected, idempotencyKey } = await readBodyAs(request, startSchema);
  return startRun(core, actor, part('id'), { selection: parseSelection(selection), form, expected, idempotencyKey });
}
