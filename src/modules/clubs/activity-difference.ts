// What an edit changed: the activity as it is, beside what was last approved, field by field.
import type { Row } from '../../core/index.ts';
import { plain } from './activities.ts';
import { writtenColumns } from './activity-fields.ts';
import { choiceWords, columnLabels } from './activity-words.ts';
import { writeTime } from './times.ts';

/** One field that differs, in words. */
export interface Difference {
  column: string;
  label: string;
  before: string;
  after: string;
}

type Activity = Row<'Activity'>;

/** Returns what differs from the last approval; nothing for an activity that was never approved. */
export function differencesOf(activity: Activity): Difference[] {
  const approved = activity.approvedValues;
  if (typeof approved !== 'object' || approved === null || Array.isArray(approved)) return [];
  return writtenColumns
    .map((column) => ({ column, before: approved[column] ?? null, after: plain(activity[column]) }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
    .map(({ column, before, after }) => ({
      column,
      label: columnLabels[column],
      before: inWords(column, before),
      after: inWords(column, after),
    }));
}

/** Returns every field with its value in words, for the reviewer. */
export function valuesOf(activity: Activity): { column: string; label: string; value: string }[] {
  return writtenColumns.map((column) => ({
    column,
    label: columnLabels[column],
    value: inWords(column, plain(activity[column])),
  }));
}

function inWords(column: string, value: unknown): string {
  if (value === null || value === '') return '—';
  if (Array.isArray(value)) return value.map((one) => choiceWords[String(one)] ?? String(one)).join(', ') || '—';
  if (column === 'poster' || column === 'qrcode') return `picture ${String(value).slice(0, 8)}`;
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return writeTime(new Date(text));
  return choiceWords[text] ?? text;
}
