// A preview: what an action would do, looked at before it is started. Its rule: it only reads.
import { type Actor, mustMay } from '../access.ts';
import type { Preview } from '../action.ts';
import type { Core } from '../core.ts';
import { tableOf } from '../database/tables.ts';
import { actionForm } from '../doors/action-form.ts';
import { invalid, notFound, StewardError } from '../errors.ts';
import { parseForm } from '../records/form.ts';
import { parseSelection, selectionInWords, selectionWhere } from '../records/selection.ts';
import { visibleTitle } from '../records/view.ts';
import type { RegisteredAction } from '../registry.ts';
import { needsSecondPerson } from './approval.ts';
import { countEligible, type EligibleCount, eligibleWhere } from './eligible.ts';

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

/** Returns the action. Throws not-found for an unknown one, forbidden without its permission. */
export function findAction(core: Core, actor: Actor, actionId: string): RegisteredAction {
  const registered = core.registry.actions.get(actionId);
  if (!registered) throw notFound('There is no such action.');
  mustMay(actor, registered.action.permission);
  return registered;
}

/** Returns what the action is called for so many records. */
export function labelFor({ action }: RegisteredAction, count: number): string {
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
