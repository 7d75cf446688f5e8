// A run: a confirmed action on a frozen set. Looked at first (preview), then started; the rest is in the files beside it.
// The rule: a preview only reads, and a start that does not find what was previewed does nothing.
import { createHash } from 'node:crypto';
import { type Actor, mustMay } from '../access.ts';
import type { Preview } from '../action.ts';
import type { Core } from '../core.ts';
import { tableOf } from '../database/tables.ts';
import { actionForm } from '../doors/action-form.ts';
import { conflict, invalid, notFound, StewardError } from '../errors.ts';
import { parseForm } from '../records/form.ts';
import { parseSelection, type Selection, selectionInWords, selectionWhere } from '../records/selection.ts';
import { visibleTitle } from '../records/view.ts';
import type { RegisteredAction } from '../registry.ts';
import type { Work } from '../work.ts';
import { ownedKey } from './actor.ts';
import { awaitApproval, needsSecondPerson } from './approval.ts';
import { countEligible, type EligibleCount, eligibleWhere } from './eligible.ts';
import { freezeItems } from './freeze.ts';
import { enqueueRun, workRun } from './work.ts';

export { controlRun, type RunVerb } from './control.ts';
export { type RunView, readRun } from './view.ts';

/** What would happen, shown before anything does. */
export interface ActionPreview extends EligibleCount {
  actionId: string;
  label: string;
  description?: string;
  selectionInWords: string;
  sends: boolean;
  undoSeconds: number;
  /** Another operator must approve it before anything is done. */
  secondPerson: boolean;
  /** Fields of the form that are still at fault; then there is no sample. */
  problems?: Record<string, string>;
  /** Sentences about all that take part. */
  overview?: string[];
  /** One of the records that take part: the `index`-th, from 0. */
  sample?: { index: number; recordId: string; recordTitle: string; preview: Preview };
}

/** What somebody has chosen: the records and the form. */
export interface RunInput {
  selection: unknown;
  form?: unknown;
}

const inlineAtMost = 25;
const jobTakesOverAfter = 20_000;
const freezeTimeout = 10 * 60_000;
const keyShape = /^[\w.:-]{8,200}$/;
// Double clicks that reach the same process wait here, not each with a database connection in hand.
const starting = new Map<string, Promise<{ runId: string }>>();

/** Tells what an action would do to a selection. Reads only. Throws forbidden, invalid, not-found. */
export async function previewAction(
  core: Core,
  actor: Actor,
  actionId: string,
  input: RunInput & { sample?: number },
): Promise<ActionPreview> {
  const registered = findAction(core, actor, actionId);
  const { action, resource } = registered;
  const selection = parseSelection(input.selection);
  const where = selectionWhere(resource, actor, selection);
  const counts = await countEligible(core.db, action, where);
  const { form, problems } = tryForm(registered, actor, input.form);
  const sample = problems ? undefined : await sampleOf(core, actor, registered, where, form, input.sample ?? 0);
  const records = { where: eligibleWhere(action, where) as never, count: counts.eligible };
  const overview =
    problems || counts.eligible === 0 ? undefined : await action.overview?.(records, { form: form as never, core });
  return {
    actionId,
    label: labelFor(registered, counts.eligible),
    ...(action.description ? { description: action.description } : {}),
    selectionInWords: selectionInWords(resource, selection),
    ...counts,
    sends: action.sends === true,
    undoSeconds: action.sends ? core.config.undoSeconds : 0,
    secondPerson: await needsSecondPerson(core.db, registered, counts.eligible),
    ...(problems ? { problems } : {}),
    ...(overview ? { overview } : {}),
    ...(sample ? { sample } : {}),
  };
}

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

/** Returns the action. Throws not-found for an unknown one, forbidden without its permission. */
function findAction(core: Core, actor: Actor, actionId: string): RegisteredAction {
  const registered = core.registry.actions.get(actionId);
  if (!registered) throw notFound('There is no such action.');
  mustMay(actor, registered.action.permission);
  return registered;
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

function labelFor({ action }: RegisteredAction, count: number): string {
  return count === 1 ? action.label.one : action.label.many.replaceAll('{count}', count.toLocaleString('en'));
}

function tryForm(
  { action }: RegisteredAction,
  actor: Actor,
  form: unknown,
): { form: Record<string, unknown>; problems?: Record<string, string> } {
  const schema = actionForm(action, actor);
  if (!schema) return { form: {} };
  try {
    return { form: parseForm(schema, form ?? {}) as Record<string, unknown> };
  } catch (error) {
    if (error instanceof StewardError && error.status === 400) return { form: {}, problems: { ...error.fields } };
    throw error;
  }
}

async function sampleOf(
  core: Core,
  actor: Actor,
  { action, resource }: RegisteredAction,
  where: object,
  form: Record<string, unknown>,
  index: number,
): Promise<ActionPreview['sample']> {
  if (!Number.isInteger(index) || index < 0 || index > 1_000_000)
    throw invalid('This sample does not exist.', { sample: 'must be a whole number' });
  const [row] = await tableOf(core.db, action.model).findMany({
    where: eligibleWhere(action, where),
    orderBy: { id: 'asc' },
    skip: index,
    take: 1,
    ...(action.include ? { include: action.include } : {}),
  });
  if (!row) return undefined;
  const title = visibleTitle(resource, actor, row);
  const preview: Preview = action.preview
    ? await action.preview(row as never, { form: form as never, core })
    : { summary: title };
  return { index, recordId: row.id, recordTitle: title, preview };
}
