// Selections and forms as people type them, on the command line and in schedules: one language for both. Programs send JSON.
// The rule: whoever says nothing chooses nothing; all records are meant only where `all` or a filter is said.
import type { AnyAction } from '../action.ts';
import { invalid } from '../errors.ts';
import { describeForm } from '../records/form.ts';
import { checkedView } from '../records/list-query.ts';
import { parseSelection, type Selection } from '../records/selection.ts';
import type { AnyResource } from '../resource.ts';

/** What somebody typed to choose records. */
export interface TypedChoice {
  all?: boolean;
  ids?: readonly string[];
  /** `<column>.<op>=value` each; the same name twice means either value. */
  filters?: readonly string[];
  /** Words for the search box. */
  search?: string;
  /** A ready-made filter, by its label or its number from 0. */
  view?: string;
}

/** Returns the selection that was typed. Throws invalid when nothing was chosen, or both single records and a filter. */
export function typedSelection(resource: AnyResource, typed: TypedChoice): Selection {
  const filters = typed.filters ?? [];
  const isFiltered = typed.all || filters.length > 0 || Boolean(typed.search) || Boolean(typed.view);
  if (typed.ids?.length) {
    if (isFiltered) throw invalid('Choose single records or a filter, not both.', { ids: 'stand alone' });
    return parseSelection({ ids: typed.ids });
  }
  if (!isFiltered)
    throw invalid('Say which records: all, ids, or a filter such as state.is=added.', { selection: 'is missing' });
  return parseSelection({
    all: true,
    ...(typed.search ? { q: typed.search } : {}),
    ...(typed.view ? { view: viewNamed(resource, typed.view) } : {}),
    ...(filters.length > 0 ? { filters: grouped(filters, 'filter') } : {}),
  });
}

/** Reads a selection from lines: `all`, `ids=a,b`, `search=words`, `view=Label`, or `<column>.<op>=value`. Throws invalid. */
export function readSelectionLines(resource: AnyResource, text: string): Selection {
  const typed: TypedChoice & { filters: string[] } = { filters: [] };
  for (const line of linesOf(text)) {
    const [name, value] = nameAndValue(line, 'selection', line === 'all' ? 'all=' : line);
    if (name === 'all') typed.all = true;
    else if (name === 'ids') typed.ids = listOf(value);
    else if (name === 'search') typed.search = value;
    else if (name === 'view') typed.view = value;
    else typed.filters.push(line);
  }
  return typedSelection(resource, typed);
}

/** Returns a form from `name=value` pairs; numbers, flags and lists are read as the form declares them. Throws invalid for a line without `=`. */
export function typedForm(action: AnyAction, pairs: readonly string[]): Record<string, unknown> {
  const kinds = new Map(describeForm(action.form).map(({ name, kind }) => [name, kind]));
  const form: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(grouped(pairs, 'form'))) form[name] = typedValue(kinds.get(name), value);
  return { ...form };
}

/** Returns the lines of a text that say something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Returns the parts of a list written with commas. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

// What cannot be read stays as it was typed, so that the form's own rule complains about it by name.
function typedValue(kind: string | undefined, value: string | string[]): unknown {
  if (kind === 'choices' || kind === 'columns') return [value].flat().flatMap(listOf);
  if (typeof value !== 'string') return value;
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (kind === 'boolean' && /^(true|yes)$/.test(value)) return true;
  if (kind === 'boolean' && /^(false|no)$/.test(value)) return false;
  return value;
}

function viewNamed(resource: AnyResource, view: string): number | null {
  const index = (resource.views ?? []).findIndex(({ label }) => label.toLowerCase() === view.toLowerCase());
  return index >= 0 ? index : checkedView(resource, view);
}

function grouped(pairs: readonly string[], field: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null);
  for (const pair of pairs) {
    const [name, value] = nameAndValue(pair, field);
    const before = found[name];
    found[name] = before === undefined ? value : [before, value].flat();
  }
  return { ...found };
}

function nameAndValue(pair: string, field: string, text = pair): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw invalid(`“${pair.slice(0, 80)}” has no name and value.`, { [field]: 'is written name=value' });
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
