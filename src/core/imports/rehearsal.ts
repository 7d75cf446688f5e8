// The rehearsal: each row of the file is planned and kept with what it would do. It writes into the import's own tables only. Begun anew it
// starts from the first row, because nothing depends on it yet.
import { uuid7 } from '../../lib/uuid7.ts';
import { systemActor } from '../access.ts';
import { StewardError } from '../errors.ts';
import type { Row, Transaction } from '../model.ts';
import { isPassing } from '../runs/item.ts';
import { readKeptSheet } from '../spreadsheets/sheet-reader.ts';
import type { TableRow } from '../spreadsheets/spreadsheet.ts';
import type { ImportWork } from './context.ts';
import { mustHoldImport, stopImport } from './lease.ts';
import { planRows } from './plan.ts';
import { sealedCells } from './secrets.ts';

const deleteAtOnce = 20_000;

/** Plans every row of the file. */
export async function rehearseImport(work: ImportWork, signal: AbortSignal): Promise<void> {
  await forgetRows(work);
  let position = 0;
  let isHeader = true;
  try {
    for await (const batch of readKeptSheet(work.core, work.row.fileId ?? '')) {
      signal.throwIfAborted();
      const isBare = work.declaration.bare?.fits(batch[0]?.cells ?? []) ?? false;
      const rows = isHeader && !isBare ? batch.slice(1) : batch;
      isHeader = false;
      await planBatch(work, rows, position);
      position += rows.length;
    }
  } catch (error) {
    if (error instanceof StewardError && error.status < 500 && !isPassing(error))
      return stopImport(work.core, work.lease, 'refused', error.message);
    throw error;
  }
  await finish(work, position);
}

async function forgetRows({ core, lease }: ImportWork): Promise<void> {
  for (;;) {
    const gone = await core.transaction(systemActor, async ({ tx }) => {
      await mustHoldImport(tx, lease);
      return tx.$executeRaw`
        DELETE FROM "ImportRow" WHERE id IN (SELECT id FROM "ImportRow" WHERE "importId" = ${lease.importId} LIMIT ${deleteAtOnce})`;
    });
    if (gone < deleteAtOnce) return;
  }
}

async function planBatch(work: ImportWork, rows: TableRow[], from: number): Promise<void> {
  if (rows.length === 0) return;
  const planned = await planRows(
    work,
    work.core.db,
    rows.map(({ cells }) => cells),
  );
  const kept = planned.map(({ plan, reason, key, changes, existing }, at) => {
    const { line, cells } = rows[at] as TableRow;
    return {
      line,
      ...sealedCells(work, cells),
      plan,
      reason: reason ?? null,
      key: key ?? null,
      changes: changes.map(({ label, from: old, to }) => ({ label, from: old, to })),
      recordId: existing?.id ?? null,
    };
  });
  await work.core.transaction(systemActor, async ({ tx }) => {
    await mustHoldImport(tx, work.lease);
    await insertRows(tx, work.row.id, from, kept);
    await tx.import.update({ where: { id: work.row.id }, data: { position: from + rows.length } });
  });
}

type KeptRow = Pick<Row<'ImportRow'>, 'line' | 'plan' | 'reason' | 'key' | 'recordId' | 'sealed'> & {
  cells: string[];
  changes: object[];
};

// One statement with arrays: Prisma's createMany takes several times as long.
async function insertRows(tx: Transaction, importId: string, from: number, rows: KeptRow[]): Promise<void> {
  const texts = (pick: (row: KeptRow) => string | null) => rows.map(pick);
  await tx.$executeRaw`
    INSERT INTO "ImportRow" (id, "importId", position, line, cells, sealed, plan, reason, key, changes, "recordId")
    SELECT id, ${importId}, ${from}::int + n - 1, line, cells::jsonb, sealed, plan::"ImportPlan", reason, key, changes::jsonb, record
    FROM unnest(${rows.map(uuid7)}::text[], ${rows.map(({ line }) => line)}::int[], ${texts(({ cells }) => JSON.stringify(cells))}::text[],
      ${texts(({ sealed }) => sealed)}::text[], ${texts(({ plan }) => plan)}::text[], ${texts(({ reason }) => reason)}::text[],
      ${texts(({ key }) => key)}::text[], ${texts(({ changes }) => JSON.stringify(changes))}::text[], ${texts(({ recordId }) => recordId)}::text[])
      WITH ORDINALITY AS given (id, line, cells, sealed, plan, reason, key, changes, record, n)`;
}

async function finish({ core, lease, row }: ImportWork, total: number): Promise<void> {
  await core.transaction(
    systemActor,
    async ({ tx }) => {
      await mustHoldImport(tx, lease);
      await markRepeated(tx, row.id);
      await tx.import.update({
        where: { id: row.id },
        data: { state: 'rehearsed', stage: null, total, samples: [], rehearsedAt: new Date() },
      });
    },
    { timeoutMs: 120_000 },
  );
}

// The first of several rows that mean the same record counts; asked of the database, so that memory does not grow with the file.
async function markRepeated(tx: Transaction, importId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "ImportRow" r SET plan = 'repeated', reason = 'repeats line ' || f.first, changes = '[]'::jsonb
    FROM (SELECT id, first_value(line) OVER w AS first, row_number() OVER w AS nth FROM "ImportRow"
      WHERE "importId" = ${importId} AND key IS NOT NULL AND plan IN ('create', 'change', 'same')
      WINDOW w AS (PARTITION BY key ORDER BY position)) f
    WHERE f.id = r.id AND f.nth > 1`;
}
