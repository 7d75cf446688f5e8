// What an import works with: the resource, which cell goes into which column, what was asked once. Built anew whenever work goes on, with
// the rights of that moment. Its rule: a column that the actor may not see or that is not declared is no part of it.
import { type Actor, may, scopeFilter } from '../access.ts';
import type { Core } from '../core.ts';
import type { Transaction } from '../database/database.ts';
import { tableOf } from '../database/tables.ts';
import { forbidden, invalid, notFound } from '../errors.ts';
import { allColumns, type ResourceColumn } from '../records/columns.ts';
import { canRead } from '../records/describe.ts';
import { checkValue } from '../records/write.ts';
import type { AnyResource } from '../resource.ts';
import type { Owner } from '../runs/actor.ts';
import type { AnyImport, ImportColumn } from './declaration.ts';
import type { Import, ImportLease } from './lease.ts';

/** A column that an import can fill. */
export interface ImportTarget {
  name: string;
  spec: ImportColumn;
  column: ResourceColumn;
}

/** A column with the place of its cell in each row. */
export interface MappedColumn extends ImportTarget {
  at: number;
}

/** What is asked once for the whole file. */
export interface AskedColumn {
  name: string;
  label: string;
  help?: string;
  required: boolean;
  column: ResourceColumn;
}

/** Everything that planning and writing rows needs. */
export interface ImportContext {
  core: Core;
  actor: Actor;
  resource: AnyResource;
  declaration: AnyImport;
  mapped: MappedColumn[];
  asked: Readonly<Record<string, unknown>>;
  width: number;
  format: 'csv' | 'xlsx';
  fileName: string;
}

/** An import while it is worked on. */
export interface ImportWork extends ImportContext {
  row: Import;
  lease: ImportLease;
  owner: Owner;
  mark: string;
}

/** Returns the resource and its import. Throws not-found for one without, forbidden for an actor who may not import. */
export function importOfModel(
  core: Core,
  actor: Actor,
  model: string,
): { resource: AnyResource; declaration: AnyImport } {
  const resource = core.registry.resources.get(model);
  if (!resource?.imports || !canRead(resource, actor)) throw notFound();
  if (!may(actor, resource.imports.permission)) throw forbidden();
  return { resource, declaration: resource.imports };
}

/** Returns the columns that this actor's imports can fill. */
export function importTargets(resource: AnyResource, actor: Actor): ImportTarget[] {
  const specs = (resource.imports?.columns ?? {}) as Record<string, ImportColumn>;
  const columns = new Map(columnsOf(resource, actor).map((column) => [column.name, column]));
  return Object.entries(specs).flatMap(([name, spec]) => {
    const column = columns.get(name);
    return column ? [{ name, spec, column }] : [];
  });
}

/** Returns what this actor is asked once. */
export function askedColumns(resource: AnyResource, actor: Actor): AskedColumn[] {
  const asked = (resource.imports?.ask ?? {}) as Record<string, { label: string; help?: string; required?: boolean }>;
  const columns = new Map(columnsOf(resource, actor).map((column) => [column.name, column]));
  return Object.entries(asked).flatMap(([name, { label, help, required = false }]) => {
    const column = columns.get(name);
    return column ? [{ name, label, required, column, ...(help ? { help } : {}) }] : [];
  });
}

function columnsOf(resource: AnyResource, actor: Actor): ResourceColumn[] {
  return allColumns(resource).filter(
    ({ declaration }) => declaration.permission === undefined || may(actor, declaration.permission),
  );
}

/** Checks which cell goes where. Throws invalid naming each column that is unknown, twice, out of place or missing. */
export function parseMapping(
  resource: AnyResource,
  actor: Actor,
  mapping: Readonly<Record<string, unknown>>,
  header: readonly string[],
): MappedColumn[] {
  const targets = importTargets(resource, actor);
  const fields: Record<string, string> = Object.create(null);
  const mapped: MappedColumn[] = [];
  for (const [name, at] of Object.entries(mapping)) {
    const target = targets.find((one) => one.name === name);
    if (!target) fields[name.slice(0, 80)] = 'cannot be imported';
    else if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at >= header.length)
      fields[name] = 'is no column of the file';
    else if (mapped.some((one) => one.at === at)) fields[name] = 'is taken from a column that is used already';
    else mapped.push({ ...target, at });
  }
  for (const { name, spec } of targets)
    if (spec.required && !mapped.some((one) => one.name === name))
      fields[name] ??= 'must be taken from a column of the file';
  if (Object.keys(fields).length > 0) throw invalid('Please look at the marked columns.', fields);
  if (mapped.length === 0) throw invalid('Choose at least one column.', { mapping: 'is empty' });
  return mapped;
}

/** Checks what was asked once, with records that the actor may know of only. Throws invalid naming each. */
export async function parseAsked(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  given: Readonly<Record<string, unknown>>,
  mapped: readonly MappedColumn[],
): Promise<Record<string, unknown>> {
  const asked = askedColumns(resource, actor);
  const fields: Record<string, string> = Object.create(null);
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(given))
    if (!asked.some((one) => one.name === name)) fields[name.slice(0, 80)] = 'is not asked';
  for (const { name, required, column } of asked) {
    const value = given[name];
    if (value === undefined || value === null || value === '') {
      if (required && !mapped.some((one) => one.name === name)) fields[name] = 'is missing';
      continue;
    }
    const checked = checkValue(column, value);
    if ('reason' in checked) fields[name] = checked.reason;
    else if (column.model.reference && !(await isKnown(core, actor, column.model.reference, checked.value)))
      fields[name] = 'does not exist';
    else values[name] = checked.value;
  }
  if (Object.keys(fields).length > 0) throw invalid('Please look at the marked fields.', fields);
  return values;
}

async function isKnown(core: Core, actor: Actor, model: string, id: unknown): Promise<boolean> {
  const target = core.registry.resources.get(model);
  const scope = scopeOf(core, actor, model);
  if (!target || !scope) return false;
  return (
    (await tableOf(core.db as Transaction, model).findFirst({
      where: { AND: [scope, { id }] },
      select: { id: true },
    })) !== null
  );
}

/** Returns the filter for the records of a model that the actor may know of; undefined: none. */
export function scopeOf(core: Core, actor: Actor, model: string): object | undefined {
  const target = core.registry.resources.get(model);
  return target && canRead(target, actor) ? scopeFilter(target.scopes ?? {}, actor) : undefined;
}
