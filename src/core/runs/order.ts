// The order of a run's records, where it is another than that of their ids: the database sorts once, and paging goes by position.
import { Prisma } from '../database/database.ts';
import { columnOf, modelOf } from '../database/datamodel.ts';
import type { Transaction } from '../model.ts';

/** By which column records come; equal ones come by id. */
export interface RecordOrder {
  column: string;
  direction: 'asc' | 'desc';
}

/** Numbers the items of a run anew in this order, records without a value last. Throws a plain error for an unknown column. */
export async function orderItems(tx: Transaction, runId: string, model: string, order: RecordOrder): Promise<void> {
  const { name } = columnOf(model, order.column);
  const table = Prisma.raw(`"${modelOf(model).table}"`);
  const column = Prisma.raw(`t."${name}"`);
  const direction = Prisma.raw(order.direction === 'desc' ? 'DESC' : 'ASC');
  await tx.$executeRaw(Prisma.sql`
    UPDATE "RunItem" i SET position = o.n FROM (
      SELECT r.id, (row_number() OVER (ORDER BY ${column} ${direction} NULLS LAST, t.id ${direction} NULLS LAST, r.id) - 1)::int AS n
      FROM "RunItem" r LEFT JOIN ${table} t ON t.id = r."recordId" WHERE r."runId" = ${runId}) o
    WHERE i.id = o.id AND i.position <> o.n`);
}
