// Which columns of a resource can leave in a file, and what stands in their cells. Its rule: nobody takes away what the panel
// would not show them.
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import type { AnyRow } from '../database/tables.ts';
import type { Transaction } from '../model.ts';
import { columnsFor, declaredColumns, type ResourceColumn } from '../records/columns.ts';
import { loadReferences, titleSelect } from '../records/view.ts';
import type { AnyResource, ComputedColumn } from '../resource.ts';
import type { Cell, CellRow } from './write.ts';

/** A column that can be exported: one of the table, or one that is worked out. */
export interface ExportColumn {
  name: string;
  label: string;
  /** Whether lists show it, so that it is chosen from the start. */
  isListed: boolean;
  own?: ResourceColumn;
  computed?: ComputedColumn<never>;
}

/** A column as it stands in one file. */
export interface FileColumn extends ExportColumn {
  heading: string;
  /** The value itself in place of its words. */
  isRaw: boolean;
}

/** Returns the columns that the actor may take away, in the order of the declaration: those of lists and of the record's page, without files. */
export function exportColumns(resource: AnyResource, actor: Actor): ExportColumn[] {
  const listed = new Set(columnsFor(resource, actor, 'list').map(({ name }) => name));
  const shown = new Set(columnsFor(resource, actor, 'show').map(({ name }) => name));
  const own = declaredColumns(resource)
    .filter(({ name, declaration }) => (listed.has(name) || shown.has(name)) && declaration.display !== 'file')
    .map((column) => ({
      name: column.name,
      label: column.declaration.label,
      isListed: listed.has(column.name),
      own: column,
    }));
  const computed = Object.entries((resource.computed ?? {}) as Record<string, ComputedColumn<never>>)
    .filter(([, column]) => (column.list ?? true) || (column.show ?? true))
    .map(([name, column]) => ({ name, label: column.label, isListed: column.list ?? true, computed: column }));
  return [...own, ...computed];
}

/** Returns what must be read for these columns. Worked-out columns get the row as declared. */
export function exportSelect(resource: AnyResource, columns: readonly ExportColumn[]): Record<string, true> {
  const own = columns.flatMap(({ own }) => (own ? [own.name] : []));
  const needsAll = columns.some(({ computed }) => computed);
  const declared = needsAll ? declaredColumns(resource).map(({ name }) => name) : [];
  const titles = needsAll ? titleSelect(resource) : {};
  return { id: true, ...Object.fromEntries([...own, ...declared].map((name) => [name, true as const])), ...titles };
}

/** Turns rows into cells: one query a relation, one call a worked-out column, however many rows there are. */
export async function exportCells(
  point: { core: Core; actor: Actor; resource: AnyResource },
  columns: readonly FileColumn[],
  rows: AnyRow[],
  client: Transaction,
): Promise<CellRow[]> {
  const own = columns.flatMap(({ own, isRaw }) => (own && !isRaw ? [own] : []));
  const references = await loadReferences(point, own, rows, client);
  const computed = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { name, computed: column } of columns)
    if (column && !computed.has(name)) computed.set(name, await column.of(rows as never, point.core));
  return rows.map((row) => {
    const titles = references(row);
    return columns.map(({ name, own: column, isRaw }) => {
      if (!column) return looseCell(computed.get(name)?.[row.id]);
      return isRaw ? rawCell(column, row[name]) : wordCell(column, row[name], titles[name]?.title);
    });
  });
}

function wordCell(column: ResourceColumn, value: unknown, title: string | undefined): Cell {
  if (value === null || value === undefined) return null;
  if (title !== undefined) return title;
  const { values } = column.declaration;
  const word = (one: unknown) =>
    values && Object.hasOwn(values, String(one)) ? values[String(one)]?.label : undefined;
  if (Array.isArray(value)) return value.map((one) => word(one) ?? String(one)).join(', ');
  return word(value) ?? rawCell(column, value);
}

function rawCell({ model }: ResourceColumn, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return model.isDay ? { day: value.toISOString().slice(0, 10) } : value;
  // A list has no separator of its own in a cell; JSON and lists of anything are written as JSON.
  if (model.type === 'json') return JSON.stringify(value);
  if (model.type === 'list') return (value as unknown[]).join(', ');
  return model.prismaType === 'BigInt' || model.prismaType === 'Decimal'
    ? exactNumber(String(value))
    : looseCell(value);
}

// Spreadsheet programs keep 15 digits; a longer number stays a text, so that none is lost.
function exactNumber(digits: string): Cell {
  return digits.replace(/[^\d]/g, '').replace(/^0+/, '').length <= 15 ? Number(digits) : digits;
}

function looseCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return exactNumber(String(value));
  const { done, total } = value as { done?: unknown; total?: unknown };
  // Not 3/10, which is a day in October to a spreadsheet.
  return typeof done === 'number' && typeof total === 'number' ? `${done} of ${total}` : JSON.stringify(value);
}
