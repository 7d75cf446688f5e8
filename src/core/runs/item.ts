// One record of a run: its own transaction, in which everything is checked again before it is done.
// The rule: a record's outcome and what was done to it commit together.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, may } from '../access.ts';
import { Skip } from '../action.ts';
import type { Core } from '../core.ts';
import { type AnyRow, lockRecord, tableOf } from '../database/tables.ts';
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

/** Does one record and writes its outcome. Throws LeaseLost, RightsChanged, or what keeps the whole run from going on. */
export async function workItem(context: RunContext, item: RunItem): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(context, item);
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

async function attempt(context: RunContext, item: RunItem): Promise<void> {
  const { core, actor, run, lease, owner } = context;
  await core.transaction(
    actor,
    async (work) => {
      await mustHold(work.tx, lease);
      if ((await rightsMark(work.tx, owner)) !== context.mark) throw new RightsChanged();
      const found = await loadForAction(context, work.tx, item.recordId);
      const skipped = 'skip' in found ? found.skip : await act(context, work, found.row);
      await writeOutcome(
        work.tx,
        item,
        skipped ? { outcome: 'skipped', reason: skipped.reason } : { outcome: 'done', reason: null },
      );
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

/** Locks the record and loads it if the owner may still do this to it and it is still eligible; else says why not. */
export async function loadForAction(
  { registered, actor }: RunContext,
  tx: Transaction,
  recordId: string,
): Promise<{ row: AnyRow } | { skip: Skip }> {
  const { action, resource } = registered;
  await lockRecord(tx, action.model, recordId);
  const where = selectionWhere(resource, actor, { ids: [recordId] });
  const include = action.include ? { include: action.include } : {};
  const row = await tableOf(tx, action.model).findFirst({ where: eligibleWhere(action, where), ...include });
  if (row) return { row };
  if ((await tableOf(tx, action.model).count({ where })) === 0) return { skip: new Skip('does not exist any more') };
  const reasons = await reasonsAgainst(tx, action, [recordId]);
  return { skip: new Skip(reasons.get(recordId) ?? 'changed meanwhile') };
}

async function writeOutcome(tx: Transaction, item: RunItem, { outcome, reason }: ItemOutcome): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE "RunItem" SET outcome = ${outcome}::"Outcome", reason = left(${reason}, 500), attempts = attempts + 1, "finishedAt" = now()
    WHERE id = ${item.id} AND outcome = 'pending'`;
  // Somebody else has finished it: nothing of ours may stay.
  if (count === 0) throw new LeaseLost();
}

// What was done to the record is undone by then: only its outcome is written.
async function writeEnd({ core, actor, run, lease }: RunContext, item: RunItem, end: ItemOutcome): Promise<void> {
  await core.transaction(
    actor,
    async ({ tx }) => {
      await mustHold(tx, lease);
      await writeOutcome(tx, item, end);
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
