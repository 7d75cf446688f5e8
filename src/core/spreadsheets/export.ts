// Export: a resource with the permission `export` gets a ready action that makes a CSV or XLSX file of chosen or all matching
// records. Its rule: the form knows only the columns of whoever asks, so that the same check holds at each start, each resume
// and each download.
import { type Actor, may, systemActor } from '../access.ts';
import type { AnyAction } from '../action.ts';
import type { AnyRow } from '../database/tables.ts';
import { clockTime } from '../records/days.ts';
import type { AnyResource, ExportPreset, PresetColumn } from '../resource.ts';
import type { Work } from '../work.ts';
import { exportCells, exportColumns, exportSelect, type FileColumn } from './export-columns.ts';
import { type ExportForm, exportForm } from './export-form.ts';
import { batches, type CellRow, csvStream, spreadsheetTypes } from './write.ts';
import { xlsxStream } from './xlsx-writer.ts';

const rowsAtOnce = 1_000;

/** How a file is to be made: by a preset, or by what was chosen. */
interface Plan {
  format: 'csv' | 'xlsx';
  separator: ',' | ';';
  bom: boolean;
  header: boolean;
  columns: FileColumn[];
  order: { column: string; direction: 'asc' | 'desc' };
  fileName: string;
}

/** Returns the actions that a resource has without declaring them. */
export function readyActions(resource: AnyResource): AnyAction[] {
  const permission = resource.permissions.export;
  if (!permission) return [];
  const name = `export-${resource.model.replace(/(?<=[a-z\d])([A-Z])/g, '-$1').toLowerCase()}`;
  if (resource.actions?.some((one) => one.name === name)) return [];
  return [exportAction(resource, name, permission)];
}

function exportAction(resource: AnyResource, name: string, permission: string): AnyAction {
  const { one, many } = resource.label;
  const formFor = (actor: Actor) => (may(actor, resource.permissions.read) ? exportForm(resource, actor) : undefined);
  return {
    model: resource.model,
    name,
    label: { one: `Export ${one}`, many: `Export {count} ${many}` },
    description: 'Makes a file of these records. It is kept for 7 days, and the audit says who took what.',
    permission,
    icon: 'Download',
    ready: 'export',
    // For doors that describe the action as such; what somebody may choose of it is formFor's business.
    form: exportForm(resource, systemActor),
    formFor,
    reading: {
      chunk: rowsAtOnce,
      select: (form: ExportForm, actor: Actor) => exportSelect(resource, planOf(resource, actor, form).columns),
      order: (form: ExportForm) => planOf(resource, systemActor, form).order,
    },
    preview: (_row: unknown, { form }: { form: ExportForm }) => ({ summary: inWords(resource, form) }),
    all: (rows: AsyncIterable<AnyRow>, { form, work }: { form: ExportForm; work: Work }) =>
      makeFile(resource, rows, form, work),
  };
}

async function makeFile(resource: AnyResource, rows: AsyncIterable<AnyRow>, form: ExportForm, work: Work) {
  const plan = planOf(resource, work.actor, form);
  const header = plan.columns.map(({ heading }) => heading);
  const cells = cellsOf(resource, plan, rows, work);
  const content =
    plan.format === 'csv'
      ? csvStream(cells, { separator: plan.separator, bom: plan.bom, ...(plan.header ? { header } : {}) })
      : xlsxStream([{ name: resource.label.many, rows: cells, ...(plan.header ? { header } : {}) }]);
  return {
    name: `${plan.fileName}.${plan.format}`,
    type: spreadsheetTypes[plan.format],
    content,
    audit: { format: plan.format, columns: header, ...(form.preset ? { preset: form.preset } : {}) },
  };
}

async function* cellsOf(
  resource: AnyResource,
  { columns }: Plan,
  rows: AsyncIterable<AnyRow>,
  work: Work,
): AsyncGenerator<CellRow> {
  const point = { core: work.core, actor: work.actor, resource };
  for await (const batch of batches(rows, rowsAtOnce)) yield* await exportCells(point, columns, batch, work.tx);
}

function planOf(resource: AnyResource, actor: Actor, form: ExportForm): Plan {
  const preset = (resource.exports ?? []).find(({ name }) => name === form.preset) as ExportPreset<never> | undefined;
  const known = new Map(exportColumns(resource, actor).map((column) => [column.name, column]));
  const chosen = preset?.columns ?? form.columns;
  const columns = chosen.flatMap((one) => {
    const asked: PresetColumn = typeof one === 'string' ? { column: one } : one;
    const found = known.get(asked.column);
    return found ? [{ ...found, heading: asked.heading ?? found.label, isRaw: asked.raw ?? false }] : [];
  });
  const day = clockTime(new Date()).slice(0, 10);
  const [column, direction] = preset?.sort ?? (preset ? resource.sort : [form.sort, form.direction]);
  return {
    format: preset?.format ?? form.format,
    separator: preset ? (preset.separator ?? ',') : form.separator,
    bom: preset ? (preset.bom ?? true) : form.bom,
    header: preset?.header ?? true,
    columns,
    order: { column, direction },
    fileName: preset?.fileName ?? `${resource.label.many} ${day}`,
  };
}

function inWords(resource: AnyResource, form: ExportForm): string {
  const plan = planOf(resource, systemActor, form);
  const count = plan.columns.length;
  const labels = plan.columns.map(({ heading }) => heading).join(', ');
  if (plan.format === 'csv')
    return count === 1 ? `A CSV file with one column: ${labels}.` : `A CSV file with ${count} columns: ${labels}.`;
  return count === 1 ? `An Excel file with one column: ${labels}.` : `An Excel file with ${count} columns: ${labels}.`;
}
