// A record whose values are sentences of ours, said in the reader's language: reasons, summaries, titles of runs. What people typed stays.
import { modelOf } from '../database/datamodel.ts';
import type { Registry } from '../registry.ts';
import type { AnyResource } from '../resource.ts';
import type { Words } from '../words/sentences.ts';
import type { RecordView } from './view.ts';

/** Returns the record with its sentences said in that language, those in the titles of other records too. */
export function viewInWords(registry: Registry, words: Words, resource: AnyResource, record: RecordView): RecordView {
  if (words.language === 'en') return record;
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
  return isOurs ? words.say(title) : title;
}

function isWords(resource: AnyResource, column: string): boolean {
  const columns: Record<string, { words?: true } | undefined> = { ...resource.computed, ...resource.columns };
  return columns[column]?.words === true;
}
