// A run: a confirmed action on a frozen set. Looked at first (preview.ts), then started here; the rest is in the files beside it.
// The rule: a start that does not find what was previewed does nothing.
import { createHash } from 'node:crypto';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { actionForm } from '../doors/action-form.ts';
import { conflict, invalid, StewardError } from '../errors.ts';
import { parseForm } from '../records/form.ts';
import { parseSelection, type Selection, selectionInWords, selectionWhere } from '../records/selection.ts';
import type { RegisteredAction } from '../registry.ts';
import type { Work } from '../work.ts';
import { ownedKey } from './actor.ts';
import { awaitApproval, needsSecondPerson } from './approval.ts';
import { freezeItems } from './freeze.ts';
import { findAction, labelFor, previewAction, type RunInput } from './preview.ts';
import { enqueueRun, workRun } from './work.ts';

export { controlRun, type RunVerb } from './control.ts';
export { type ActionPreview, previewAction } from './preview.ts';
export { type RunView, readRun } from './view.ts';

const inlineAtMost = 25;
const jobTakesOverAfter = 20_000;
const freezeTimeout = 10 * 60_000;
const keyShape = /^[\w.:-]{8,200}$/;
// Double clicks that reach the same process wait here, not each with a database connection in hand.
const starting = new Map<string, Promise<{ runId: string }>>();

/** Starts a run, once for each idempotency key of an actor. Throws conflict with the new count when another number takes part than `expected`. */
export async function startRun(
  core: Core,
  actor: Actor,
  actionId: string,
  input: RunInput & { expected: number; idempotencyKey: string },
): Promise<{ runId: string }> {
  const registered = findAction(core, actor, actionId);
  if (typeof input.idempotencyKey !== 'string' || !keyShape.test(input.idempotencyKey))
    throw invalid('A start needs an idempotency key.', {
      idempotencyKey: 'must be 8 to 200 letters, digits or . : - _',
    });
  if (!Number.isInteger(input.expected) || input.expected < 0)
    throw invalid('A start needs the number from the preview.', { expected: 'must be a whole number' });
  const click = { key: ownedKey(actor, input.idempotencyKey), requestDigest: digestOf(input) };
  const place = `${core.instanceId}/${registered.id}/${click.requestDigest}/${click.key}`;
  const known = starting.get(place);
  if (known) return known;
  const start = startOnce(core, actor, registered, click, input).finally(() => starting.delete(place));
  starting.set(place, start);
  return start;
}

// One press of a button: its key, and what was asked for with it.
interface Click {
  key: string;
  requestDigest: string;
}

function digestOf({ selection, form }: RunInput): string {
  return createHash('sha256')
    .update(JSON.stringify([parseSelection(selection), form ?? {}]))
    .digest('base64url');
}

async function startOnce(
  core: Core,
  actor: Actor,
  registered: RegisteredAction,
  click: Click,
  input: RunInput & { expected: number },
): Promise<{ runId: string }> {
  const earlier = await findByKey(core, registered, click);
  if (earlier) return earlier;
  const selection = parseSelection(input.selection);
  const schema = actionForm(registered.action, actor);
  const parsed = schema && parseForm(schema, input.form ?? {});
  // A form that depends on the actor is kept as it was understood: its defaults would be others for somebody else.
  const form = registered.action.formFor ? parsed : input.form;
  try {
    const started = await core.transaction(
      actor,
      (work) => writeRun(core, work, registered, click, { ...input, form, selection }),
      { timeoutMs: freezeTimeout },
    );
    if (started.isInline) await workInline(core, started.runId);
    return { runId: started.runId };
  } catch (error) {
    // Another process was quicker with the same click.
    const winner =
      error instanceof StewardError && error.code === 'conflict' && (await findByKey(core, registered, click));
    if (winner) return winner;
    throw error;
  }
}

async function writeRun(
  core: Core,
  work: Work,
  registered: RegisteredAction,
  { key, requestDigest }: Click,
  input: { selection: Selection; form?: unknown; expected: number },
): Promise<{ runId: string; isInline: boolean }> {
  const { tx, actor } = work;
  const { action, resource } = registered;
  const [clock] = await tx.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
  const now = clock?.now ?? new Date();
  const startsAt = new Date(now.getTime() + (action.sends ? core.config.undoSeconds * 1000 : 0));
  const run = await tx.run.create({
    data: {
      action: registered.id,
      title: labelFor(registered, input.expected),
      resource: action.model,
      operatorId: actor.kind === 'operator' ? actor.id : null,
      actor: actor.name,
      selection: selectionInWords(resource, input.selection),
      form: (input.form ?? {}) as object,
      idempotencyKey: key,
      requestDigest,
      total: 0,
      startsAt,
    },
  });
  const where = { AND: [selectionWhere(resource, actor, input.selection), apartFrom(run.id, action.model)] };
  const { total, eligible } = await freezeItems(tx, run.id, resource, action, where);
  if (eligible !== input.expected)
    throw conflict(
      `The records have changed meanwhile: ${eligible} would take part now instead of ${input.expected}. Please look again.`,
      { expected: String(eligible) },
    );
  if (eligible === 0) throw invalid('None of the chosen records can take part.');
  await tx.run.update({ where: { id: run.id }, data: { total } });
  await work.audit({
    kind: 'action',
    summary: `${run.title}: ${run.selection}`,
    resource: 'Run',
    recordId: run.id,
    recordTitle: run.title,
  });
  if (await needsSecondPerson(tx, registered, eligible)) {
    await awaitApproval(work, run, now);
    return { runId: run.id, isInline: false };
  }
  const isInline = !action.sends && !action.isLong && eligible <= inlineAtMost;
  await enqueueRun(tx, run.id, isInline ? new Date(now.getTime() + jobTakesOverAfter) : startsAt);
  return { runId: run.id, isInline };
}

// Where runs themselves are chosen, as for an export, the one that begins here is not among them.
function apartFrom(runId: string, model: string): object {
  if (model === 'Run') return { id: { not: runId } };
  return model === 'RunItem' ? { runId: { not: runId } } : {};
}

// The run's job waits behind this: if the process dies here, it goes on from there.
async function workInline(core: Core, runId: string): Promise<void> {
  try {
    await workRun(core, runId, new AbortController().signal);
  } catch (error) {
    core.log.error({ err: error, runId }, 'a small run could not be finished at once; its job goes on with it');
  }
}

/** Previews, starts and works off an action here and now, and returns the run's id. For the command line and for tests. */
export async function runAction(
  core: Core,
  actor: Actor,
  actionId: string,
  input: RunInput & { idempotencyKey: string },
): Promise<{ runId: string }> {
  const { eligible } = await previewAction(core, actor, actionId, input);
  const { runId } = await startRun(core, actor, actionId, { ...input, expected: eligible });
  for (;;) {
    const { state, startsAt } = await core.db.run.findUniqueOrThrow({ where: { id: runId } });
    if (state !== 'scheduled' && state !== 'running') return { runId };
    const wait = Math.max(startsAt.getTime() - Date.now() + 50, 50);
    await new Promise((resolve) => setTimeout(resolve, Math.min(wait, 1_000)));
    await workRun(core, runId, new AbortController().signal);
  }
}

async function findByKey(
  core: Core,
  registered: RegisteredAction,
  { key, requestDigest }: Click,
): Promise<{ runId: string } | undefined> {
  const select = { id: true, action: true, requestDigest: true } as const;
  const run = await core.db.run.findUnique({ where: { idempotencyKey: key }, select });
  if (run && run.action !== registered.id) throw conflict('This idempotency key belongs to another action.');
  if (run && run.requestDigest !== null && run.requestDigest !== requestDigest)
    throw conflict('This idempotency key was used already, with other records or another form.');
  return run ? { runId: run.id } : undefined;
}
