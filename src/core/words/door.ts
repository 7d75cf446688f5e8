// The door where answers of the panel's API change language: declarations and sentences of ours are said anew, what people typed
// passes as it is. The rule: a text is ours by the name it travels under, never by its looks.
import { lowerFirst, type Words } from './sentences.ts';

/** Names under which only words of ours travel. */
const ours = new Set([
  'help',
  'description',
  'group',
  'empty',
  'reason',
  'summary',
  'warning',
  'note',
  'selection',
  'selectionInWords',
  'message',
  'error',
  'device',
]);
/** Lists and maps of sentences by field or place. */
const sentences = new Set(['problems', 'fields', 'warnings', 'faults', 'overview']);
/** As a list these are a form's fields and a column's choices, which are declared; as a map they are what somebody typed. */
const isMap = new Set(['form', 'values']);
/** What belongs to people: never looked into. */
const theirs = new Set([
  'cells',
  'samples',
  'header',
  'mapping',
  'defaults',
  'default',
  'references',
  'rendered',
  'texts',
  'files',
  'example',
]);

/** Says an answer in the reader's language. `also`: further names that hold words of ours in this answer, for example `title`. */
export function sayAnswer(words: Words, answer: unknown, also: readonly string[] = []): unknown {
  if (words.language === 'en') return answer;
  return walk(words, answer, new Set(also));
}

function walk(words: Words, value: unknown, also: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => walk(words, one, also));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (isLabel(value)) return sayLabel(words, value);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, sayPart(words, name, part, also)] as const),
  );
}

function sayPart(words: Words, name: string, part: unknown, also: ReadonlySet<string>): unknown {
  if (theirs.has(name) || (isMap.has(name) && !Array.isArray(part))) return part;
  if (name === 'label' && typeof part === 'string') return sayDeclared(words, part);
  if (typeof part === 'string') return ours.has(name) || also.has(name) ? words.say(part) : part;
  if (sentences.has(name) && typeof part === 'object' && part !== null) return sayEach(words, part);
  return walk(words, part, also);
}

// A label is declared as it is; beside it in the same list may stand a name that somebody gave. Of two labels one may stand in brackets.
function sayDeclared(words: Words, label: string): string {
  const said = words.known(label);
  if (said !== undefined) return said;
  const [, outer = '', inner = ''] = /^(.+) \(([^()]+)\)$/.exec(label) ?? [];
  const [one, other] = [words.known(outer), words.known(inner)];
  if (one === undefined || other === undefined) return label;
  return words.language === 'zh' ? `${one}（${other}）` : `${one} (${other})`;
}

function sayEach(words: Words, part: object): unknown {
  const say = (one: unknown) => (typeof one === 'string' ? words.say(one) : walk(words, one, new Set()));
  if (Array.isArray(part)) return part.map(say);
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, say(one)] as const));
}

function isLabel(value: object): value is { one: string; many: string } {
  const { one, many } = value as { one?: unknown; many?: unknown };
  return typeof one === 'string' && typeof many === 'string';
}

function sayLabel(words: Words, { one, many }: { one: string; many: string }) {
  const counted = words.entry(many.includes('{count}') ? many : countedKey(many));
  return { one: words.say(one), many: wordFor(words, many), ...(counted === undefined ? {} : { counted }) };
}

/** Returns the key under which a resource's label stands with a number: `{count} recipients`. */
export function countedKey(many: string): string {
  return `{count} ${lowerFirst(many)}`;
}

function wordFor(words: Words, many: string): string {
  const entry = words.entry(many);
  if (entry === undefined) return words.say(many);
  return typeof entry === 'string' ? entry : entry.other;
}
