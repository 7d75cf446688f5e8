// Says English sentences in another language, also those that were filled in already: `Paused by Ada.` is found under `Paused by {name}.`.
// The rule: what somebody typed is only carried over, never changed; a sentence that no catalogue knows stays English.
import type { Catalogue, PluralForms } from './catalogue.ts';
import { type Language, locales } from './language.ts';

/** Says a finished English sentence in one language. */
export type Say = (sentence: string) => string;

/** One language with what it knows. */
export interface Words {
  language: Language;
  say: Say;
  /** Says a whole sentence or label that is a key itself; undefined for anything else. */
  known(sentence: string): string | undefined;
  /** What stands beside a key; undefined where nothing does. */
  entry(key: string): string | PluralForms | undefined;
}

interface Pattern {
  key: string;
  /** What stands between the places, from before the first to after the last. */
  pieces: string[];
  names: string[];
  weight: number;
}

const place = /\{(\w+)\}/;
const longest = 4_000;
const keptAtMost = 5_000;
const deepest = 4;
// Values under these names are words of ours themselves: "Name is missing" holds the label "Name".
const ownWords = /^(label|labels|reason|what|title|note|stop|records|one|many|state|verb|part|fields|face|message)\d*$/;
// Several of them, told one after the other, with what stands between.
const lists: Readonly<Record<string, string>> = { choice: ', ', labels: ', ', values: ' or ' };

/** Builds the words of a language from its catalogues; later ones do not overrule earlier ones. */
export function buildWords(language: Language, catalogues: readonly Catalogue[]): Words {
  const known = new Map<string, string | PluralForms>();
  for (const catalogue of catalogues)
    for (const [key, said] of Object.entries(catalogue)) if (!known.has(key)) known.set(key, said);
  const patterns = [...known.keys()].filter((key) => place.test(key)).map(patternOf);
  patterns.sort((one, other) => other.weight - one.weight);
  const kept = new Map<string, string>();
  const say: Say = (sentence) => {
    if (language === 'en' || sentence === '') return sentence;
    const before = kept.get(sentence);
    if (before !== undefined) return before;
    const said = sayIn({ language, known, patterns }, sentence);
    if (kept.size >= keptAtMost) kept.clear();
    kept.set(sentence, said);
    return said;
  };
  const exact = (sentence: string) => {
    const said = known.get(sentence) ?? sayCapital(known, sentence);
    return typeof said === 'object' ? said.other : said;
  };
  return { language, say, known: exact, entry: (key) => known.get(key) };
}

interface Known {
  language: Language;
  known: ReadonlyMap<string, string | PluralForms>;
  patterns: readonly Pattern[];
}

function sayIn(given: Known, sentence: string, depth = 0): string {
  const exact = given.known.get(sentence) ?? sayCapital(given.known, sentence);
  if (exact !== undefined) return typeof exact === 'string' ? exact : exact.other;
  if (sentence.length > longest || depth > deepest) return sentence;
  const several = sayParts(given, sentence, depth);
  if (several !== undefined) return several;
  for (const pattern of given.patterns) {
    const values = match(pattern, sentence);
    if (values && areLabels(given, values) && isNumber(values.get('count') ?? '0'))
      return fill(given, pattern.key, values, depth);
  }
  return (
    sayStopped(given, sentence, depth) ??
    sayPredicate(given, sentence, depth) ??
    sayPair(given, sentence, depth) ??
    sentence
  );
}

// Labels are small inside a sentence and begin with a capital as a heading.
function sayCapital(known: Known['known'], sentence: string): string | undefined {
  const small = known.get(sentence.charAt(0).toLowerCase() + sentence.slice(1));
  if (typeof small === 'string') return small.charAt(0).toUpperCase() + small.slice(1);
  const capital = known.get(sentence.charAt(0).toUpperCase() + sentence.slice(1));
  return typeof capital === 'string' && sentence !== '' ? lowerFirst(capital) : undefined;
}

// A reason stands without its full stop in a list and with it as a sentence.
function sayStopped(given: Known, sentence: string, depth: number): string | undefined {
  if (depth > 2 || !/[^.]\.$/.test(sentence)) return undefined;
  const bare = sentence.slice(0, -1);
  const said = sayIn(given, bare, depth + 1);
  return said === bare ? undefined : `${said}${given.language === 'zh' ? '。' : '.'}`;
}

// A column's label and what is wrong with its value: "E-mail is not an e-mail address".
function sayPredicate(given: Known, sentence: string, depth: number): string | undefined {
  if (depth > 3 || sentence.length > 500) return undefined;
  for (let at = sentence.indexOf(' '); at > 0; at = sentence.indexOf(' ', at + 1)) {
    const label = given.known.get(sentence.slice(0, at));
    const fault = sentence.slice(at + 1);
    if (typeof label !== 'string' || !/^(is|has|may|must|does|names|needs|cannot) /.test(fault)) continue;
    const said = sayIn(given, fault, depth + 1);
    if (said !== fault) return `${label}${given.language === 'zh' ? '：' : ': '}${said}`;
  }
  return undefined;
}

// "Send 10 notices: all recipients": two sentences of ours with a colon between them.
function sayPair(given: Known, sentence: string, depth: number): string | undefined {
  const at = sentence.indexOf(': ');
  if (depth > 1 || at < 1) return undefined;
  const [head, tail] = [sentence.slice(0, at), sentence.slice(at + 2)].map((part) => sayIn(given, part, depth + 1));
  const isOurs = head !== sentence.slice(0, at) && tail !== sentence.slice(at + 2);
  return isOurs ? `${head}${given.language === 'zh' ? '：' : ': '}${tail}` : undefined;
}

// Several faults of one row are told as one sentence, parted by semicolons; all of them are ours, or it is another kind of sentence.
function sayParts(given: Known, sentence: string, depth: number): string | undefined {
  if (depth > 1 || !sentence.includes('; ')) return undefined;
  const parts = sentence.split('; ');
  const said = parts.map((part) => sayIn(given, part, depth + 2));
  if (said.some((one, index) => one === parts[index])) return undefined;
  return said.join(given.language === 'zh' ? '；' : '; ');
}

// "Name is missing" begins with a label; "Ada is missing" was typed by somebody.
function areLabels({ known }: Known, values: ReadonlyMap<string, string>): boolean {
  const label = values.get('label');
  return label === undefined || known.has(label) || sayCapital(known, label) !== undefined;
}

function patternOf(key: string): Pattern {
  const parts = key.split(/\{(\w+)\}/);
  const pieces = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  return { key, pieces, names, weight: pieces.join('').length };
}

// Each piece is looked for once, from left to right: linear in the length, whatever was typed.
function match({ pieces, names }: Pattern, sentence: string): Map<string, string> | undefined {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (!sentence.startsWith(first) || !sentence.endsWith(last)) return undefined;
  const end = sentence.length - last.length;
  const values = new Map<string, string>();
  let at = first.length;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const next = isLast ? end : sentence.indexOf(pieces[index + 1] ?? '', at + 1);
    if (next <= at - (isLast ? 0 : 1) || next > end || next < at + 1) return undefined;
    values.set(name, sentence.slice(at, next));
    at = next + (isLast ? 0 : (pieces[index + 1] ?? '').length);
  }
  return values;
}

function fill(given: Known, key: string, values: ReadonlyMap<string, string>, depth: number): string {
  const entry = given.known.get(key) as string | PluralForms;
  const text = typeof entry === 'string' ? entry : formFor(given.language, entry, values);
  return text.replace(/\{(\w+)\}/g, (written, name: string) => {
    const value = values.get(name);
    if (value === undefined) return written;
    const between = lists[name];
    if (between !== undefined) return sayList(given, value, between, depth);
    if (ownWords.test(name)) return sayIn(given, value, depth + 1);
    return numberIn(given.language, value);
  });
}

function sayList(given: Known, value: string, between: string, depth: number): string {
  const parts = value
    .split(between)
    .map((part) => (between === ', ' ? sayIn(given, part, depth + 1) : exactly(given, part)));
  if (between === ', ') return parts.join(given.language === 'zh' ? '，' : ', ');
  return new Intl.ListFormat(locales[given.language], { type: 'disjunction' }).format(parts);
}

function exactly({ known }: Known, part: string): string {
  const said = known.get(part);
  return typeof said === 'string' ? said : part;
}

function formFor(language: Language, forms: PluralForms, values: ReadonlyMap<string, string>): string {
  const counts = [values.get('count'), ...values.values()].filter((one) => one !== undefined && isNumber(one));
  const count = counts[0];
  if (count === undefined) return forms.other;
  return forms[new Intl.PluralRules(locales[language]).select(Number(count.replaceAll(',', '')))] ?? forms.other;
}

function numberIn(language: Language, value: string): string {
  if (!/^\d{1,3}(,\d{3})+$/.test(value)) return value;
  return new Intl.NumberFormat(locales[language]).format(Number(value.replaceAll(',', '')));
}

function isNumber(text: string): boolean {
  return /^\d{1,3}(,\d{3})*$|^\d+$/.test(text);
}

/** Makes the first letter a small one, unless the word is one in capitals. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
