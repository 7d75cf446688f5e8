// What somebody wants to write into a record, checked column by column. Its rule: unknown, forbidden and unfit columns are all named at once.
import { type Actor, scopeFilter } from '../access.ts';
import type { Core } from '../core.ts';
import { Prisma, type Transaction } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import { tableOf } from '../database/tables.ts';
import { invalid } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import { columnValue, Unfit } from './column-values.ts';
import { columnsFor, type ResourceColumn } from './columns.ts';
import { canRead } from './describe.ts';

type Values = Record<string, unknown>;

/** Returns the values as the database keeps them. Throws invalid naming every column that is unknown, not writable, unfit or missing. */
export function parseValues(resource: AnyResource, actor: Actor, use: 'create' | 'update', input: unknown): Values {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('The record does not fit.');
  const columns = columnsFor(resource, actor, use);
  // Without a prototype, because a field called __proto__ would otherwise vanish from the complaint.
  const fields: Record<string, string> = Object.create(null);
  const values: Values = {};
  const given = Object.entries(input);
  if (given.length > 200) throw invalid('The record has too many fields.');
  for (const [name, value] of given) {
    const column = columns.find((one) => one.name === name);
    const checked = column ? checkValue(column, value) : { reason: 'cannot be written' };
    if ('reason' in checked) fields[name.slice(0, 80)] = checked.reason;
    else values[name] = checked.value;
  }
  if (use === 'create')
    for (const { name, model } of columns)
      if (model.isRequired && !model.hasDefault && values[name] === undefined) fields[name] ??= 'is missing';
  if (Object.keys(fields).length > 0) throw invalid('Please look at the marked fields.', fields);
  return values;
}

/** Throws invalid for each foreign key among the values that names nothing the actor may know of. */
export async function checkReferences(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  values: Values,
  tx: Transaction,
): Promise<void> {
  const columns = [...columnsFor(resource, actor, 'create'), ...columnsFor(resource, actor, 'update')];
  const fields: Record<string, string> = {};
  for (const { name, model } of new Map(columns.map((column) => [column.name, column])).values()) {
    const id = values[name];
    if (!model.reference || typeof id !== 'string') continue;
    const target = core.registry.resources.get(model.reference);
    const scope = target && canRead(target, actor) ? scopeFilter(target.scopes ?? {}, actor) : undefined;
    const where = { AND: [scope ?? {}, { id }] };
    const found = target && scope ? await tableOf(tx, target.model).findFirst({ where, select: { id: true } }) : null;
    if (!found) fields[name] = 'does not exist';
  }
  if (Object.keys(fields).length > 0) throw invalid('Please look at the marked fields.', fields);
}

/** Returns the values as Prisma writes them: an empty JSON column is the database's null, not JSON's. */
export function writtenValues({ model }: AnyResource, values: Values): Values {
  const isJson = (name: string) => modelOf(model).columns.get(name)?.type === 'json';
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null && isJson(name) ? Prisma.DbNull : value]),
  );
}

/** Returns the value as the column keeps it, or why it does not fit. */
export function checkValue(
  { declaration, model }: ResourceColumn,
  given: unknown,
): { value: unknown } | { reason: string } {
  try {
    const isLong = declaration.display === 'longText';
    const value = columnValue(model, given, { isLong });
    if (model.reference && typeof value === 'string' && !/^[\w-]{1,64}$/.test(value)) return { reason: 'is not an id' };
    if (!declaration.rule || value === null) return { value };
    const parsed = declaration.rule.safeParse(value);
    if (!parsed.success) return { reason: parsed.error.issues[0]?.message ?? 'does not fit' };
    if (parsed.data === undefined) return { reason: 'does not fit' };
    return { value: columnValue(model, parsed.data, { isLong }) };
  } catch (error) {
    if (error instanceof Unfit) return { reason: error.message };
    throw error;
  }
}
