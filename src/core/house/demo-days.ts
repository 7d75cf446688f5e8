// The demo's rows as if they had come over two weeks, more of them lately: so the start page shows what it shows in daily use.
// The rule: a row moves as a whole, so that nothing of it happened before it came.
import type { Core } from '../core.ts';
import { Prisma } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import { shownDays } from '../records/by-day.ts';

/**
 * Moves the rows that came since `begin`, when the demo began to load, into the last days: messages, and what the start page counts by
 * day. Nothing that was there before is touched.
 */
export async function spreadOverDays(core: Core, begin: Date): Promise<void> {
  const counted = core.modules.flatMap(({ cards = [] }) => cards.flatMap(({ overTime }) => overTime ?? []));
  const cameBy = new Map<string, string>([
    ['Message', 'createdAt'],
    ...counted.map(({ model, at }) => [model, at] as const),
  ]);
  const soon = new Date(Date.now() + 60_000);
  for (const [model, at] of cameBy) {
    const { table, columns } = modelOf(model);
    const rows = Prisma.raw(`"${table}"`);
    const moments = [...columns.values()].filter(({ type, isDay }) => type === 'dateTime' && !isDay);
    const moved = moments.map(({ name }) => {
      const column = Prisma.raw(`"${name}"`);
      return Prisma.sql`${column} = CASE WHEN row.${column} BETWEEN ${begin} AND ${soon}
        THEN row.${column} - make_interval(days => place.days) ELSE row.${column} END`;
    });
    await core.db.$executeRaw`
      UPDATE ${rows} AS row SET ${Prisma.join(moved)}
      FROM (
        SELECT id, floor(${shownDays} * (1 - sqrt(row_number() OVER (ORDER BY id)::float / count(*) OVER ())))::int AS days
        FROM ${rows} WHERE ${Prisma.raw(`"${at}"`)} >= ${begin}
      ) AS place WHERE place.id = row.id`;
  }
}
