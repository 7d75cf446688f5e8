// No sentence of the panel without its Chinese, Russian and Dutch; none in a catalogue that nobody says; the same places in each.
// A module is under this as soon as it declares `words`; ours all do.
import { describe, expect, it } from 'vitest';
import { locales } from '../../src/core/words/language.ts';
import { missingKeys, staleKeys } from '../kit/missing-words.ts';
import { unfilledPlaces, unsaidTexts } from '../kit/panel-sentences.ts';
import { placesOf } from '../kit/sentences.ts';
import { allParts, keysOf, others } from '../kit/words.ts';

// Whoever makes a module begins in English; once it declares `words` it is under all of this.
const parts = allParts().filter(({ words }) => Object.keys(words).length > 0);

it('finds sentences in every part, so that an empty finder cannot pass', () => {
  expect(parts.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['panel', 'house', 'certificates', 'contests', 'clubs', 'workshops', 'cards']),
  );
  for (const part of parts) expect([part.name, keysOf(part, parts).size > 40]).toEqual([part.name, true]);
});

it('leaves no text in the browser’s code unsaid', () => {
  expect(unsaidTexts()).toEqual([]);
});

it('fills every place of a sentence in the browser’s code', () => {
  expect(unfilledPlaces()).toEqual([]);
});

it('marks no sentence that is all places', () => {
  const thin = parts.flatMap(({ found }) => found).filter(({ key }) => !/\p{L}{2}/u.test(key.replace(/\{\w+\}/g, '')));
  expect(thin).toEqual([]);
});

it.each(others)(
  'says a key that two parts share in the same words in %s, as the server knows one of them only',
  (language) => {
    const all = parts.flatMap(({ words }) => Object.entries(words[language] ?? {}));
    const first = new Map([...all].reverse());
    expect(all.filter(([key, said]) => JSON.stringify(said) !== JSON.stringify(first.get(key)))).toEqual([]);
  },
);

describe.each(parts.map((part) => [part.name, part] as const))('the words of %s', (_name, part) => {
  it.each(others)('are complete in %s', (language) => {
    expect(missingKeys(part, parts, language)).toEqual([]);
  });

  it.each(others)('hold nothing in %s that nobody says', (language) => {
    expect(staleKeys(part, parts, language)).toEqual([]);
  });

  it.each(others)('have the same places in %s as in English', (language) => {
    const wrong = Object.entries(part.words[language] ?? {}).filter(([key, said]) => {
      const forms = typeof said === 'string' ? [said] : Object.values(said);
      // "One part" may leave the number out; a place that is not in the key would never be filled.
      const isFine = (form: string) =>
        typeof said === 'string'
          ? String(placesOf(form)) === String(placesOf(key))
          : placesOf(form).every((name) => placesOf(key).includes(name));
      return !forms.every((form) => form.trim() !== '' && isFine(form));
    });
    expect(wrong).toEqual([]);
  });

  it.each(others)('have every plural form of %s where something is counted', (language) => {
    const needed = new Intl.PluralRules(locales[language]).resolvedOptions().pluralCategories.sort();
    const counted = [...keysOf(part, parts)].filter(([, isCounted]) => isCounted).map(([key]) => key);
    const forms = counted.map((key) => {
      const said = part.words[language]?.[key];
      return [key, typeof said === 'object' ? Object.keys(said).sort() : typeof said];
    });
    expect(forms).toEqual(counted.map((key) => [key, needed]));
  });
});
