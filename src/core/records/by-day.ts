// How many records each of the last days brought, for a glance at the start page.
import { Prisma } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import type { Column, ModelName, Transaction } from '../model.ts';
import { clockTime, dayZone, startOfDay } from './days.ts';

/** Two weeks: as many days as a person takes in at a glance, with each weekday twice. */
export const shownDays = 14;
const dayMs = 86_400_000;

/** A day of the configured zone as 2026-05-03, and how many records it brought. */
export interface DayCount {
  day: string;
  count: number;
}

/** What the last days brought, day by day, the oldest first. */
export interface OverTime {
  label: string;
  days: DayCount[];
}

/**
 * Counts the records of a model by the day of one of its moments (`at`: a column with an index), the last two weeks, the oldest
 * day first, days without any as 0. `only` narrows by columns that equal a value.
 */
export async function countByDay<M extends ModelName>(
  db: Transaction,
  model: M,
  at: Column<M>,
  only?: Readonly<Partial<Record<Column<M>, string>>>,
): Promise<DayCount[]> {
  const { table, columns } = modelOf(model);
  const named = (column: string) => {
    if (!columns.has(column)) throw new Error(`${model} has no column ${column}.`);
    return Prisma.raw(`"${column}"`);
  };
  const days = lastDays(shownDays);
  const conditions = [
    Prisma.sql`${named(at)} >= ${startOfDay(days[0] as string)}`,
    ...Object.entries(only ?? {}).map(([column, value]) => Prisma.sql`${named(column)}::text = ${value as string}`),
  ];
  const rows = await db.$queryRaw<DayCount[]>`
    SELECT to_char(${named(at)} AT TIME ZONE 'UTC' AT TIME ZONE ${dayZone()}, 'YYYY-MM-DD') AS day, count(*)::int AS count
    FROM ${Prisma.raw(`"${table}"`)} WHERE ${Prisma.join(conditions, ' AND ')} GROUP BY 1`;
  const counts = new Map(rows.map(({ day, count }) => [day, count]));
  return days.map((day) => ({ day, count: counts.get(day) ?? 0 }));
}

/** Returns the last days of the configured zone, today's included, the oldest first. */
function lastDays(many: number): string[] {
  const today = Date.parse(`${clockTime(new Date()).slice(0, 10)}T00:00:00Z`);
  return Array.from({ length: many }, (_, n) => new Date(today - (many - 1 - n) * dayMs).toISOString().slice(0, 10));
}
