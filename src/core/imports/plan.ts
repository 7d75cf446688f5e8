// What the rows of an import would do: new, changed with each difference, unchanged, or invalid with the reason. Reads only. The rehearsal and
import { createHmac } from 'node:crypto';
import { derivedKey } from '../config/secrets.ts';
import type { Transaction } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import { type AnyRow, tableOf } from '../database/tables.ts';
import { jsonSafe } from '../records/column-values.ts';
import { titleSelect } from '../records/view.ts';
// the commit ask the same questions, so that a row does what was shown, or nothing.
import { phrase } from '../words/catalogue.ts';
import { cellValue, shownValue } from './cells.ts';
import { askedColumns, type ImportContext, type MappedColumn, scopeOf } from './context.ts';
import { type LookUp, lookUpRecords } from './look-up.ts';

/** A difference of one cell. */
export interface CellChange {
  label: string;
  from: string;
  to: string;
}

/** What one row would do. */
export interface PlannedRow {
  plan: 'create' | 'change' | 'same' | 'invalid';
  reason?: string;
  /** Says which record is meant, without saying its values. */
  key?: string;
  /** What is written. */
  values: Record<string, unknown>;
  existing?: AnyRow;
  changes: CellChange[];
}

const hidden = '••••';

/** Plans rows in their order; a query for each look-up and one for the records that are there, however many rows. */
export async function planRows(
  context: ImportContext,
  client: Transaction,
  rows: readonly string[][],
): Promise<PlannedRow[]> {
  const found = await lookUpRecords(context, client, rows);
  const planned = rows.map((cells) => readRow(context, cells, found));
  await checkRows(context, client, planned);
  await matchExisting(context, client, planned);
  return planned;
}

function readRow(context: ImportContext, cells: string[], found: LookUp): PlannedRow {
  const faults = raggedFaults(context, cells);
  const values: Record<string, unknown> = { ...context.asked };
  for (const column of context.mapped) {
    const text = cells[column.at]?.trim() ?? '';
    if (text === '') {
      if (column.spec.required) faults.push(phrase(`${column.spec.label} is missing`));
      continue;
    }
    const checked = column.spec.lookUp ? found(column.name, text) : cellValue(column.column, column.spec, text);
    if ('reason' in checked) faults.push(`${column.spec.label} ${checked.reason}`);
    else values[column.name] = checked.value;
  }
  if (faults.length === 0) faults.push(...missing(context, values));
  if (faults.length > 0) return { plan: 'invalid', reason: faults.join('; ').slice(0, 500), values, changes: [] };
  return { plan: 'create', values, changes: [], key: keyOf(context, values) };
}

async function checkRows({ declaration }: ImportContext, client: Transaction, planned: PlannedRow[]): Promise<void> {
  const open = planned.filter(({ plan }) => plan === 'create');
  if (!declaration.check || open.length === 0) return;
  const reasons = await declaration.check(
    client,
    open.map(({ values }) => values),
  );
  for (const [at, row] of open.entries())
    if (reasons[at]) Object.assign(row, { plan: 'invalid', reason: reasons[at], key: undefined });
}

function raggedFaults({ width, format }: ImportContext, cells: string[]): string[] {
  const last = cells.findLastIndex((cell) => cell !== '') + 1;
  if (last <= width && (format === 'xlsx' || cells.length >= width)) return [];
  return [phrase(`has ${Math.max(last, Math.min(cells.length, width))} cells where the first row has ${width}`)];
}

function missing({ declaration, resource, actor }: ImportContext, values: Record<string, unknown>): string[] {
  const names = declaration.matchBy as readonly string[];
  const label = (name: string) =>
    (declaration.columns as Record<string, { label: string } | undefined>)[name]?.label ??
    askedColumns(resource, actor).find((one) => one.name === name)?.label ??
    name;
  return names
    .filter((name) => values[name] === undefined || values[name] === null)
    .map((name) => phrase(`${label(name)} is missing`));
}

function keyOf({ core, resource, declaration }: ImportContext, values: Readonly<Record<string, unknown>>): string {
  const parts = (declaration.matchBy as readonly string[]).map((name) =>
    jsonSafe(values[name], modelOf(resource.model).columns.get(name)),
  );
  return createHmac('sha256', derivedKey(core.config.appKey, 'import-key'))
    .update(JSON.stringify(parts))
    .digest('base64url');
}

async function matchExisting(context: ImportContext, client: Transaction, planned: PlannedRow[]): Promise<void> {
  const open = planned.filter(({ plan }) => plan === 'create');
  if (open.length === 0) return;
  const { core, actor, resource, declaration } = context;
  const scope = scopeOf(core, actor, resource.model);
  const names = declaration.matchBy as readonly string[];
  const among = names.map((name) => ({ [name]: { in: [...new Set(open.map(({ values }) => values[name]))] } }));
  const rows = await tableOf(client, resource.model).findMany({
    where: { AND: [scope ?? { id: { in: [] } }, ...among] },
    select: importSelect(context),
  });
  const byKey = new Map<string, AnyRow[]>();
  for (const row of rows) {
    const key = keyOf(context, row);
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  for (const row of open) settle(context, row, byKey.get(row.key ?? '') ?? []);
}

/** Returns what is read of a record to compare it, name it and know its version. */
export function importSelect({ resource, declaration, mapped, asked }: ImportContext): Record<string, true> {
  const { version } = modelOf(resource.model);
  const names = [
    'id',
    ...(version ? [version] : []),
    ...mapped.map(({ name }) => name),
    ...declaration.matchBy,
    ...Object.keys(asked),
  ];
  return { ...titleSelect(resource), ...Object.fromEntries(names.map((name) => [name, true as const])) };
}

function settle(context: ImportContext, row: PlannedRow, found: AnyRow[]): void {
  const [existing, second] = found;
  if (second) Object.assign(row, { plan: 'invalid', reason: 'means two records that are there already' });
  else if (existing) {
    const changed = context.mapped.filter((column) => differs(column, row.values, existing));
    const isKept = context.declaration.existing === 'keep';
    row.existing = existing;
    row.plan = changed.length > 0 && !isKept ? 'change' : 'same';
    if (isKept) row.reason = phrase('is there already');
    row.changes = isKept ? [] : changed.map((column) => changeOf(column, row.values, existing));
    row.values = isKept ? {} : Object.fromEntries(changed.map(({ name }) => [name, row.values[name]]));
  } else row.reason = neededForNew(context, row.values);
  if (row.reason && row.plan === 'create') row.plan = 'invalid';
}

function neededForNew(
  { resource, declaration, asked }: ImportContext,
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  const own = declaration.columns as Record<string, { label: string } | undefined>;
  const ask = (declaration.ask ?? {}) as Record<string, { isFound?: boolean }>;
  const needed = Object.keys(ask).filter((name) => !ask[name]?.isFound);
  const names = [...new Set([...Object.keys(own), ...needed, ...Object.keys(asked)])];
  const lacking = names.filter((name) => {
    const column = modelOf(resource.model).columns.get(name);
    return column?.isRequired && !column.hasDefault && values[name] === undefined;
  });
  return lacking.length > 0
    ? lacking.map((name) => phrase(`${own[name]?.label ?? name} is missing`)).join('; ')
    : undefined;
}

function differs({ name, column }: MappedColumn, values: Readonly<Record<string, unknown>>, existing: AnyRow): boolean {
  // An empty cell says nothing; it does not empty what is there.
  if (values[name] === undefined) return false;
  return (
    JSON.stringify(jsonSafe(values[name], column.model)) !== JSON.stringify(jsonSafe(existing[name], column.model))
  );
}

function changeOf(
  { name, spec, column }: MappedColumn,
  values: Readonly<Record<string, unknown>>,
  existing: AnyRow,
): CellChange {
  if (spec.sensitive) return { label: spec.label, from: hidden, to: hidden };
  return {
    label: spec.label,
    from: shownValue(column.model, existing[name]),
    to: shownValue(column.model, values[name]),
  };
}
