// Catalogues: the English sentence is the key, what stands beside it is said instead. `{name}` is a place for a value.
import type { Language } from './language.ts';

/** One sentence in the plural forms of its language (CLDR categories); `other` is always there. */
export type PluralForms = Readonly<{ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>>;

/** English sentence → the same in one other language. */
export type Catalogue = Readonly<Record<string, string | PluralForms>>;

/** The catalogues of a module, one a language; an absent sentence is said in English. */
export type Catalogues = Readonly<Partial<Record<Exclude<Language, 'en'>, Catalogue>>>;

/** A label that may be said with a number of records; `counted`: its plural forms, where the language has more than two. */
export interface CountedLabel {
  one: string;
  many: string;
  counted?: string | PluralForms;
}

/** Marks an English sentence for the catalogue where the finder would not see it by its place, and returns it as it is. */
export function phrase(sentence: string): string {
  return sentence;
}
