// Taking a whole import back: records that it made are deleted, values that it changed are put back. Its rule: a record that somebody has
// changed since is left alone and listed.
import { systemActor } from '../access.ts';
import { modelOf } from '../database/datamodel.ts';
import { type AnyRow, lockRecords, tableOf } from '../database/tables.ts';
import type { Row } from '../model.ts';
import { writeAudits } from '../records/audit.ts';
import { columnValue } from '../records/column-values.ts';
import { recordTitle } from '../records/view.ts';
import { writtenValues } from '../records/write.ts';
import { isPassing, RightsChanged, reasonOf } from '../runs/item.ts';
import { LeaseLost } from '../runs/lease.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import { updateOne } from './commit.ts';
import { type ImportWork, scopeOf } from './context.ts';
import { mustHoldImport, mustStillWork } from './lease.ts';
import { importSelect } from './plan.ts';
import { openedBefore } from './secrets.ts';
import { type Ended, versionText, writeEnds } from './versions.ts';

type ImportRow = Row<'ImportRow'>;

const chunk = 250;
const timeoutMs = 120_000;

/** Takes back what the import did, the last row first. */
export async function undoImport(work: ImportWork, signal: AbortSignal): Promise<void> {
  for (let to = work.row.total; to > 0; to -= chunk) {
    signal.throwIfAborted();
    const rows = await work.core.db.importRow.findMany({
      where: { importId: work.row.id, position: { gte: to - chunk, lt: to }, outcome: 'done' },
      orderBy: { position: 'desc' },
    });
    if (rows.length > 0) await undoPart(work, rows);
  }
  await finish(work);
}

async function undoPart(work: ImportWork, rows: ImportRow[]): Promise<void> {
  try {
    await undoTogether(work, rows);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof RightsChanged || isPassing(error)) throw error;
    if (rows.length > 1) for (const row of rows) await undoPart(work, [row]);
    else await keep(work, rows[0] as ImportRow, reasonOf(work.core, error, { importId: work.row.id }));
  }
}

async function keep({ core, lease }: ImportWork, row: ImportRow, reason: string): Promise<void> {
  await core.transaction(systemActor, async ({ tx }) => {
    await mustHoldImport(tx, lease);
    await writeEnds(tx, [{ id: row.id, outcome: 'kept', reason }], 'done');
  });
}

async function undoTogether(context: ImportWork, rows: ImportRow[]): Promise<void> {
  await context.core.transaction(
    context.actor,
    async (work) => {
      const { tx } = work;
      await mustStillWork(tx, context);
      const ids = rows.map(({ recordId }) => recordId as string);
      await lockRecords(tx, context.resource.model, ids);
      const scope = scopeOf(context.core, context.actor, context.resource.model) ?? { id: { in: [] } };
      const where = { AND: [scope, { id: { in: ids } }] };
      const found = await tableOf(tx, context.resource.model).findMany({ where, select: importSelect(context) });
      const records = new Map(found.map((row) => [row.id, row]));
      const asLeft = (row: ImportRow) => {
        const record = records.get(row.recordId ?? '');
        return record !== undefined && versionText(context, record) === row.version;
      };
      const ends: Ended[] = rows
        .filter((row) => !asLeft(row))
        .map((row) => leftAlone(row, records.has(row.recordId ?? '')));
      const own = rows.filter(asLeft);
      await removeNew(
        context,
        work,
        own.filter(({ plan }) => plan === 'create'),
      );
      await putBack(
        context,
        work,
        own.filter(({ plan }) => plan === 'change'),
      );
      await auditAll(context, work, own, records);
      await writeEnds(tx, [...ends, ...own.map(({ id }) => ({ id, outcome: 'undone' as const }))], 'done');
    },
    { timeoutMs },
  );
}

function leftAlone({ id }: ImportRow, isThere: boolean): Ended {
  return { id, outcome: 'kept', reason: isThere ? 'changed since the import' : 'does not exist any more' };
}

async function removeNew({ resource }: ImportWork, work: Work, rows: ImportRow[]): Promise<void> {
  const ids = rows.map(({ recordId }) => recordId as string);
  const table = tableOf(work.tx, resource.model);
  if (!resource.write?.delete) {
    await table.deleteMany({ where: { id: { in: ids } } });
    return;
  }
  for (const id of ids) {
    const row = await table.findFirst({ where: { id } });
    if (row) await resource.write.delete(work, row as never);
  }
}

async function putBack(context: ImportWork, work: Work, rows: ImportRow[]): Promise<void> {
  const { resource } = context;
  const { columns } = modelOf(resource.model);
  for (const row of rows) {
    const before = openedBefore(context, row.before as Record<string, unknown>);
    const values = Object.entries(before).map(([name, value]) => {
      const column = columns.get(name);
      return [
        name,
        column ? columnValue({ ...column, maxLength: undefined }, value, { isLong: true }) : value,
      ] as const;
    });
    await updateOne(context, work, row.recordId as string, writtenValues(resource, Object.fromEntries(values)));
  }
}

async function auditAll(
  context: ImportWork,
  work: Work,
  rows: ImportRow[],
  records: ReadonlyMap<string, AnyRow>,
): Promise<void> {
  const { resource, fileName } = context;
  await writeAudits(
    work,
    rows.map((row) => ({
      kind: row.plan === 'create' ? 'delete' : 'update',
      summary: phrase(`Import of ${fileName}, line ${row.line}, taken back`),
      resource: resource.model,
      recordId: row.recordId as string,
      recordTitle: recordTitle(resource, records.get(row.recordId ?? '') as AnyRow),
    })),
  );
}

async function finish({ core, actor, row, lease, fileName, resource }: ImportWork): Promise<void> {
  await core.transaction(actor, async (work) => {
    const { tx } = work;
    await mustHoldImport(tx, lease);
    await tx.import.update({ where: { id: row.id }, data: { state: 'undone', stage: null, undoneAt: new Date() } });
    const [undone, kept] = await Promise.all(
      (['undone', 'kept'] as const).map((outcome) => tx.importRow.count({ where: { importId: row.id, outcome } })),
    );
    const summary = phrase(`Import of ${fileName} into ${resource.label.many} taken back`);
    await work.audit({
      kind: 'action',
      summary,
      resource: 'Import',
      recordId: row.id,
      recordTitle: fileName,
      after: { undone, kept },
    });
  });
}
