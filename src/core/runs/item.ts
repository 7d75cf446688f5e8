// Records of a run: each in its own transaction, or a few together where the action says that this is safe. In it everything is
// checked again before it is done. The rule: a record's outcome and what was done to it commit together.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, may } from '../access.ts';
import { Skip } from '../action.ts';
import type { Core } from '../core.ts';
import { type AnyRow, lockRecords, tableOf } from '../database/tables.ts';
import { actionForm } from '../doors/action-form.ts';
import { publicFace, StewardError, SuppressedError } from '../errors.ts';
import type { Transaction } from '../model.ts';
import { parseForm } from '../records/form.ts';
import { selectionWhere } from '../records/selection.ts';
import type { RegisteredAction } from '../registry.ts';
import { phrase } from '../words/catalogue.ts';
import type { Run, RunItem } from './actor.ts';
import { type Owner, rightsMark } from './actor.ts';
import { eligibleWhere, reasonsAgainst } from './eligible.ts';
import { type Lease, LeaseLost, mustHold } from './lease.ts';

/** What stays the same from record to record. */
export interface RunContext {
  core: Core;
  run: Run;
  lease: Lease;
  registered: RegisteredAction;
  form: Record<string, unknown>;
  owner: Owner;
  actor: Actor;
  /** The state of the owner's rights when `actor` was read. */
  mark: string;
}

/** Thrown when the owner's rights changed: they are read anew before the record is tried again. */
export class RightsChanged extends Error {}

/** The outcome of a record, as it is kept. */
export interface ItemOutcome {
  outcome: 'done' | 'skipped' | 'failed';
  reason: string | null;
}

const triesOfOne = 4;

/**
 * Does these records, in their order, and writes their outcomes: one by one, or together for an action that works `inBatches`. When
 * one of a batch fails nothing of the batch is left, and its halves are tried, down to the one that fails by itself;
 * after what is nobody's fault its records are tried one by one. Throws
 * LeaseLost, RightsChanged, or what keeps the whole run from going on.
 */
export async function workItems(context: RunContext, items: readonly RunItem[]): Promise<void> {
  const [first] = items;
  if (items.length <= 1) return first && workItem(context, first);
  try {
    await attempt(context, items);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof RightsChanged) throw error;
    const middle = Math.ceil(items.length / 2);
    const parts = isPassing(error) ? items.map((item) => [item]) : [items.slice(0, middle), items.slice(middle)];
    for (const part of parts) await workItems(context, part);
  }
}

async function workItem(context: RunContext, item: RunItem): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(context, [item]);
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof RightsChanged) throw error;
      if (error instanceof SuppressedError)
        return await writeEnd(context, item, { outcome: 'skipped', reason: error.message });
      if (isPassing(error)) {
        if (tries >= triesOfOne) throw error;
        await sleep(50 * 3 ** tries * (0.5 + Math.random()));
      } else {
        const reason = reasonOf(context.core, error, { itemId: item.id });
        return await writeEnd(context, item, { outcome: 'failed', reason });
      }
    }
  }
}

/** Tells what is nobody's fault and no outcome: deadlocks, a busy database. It is tried again, then the run waits. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof StewardError)) return false;
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return (
    error.status === 503 || code === 'P2034' || /deadlock|40001|40P01/.test(String((error.cause as Error)?.message))
  );
}

async function attempt(context: RunContext, items: readonly RunItem[]): Promise<void> {
  const { core, actor, run, lease, owner } = context;
  await core.transaction(
    actor,
    async (work) => {
      await mustHold(work.tx, lease);
      if ((await rightsMark(work.tx, owner)) !== context.mark) throw new RightsChanged();
      const ids = items.map(({ recordId }) => recordId);
      const found = await loadForAction(context, work.tx, ids);
      const outcomes: ItemOutcome[] = [];
      for (const id of ids) {
        const record = found.get(id) ?? { skip: new Skip('changed meanwhile') };
        const skipped = 'skip' in record ? record.skip : await act(context, work, record.row);
        outcomes.push(skipped ? { outcome: 'skipped', reason: skipped.reason } : { outcome: 'done', reason: null });
      }
      await writeOutcomes(work.tx, items, outcomes);
    },
    { runId: run.id, timeoutMs: 60_000 },
  );
}

async function act(
  { registered, form, core, run }: RunContext,
  work: Parameters<Parameters<Core['transaction']>[1]>[0],
  row: AnyRow,
): Promise<Skip | undefined> {
  const each = registered.action.each;
  if (!each) throw new Error(`${registered.id} has no "each".`);
  return (await each(row as never, { form: form as never, core, work, runId: run.id })) ?? undefined;
}

/** Locks these records and loads those which the owner may still do this to and that are still eligible; of the others it says why not. */
export async function loadForAction(
  { registered, actor }: RunContext,
  tx: Transaction,
  ids: readonly string[],
): Promise<Map<string, { row: AnyRow } | { skip: Skip }>> {
  const { action, resource } = registered;
  const table = tableOf(tx, action.model);
  await lockRecords(tx, action.model, ids);
  const where = selectionWhere(resource, actor, { ids: [...ids] });
  const include = action.include ? { include: action.include } : {};
  const rows = await table.findMany({ where: eligibleWhere(action, where), ...include });
  const found = new Map<string, { row: AnyRow } | { skip: Skip }>(rows.map((row) => [row.id, { row }]));
  const others = ids.filter((id) => !found.has(id));
  if (others.length === 0) return found;
  const theirs = await table.findMany({
    where: selectionWhere(resource, actor, { ids: others }),
    select: { id: true },
  });
  const present = new Set(theirs.map(({ id }) => id));
  const reasons = await reasonsAgainst(tx, action, others);
  for (const id of others) {
    const reason = present.has(id) ? (reasons.get(id) ?? 'changed meanwhile') : 'does not exist any more';
    found.set(id, { skip: new Skip(reason) });
  }
  return found;
}

async function writeOutcomes(
  tx: Transaction,
  items: readonly RunItem[],
  outcomes: readonly ItemOutcome[],
): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE "RunItem" i SET outcome = o.outcome::"Outcome", reason = left(o.reason, 500), attempts = i.attempts + 1, "finishedAt" = now()
    FROM unnest(${items.map(({ id }) => id)}::text[], ${outcomes.map(({ outcome }) => outcome)}::text[],
      ${outcomes.map(({ reason }) => reason)}::text[]) o(id, outcome, reason)
    WHERE i.id = o.id AND i.outcome = 'pending'`;
  // Somebody else has finished one of them: nothing of ours may stay.
  if (count < items.length) throw new LeaseLost();
}

// What was done to the record is undone by then: only its outcome is written.
async function writeEnd({ core, actor, run, lease }: RunContext, item: RunItem, end: ItemOutcome): Promise<void> {
  await core.transaction(
    actor,
    async ({ tx }) => {
      await mustHold(tx, lease);
      await writeOutcomes(tx, [item], [end]);
    },
    { runId: run.id },
  );
}

/** Returns what people may read of an error; of an unexpected one only a number under which the log tells the rest. */
export function reasonOf(core: Core, error: unknown, fields: Record<string, unknown> = {}): string {
  const face = publicFace(error);
  if (face.status < 500) return face.message;
  const errorId = randomUUID().slice(0, 8);
  core.log.error({ err: error, errorId, ...fields }, 'a record of a run failed');
  return phrase(`Something went wrong (${errorId}).`);
}

/** Reads the form as it was kept with the run. Throws invalid or forbidden for what this actor may not choose any more. */
export function formOf({ action }: RegisteredAction, run: Pick<Run, 'form'>, actor: Actor): Record<string, unknown> {
  const form = actionForm(action, actor);
  return form ? (parseForm(form, run.form) as Record<string, unknown>) : {};
}

/** Tells whether the actor holds the action's permission. */
export function mayRun(registered: RegisteredAction, actor: Actor): boolean {
  return may(actor, registered.action.permission);
}
