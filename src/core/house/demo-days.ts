// The demo's rows as if they had come over two weeks, more of them lately: so the start page shows what it shows in daily use.
// The rule: a row moves as a whole, so that nothing of it happened before it came.
import type { Core } from '../core.ts';
import { Prisma } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import { shownDays } from '../records/by-day.ts';

/** Moves the rows of the models that the start page counts by day into the last days, those of the present hour only. */
export async function spreadOverDays(core: Core): Promise<void> {
  const counted = core.modules.flatMap(({ cards = [] }) => cards.flatMap(({ overTime }) => overTime?.model ?? []));
  const hourAgo = new Date(Date.now() - 3_600_000);
  const soon = new Date(Date.now() + 60_000);
  for (const model of new Set([...counted, 'Message'])) {
    const { table, columns } = modelOf(model);
    const moments = [...columns.values()].filter(({ type, isDay }) => type === 'dateTime' && !isDay);
    const moved = moments.map(({ name }) => {
      const column = Prisma.raw(`"${name}"`);
      return Prisma.sql`${column} = CASE WHEN row.${column} BETWEEN ${hourAgo} AND ${soon}
        THEN row.${column} - make_interval(days => place.days) ELSE row.${column} END`;
    });
    await core.db.$executeRaw`
      UPDATE ${Prisma.raw(`"${table}"`)} AS row SET ${Prisma.join(moved)}
      FROM (
        SELECT id, floor(${shownDays} * (1 - sqrt(row_number() OVER (ORDER BY id)::float / count(*) OVER ())))::int AS days
        FROM ${Prisma.raw(`"${table}"`)}
      ) AS place WHERE place.id = row.id`;
  }
}
