// The order in which a run's records are read for a file: the database sorts once, and the rows are fetched from a cursor of the transaction.
import { Prisma } from '../database/database.ts';
import { columnOf, modelOf } from '../database/datamodel.ts';
import type { Transaction } from '../model.ts';

/** By which column records come; equal ones come by id. */
export interface RecordOrder {
  column: string;
  direction: 'asc' | 'desc';
}

/** A record of a run that waits to be read. */
export interface PendingItem {
  id: string;
  recordId: string;
}

/** Sorts the pending items of a run, without an order as they were frozen; records without a value come last. Throws a plain error for an unknown column. */
export async function openItems(tx: Transaction, runId: string, model: string, order?: RecordOrder): Promise<void> {
  const table = Prisma.raw(`"${modelOf(model).table}"`);
  const join = order ? Prisma.sql`LEFT JOIN ${table} t ON t.id = i."recordId"` : Prisma.empty;
  await tx.$executeRaw(Prisma.sql`
    DECLARE "RunItems" NO SCROLL CURSOR FOR SELECT i.id, i."recordId" FROM "RunItem" i ${join}
    WHERE i."runId" = ${runId} AND i.outcome = 'pending' ORDER BY ${order ? sorting(model, order) : Prisma.sql`i.position`}`);
}

function sorting(model: string, { column, direction }: RecordOrder): Prisma.Sql {
  const name = Prisma.raw(`t."${columnOf(model, column).name}"`);
  const way = Prisma.raw(direction === 'desc' ? 'DESC' : 'ASC');
  return Prisma.sql`${name} ${way} NULLS LAST, t.id ${way} NULLS LAST, i.id`;
}

/** Returns the next items; none at the end. */
export async function nextItems(tx: Transaction, count: number): Promise<PendingItem[]> {
  return tx.$queryRaw<PendingItem[]>(Prisma.sql`FETCH ${Prisma.raw(String(Math.trunc(count)))} FROM "RunItems"`);
}
