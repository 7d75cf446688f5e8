// Everything that is said in the panel, part by part: what the declarations say, found by walking the registry, and what the sources
// say, found by reading them. A new module is under it without being named here.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { systemActor } from '../../src/core/access.ts';
import { houseModule } from '../../src/core/house/module.ts';
import type { ModuleDeclaration } from '../../src/core/module.ts';
import { describeForm } from '../../src/core/records/form.ts';
import { buildRegistry, type RegisteredAction } from '../../src/core/registry.ts';
import type { AnyResource, ColumnDeclaration } from '../../src/core/resource.ts';
import type { Catalogue, Catalogues } from '../../src/core/words/catalogue.ts';
import { countedKey } from '../../src/core/words/door.ts';
import { panelWords } from '../../src/core/words/house-words.ts';
import { librarySentences } from '../../src/core/words/library.ts';
import { modules } from '../../src/modules/index.ts';
import { panelSentences } from './panel-sentences.ts';
import { type Found, root } from './sentences.ts';
import { isSentence, serverSentences } from './server-sentences.ts';

/** The other languages. */
export const others = ['zh', 'ru', 'nl'] as const;

export type Other = (typeof others)[number];

/** A part of the catalogues: the house, the panel's browser code, or a module. */
export interface Part {
  name: string;
  found: Found[];
  words: Catalogues;
  /** The folder of its catalogues; a language's file is below it. */
  fileOf(language: Other): string;
}

/** Returns all parts with what they say. */
export function allParts(declared: readonly ModuleDeclaration[] = modules): Part[] {
  const browser = panelSentences(declared.map(({ name }) => name));
  return [
    {
      name: 'panel',
      found: browser.get('panel') ?? [],
      words: panelWords,
      fileOf: (language) => path.join(root, 'src/core/words', language, 'panel.json'),
    },
    {
      name: 'house',
      found: [...declaredSentences(houseModule), ...serverSentences('src/core'), ...librarySentences.map(asFound)],
      words: houseModule.words ?? {},
      fileOf: (language) => path.join(root, 'src/core/words', language, 'house.json'),
    },
    ...declared.map((module) => ({
      name: module.name,
      found: [
        ...declaredSentences(module),
        ...serverSentences(`src/modules/${module.name}`),
        ...(browser.get(module.name) ?? []),
      ],
      words: module.words ?? {},
      fileOf: (language: Other) => path.join(root, 'src/modules', module.name, 'words', `${language}.json`),
    })),
  ];
}

/** Returns the keys of a part with whether they are counted; what the house says already, a module need not say again. */
export function keysOf(part: Part, parts: readonly Part[]): Map<string, boolean> {
  // The server knows the panel's texts too, and modules the house's: nothing is written twice.
  const before = part.name === 'panel' ? [] : part.name === 'house' ? ['panel'] : ['panel', 'house'];
  const known = parts.filter(({ name }) => before.includes(name));
  const elsewhere = new Set(known.flatMap(({ found }) => found.map(({ key }) => key)));
  // The browser is given the panel's texts and the modules', not the house's.
  const inBrowser = new Set(
    known.filter(({ name }) => name === 'panel').flatMap(({ found }) => found.map(({ key }) => key)),
  );
  const isSaid = ({ key, where }: Found) => (where.startsWith('admin/') ? inBrowser : elsewhere).has(key);
  const keys = new Map<string, boolean>();
  for (const one of part.found) {
    const { key, isCounted } = one;
    if (!isSaid(one)) keys.set(key, isCounted || (keys.get(key) ?? false));
  }
  return keys;
}

/** Reads a catalogue from its file as it is now. */
export function readCatalogue(file: string): Catalogue {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Catalogue;
  } catch {
    return {};
  }
}

function asFound(key: string): Found {
  return { key, isCounted: false, where: 'src/core/words/library.ts' };
}

function declaredSentences(module: ModuleDeclaration): Found[] {
  const registry = buildRegistry([module]);
  const found: Found[] = [];
  const say = (where: string, ...texts: (string | undefined)[]) => {
    for (const key of texts)
      if (key && isSentence(key))
        found.push({ key, isCounted: key.includes('{count}'), where: `${module.name}: ${where}` });
  };
  say('module', module.label, ...Object.values(module.permissions));
  say('scopes', ...Object.values(module.scopes ?? {}).map(({ label }) => label));
  say('cards', ...(module.cards ?? []).map(({ title }) => title));
  say(
    'messages',
    ...[module.mails, module.sms, module.webhooks].flatMap((list) => (list ?? []).map(({ label }) => label)),
  );
  for (const resource of module.resources) sayResource(resource, (...texts) => say(resource.model, ...texts));
  for (const action of registry.actions.values()) sayAction(action, (...texts) => say(action.id, ...texts));
  return found;
}

type Say = (...texts: (string | undefined)[]) => void;

function sayResource(resource: AnyResource, say: Say): void {
  const { one, many } = resource.label;
  say(one, many, countedKey(many), resource.group, resource.empty);
  for (const column of Object.values(resource.columns) as ColumnDeclaration[]) {
    say(column.label, column.help, ...Object.values(column.values ?? {}).map(({ label }) => label));
    const choices = column.choices?.(systemActor, buildRegistry([houseModule])) ?? [];
    say(
      ...choices.filter(({ label }) => resource.model !== 'Schedule' || !label.includes('(')).map(({ label }) => label),
    );
    say(...choices.map(({ group }) => group));
  }
  for (const column of Object.values(resource.computed ?? {}) as { label: string }[]) say(column.label);
  say(...(resource.views ?? []).map((one: { label: string }) => one.label));
  say(...Object.values((resource.tools ?? {}) as Record<string, { label: string }>).map(({ label }) => label));
  say(...(resource.children ?? []).map(({ label }: { label: string }) => label));
  say(...(resource.exports ?? []).map(({ label }: { label: string }) => label));
  const imports = resource.imports as
    | {
        columns: Record<string, { label?: string } | undefined>;
        ask?: Record<string, { label?: string; help?: string } | undefined>;
      }
    | undefined;
  say(...Object.values(imports?.columns ?? {}).map((column) => column?.label));
  for (const asked of Object.values(imports?.ask ?? {})) say(asked?.label, asked?.help);
}

function sayAction({ action }: RegisteredAction, say: Say): void {
  say(action.label.one, action.label.many, action.description);
  say(...(action.eligible ?? []).map(({ otherwise }) => otherwise));
  for (const field of describeForm(action.form))
    say(field.label, field.help, ...(field.options ?? []).map(({ label }) => label));
}
