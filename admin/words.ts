// How sentences, numbers, dates and labels are said in the operator's language. English is the key and the last resort.
// Dates are always told in the installation's time zone, never the browser's.

import type { Figure as CoreFigure } from '../src/core/module.ts';
import type { Tone as CoreTone } from '../src/core/resource.ts';
import type { CountedLabel, PluralForms } from '../src/core/words/catalogue.ts';

export type Tone = CoreTone;
export type Figure = CoreFigure;
export type { CountedLabel };

/** The language of this page, as the server wrote it. */
export const language: string = document.documentElement.lang || 'en';
const locales: Readonly<Record<string, string>> = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU', nl: 'nl-NL' };
const locale = locales[language] ?? 'en-GB';
const numbers = new Intl.NumberFormat(locale);
const plurals = new Intl.PluralRules(locale);
const catalogue: Readonly<Record<string, string | PluralForms>> =
  (window as { StewardWords?: Record<string, string | PluralForms> }).StewardWords ?? {};

/** Values for the places in a sentence. */
type Values = Readonly<Record<string, string | number | undefined>>;

/** Says an English sentence in the language of the page; `{name}` is a place for a value. The sentence is the catalogue's key. */
export function say(sentence: string, values?: Values): string {
  return fillIn(sentenceIn(sentence), values);
}

/** Marks a sentence for the catalogue where it is said later; returns it as it is. */
export function phrase(sentence: string): string {
  return sentence;
}

/** Says how many of something in the plural form that the language wants: `'{count} row', '{count} rows'`. The second one is the key. */
export function sayCount(count: number, one: string, many: string, values?: Values): string {
  const form = formOf(catalogue[many], count) ?? (count === 1 ? one : many);
  return fillIn(form, { count: sayNumber(count), ...values });
}

/** Returns the sentence with its places still open. */
export function sentenceIn(sentence: string): string {
  const said = catalogue[sentence];
  return typeof said === 'string' ? said : (said?.other ?? sentence);
}

function formOf(said: string | PluralForms | undefined, count: number): string | undefined {
  return typeof said === 'object' ? (said[plurals.select(count)] ?? said.other) : said;
}

function fillIn(sentence: string, values: Values = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** Says a number with its thousands apart: 12,345. */
export function sayNumber(value: number): string {
  return numbers.format(value);
}

/** Says a count that may be more than was counted: 10,000+. */
export function sayTotal(total: number, isMore: boolean): string {
  return isMore ? `${sayNumber(10000)}+` : sayNumber(total);
}

/** Says how many records of a resource: 1 recipient, 412 recipients, 10,000+ recipients. */
export function sayRecords(count: number, label: CountedLabel, isMore = false): string {
  const form =
    formOf(label.counted, isMore ? 10000 : count) ?? `{count} ${lowerFirst(count === 1 ? label.one : label.many)}`;
  return fillIn(form, { count: sayTotal(count, isMore) });
}

/** Fills the count into an action's label: "Send notice" for one, "Send {count} notices" for more. */
export function sayLabel(label: CountedLabel, count: number): string {
  return count === 1 ? label.one : fillIn(formOf(label.counted, count) ?? label.many, { count: sayNumber(count) });
}

/** Drops the count from an action's label where none is known yet: "Send notices". */
export function sayLabelPlain(label: CountedLabel): string {
  return upperFirst(label.many.replace(/\s*(?:\{count\}|（[^（）]*\{count\}[^（）]*）)\s*/, ' ').trim());
}

/** Makes a sentence of a fault such as "is missing"; one that is a sentence already stays. */
export function sayFault(fault: string): string {
  if (/^\p{Lu}|[。！？]$/u.test(fault)) return fault;
  const said = say('This {fault}.', { fault });
  return /[.!?]$/.test(fault) ? said.slice(0, -1) : said;
}

/** Joins words as the language does, the last two with "and" or "or". */
export function sayList(words: string[], last: 'and' | 'or' = 'and'): string {
  return new Intl.ListFormat(locale, { type: last === 'and' ? 'conjunction' : 'disjunction' }).format(words);
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
  if (seconds < 90) return sayCount(seconds, '{count} second', '{count} seconds');
  if (seconds < 5400) return sayCount(Math.round(seconds / 60), '{count} minute', '{count} minutes');
  return sayCount(Math.round(seconds / 3600), '{count} hour', '{count} hours');
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
