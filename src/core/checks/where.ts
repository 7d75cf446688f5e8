// Filters in declarations, checked against the datamodel before anything runs: an unknown column there would be a fault for staff later.
import { type ColumnModel, modelOf } from '../database/datamodel.ts';

const comparisons = new Set([
  'equals',
  'not',
  'in',
  'notIn',
  'lt',
  'lte',
  'gt',
  'gte',
  'contains',
  'startsWith',
  'endsWith',
  'mode',
  'has',
  'hasSome',
  'hasEvery',
  'isEmpty',
  'path',
  'string_contains',
  'array_contains',
]);

/** Returns what is wrong with a filter on a model, a sentence each; nothing when it is sound. */
export function whereProblems(model: string, where: unknown, path = ''): string[] {
  if (typeof where !== 'object' || where === null || Array.isArray(where))
    return [`${path || 'the filter'} is not a filter`];
  const { columns, relations } = modelOf(model);
  return Object.entries(where).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key;
    if (value === undefined) return [`${here} is undefined, which means every row`];
    if (key === 'AND' || key === 'OR' || key === 'NOT')
      return [value].flat().flatMap((part, index) => whereProblems(model, part, `${here}[${index}]`));
    const column = columns.get(key);
    if (column) return columnProblems(column, value, here);
    const relation = relations.get(key);
    if (relation) return relationProblems(relation.model, relation.isList, value, here);
    return [`${here}: the model ${model} has no such column or relation`];
  });
}

function columnProblems(column: ColumnModel, value: unknown, path: string): string[] {
  if (value === null) return column.isRequired ? [`${path} can never be null`] : [];
  if (typeof value !== 'object' || value instanceof Date) return memberProblems(column, value, path);
  if (Array.isArray(value)) return column.type === 'list' ? [] : [`${path} is a list where one value is expected`];
  return Object.entries(value).flatMap(([comparison, operand]) => {
    const here = `${path}.${comparison}`;
    if (!comparisons.has(comparison)) return [`${here} is no comparison`];
    if (operand === undefined) return [`${here} is undefined, which means every row`];
    if (comparison === 'not') return operand === null ? [] : columnProblems(column, operand, here);
    if (comparison === 'equals' && operand === null) return columnProblems(column, null, path);
    return [operand].flat().flatMap((one) => memberProblems(column, one, here));
  });
}

function memberProblems(column: ColumnModel, value: unknown, path: string): string[] {
  if (value === undefined) return [`${path} is undefined, which means every row`];
  const isMember = !column.members || column.members.includes(String(value));
  return isMember ? [] : [`${path} is ${String(value)}, which is not one of ${column.members?.join(', ')}`];
}

function relationProblems(model: string, isList: boolean, value: unknown, path: string): string[] {
  if (value === null) return isList ? [`${path} can never be null`] : [];
  if (typeof value !== 'object' || value === undefined) return [`${path} is not a filter`];
  const parts = Object.entries(value);
  const known = isList ? ['some', 'every', 'none'] : ['is', 'isNot'];
  if (!isList && !parts.some(([key]) => known.includes(key))) return whereProblems(model, value, path);
  return parts.flatMap(([key, part]) => {
    const here = `${path}.${key}`;
    if (!known.includes(key)) return [`${here}: expected ${known.join(', ')}`];
    return part === null && !isList ? [] : whereProblems(model, part, here);
  });
}
