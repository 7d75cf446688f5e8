// How many records of another model belong to each row of a page: one query for all of them.
import type { Core } from '../core.ts';
import { tableOf } from '../database/tables.ts';
import type { Column, ModelName, Where } from '../model.ts';

/**
 * Makes the `of` of a computed column that counts records of `model` by the column that names the row, `where` narrowing them. A row
 * without any has 0.
 */
export function countOf<M extends ModelName>(model: M, by: Column<M>, where: Where<M> = {}) {
  return async (rows: readonly { id: string }[], core: Pick<Core, 'db'>): Promise<Record<string, number>> => {
    const ids = rows.map(({ id }) => id);
    const found = await tableOf(core.db, model).groupBy({
      by: [by],
      where: { AND: [{ [by]: { in: ids } }, where] },
      _count: { _all: true },
    });
    const counts = new Map(found.map(({ [by as string]: id, _count }) => [id, _count._all]));
    return Object.fromEntries(ids.map((id) => [id, counts.get(id) ?? 0]));
  };
}
