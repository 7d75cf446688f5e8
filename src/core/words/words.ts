// The words of a running Steward: the house's catalogues and those that modules bring. Built once a language.
import type { ModuleDeclaration } from '../module.ts';
import type { Catalogue } from './catalogue.ts';
import { panelWords } from './house-words.ts';
import type { Language } from './language.ts';
import { buildWords, type Words } from './sentences.ts';

const built = new WeakMap<readonly ModuleDeclaration[], Map<Language, Words>>();

/** Returns what these modules can say in a language. */
export function wordsOf({ modules }: { readonly modules: readonly ModuleDeclaration[] }, language: Language): Words {
  const known = built.get(modules) ?? new Map<Language, Words>();
  built.set(modules, known);
  const words = known.get(language) ?? buildWords(language, cataloguesOf(modules, language));
  known.set(language, words);
  return words;
}

/** Returns what the browser's code may want to say: the panel's own texts, and those of the modules for their screens. */
export function browserCatalogue(modules: readonly ModuleDeclaration[], language: Language): Catalogue {
  if (language === 'en') return {};
  const brought = modules.filter(({ name }) => name !== 'core').map(({ words }) => words?.[language] ?? {});
  // The panel's own come last: where both know a key, the screen of the panel is the one that is seen everywhere.
  return Object.assign({}, ...brought, panelWords[language]);
}

function cataloguesOf(modules: readonly ModuleDeclaration[], language: Language): Catalogue[] {
  if (language === 'en') return [];
  return [...modules.map(({ words }) => words?.[language] ?? {}), panelWords[language] ?? {}];
}
