// Freezing: the chosen records become the run's items, in chunks by a cursor, so that 200,000 need no more memory than 1,000.
import { uuid7 } from '../../lib/uuid7.ts';
import type { AnyAction } from '../action.ts';
import { tableOf } from '../database/tables.ts';
import type { Transaction } from '../model.ts';
import { recordTitle, titleSelect } from '../records/view.ts';
import type { AnyResource } from '../resource.ts';
import { reasonsAgainst } from './eligible.ts';

const chunk = 1_000;

/** Writes an item for each record within `where`, in the order of ids: pending, or skipped with its reason. Returns the counts. */
export async function freezeItems(
  tx: Transaction,
  runId: string,
  resource: AnyResource,
  action: AnyAction,
  where: object,
): Promise<{ total: number; eligible: number }> {
  // Whoever forgets a person waits for sets that are being frozen with them in it; see privacy/erase.ts.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtext('steward.erase'))`;
  const table = tableOf(tx, action.model);
  const select = titleSelect(resource);
  let total = 0;
  let skipped = 0;
  for (let last: string | undefined; ; ) {
    const page: object = last === undefined ? where : { AND: [where, { id: { gt: last } }] };
    const rows = await table.findMany({ where: page, select, orderBy: { id: 'asc' }, take: chunk });
    const ids = rows.map(({ id }) => id);
    // The range instead of a thousand ids: the same rows, and nothing for the database to parse.
    const range = { AND: [where, { id: { gte: ids[0] ?? '', lte: ids.at(-1) ?? '' } }] };
    const reasons = await reasonsAgainst(tx, action, ids, range);
    await insertItems(
      tx,
      runId,
      total,
      rows.map((row) => ({
        recordId: row.id,
        title: recordTitle(resource, row).slice(0, 200),
        reason: reasons.get(row.id) ?? null,
      })),
    );
    total += rows.length;
    skipped += reasons.size;
    last = ids.at(-1);
    if (rows.length < chunk) return { total, eligible: total - skipped };
  }
}

// One statement with arrays: through Prisma's createMany a large run took several times as long.
async function insertItems(
  tx: Transaction,
  runId: string,
  from: number,
  items: { recordId: string; title: string; reason: string | null }[],
): Promise<void> {
  if (items.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO "RunItem" (id, "runId", position, "recordId", "recordTitle", outcome, reason, "finishedAt")
    SELECT id, ${runId}, ${from}::int + n - 1, record, title,
      (CASE WHEN reason IS NULL THEN 'pending' ELSE 'skipped' END)::"Outcome", reason,
      CASE WHEN reason IS NULL THEN NULL ELSE now() END
    FROM unnest(${items.map(uuid7)}::text[], ${items.map(({ recordId }) => recordId)}::text[], ${items.map(({ title }) => title)}::text[],
      ${items.map(({ reason }) => reason)}::text[]) WITH ORDINALITY AS item (id, record, title, reason, n)`;
}
