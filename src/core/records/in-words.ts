// A record whose values are sentences of ours, said in the reader's language: reasons, summaries, titles of runs. What people typed stays.
import { modelOf } from '../database/datamodel.ts';
import type { Registry } from '../registry.ts';
import type { AnyResource } from '../resource.ts';
import { type Language, locales } from '../words/language.ts';
import type { Words } from '../words/sentences.ts';
import type { RecordView } from './view.ts';

/** Returns the record with its sentences said in that language, those in the titles of other records too. */
export function viewInWords(registry: Registry, words: Words, resource: AnyResource, record: RecordView): RecordView {
  const values = Object.entries(record.values).map(([name, value]) => [
    name,
    typeof value === 'string' && isWords(resource, name) ? words.say(value) : value,
  ]);
  const references = Object.entries(record.references).map(([name, one]) => {
    const other = registry.resources.get(modelOf(resource.model).columns.get(name)?.reference ?? '');
    return [name, other ? { ...one, title: titleInWords(words, other, one.title) } : one];
  });
  return {
    ...record,
    title: titleInWords(words, resource, record.title),
    values: Object.fromEntries(values),
    references: Object.fromEntries(references),
  };
}

/** Returns a record's title in that language where the title is a sentence of ours. */
export function titleInWords(words: Words, resource: AnyResource, title: string): string {
  const isOurs = typeof resource.title === 'string' ? isWords(resource, resource.title) : resource.titleIsWords;
  if (!isOurs) return title;
  const said = words.say(title);
  return resource.titleIsWords ? said.replace(writtenMoment, (text) => sayMoment(words.language, text)) : said;
}

/** A day, or a minute, as titles of ours hold it: by the clock of the house, such as 2026-11-30 or 2026-11-30 10:48. */
const writtenMoment = /\b\d{4}-\d\d-\d\d(?: \d\d:\d\d)?\b/g;

// Made once: a formatter costs more than all that it ever formats on a page.
const dayFormats = new Map<Language, Intl.DateTimeFormat>();

function dayFormatOf(language: Language): Intl.DateTimeFormat {
  const known = dayFormats.get(language);
  if (known) return known;
  const parts = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  const made = new Intl.DateTimeFormat(locales[language], parts);
  dayFormats.set(language, made);
  return made;
}

function sayMoment(language: Language, text: string): string {
  const moment = new Date(`${text.slice(0, 10)}T${text.slice(11) || '00:00'}Z`);
  if (Number.isNaN(moment.getTime())) return text;
  return [dayFormatOf(language).format(moment), text.slice(11)].filter(Boolean).join(', ');
}

const wordColumns = new WeakMap<AnyResource, ReadonlySet<string>>();

function isWords(resource: AnyResource, column: string): boolean {
  let names = wordColumns.get(resource);
  if (!names) {
    const columns: Record<string, { words?: true } | undefined> = { ...resource.computed, ...resource.columns };
    names = new Set(Object.keys(columns).filter((name) => columns[name]?.words));
    wordColumns.set(resource, names);
  }
  return names.has(column);
}
