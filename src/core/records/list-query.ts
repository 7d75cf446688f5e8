// What somebody asks of a list: search, view, filters, sort, page. Its rule: what is not allowed is refused by name, never ignored.
import { type Actor, scopeFilter } from '../access.ts';
import { modelOf } from '../database/datamodel.ts';
import { invalid } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';
import { textValue, Unfit } from './column-values.ts';
import { columnFor, columnsFor } from './columns.ts';
import { containsText, type Filter, filterConditions, filterWords, parseFilter } from './filters.ts';

export type { Filter, FilterOperation } from './filters.ts';

/** A list as asked for, checked against what the actor may. */
export interface ListQuery {
  q: string;
  /** Index among the resource's views. */
  view: number | null;
  filters: Filter[];
  /** As asked for, else the resource's own order. */
  sort: { column: string; direction: 'asc' | 'desc' };
  page: number;
  perPage: number;
}

/** The parts of a list's query that choose rows. */
export type RowChoice = Pick<ListQuery, 'q' | 'view' | 'filters'>;

const largest = { perPage: 500, skip: 1_000_000, parameters: 60, q: 200 };

/** Reads the query of a list: `q`, `view`, `sort`, `direction`, `page`, `perPage`, `f.<column>.<operation>`. Throws invalid for anything else. */
export function parseListQuery(resource: AnyResource, actor: Actor, params: Record<string, unknown>): ListQuery {
  const given = Object.entries(params);
  if (given.length > largest.parameters) throw invalid('The query has too many parts.');
  const known = new Set(['q', 'view', 'sort', 'direction', 'page', 'perPage']);
  const stranger = given.find(([key]) => !known.has(key) && !key.startsWith('f.'));
  if (stranger) throw invalid('The query has an unknown part.', { [stranger[0].slice(0, 80)]: 'is unknown' });
  const one = (key: string) => single(params, key);
  const perPage = Math.min(largest.perPage, wholeNumber(one('perPage'), 'perPage', 25));
  return {
    q: checkedSearch(one('q') ?? '', resource, actor),
    view: checkedView(resource, one('view')),
    filters: given
      .filter(([key]) => key.startsWith('f.'))
      .map(([key, value]) => parseFilter(resource, actor, key.slice(2), value, key)),
    sort: parseSort(resource, actor, one('sort'), one('direction')),
    page: Math.min(Math.floor(largest.skip / perPage), wholeNumber(one('page'), 'page', 1)),
    perPage,
  };
}

/** Returns the rows meant, scope and search and filters together; undefined when the actor sees nothing at all. */
export function whereOf(resource: AnyResource, actor: Actor, choice: Partial<RowChoice>): object | undefined {
  const scope = scopeFilter(resource.scopes ?? {}, actor);
  if (!scope) return undefined;
  const q = choice.q ? checkedSearch(choice.q, resource, actor) : '';
  const view = choice.view ?? null;
  const parts = [
    scope,
    ...(view === null ? [] : [viewWhere(resource, view)]),
    ...(q === '' ? [] : [{ OR: columnsFor(resource, actor, 'search').map(({ name }) => containsText(name, q)) }]),
    ...filterConditions(resource, actor, choice.filters ?? []),
  ].filter((part) => Object.keys(part).length > 0);
  return withoutUndefined(parts.length === 0 ? {} : { AND: parts });
}

/** Returns the order for the database: as asked, else as declared; the id makes it the same on every page. */
export function orderOf(resource: AnyResource, actor: Actor, sort?: ListQuery['sort']): object[] {
  const { column, direction } = sort ? parseSort(resource, actor, sort.column, sort.direction) : ownOrder(resource);
  if (column === 'id') return [{ id: direction }];
  const isRequired = modelOf(resource.model).columns.get(column)?.isRequired ?? true;
  return [{ [column]: isRequired ? direction : { sort: direction, nulls: 'last' } }, { id: direction }];
}

/** Says in words which rows are meant, for example `State is added, E-mail contains “x”`; empty for all of them. */
export function filterInWords(resource: AnyResource, query: Partial<RowChoice>): string {
  const view = typeof query.view === 'number' ? resource.views?.[query.view]?.label : undefined;
  return [
    ...(view ? [view] : []),
    ...(query.filters ?? []).map((filter) => filterWords(resource, filter)),
    ...(query.q ? [phrase(`“${query.q}” found`)] : []),
  ].join(', ');
}

/** Reads a view's number. Throws invalid for one that the resource does not have. */
export function checkedView(resource: AnyResource, value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  const index = typeof value === 'number' ? value : /^\d{1,3}$/.test(String(value)) ? Number(value) : -1;
  if (!Number.isInteger(index) || !resource.views?.[index])
    throw invalid('There is no such view.', { view: 'is unknown' });
  return index;
}

/** Returns the filter itself, and throws a plain error when a value in it is undefined: to the database that means "any". */
export function withoutUndefined<T extends object>(where: T): T {
  for (const value of Object.values(where)) {
    if (value === undefined) throw new Error('A filter holds undefined, which would mean every row.');
    if (value !== null && typeof value === 'object' && !(value instanceof Date)) withoutUndefined(value);
  }
  return where;
}

function viewWhere(resource: AnyResource, index: number): object {
  checkedView(resource, index);
  return resource.views?.[index]?.where as object;
}

function checkedSearch(q: unknown, resource: AnyResource, actor: Actor): string {
  try {
    const text = textValue(q, false, largest.q).trim();
    if (text !== '' && columnsFor(resource, actor, 'search').length === 0) throw new Unfit('cannot be used here');
    return text;
  } catch (error) {
    if (error instanceof Unfit) throw invalid('This search does not fit.', { q: error.message });
    throw error;
  }
}

function parseSort(resource: AnyResource, actor: Actor, column?: string, direction?: string): ListQuery['sort'] {
  if (direction !== undefined && direction !== 'asc' && direction !== 'desc')
    throw invalid('The order is unknown.', { direction: 'must be asc or desc' });
  const own = ownOrder(resource);
  if (column === undefined || column === '') return own;
  if (column === own.column) return { column, direction: direction ?? own.direction };
  if (!columnFor(resource, actor, 'sort', column))
    throw invalid('This cannot be sorted.', { sort: 'cannot be sorted by this' });
  return { column, direction: direction ?? 'asc' };
}

function ownOrder(resource: AnyResource): ListQuery['sort'] {
  return { column: resource.sort[0], direction: resource.sort[1] };
}

function single(params: Record<string, unknown>, key: string): string | undefined {
  const value = Object.hasOwn(params, key) ? params[key] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalid('The query does not fit.', { [key]: 'must be given once' });
}

function wholeNumber(value: string | undefined, key: string, otherwise: number): number {
  if (value === undefined || value === '') return otherwise;
  if (!/^-?\d{1,15}$/.test(value)) throw invalid('The query does not fit.', { [key]: 'must be a whole number' });
  return Math.max(1, Number(value));
}
