// The data gate: every door reads and writes records through it. Permission, row scope and column lists hold here, whoever calls.
import { type Actor, mustMay } from '../access.ts';
import type { Core } from '../core.ts';
import { type AnyRow, answered, type Table, tableOf } from '../database/tables.ts';
import { invalid } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import { textValue, Unfit } from './column-values.ts';
import { columnsFor } from './columns.ts';
import { containsText } from './filters.ts';
import { type ListQuery, orderOf, whereOf, withoutUndefined } from './list-query.ts';
import { recordIdSchema } from './selection.ts';
import { type RecordView, readView, titleSelect, type Viewpoint, viewRows, viewSelect, visibleTitle } from './view.ts';

export { createRecord, deleteRecord, updateRecord } from './changes.ts';
export type { RecordView } from './view.ts';

/** Rows counted at most; beyond it a list says "more than". */
export const countLimit = 10_000;

/** One page of a list. */
export interface RecordPage {
  rows: RecordView[];
  total: number;
  /** Whether there are more than `total`, which nobody counted. */
  totalIsMore: boolean;
  page: number;
  perPage: number;
}

/** Returns one page of the records that the actor may know of. */
export async function listRecords(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  query: ListQuery,
): Promise<RecordPage> {
  mustMay(actor, resource.permissions.read);
  const { page, perPage } = query;
  const where = whereOf(resource, actor, query);
  if (!where) return { rows: [], total: 0, totalIsMore: false, page, perPage };
  const point: Viewpoint = { core, actor, resource, as: 'list' };
  const table = tableOf(core.db, resource.model);
  const orderBy = orderOf(resource, actor, query.sort);
  const [rows, counted] = await answered(
    Promise.all([
      readPage(table, { where, orderBy, skip: (page - 1) * perPage, take: perPage }, viewSelect(point)),
      table.count({ where, take: countLimit + 1 }),
    ]),
  );
  return {
    rows: await answered(viewRows(point, rows, core.db)),
    total: Math.min(counted, countLimit),
    totalIsMore: counted > countLimit,
    page,
    perPage,
  };
}

// The database works out whatever is selected for each row that it skips, so that far down only ids are skipped.
async function readPage(
  table: Table,
  page: { where: object; orderBy: object[]; skip: number; take: number },
  select: Record<string, true>,
): Promise<AnyRow[]> {
  if (page.skip < countLimit) return table.findMany({ ...page, select });
  const ids = await table.findMany({ ...page, select: { id: true } });
  const where = { AND: [page.where, { id: { in: ids.map(({ id }) => id) } }] };
  return table.findMany({ where, orderBy: page.orderBy, select });
}

/** Returns one record. Throws not-found for an absent record and for one out of the actor's scope alike. */
export async function readRecord(core: Core, actor: Actor, resource: AnyResource, id: string): Promise<RecordView> {
  mustMay(actor, resource.permissions.read);
  return answered(readView({ core, actor, resource, as: 'show' }, id, core.db));
}

/** Returns records to choose from for a foreign key: those with these ids, or up to 50 whose text matches. */
export async function recordOptions(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  options: { q?: string; ids?: string[] },
): Promise<{ id: string; title: string }[]> {
  mustMay(actor, resource.permissions.read);
  const ids = options.ids?.slice(0, 50);
  if (ids?.some((id) => !recordIdSchema.safeParse(id).success))
    throw invalid('This is not an id.', { ids: 'is not an id' });
  const canSearch = columnsFor(resource, actor, 'search').length > 0;
  const base = whereOf(resource, actor, { q: canSearch ? (options.q ?? '') : '' });
  if (!base) return [];
  const byTitle = canSearch || !options.q ? {} : titleSearch(resource, actor, options.q);
  const rows = await answered(
    tableOf(core.db, resource.model).findMany({
      where: withoutUndefined({ AND: [base, byTitle, ids ? { id: { in: ids } } : {}] }),
      select: titleSelect(resource),
      orderBy: orderOf(resource, actor),
      take: 50,
    }),
  );
  return rows.map((row) => ({ id: row.id, title: visibleTitle(resource, actor, row) }));
}

function titleSearch(resource: AnyResource, actor: Actor, q: string): object {
  const title = columnsFor(resource, actor, 'show').find(({ name }) => name === resource.title);
  if (title?.model.type !== 'string') return {};
  try {
    return containsText(title.name, textValue(q, false, 200));
  } catch (error) {
    if (error instanceof Unfit) throw invalid('This search does not fit.', { q: error.message });
    throw error;
  }
}
