// The form of an export as one actor sees it: format, columns and their order, sorting, ready-made files.
import { z } from 'zod';
import type { Actor } from '../access.ts';
import { columnsFor } from '../records/columns.ts';
import type { AnyResource, ExportPreset } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';
import { type ExportColumn, exportColumns } from './export-columns.ts';

/** What the form gives. With a preset the rest of it does not count. */
export interface ExportForm {
  preset?: string | undefined;
  format: 'csv' | 'xlsx';
  columns: string[];
  sort: string;
  direction: 'asc' | 'desc';
  separator: ',' | ';';
  bom: boolean;
}

type Names = [string, ...string[]];

/** Builds the form of the columns that the actor may read; undefined where there is none. */
export function exportForm(resource: AnyResource, actor: Actor): z.ZodObject | undefined {
  const columns = exportColumns(resource, actor);
  if (columns.length === 0) return undefined;
  const sortable = sortColumns(resource, actor);
  return z.object({
    ...presetField(resource, columns),
    format: z
      .enum(['xlsx', 'csv'])
      .default('xlsx')
      .meta({ label: 'Format', labels: { xlsx: 'Excel (XLSX)', csv: 'CSV' } }),
    columns: columnsField(columns),
    sort: z
      .enum(Object.keys(sortable) as Names, 'cannot be sorted by this')
      .default(resource.sort[0])
      .meta({ label: 'In the order of', labels: sortable }),
    direction: z
      .enum(['asc', 'desc'])
      .default(resource.sort[1])
      .meta({ label: 'Direction', labels: { asc: 'Smallest or oldest first', desc: 'Largest or newest first' } }),
    separator: z
      .enum([',', ';'])
      .default(',')
      .meta({ label: 'Separator', labels: { ',': 'Comma', ';': 'Semicolon' } }),
    bom: z.boolean().default(true).meta({ label: 'UTF-8 mark for Excel' }),
  });
}

function columnsField(columns: readonly ExportColumn[]) {
  const names = columns.map(({ name }) => name) as Names;
  const listed = columns.filter(({ isListed }) => isListed).map(({ name }) => name);
  return z
    .array(z.enum(names, 'has a column that cannot be exported'))
    .min(1, 'needs at least one column')
    .max(names.length, 'names a column twice')
    .refine((list) => new Set(list).size === list.length, 'names a column twice')
    .default(listed.length > 0 ? listed : names)
    .meta({ label: 'Columns', widget: 'columns', labels: wordsOf(columns) });
}

function presetField(resource: AnyResource, columns: readonly ExportColumn[]) {
  const mayRead = new Set(columns.map(({ name }) => name));
  const presets = ((resource.exports ?? []) as readonly ExportPreset<never>[]).filter((preset) =>
    preset.columns.every((one) => mayRead.has(typeof one === 'string' ? one : one.column)),
  );
  if (presets.length === 0) return {};
  const labels = Object.fromEntries(presets.map(({ name, label }) => [name, label]));
  return {
    preset: z
      .enum(Object.keys(labels) as Names, 'is unknown')
      .optional()
      .meta({ label: 'Ready-made file', labels }),
  };
}

/** Returns what lists can be sorted by, and the resource's own order, with their labels. */
function sortColumns(resource: AnyResource, actor: Actor): Record<string, string> {
  const columns = columnsFor(resource, actor, 'sort').map(({ name, declaration }) => [name, declaration.label]);
  const [own] = resource.sort;
  const label = (resource.columns as Record<string, { label: string } | undefined>)[own]?.label ?? phrase('The list');
  return { [own]: label, ...Object.fromEntries(columns) };
}

function wordsOf(columns: readonly ExportColumn[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, label }) => [name, label]));
}
