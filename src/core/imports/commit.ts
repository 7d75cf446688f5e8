// The commit: rows of the rehearsal become records, some hundred in one transaction. Each row is planned again under a lock and does
// what was shown, or fails with the reason. A part that cannot be written as a whole is written row by row.
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '../access.ts';
import type { Transaction } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import { type AnyRow, insertRecords, lockRecords, tableOf } from '../database/tables.ts';
import { forbidden, StewardError } from '../errors.ts';
import type { Row } from '../model.ts';
import { writeAudits } from '../records/audit.ts';
import { jsonSafe } from '../records/column-values.ts';
import { recordTitle } from '../records/view.ts';
import { writtenValues } from '../records/write.ts';
import { isPassing, RightsChanged, reasonOf } from '../runs/item.ts';
import { LeaseLost } from '../runs/lease.ts';
import { phrase } from '../words/catalogue.ts';
import type { AuditInput, Work } from '../work.ts';
import { type ImportWork, scopeOf } from './context.ts';
import { mustHoldImport, mustStillWork } from './lease.ts';
import { importSelect, type PlannedRow, planRows } from './plan.ts';
import { keptBefore, openedCells } from './secrets.ts';
import { type Ended, versionText, writeEnds } from './versions.ts';

type ImportRow = Row<'ImportRow'>;

const chunk = 500;
const timeoutMs = 120_000;
const tries = 4;
const changedSince = phrase('Changed since the rehearsal. Upload the row again.');

/** Writes the rows that the rehearsal found good, from the first pending one on. */
export async function commitImport(work: ImportWork, signal: AbortSignal): Promise<void> {
  // By places, not by "the next pending ones": the same small read at the end of a long import as at its beginning.
  for (let from = 0; from < work.row.total; from += chunk) {
    signal.throwIfAborted();
    const rows = await work.core.db.importRow.findMany({
      where: {
        importId: work.row.id,
        position: { gte: from, lt: from + chunk },
        outcome: 'pending',
        plan: { in: ['create', 'change'] },
      },
      orderBy: { position: 'asc' },
    });
    if (rows.length > 0) await writePart(work, rows);
  }
  await finish(work);
}

async function writePart(work: ImportWork, rows: ImportRow[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeTogether(work, rows);
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof RightsChanged) throw error;
      if (isPassing(error)) {
        if (attempt >= tries) throw error;
        await sleep(50 * 3 ** attempt * (0.5 + Math.random()));
      } else if (rows.length > 1) {
        for (const row of rows) await writePart(work, [row]);
        return;
      } else return await fail(work, rows[0] as ImportRow, reasonOf(work.core, error, { importId: work.row.id }));
    }
  }
}

async function fail({ core, lease }: ImportWork, row: ImportRow, reason: string): Promise<void> {
  await core.transaction(systemActor, async ({ tx }) => {
    await mustHoldImport(tx, lease);
    await writeEnds(tx, [{ id: row.id, outcome: 'failed', reason }]);
  });
}

async function writeTogether(context: ImportWork, rows: ImportRow[]): Promise<void> {
  await context.core.transaction(
    context.actor,
    async (work) => {
      const { tx } = work;
      await mustStillWork(tx, context);
      // Two imports at once would each believe to be first to add somebody.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`steward.import:${context.resource.model}`}))`;
      await lockRecords(
        tx,
        context.resource.model,
        rows.flatMap(({ recordId }) => (recordId ? [recordId] : [])),
      );
      const cells = rows.map((row) => openedCells(context, row));
      const planned = await planRows(context, tx, cells);
      const pairs = rows.map((row, at) => ({ row, planned: planned[at] as PlannedRow }));
      const ends = [
        ...pairs.filter((pair) => !isAsShown(pair)).map(({ row, planned: now }) => notAsShown(row, now)),
        ...(await writeNew(
          context,
          work,
          pairs.filter((pair) => isAsShown(pair) && pair.row.plan === 'create'),
        )),
        ...(await writeChanged(
          context,
          work,
          pairs.filter((pair) => isAsShown(pair) && pair.row.plan === 'change'),
        )),
      ];
      await writeEnds(tx, ends);
    },
    { timeoutMs },
  );
}

interface Pair {
  row: ImportRow;
  planned: PlannedRow;
}

function isAsShown({ row, planned }: Pair): boolean {
  if (row.plan !== planned.plan || (row.recordId ?? undefined) !== planned.existing?.id) return false;
  return JSON.stringify(planned.changes.map(({ label, from, to }) => [label, from, to])) === shown(row.changes);
}

function shown(changes: unknown): string {
  return JSON.stringify(
    (changes as { label: string; from: string; to: string }[]).map(({ label, from, to }) => [label, from, to]),
  );
}

function notAsShown(row: ImportRow, planned: PlannedRow): Ended {
  if (planned.plan === 'same') return { id: row.id, outcome: 'skipped', reason: 'is there already with these values' };
  return { id: row.id, outcome: 'failed', reason: planned.reason ?? changedSince };
}

async function writeNew(context: ImportWork, work: Work, pairs: Pair[]): Promise<Ended[]> {
  if (pairs.length === 0) return [];
  const { resource } = context;
  const values = pairs.map(({ planned }) => writtenValues(resource, planned.values));
  const ids = await createAll(context, quiet(work, resource.model), values);
  const records = await readAll(context, work.tx, ids);
  // Whoever sees only part of the records must not put one where only others see it.
  if (records.size !== new Set(ids).size || ids.length !== pairs.length)
    throw forbidden('This row lies outside of what you may change.');
  await writeAudits(
    work,
    pairs.map(({ row, planned }, at) =>
      entryOf(context, row, records.get(ids[at] as string) as AnyRow, 'create', undefined, planned.values),
    ),
  );
  return pairs.map(({ row }, at) => {
    const id = ids[at] as string;
    return { id: row.id, outcome: 'done', recordId: id, version: versionText(context, records.get(id) as AnyRow) };
  });
}

async function createAll(
  { resource, declaration }: ImportWork,
  work: Work,
  values: Record<string, unknown>[],
): Promise<string[]> {
  if (declaration.create) return (await declaration.create(work, values as never)).map(({ id }) => id);
  if (resource.write?.create) {
    const ids: string[] = [];
    for (const one of values) ids.push((await resource.write.create(work, one as never)).id);
    return ids;
  }
  return (await insertRecords(work.tx, resource.model, values)).map(({ id }) => id);
}

async function writeChanged(context: ImportWork, work: Work, pairs: Pair[]): Promise<Ended[]> {
  if (pairs.length === 0) return [];
  const { resource } = context;
  const ids = pairs.map(({ planned }) => planned.existing?.id as string);
  for (const [at, { planned }] of pairs.entries())
    await updateOne(context, quiet(work, resource.model), ids[at] as string, writtenValues(resource, planned.values));
  const records = await readAll(context, work.tx, ids);
  if (records.size !== ids.length) throw forbidden('This row lies outside of what you may change.');
  await writeAudits(
    work,
    pairs.map(({ row, planned }, at) => {
      const before = Object.fromEntries(Object.keys(planned.values).map((name) => [name, planned.existing?.[name]]));
      return entryOf(context, row, records.get(ids[at] as string) as AnyRow, 'update', before, planned.values);
    }),
  );
  return pairs.map(({ row, planned }, at) => ({
    id: row.id,
    outcome: 'done',
    recordId: ids[at] as string,
    version: versionText(context, records.get(ids[at] as string) as AnyRow),
    before: keptBefore(context, safeValues(context, planned)),
  }));
}

function safeValues({ resource }: ImportWork, { values, existing }: PlannedRow): Record<string, unknown> {
  const { columns } = modelOf(resource.model);
  return Object.fromEntries(Object.keys(values).map((name) => [name, jsonSafe(existing?.[name], columns.get(name))]));
}

/** Writes values into one record, through the resource's service where it has one. Throws not-found when it is not there. */
export async function updateOne(
  { resource }: ImportWork,
  work: Work,
  id: string,
  values: Record<string, unknown>,
): Promise<void> {
  const table = tableOf(work.tx, resource.model);
  if (resource.write?.update) {
    const row = await table.findFirst({ where: { id } });
    if (!row) throw new StewardError('not-found', 404, 'This record does not exist any more.');
    await resource.write.update(work, row as never, values as never);
  } else await table.updateMany({ where: { id }, data: values });
}

// The import says itself what it did to each record, with the file and the line; the service's own words would say it twice.
function quiet(work: Work, model: string): Work {
  return { ...work, audit: async (entry) => (entry.resource === model ? undefined : work.audit(entry)) };
}

async function readAll(context: ImportWork, tx: Transaction, ids: string[]): Promise<Map<string, AnyRow>> {
  const scope = scopeOf(context.core, context.actor, context.resource.model) ?? { id: { in: [] } };
  const where = { AND: [scope, { id: { in: ids } }] };
  const rows = await tableOf(tx, context.resource.model).findMany({ where, select: importSelect(context) });
  return new Map(rows.map((row) => [row.id, row]));
}

function entryOf(
  { resource, mapped, fileName }: ImportWork,
  row: ImportRow,
  record: AnyRow,
  kind: 'create' | 'update',
  before: Record<string, unknown> | undefined,
  after: Record<string, unknown>,
): AuditInput {
  const hidden = new Set(
    mapped.filter(({ spec, column }) => spec.sensitive || column.declaration.permission).map(({ name }) => name),
  );
  const masked = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hidden.has(name) ? '[protected]' : value]));
  return {
    kind,
    summary: `Imported from ${fileName}, line ${row.line}`,
    resource: resource.model,
    recordId: record.id,
    recordTitle: recordTitle(resource, record),
    ...(before ? { before: masked(before) } : {}),
    after: masked(after),
  };
}

async function finish({ core, actor, row, lease, fileName, resource }: ImportWork): Promise<void> {
  await core.transaction(actor, async (work) => {
    const { tx } = work;
    await mustHoldImport(tx, lease);
    await tx.import.update({
      where: { id: row.id },
      data: { state: 'finished', stage: null, finishedAt: new Date() },
    });
    const groups = await tx.importRow.groupBy({ by: ['outcome'], where: { importId: row.id }, _count: true });
    const counts = Object.fromEntries(groups.map(({ outcome, _count }) => [outcome, _count]));
    const summary = phrase(`Import of ${fileName} into ${resource.label.many} finished`);
    await work.audit({
      kind: 'action',
      summary,
      resource: 'Import',
      recordId: row.id,
      recordTitle: fileName,
      after: counts,
    });
  });
}
