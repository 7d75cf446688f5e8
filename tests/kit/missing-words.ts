// What a part's catalogues lack or hold in vain. As a program: `npm run words -- clubs` prints the missing keys as JSON, ready to be
// filled in; `npm run words -- clubs --add FILE` takes such a file and writes the catalogues.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Catalogue, PluralForms } from '../../src/core/words/catalogue.ts';
import { locales } from '../../src/core/words/language.ts';
import { allParts, keysOf, type Other, others, type Part, readCatalogue } from './words.ts';

type Said = string | PluralForms;

/** Returns the keys that the part says and its catalogue of this language does not know. */
export function missingKeys(part: Part, parts: readonly Part[], language: Other): string[] {
  const known = part.words[language] ?? {};
  return [...keysOf(part, parts).keys()].filter((key) => !Object.hasOwn(known, key));
}

/** Returns the keys of the catalogue that the part does not say. */
export function staleKeys(part: Part, parts: readonly Part[], language: Other): string[] {
  const keys = keysOf(part, parts);
  return Object.keys(part.words[language] ?? {}).filter((key) => !keys.has(key));
}

function template(isCounted: boolean, language: Other): Said {
  if (!isCounted) return '';
  const forms = new Intl.PluralRules(locales[language]).resolvedOptions().pluralCategories;
  return Object.fromEntries(forms.map((form) => [form, ''])) as unknown as PluralForms;
}

/** Returns the missing keys with an empty place for each language: `{ key: { zh: "", ru: "", nl: "" } }`. */
export function missingOf(part: Part, parts: readonly Part[]): Record<string, Record<string, Said>> {
  const keys = keysOf(part, parts);
  const lacking = new Set(others.flatMap((language) => missingKeys(part, parts, language)));
  return Object.fromEntries(
    [...keys]
      .filter(([key]) => lacking.has(key))
      .map(([key, isCounted]) => [key, Object.fromEntries(others.map((one) => [one, template(isCounted, one)]))]),
  );
}

/** Writes what a filled-in file says into the part's catalogues, drops what nobody says any more, and sorts them. */
export function addWords(part: Part, parts: readonly Part[], given: Record<string, Record<string, Said>>): void {
  const keys = keysOf(part, parts);
  for (const language of others) {
    const file = part.fileOf(language);
    const added = Object.entries(given).flatMap(([key, said]) =>
      said[language] ? [[key, said[language]] as const] : [],
    );
    const all: Catalogue = { ...readCatalogue(file), ...Object.fromEntries(added) };
    const kept = Object.entries(all).filter(([key]) => keys.has(key));
    const sorted = kept.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  }
}

function main([name, option, file]: string[]): void {
  const parts = allParts();
  const part = parts.find((one) => one.name === name);
  if (!part) {
    process.stderr.write(
      `Usage: npm run words -- PART [--add FILE]; a part is one of ${parts.map((one) => one.name).join(', ')}\n`,
    );
    process.exitCode = 2;
  } else if (option === '--add' && file) {
    addWords(part, parts, JSON.parse(readFileSync(file, 'utf8')));
    process.stdout.write('Written. Register the catalogues in module.ts as `words` if that is new.\n');
  } else process.stdout.write(`${JSON.stringify(missingOf(part, parts), null, 2)}\n`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) main(process.argv.slice(2));
