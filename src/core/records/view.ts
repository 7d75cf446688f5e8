// A record as an actor may see it: its title, the allowed values, the names of what it refers to. Secrets are not even selected.
import { type Actor, may, scopeFilter } from '../access.ts';
import type { Core } from '../core.ts';
import type { Transaction } from '../database/database.ts';
import { isSecretColumn, modelOf } from '../database/datamodel.ts';
import { type AnyRow, tableOf } from '../database/tables.ts';
import { invalid, notFound } from '../errors.ts';
import type { AnyResource, ComputedColumn } from '../resource.ts';
import { jsonSafe } from './column-values.ts';
import { columnsFor, declaredColumns, type ResourceColumn, recordColumns } from './columns.ts';
import { canRead } from './describe.ts';
import { withoutUndefined } from './list-query.ts';
import { recordIdSchema } from './selection.ts';

/** A record as it leaves the house; every value fits into JSON. */
export interface RecordView {
  id: string;
  title: string;
  /** Sent back with a change, so that nobody overwrites what somebody else changed meanwhile. */
  version?: string;
  values: Record<string, unknown>;
  /** The records that foreign keys name, by column; only those that the actor may know of. */
  references: Record<string, { id: string; title: string }>;
  may: { update: boolean; delete: boolean };
}

/** A resource as one actor looks at it, in a list or on the record's own page. */
export interface Viewpoint {
  core: Core;
  actor: Actor;
  resource: AnyResource;
  as: 'list' | 'show';
}

/** Returns the columns to read for such views, as Prisma's `select`. */
export function viewSelect({ resource, actor, as }: Viewpoint): Record<string, true> {
  const { version } = modelOf(resource.model);
  const columns = visibleColumns(resource, actor, as).map((column) => column.name);
  // Worked-out columns get the row as declared; what of it is shown is decided after them.
  const forComputed = computedFor(resource, as).length > 0 ? declaredColumns(resource).map(({ name }) => name) : [];
  return selectOf(['id', ...(version ? [version] : []), ...columns, ...forComputed, ...titleColumns(resource)]);
}

/** Returns what is read to name records. */
export function titleSelect(resource: AnyResource): Record<string, true> {
  return selectOf(['id', ...titleColumns(resource)]);
}

/** Returns the record's title from a row read with `titleSelect` or `viewSelect`; the id where the title is empty. */
export function recordTitle(resource: AnyResource, row: Readonly<Record<string, unknown>>): string {
  const title = typeof resource.title === 'string' ? row[resource.title] : resource.title(row as never);
  return (
    String(title ?? '')
      .trim()
      .slice(0, 300) || String(row.id)
  );
}

/** Turns rows of one page into views: one query a relation, one call a worked-out column, however many rows there are. */
export async function viewRows(point: Viewpoint, rows: AnyRow[], client: Transaction): Promise<RecordView[]> {
  const { resource, actor, core } = point;
  const columns = visibleColumns(resource, actor, point.as);
  const { version } = modelOf(resource.model);
  const computed = await Promise.all(
    computedFor(resource, point.as).map(
      async ([name, column]) => [name, await column.of(rows as never, core)] as const,
    ),
  );
  const references = await loadReferences(point, columns, rows, client);
  const verbs = {
    update: resource.permissions.update !== undefined && may(actor, resource.permissions.update),
    delete: resource.permissions.delete !== undefined && may(actor, resource.permissions.delete),
  };
  return rows.map((row) => ({
    id: row.id,
    title: visibleTitle(resource, actor, row),
    ...(version && row[version] instanceof Date ? { version: row[version].toISOString() } : {}),
    values: {
      ...Object.fromEntries(columns.map(({ name, model }) => [name, jsonSafe(row[name], model)])),
      ...Object.fromEntries(computed.map(([name, values]) => [name, jsonSafe(values[row.id])])),
    },
    references: references(row),
    may: verbs,
  }));
}

/** Returns one record as seen from there. Throws not-found for an absent record and for one out of scope alike. */
export async function readView(point: Viewpoint, id: string, client: Transaction): Promise<RecordView> {
  const where = rowWhere(point.resource, point.actor, id);
  const row = await tableOf(client, point.resource.model).findFirst({ where, select: viewSelect(point) });
  const [view] = row ? await viewRows(point, [row], client) : [];
  if (!view) throw notFound();
  return view;
}

/** Returns the filter for one record within the actor's scope. Throws invalid for what cannot be an id, not-found for an empty scope. */
export function rowWhere(resource: AnyResource, actor: Actor, id: unknown): object {
  if (!recordIdSchema.safeParse(id).success) throw invalid('This is not an id.', { id: 'is not an id' });
  const scope = scopeFilter(resource.scopes ?? {}, actor);
  if (!scope) throw notFound();
  return withoutUndefined({ AND: [scope, { id }] });
}

/** Returns the title as the actor may see it; the id where the naming column needs a permission the actor lacks. */
export function visibleTitle(resource: AnyResource, actor: Actor, row: AnyRow): string {
  const permission = typeof resource.title === 'string' ? resource.columns[resource.title as never] : undefined;
  const needed = (permission as { permission?: string } | undefined)?.permission;
  return needed && !may(actor, needed) ? row.id : recordTitle(resource, row);
}

/** Reads the titles of all records that these rows refer to, one query a column; returns them row by row. */
export async function loadReferences(
  point: Omit<Viewpoint, 'as'>,
  columns: readonly ResourceColumn[],
  rows: AnyRow[],
  client: Transaction,
) {
  const found = await Promise.all(
    columns
      .filter(({ model }) => model.reference !== undefined)
      .map(async ({ name, model }) => {
        const ids = [...new Set(rows.map((row) => row[name]).filter((id): id is string => typeof id === 'string'))];
        return [name, await loadTitles(point, model.reference, ids, client)] as const;
      }),
  );
  return (row: AnyRow): RecordView['references'] =>
    Object.fromEntries(
      found.flatMap(([name, titles]) => {
        const id = row[name];
        const title = typeof id === 'string' ? titles.get(id) : undefined;
        return title === undefined ? [] : [[name, { id: id as string, title }]];
      }),
    );
}

async function loadTitles(point: Omit<Viewpoint, 'as'>, model: string | undefined, ids: string[], client: Transaction) {
  const resource = model === undefined ? undefined : point.core.registry.resources.get(model);
  const scope =
    resource && canRead(resource, point.actor) ? scopeFilter(resource.scopes ?? {}, point.actor) : undefined;
  if (!resource || !scope || ids.length === 0) return new Map<string, string>();
  const where = { AND: [scope, { id: { in: ids } }] };
  const rows = await tableOf(client, resource.model).findMany({ where, select: titleSelect(resource) });
  return new Map(rows.map((row) => [row.id, visibleTitle(resource, point.actor, row)]));
}

function visibleColumns(resource: AnyResource, actor: Actor, as: 'list' | 'show'): ResourceColumn[] {
  return as === 'list' ? columnsFor(resource, actor, 'list') : recordColumns(resource, actor);
}

function computedFor(resource: AnyResource, as: 'list' | 'show'): [string, ComputedColumn<never>][] {
  const all = Object.entries((resource.computed ?? {}) as Record<string, ComputedColumn<never>>);
  return all.filter(([, column]) => column[as] ?? true);
}

const probed = new WeakMap<AnyResource, string[]>();

/** Returns the columns that a title needs; those of a title in words are found by asking it for the title of an empty row. */
export function titleColumns(resource: AnyResource): string[] {
  if (typeof resource.title === 'string') return [resource.title];
  const known = probed.get(resource);
  if (known) return known;
  const { columns } = modelOf(resource.model);
  const asked = new Set<string>(declaredColumns(resource).map(({ name }) => name));
  const row = new Proxy({} as Record<string, unknown>, {
    get: (_, name) => {
      const column = typeof name === 'string' ? columns.get(name) : undefined;
      if (!column) return undefined;
      if (!isSecretColumn(column)) asked.add(column.name);
      return column.type === 'dateTime' ? new Date(0) : column.type === 'number' ? 0 : '';
    },
  });
  try {
    (resource.title as (row: unknown) => string)(row);
  } catch {
    // A title that stumbles over an empty row still gets all declared columns.
  }
  const names = [...asked];
  probed.set(resource, names);
  return names;
}

function selectOf(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true as const]));
}
