// "These but not those", told by difference. A NOT in a filter loses every row where the column is null, and counts come out short.
import { type AnyRow, answered, type Table } from '../database/tables.ts';

/** Counts the records that match `within` but not `but`. */
export async function countOutside(table: Table, within: object, but: object): Promise<number> {
  const [all, matching] = await answered(
    Promise.all([table.count({ where: within }), table.count({ where: { AND: [within, but] } })]),
  );
  return all - matching;
}

/** Returns up to `take` (1,000 at most) of the ids, in order and after `after`, that match `within` but not `but`; `next` goes on from there. */
export async function idsOutside(
  table: Table,
  within: object,
  but: object,
  page: { take: number; after?: string },
): Promise<{ ids: string[]; next: string | undefined }> {
  const take = Math.min(1_000, page.take);
  const later = page.after === undefined ? {} : { id: { gt: page.after } };
  const query = { where: { AND: [within, later] }, select: { id: true }, orderBy: { id: 'asc' }, take };
  const rows = await answered(table.findMany(query));
  const ids = rows.map(idOf);
  const inside = await answered(table.findMany({ where: { AND: [but, { id: { in: ids } }] }, select: { id: true } }));
  const excluded = new Set(inside.map(idOf));
  return { ids: ids.filter((id) => !excluded.has(id)), next: rows.length === take ? ids.at(-1) : undefined };
}

function idOf(row: AnyRow): string {
  return row.id;
}
