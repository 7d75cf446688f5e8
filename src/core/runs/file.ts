// An action with `all`: one file from many records. The rule: the file, the outcomes and the run's end commit together,
// so that a crash leaves no half file, and the next try begins from the start.
import { systemActor } from '../access.ts';
import { type AnyRow, tableOf } from '../database/tables.ts';
import { selectionWhere } from '../records/selection.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { rightsMark } from './actor.ts';
import { eligibleWhere } from './eligible.ts';
import { loadForAction, RightsChanged, type RunContext, reasonOf } from './item.ts';
import { LeaseLost, mustHold, renewLease } from './lease.ts';
import { nextItems, openItems } from './order.ts';

interface Progress {
  /** Records looked at, and those of them that went into the file. */
  read: number;
  given: number;
  isLost: boolean;
}

const usualChunk = 50;
const keepDays = 7;
const longest = 30 * 60_000;
const renewEvery = 5_000;

/** Makes the file of a run and finishes it. A failure of the action itself becomes the outcome of every record. */
export async function workFile(context: RunContext, signal: AbortSignal): Promise<void> {
  const { core, run, lease } = context;
  const progress: Progress = { read: 0, given: 0, isLost: false };
  const timer = setInterval(() => {
    const note = phrase(`${progress.read} of ${run.total} records read`);
    renewLease(core, lease, note).then(
      (isOurs) => {
        if (!isOurs) progress.isLost = true;
      },
      () => {},
    );
  }, renewEvery);
  try {
    await core.transaction(context.actor, (work) => makeFile(context, work, signal, progress), {
      runId: run.id,
      timeoutMs: longest,
    });
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof RightsChanged || signal.aborted) throw error;
    await failAll(context, error);
  } finally {
    clearInterval(timer);
  }
}

async function makeFile(context: RunContext, work: Work, signal: AbortSignal, progress: Progress): Promise<void> {
  const { core, run, registered, form, lease } = context;
  const { all, reading, model } = registered.action;
  Object.assign(progress, { read: 0, given: 0 });
  if (!all) throw new Error(`${registered.id} has neither "each" nor "all".`);
  if ((await rightsMark(work.tx, context.owner)) !== context.mark) throw new RightsChanged();
  // Drawing may take longer between two reads than the minute after which PostgreSQL would end the transaction.
  await work.tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = '600s'`;
  await openItems(work.tx, run.id, model, reading?.order?.(form));
  const rows = eligibleRows(context, work, signal, progress);
  const made = await all(rows as never, { form: form as never, core, work, runId: run.id });
  const { name, type, content } = made;
  const expiresAt = new Date(Date.now() + keepDays * 86_400_000);
  const owner = { resource: 'Run', recordId: run.id };
  const file = await core.files.keep({ name, type, content, expiresAt, owner }, work.tx);
  // What was read with rights that ended meanwhile is not handed out.
  if ((await rightsMark(work.tx, context.owner)) !== context.mark) throw new RightsChanged();
  await mustHold(work.tx, lease);
  await work.tx.runItem.updateMany({
    where: { runId: run.id, outcome: 'pending' },
    data: { outcome: 'done', finishedAt: new Date() },
  });
  await auditFile(context, work, file, progress.given, made.audit);
  await work.tx.run.updateMany({ where: { id: run.id }, data: { fileId: file.id, note: null } });
}

async function auditFile(
  { run, registered }: RunContext,
  work: Work,
  file: { name: string; size: number; sha256: string },
  rows: number,
  details: Record<string, unknown> = {},
): Promise<void> {
  await work.audit({
    kind: 'export',
    summary: `${file.name}: ${run.selection}`,
    resource: registered.action.model,
    recordTitle: run.title,
    after: { filter: run.selection, ...details, rows, file: file.name, bytes: file.size, sha256: file.sha256 },
  });
}

async function* eligibleRows(
  context: RunContext,
  work: Work,
  signal: AbortSignal,
  progress: Progress,
): AsyncGenerator<AnyRow> {
  const { tx } = work;
  const take = Math.min(context.registered.action.reading?.chunk ?? usualChunk, 1_000);
  for (;;) {
    signal.throwIfAborted();
    if (progress.isLost) throw new LeaseLost();
    const items = await nextItems(tx, take);
    if (items.length === 0) return;
    const rows = await loadChunk(
      context,
      work,
      items.map(({ recordId }) => recordId),
    );
    for (const item of items) {
      const row = rows.get(item.recordId);
      if (row) {
        progress.given += 1;
        yield row;
      } else await skipItem(context, work, item.id, item.recordId);
      progress.read += 1;
    }
  }
}

async function loadChunk(
  { registered, actor, form }: RunContext,
  { tx }: Work,
  ids: string[],
): Promise<Map<string, AnyRow>> {
  const { action, resource } = registered;
  const where = eligibleWhere(action, selectionWhere(resource, actor, { ids }));
  const select = action.reading?.select?.(form, actor);
  const shape = select ? { select } : action.include ? { include: action.include } : {};
  const rows = await tableOf(tx, action.model).findMany({ where, ...shape });
  return new Map(rows.map((row) => [row.id, row]));
}

async function skipItem(context: RunContext, { tx }: Work, itemId: string, recordId: string): Promise<void> {
  const found = (await loadForAction(context, tx, [recordId])).get(recordId);
  const reason = found && 'skip' in found ? found.skip.reason : 'changed meanwhile';
  await tx.runItem.updateMany({ where: { id: itemId }, data: { outcome: 'skipped', reason, finishedAt: new Date() } });
}

async function failAll({ core, run, lease }: RunContext, error: unknown): Promise<void> {
  const reason = reasonOf(core, error, { runId: run.id });
  await core.transaction(systemActor, async ({ tx }) => {
    await mustHold(tx, lease);
    await tx.runItem.updateMany({
      where: { runId: run.id, outcome: 'pending' },
      data: { outcome: 'failed', reason, attempts: { increment: 1 }, finishedAt: new Date() },
    });
  });
}
