// How numbers, dates and labels are said. Dates are always told in the installation's time zone, never the browser's.

import type { Figure as CoreFigure } from '../src/core/module.ts';
import type { Tone as CoreTone } from '../src/core/resource.ts';

export type Tone = CoreTone;
export type Figure = CoreFigure;

const locale = 'en-GB';
const numbers = new Intl.NumberFormat(locale);

/** Says a number with its thousands apart: 12,345. */
export function sayNumber(value: number): string {
  return numbers.format(value);
}

/** Says a count that may be more than was counted: 10,000+. */
export function sayTotal(total: number, isMore: boolean): string {
  return isMore ? `${sayNumber(10000)}+` : sayNumber(total);
}

/** Says how many of something: 1 record, 2 records. */
export function sayCount(count: number, one: string, many = `${one}s`): string {
  return `${sayNumber(count)} ${count === 1 ? one : many}`;
}

/** Fills the count into an action's label: "Send notice" for one, "Send {count} notices" for more. */
export function sayLabel(label: { one: string; many: string }, count: number): string {
  return count === 1 ? label.one : label.many.replace('{count}', sayNumber(count));
}

/** Drops the count from an action's label where none is known yet: "Send notices". */
export function sayLabelPlain(label: { one: string; many: string }): string {
  return label.many.replace(/\s*\{count\}\s*/, ' ').trim();
}

/** Joins words with commas and a last "and". */
export function sayList(words: string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Makes the first letter a small one, so that a label fits into a sentence; names in capitals stay. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

const isCalendarDay = (iso: string) => /^\d{4}-\d\d-\d\d(T00:00:00(\.000)?Z)?$/.test(iso);

/** Says a day: 20 Nov 2026. A value at midnight UTC is a calendar day and is not moved by a time zone. */
export function sayDate(iso: string, timeZone: string): string {
  const zone = isCalendarDay(iso) ? 'UTC' : timeZone;
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }).format(
    new Date(iso),
  );
}

/** Says a moment: 20 Nov 2026, 14:05. */
export function sayDateTime(iso: string, timeZone: string): string {
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(iso));
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone });
  return `${day.format(new Date(iso))}, ${time}`;
}

/** Says how long something took or will take, in whole seconds, minutes or hours. */
export function sayDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return sayCount(seconds, 'second');
  if (seconds < 5400) return sayCount(Math.round(seconds / 60), 'minute');
  return sayCount(Math.round(seconds / 3600), 'hour');
}

/** Writes a moment as a date-time field wants it, in the given time zone: 2026-11-20T14:05. */
export function writeZoned(iso: string, timeZone: string): string {
  const at = Date.parse(iso);
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 16);
}

function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(at));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1000) * 1000;
}

/** Makes the first letter a capital, for headings. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
