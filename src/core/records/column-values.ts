// Values that come from outside, made fit for one column. Its rule: only checked primitives, lists of them and plain JSON get through.
import type { ColumnModel } from '../database/datamodel.ts';
import { instantOf, isDay } from './days.ts';

/** The reason why a value does not fit, in words that go after the field's name. */
export class Unfit extends Error {}

const longest = { line: 2_000, text: 100_000, json: 200_000, list: 500 };

/** Returns the value as the column keeps it. Throws Unfit with the reason. An empty text is null where the column may be empty. */
export function columnValue(column: ColumnModel, value: unknown, options: { isLong?: boolean } = {}): unknown {
  if (value === null || (value === '' && (column.type !== 'string' || !column.isRequired))) {
    if (column.isRequired) throw new Unfit('is missing');
    return null;
  }
  switch (column.type) {
    case 'string':
      return textValue(value, options.isLong ?? false, column.maxLength);
    case 'number':
      return numberValue(column.prismaType, value);
    case 'boolean':
      return booleanValue(value);
    case 'dateTime':
      return column.isDay ? dayValue(value) : instantValue(value);
    case 'enum':
      return memberValue(column, value);
    case 'list':
      return listValue(column, value);
    case 'json':
      return jsonValue(value);
    case 'bytes':
      throw new Unfit('cannot be written');
  }
}

/** Returns the text unless it is too long or holds characters that no name or sentence needs. */
export function textValue(value: unknown, isLong: boolean, maxLength?: number): string {
  if (typeof value !== 'string') throw new Unfit('must be a text');
  if (value.length > (maxLength ?? (isLong ? longest.text : longest.line))) throw new Unfit('is too long');
  const text = isLong ? value.replace(/\r\n?/g, '\n') : value;
  if (isLong ? /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text) : /[\0-\x1f\x7f-\x9f]/.test(text))
    throw new Unfit('holds a control character');
  if (/\p{Surrogate}/u.test(text)) throw new Unfit('holds half a character');
  return text;
}

function numberValue(prismaType: string, value: unknown): number | bigint | string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 40) throw new Unfit('must be a number');
  if (prismaType === 'Int' || prismaType === 'BigInt') {
    if (!/^-?\d{1,19}$/.test(text)) throw new Unfit('must be a whole number');
    const bits = prismaType === 'Int' ? 32 : 64;
    if (BigInt.asIntN(bits, BigInt(text)) !== BigInt(text)) throw new Unfit('is too large or too small');
    return prismaType === 'Int' ? Number(text) : BigInt(text);
  }
  if (!/^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text)) throw new Unfit('must be a number');
  if (!Number.isFinite(Number(text))) throw new Unfit('is too large or too small');
  return prismaType === 'Decimal' ? text : Number(text);
}

function booleanValue(value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Unfit('must be true or false');
}

function dayValue(value: unknown): Date {
  if (typeof value !== 'string' || !isDay(value)) throw new Unfit('must be a day such as 2026-05-03');
  return new Date(`${value}T00:00:00Z`);
}

/** Returns the instant of `2026-05-03T14:30Z`, or of `2026-05-03T14:30` in the installation's zone. Throws Unfit. */
function instantValue(value: unknown): Date {
  const parts =
    typeof value === 'string'
      ? /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/.exec(value)
      : null;
  if (!parts || !isDay(parts[1] as string)) throw new Unfit('must be a time such as 2026-05-03T14:30');
  const local = `${parts[1]}T${parts[2]}:${parts[3] ?? '00'}${parts[4] ?? ''}`;
  const instant = Number.isNaN(Date.parse(`${local}Z`))
    ? new Date(Number.NaN)
    : parts[5]
      ? new Date(`${local}${parts[5]}`)
      : instantOf(local);
  if (Number.isNaN(instant.getTime())) throw new Unfit('must be a time such as 2026-05-03T14:30');
  return instant;
}

function memberValue(column: ColumnModel, value: unknown): string {
  if (typeof value !== 'string' || !column.members?.includes(value))
    throw new Unfit(`must be one of ${column.members?.join(', ')}`);
  return value;
}

function listValue(column: ColumnModel, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unfit('must be a list');
  if (value.length > longest.list) throw new Unfit('has too many values');
  const type = column.members ? 'enum' : column.prismaType === 'String' ? 'string' : undefined;
  if (!type) throw new Unfit('cannot be written');
  return value.map((one) => columnValue({ ...column, type, isRequired: true }, one));
}

function jsonValue(value: unknown): unknown {
  checkJson(value, 0);
  if ((JSON.stringify(value) ?? '').length > longest.json) throw new Unfit('is too long');
  return value;
}

function checkJson(value: unknown, depth: number): void {
  if (depth > 20) throw new Unfit('is nested too deeply');
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return void textValue(value, true);
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    for (const one of value) checkJson(one, depth + 1);
    return;
  }
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) throw new Unfit('must be plain JSON');
  for (const [key, one] of Object.entries(value as object)) {
    if (key === '__proto__') throw new Unfit('has a name that is not allowed');
    textValue(key, false);
    checkJson(one, depth + 1);
  }
}

/** Returns the value as JSON may carry it: instants as ISO texts, days as days, large numbers as texts. */
export function jsonSafe(value: unknown, column?: ColumnModel): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return column?.isDay ? value.toISOString().slice(0, 10) : value.toISOString();
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map((one) => jsonSafe(one));
  if (typeof value === 'object' && column?.prismaType === 'Decimal') return String(value);
  return value;
}
