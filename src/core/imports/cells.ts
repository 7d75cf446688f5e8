// What people write in cells, made ready for a column. Its rule: what has two meanings, such as 03/04/2026, is refused and not guessed.

import type { ColumnModel } from '../database/datamodel.ts';
import { jsonSafe } from '../records/column-values.ts';
import type { ResourceColumn } from '../records/columns.ts';
import { isDay, startOfDay } from '../records/days.ts';
import { checkValue } from '../records/write.ts';
import type { ImportColumn } from './declaration.ts';

const yes = new Set(['true', 'yes', 'y', '1', 'x', 'ja', 'да', '是']);
const no = new Set(['false', 'no', 'n', '0', 'nee', 'нет', '否']);

/** Returns what the cell means for the column, or why it does not fit. The text is not empty. */
export function cellValue(
  column: ResourceColumn,
  spec: ImportColumn,
  text: string,
): { value: unknown } | { reason: string } {
  const given = spec.cast ? spec.cast(text) : castByType(column, text);
  return checkValue(column, given);
}

function castByType({ model, declaration }: ResourceColumn, text: string): unknown {
  switch (model.type) {
    case 'boolean':
      return yes.has(text.toLowerCase()) ? true : no.has(text.toLowerCase()) ? false : text;
    case 'number':
      // A comma where a point belongs is how most of Europe writes; with both signs it would be a guess.
      return /^-?\d+,\d{1,2}$/.test(text)
        ? text.replace(',', '.')
        : text.replace(/(?<=\d)[\u00a0\u202f](?=\d{3})/g, '');
    case 'dateTime':
      return timeText(model, text);
    case 'enum':
      return memberOf(model, declaration.values, text) ?? text;
    case 'list':
      return text
        .split(/[,;]/)
        .map((one) => one.trim())
        .filter(Boolean);
    default:
      return text;
  }
}

function timeText(model: ColumnModel, text: string): unknown {
  const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)(Z?))?$/.exec(text);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const [year, month, date] = parts ? parts.slice(1, 4) : dotted ? [dotted[3], dotted[2], dotted[1]] : [];
  if (!year || !month || !date) return text;
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const clock = parts?.[4];
  if (model.isDay) return !clock || /^0?0:00(:00)?$/.test(clock) ? day : text;
  if (clock)
    return `${day}T${clock.padStart(clock.length === 4 || clock.length === 7 ? clock.length + 1 : clock.length, '0')}${parts?.[5] ?? ''}`;
  return isDay(day) ? startOfDay(day).toISOString() : text;
}

function memberOf(
  model: ColumnModel,
  values: ResourceColumn['declaration']['values'],
  text: string,
): string | undefined {
  const wanted = text.toLowerCase();
  return model.members?.find(
    (member) => member.toLowerCase() === wanted || values?.[member]?.label.toLowerCase() === wanted,
  );
}

/** Returns a value as people read it beside another one. */
export function shownValue(column: ColumnModel, value: unknown): string {
  const safe = jsonSafe(value, column);
  if (safe === null || safe === undefined) return '';
  const text = typeof safe === 'string' ? safe : Array.isArray(safe) ? safe.join(', ') : String(safe);
  return text.length > 300 ? `${Array.from(text).slice(0, 300).join('')}…` : text;
}
