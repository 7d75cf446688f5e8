// Between what the server keeps and what a form holds: texts while typing, typed values when sent, only what changed.
import type { FieldSpec } from '../parts/field.tsx';
import { isOption } from '../parts/reference-select.tsx';
import { say, writeZoned } from '../words.ts';

/** The values of a form by column. */
export type FormValues = Record<string, unknown>;

/** Returns a stored value as its field holds it. Times are held in the installation's zone. */
export function toField(field: FieldSpec, value: unknown, timeZone: string): unknown {
  if (field.kind === 'boolean') return value === true;
  if (field.kind === 'list' || field.kind === 'choices') return Array.isArray(value) ? value.map(String) : [];
  if (value === null || value === undefined) return '';
  if (field.kind === 'json') return JSON.stringify(value, null, 2);
  if (field.kind === 'date') return String(value).slice(0, 10);
  if (field.kind === 'dateTime') return writeZoned(String(value), timeZone);
  return String(value);
}

/** Returns a field's value as the server wants it. Throws an error whose message says what is wrong. */
export function fromField(field: FieldSpec, value: unknown): unknown {
  if (isOption(value)) return value.id;
  if (field.kind === 'list')
    return (Array.isArray(value) ? value : []).map((one) => String(one).trim()).filter(Boolean);
  if (field.kind === 'json') return parseJson(String(value ?? ''));
  if (value === '' && field.kind !== 'text' && field.kind !== 'longText' && field.kind !== 'email') return null;
  return field.kind === 'number' ? Number(value) : value;
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(say('is not valid JSON'));
  }
}

/** Returns the fields that differ from how the form began. */
export function changedFields(fields: FieldSpec[], start: FormValues, now: FormValues): FieldSpec[] {
  return fields.filter(({ name }) => JSON.stringify(plain(start[name])) !== JSON.stringify(plain(now[name])));
}

function plain(value: unknown): unknown {
  return isOption(value) ? value.id : (value ?? '');
}
