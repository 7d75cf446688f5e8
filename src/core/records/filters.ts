// Filters on single columns: how they are written in an address, what they mean in the database, how they read in words.
import type { Actor } from '../access.ts';
import type { ColumnModel } from '../database/datamodel.ts';
import { invalid } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';
import { columnValue, textValue, Unfit } from './column-values.ts';
import { columnsFor, type ResourceColumn } from './columns.ts';
import { isDay, nextDay, startOfDay } from './days.ts';

const operations = ['contains', 'is', 'from', 'to', 'empty'] as const;
export type FilterOperation = (typeof operations)[number];

/** A condition on one column. */
export interface Filter {
  column: string;
  op: FilterOperation;
  values: string[];
}

/** What makes a filter: values at most, characters at most. */
const limits = { values: 100, length: 200 };

/** Returns the operations that make sense for a column. */
export function operationsOf(column: ColumnModel): readonly FilterOperation[] {
  // A text that must be there may still be empty; a number, a day or a reference may not.
  const canBeEmpty = !column.isRequired || (column.type === 'string' && !column.reference);
  const empty: FilterOperation[] = canBeEmpty ? ['empty'] : [];
  if (column.reference) return ['is', ...empty];
  switch (column.type) {
    case 'string':
      return ['contains', 'is', ...empty];
    case 'number':
    case 'dateTime':
      return ['is', 'from', 'to', ...empty];
    case 'enum':
    case 'boolean':
      return ['is', ...empty];
    case 'list':
      return ['is'];
    default:
      return [];
  }
}

/** Reads one filter from `<column>.<operation>` and its values. Throws invalid that names `field`. */
export function parseFilter(
  resource: AnyResource,
  actor: Actor,
  name: string,
  given: unknown,
  field: string = name,
): Filter {
  const refuse = (reason: string) => invalid('This filter does not fit.', { [field.slice(0, 80)]: reason });
  const [columnName, op, ...rest] = name.split('.', 4);
  const column = columnsFor(resource, actor, 'filter').find((one) => one.name === columnName);
  const operation = operations.find((one) => one === op);
  if (!column || !operation || rest.length > 0 || !operationsOf(column.model).includes(operation))
    throw refuse(phrase('cannot be filtered like this'));
  const values = Array.isArray(given) ? given : [given];
  if (values.length === 0 || values.length > (operation === 'is' ? limits.values : 1))
    throw refuse(phrase('has the wrong number of values'));
  try {
    const texts = values.map((value) => textValue(value, false, limits.length));
    const filter = { column: column.name, op: operation, values: texts };
    conditionOf(column, filter);
    return filter;
  } catch (error) {
    if (error instanceof Unfit) throw refuse(error.message);
    throw error;
  }
}

/** Returns what the filters mean for the database. Throws invalid for a column that the actor may not filter. */
export function filterConditions(resource: AnyResource, actor: Actor, filters: readonly Filter[]): object[] {
  const columns = columnsFor(resource, actor, 'filter');
  return filters.map((filter) => {
    const checked = parseFilter(resource, actor, `${filter.column}.${filter.op}`, filter.values);
    return conditionOf(columns.find((one) => one.name === filter.column) as ResourceColumn, checked);
  });
}

/** Returns a condition that finds the text anywhere in the column, whatever its case; `%` and `_` stand for themselves. */
export function containsText(column: string, text: string): object {
  return { [column]: { contains: text.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' } };
}

function conditionOf({ name, model }: ResourceColumn, { op, values }: Filter): object {
  const [first = ''] = values;
  if (op === 'contains') {
    if (first === '') throw new Unfit('is missing');
    return containsText(name, first);
  }
  if (op === 'empty') return emptyCondition(model, first);
  if (model.type === 'dateTime') return timeCondition(model, op, values);
  if (op === 'is') {
    if (model.type === 'list') return { [name]: { hasSome: columnValue(model, values) } };
    return { [name]: { in: values.map((value) => present(model, value)) } };
  }
  return { [name]: { [op === 'from' ? 'gte' : 'lte']: present(model, first) } };
}

function emptyCondition(model: ColumnModel, value: string): object {
  if (value !== 'true' && value !== 'false') throw new Unfit('must be true or false');
  const nothing: object[] = [];
  if (!model.isRequired) nothing.push({ [model.name]: null });
  if (model.type === 'string') nothing.push({ [model.name]: '' });
  if (value === 'true') return { OR: nothing };
  // A plain NOT would lose the rows where the column is null; these conditions name both kinds of emptiness.
  return { AND: nothing.map((one) => ({ [model.name]: { not: (one as Record<string, unknown>)[model.name] } })) };
}

function timeCondition(model: ColumnModel, op: FilterOperation, values: string[]): object {
  const name = model.name;
  const ranges = values.map((value) => {
    if (model.isDay || !isDay(value)) {
      const exact = present({ ...model }, value) as Date;
      return { gte: exact, lte: exact };
    }
    return { gte: startOfDay(value), lt: startOfDay(nextDay(value)) };
  });
  if (op === 'is') return { OR: ranges.map((range) => ({ [name]: range })) };
  const { gte, ...end } = ranges[0] as { gte: Date; lt?: Date; lte?: Date };
  return { [name]: op === 'from' ? { gte } : end };
}

function present(model: ColumnModel, value: string): unknown {
  if (value === '' && model.type !== 'string') throw new Unfit('is missing');
  return columnValue({ ...model, isRequired: true }, value);
}

/** Says the filter in words, for example `State is added`. */
export function filterWords(resource: AnyResource, filter: Filter): string {
  const declaration = resource.columns[filter.column as never] as ResourceColumn['declaration'] | undefined;
  const label = declaration?.label ?? filter.column;
  const values = filter.values.map((value) => declaration?.values?.[value]?.label ?? value);
  const [first = ''] = values;
  switch (filter.op) {
    case 'contains':
      return `${label} contains “${first}”`;
    case 'is':
      return values.length > 5 ? `${label} is one of ${values.length} values` : `${label} is ${values.join(' or ')}`;
    case 'from':
      return `${label} from ${first}`;
    case 'to':
      return `${label} to ${first}`;
    case 'empty':
      return `${label} is ${first === 'true' ? 'empty' : 'not empty'}`;
  }
}
