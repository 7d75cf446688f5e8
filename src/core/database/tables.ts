// A table by its model's name, for code that treats all models alike. Its rule: every answer of the database's errors is our family's.
import { uuid7 } from '../../lib/uuid7.ts';
import { mapDatabaseError, Prisma, type Transaction } from './database.ts';
import { columnOf, modelOf } from './datamodel.ts';

/** A row whose model the compiler does not know. */
export type AnyRow = Record<string, unknown> & { id: string };

/** The part of Prisma's delegate that the core uses for all models alike. */
export interface Table {
  findMany(args: object): Promise<AnyRow[]>;
  findFirst(args: object): Promise<AnyRow | null>;
  count(args: object): Promise<number>;
  groupBy(args: object): Promise<(Record<string, unknown> & { _count: { _all: number } })[]>;
  create(args: object): Promise<AnyRow>;
  updateMany(args: object): Promise<{ count: number }>;
  deleteMany(args: object): Promise<{ count: number }>;
}

/** Returns the table of a model. Throws a plain error for an unknown name. */
export function tableOf(client: Transaction, model: string): Table {
  const { name } = modelOf(model);
  return (client as unknown as Record<string, Table>)[name.charAt(0).toLowerCase() + name.slice(1)] as Table;
}

/** Locks a record until the transaction ends, so that what is read next stays true. An absent one is no error. */
export async function lockRecord(tx: Transaction, model: string, id: string): Promise<void> {
  const table = Prisma.raw(`"${modelOf(model).table}"`);
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM ${table} WHERE "id" = ${id} FOR UPDATE`);
}

/** Locks records in the order of their ids until the transaction ends; absent ones are no error. */
export async function lockRecords(tx: Transaction, model: string, ids: readonly string[]): Promise<void> {
  const table = Prisma.raw(`"${modelOf(model).table}"`);
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM ${table} WHERE "id" = ANY(${[...ids]}::text[]) ORDER BY "id" FOR UPDATE`);
}

/**
 * Inserts many records and returns their ids in this order; columns that are not given get their defaults. It is one statement for those
 * that give the same columns: Prisma's createMany, which makes a placeholder of each value, takes several times as long.
 */
export async function insertRecords(
  tx: Transaction,
  model: string,
  records: readonly Readonly<Record<string, unknown>>[],
): Promise<{ id: string }[]> {
  const { table, version } = modelOf(model);
  const made = version === undefined ? {} : { [version]: new Date() };
  const ids: { id: string }[] = [];
  const alike = new Map<string, object[]>();
  for (const record of records) {
    const given = Object.entries(record).filter(([, value]) => value !== undefined);
    const row = { id: uuid7(), ...made, ...Object.fromEntries(given) };
    const names = Object.keys(row).map((name) => `"${columnOf(model, name).name}"`);
    const group = alike.get(names.join()) ?? [];
    alike.set(names.join(), group);
    group.push(row);
    ids.push({ id: row.id });
  }
  for (const [names, rows] of alike) {
    const [into, list] = [Prisma.raw(`"${table}"`), Prisma.raw(names)];
    await tx.$executeRaw`
      INSERT INTO ${into} (${list}) SELECT ${list} FROM jsonb_populate_recordset(NULL::${into}, ${JSON.stringify(rows, jsonValue)}::jsonb)`;
  }
  return ids;
}

function jsonValue(_: string, value: unknown): unknown {
  if (value === Prisma.DbNull) return null;
  return typeof value === 'bigint' ? String(value) : value;
}

/** Waits for a query and throws the error of our family where the database's can be told in it. */
export async function answered<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw mapDatabaseError(error) ?? error;
  }
}
