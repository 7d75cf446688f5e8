// What an edit changed: the activity as it is, beside what was last approved, field by field.
import type { Row, ValueKind } from '../../core/index.ts';
import { plain } from './activities.ts';
import { writtenColumns } from './activity-fields.ts';
import { choiceWords, columnLabels } from './activity-words.ts';

/** One field that differs; an empty text stands for nothing. */
export interface Difference {
  column: string;
  label: string;
  kind: ValueKind;
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
      kind: kinds[column] ?? 'text',
      before: written(column, before),
      after: written(column, after),
    }));
}

/** Returns every field but the pictures with its value, for the reviewer; an empty text stands for nothing. */
export function valuesOf(activity: Activity): { column: string; label: string; kind: ValueKind; value: string }[] {
  const columns = writtenColumns.filter((column) => !isPicture(column));
  return columns.map((column) => ({
    column,
    label: columnLabels[column],
    kind: kinds[column] ?? 'text',
    value: written(column, plain(activity[column])),
  }));
}

const kinds: Partial<Record<(typeof writtenColumns)[number], ValueKind>> = {
  startsAt: 'moment',
  endsAt: 'moment',
  shownFrom: 'moment',
  shownUntil: 'moment',
  enrolUntil: 'moment',
  campuses: 'choices',
  type: 'choices',
  enrolling: 'choices',
};

const isPicture = (column: string) => column === 'poster' || column === 'qrcode';

function written(column: (typeof writtenColumns)[number], value: unknown): string {
  const texts = (Array.isArray(value) ? value : [value ?? '']).map(String);
  if (kinds[column] === 'choices') return texts.map((one) => choiceWords[one] ?? one).join(', ');
  return isPicture(column) ? texts.join().slice(0, 8) : texts.join(', ');
}
