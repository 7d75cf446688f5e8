// What an address of AdminJS's API may ask: paging, order, search and filters over declared columns. Anything else is refused by name.
import type { Actor } from '../access.ts';
import { invalid } from '../errors.ts';
import { columnsFor } from '../records/columns.ts';
import type { AnyResource } from '../resource.ts';

const maxIds = 500;
const harmless = new Set(['refresh', 'tab']);
const idShape = /^[\w.:-]{1,100}$/;

/** Tells whether a record's id has the shape of one; what has not is answered like an absent record. */
export function isRecordId(id: string): boolean {
  return idShape.test(id);
}

/** Reads the query of a call, each name once. Throws `invalid` for what is unknown, unfit, or about a column that the actor may not use so. */
export function readAdminQuery(
  resource: AnyResource,
  actor: Actor,
  action: string,
  search: URLSearchParams,
): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of search) {
    if (Object.hasOwn(query, name)) throw refuse(name, 'must be given once');
    if (value.length > 20_000 || /[\0-\x1f\x7f]/.test(value)) throw refuse(name, 'does not fit');
    if (harmless.has(name)) continue;
    query[name] = readPart(resource, actor, action, name, value);
  }
  if (action === 'bulkDelete' && !query.recordIds) throw refuse('recordIds', 'is missing');
  return query;
}

function readPart(resource: AnyResource, actor: Actor, action: string, name: string, value: string): string {
  if (action === 'bulkDelete' && name === 'recordIds') return readIds(value);
  if (action === 'list' && (name === 'page' || name === 'perPage')) return clamped(name, value);
  if (action === 'list' && name === 'sortBy') return allowed(resource, actor, 'sort', name, value);
  if (action === 'list' && name === 'direction' && (value === 'asc' || value === 'desc')) return value;
  if (action === 'search' && name === 'searchProperty') return allowed(resource, actor, 'search', name, value);
  const filter = /^filters\.([A-Za-z][A-Za-z0-9]{0,63})(?:~~(?:from|to))?$/.exec(name);
  if (action !== 'list' || !filter) throw refuse(name, 'is unknown');
  allowed(resource, actor, 'filter', name, filter[1]!);
  return value;
}

function allowed(
  resource: AnyResource,
  actor: Actor,
  use: 'sort' | 'filter' | 'search',
  name: string,
  column: string,
): string {
  if (!columnsFor(resource, actor, use).some((one) => one.name === column)) throw refuse(name, 'cannot be used so');
  return column;
}

function clamped(name: string, value: string): string {
  if (!/^-?\d{1,12}$/.test(value)) throw refuse(name, 'must be a whole number');
  const limit = name === 'perPage' ? 500 : 10_000;
  return String(Math.min(limit, Math.max(1, Number(value))));
}

function readIds(value: string): string {
  const ids = [...new Set(value.split(','))];
  if (ids.length > maxIds) throw refuse('recordIds', `may name ${maxIds} records at most`);
  if (!ids.every(isRecordId)) throw refuse('recordIds', 'does not fit');
  return ids.join(',');
}

function refuse(name: string, reason: string) {
  return invalid('The address asks for something that does not exist.', { [name.slice(0, 80)]: reason });
}
