// The public pages' own dictionaries: the same keys in four languages, every one filled, the same places in each sentence.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../public');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('-words.js'));
type Leaf = [key: string, sentence: unknown];

/** The sentences of one language by their path; functions are asked with numbers, so that plural forms count. */
function leaves(value: unknown, at = ''): Leaf[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) => leaves(part, at ? `${at}.${key}` : key));
  return [[at, value]];
}

const placesOf = (sentence: unknown) =>
  typeof sentence === 'string' ? [...new Set(sentence.match(/\{\w+\}/g) ?? [])].sort() : typeof sentence;

it('there are dictionaries to look at', () => {
  expect(files.length).toBeGreaterThan(8);
});

describe.each(files)('%s', (file) => {
  it.each(['zh', 'ru', 'nl'])('says in %s what it says in English', async (language) => {
    const { dictionary, words } = (await import(path.join(root, file))) as Record<string, Record<string, unknown>>;
    const all = dictionary ?? words ?? {};
    const english = leaves(all.en);
    const other = new Map(leaves(all[language]));
    // A plural may have more forms than English has; it is one sentence all the same.
    const isForm = /\.(one|few|many|other)$/;
    const keys = (list: Iterable<string>) => [...new Set([...list].map((key) => key.replace(isForm, '')))].sort();
    expect(keys(other.keys())).toEqual(keys(english.map(([key]) => key)));
    expect([...other].filter(([, sentence]) => sentence === '').map(([key]) => key)).toEqual([]);
    for (const [key, sentence] of english)
      if (other.has(key) && !isForm.test(key)) expect(placesOf(other.get(key)), key).toEqual(placesOf(sentence));
    expect([...other].some(([key, sentence]) => sentence !== new Map(english).get(key))).toBe(true);
  });
});
