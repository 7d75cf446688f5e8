// The sentences of the server's sources: errors, faults of fields, outcomes, previews, summaries of the audit, rules of schemas.
import { calledName, type Found, filesOf, type Node, syntaxOf, textsOf, walk } from './sentences.ts';

// Errors by the place of their sentence among the arguments; in the others every object's values are faults of fields.
const sayers: Readonly<Record<string, number>> = {
  invalid: 0,
  conflict: 0,
  forbidden: 0,
  notFound: 0,
  tooLarge: 0,
  unavailable: 0,
  unauthenticated: 0,
  skip: 0,
  Skip: 0,
  Unfit: 0,
  SuppressedError: 0,
  phrase: 0,
  TooManyError: 1,
  StewardError: 2,
  refuse: 1,
};
const rules =
  /^(min|max|length|regex|refine|email|url|enum|int|number|string|date|positive|nonnegative|multipleOf|nonempty|union)$/;
const properties = /^(summary|warning|reason|otherwise|help|label|description|empty|note)$/;
const tellers = /(problem|reason|fault|words|sentence|note|refusal|trouble)s?$/i;
/** What speaks to programs, to those who run Steward, or only to AdminJS's own screens, which nobody sees: there only what is marked counts. */
const elsewhere =
  /^src\/core\/(checks|database|doors\/(openapi|action-door|command-line|typed-choice)|house\/(commands|run-command|recovery-commands|demo|outbox-routes)|config|log|start|metrics|limits|web\/metrics|panel\/(admin|adapter|payload|bundle)|words\/|spreadsheets\/(xlsx|xml)|web\/(multipart|json-body|form-fields|upload|body|cors)|jobs\/|images\/)|\/((\w+-)*(routes|wire)|variables|commands|demo|envelope|refusals|wire-\w+)\.ts$/;

/** Finds the sentences of a folder of the server's sources. */
export function serverSentences(folder: string): Found[] {
  return filesOf(folder).flatMap((file) => sentencesOfFile(file, elsewhere.test(file) ? markedTexts : textsAt));
}

function markedTexts(node: Node): string[] {
  return node.type === 'CallExpression' && calledName(node) === 'phrase' ? callTexts(node) : [];
}

function sentencesOfFile(file: string, textsIn: (node: Node, parents: readonly Node[]) => string[]): Found[] {
  const found: Found[] = [];
  walk(syntaxOf(file), (node, parents) => {
    if (/^(ImportDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration)$/.test(node.type)) return false;
    const texts = isPublicDeclaration(parents, node) ? [] : textsIn(node, parents);
    for (const key of texts.filter(isSentence))
      found.push({ key, isCounted: false, where: `${file}:${node.loc.start.line}` });
    return undefined;
  });
  return found;
}

function textsAt(node: Node, parents: readonly Node[]): string[] {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
      return callTexts(node);
    case 'ObjectProperty':
      return properties.test(keyOf(node))
        ? textsOf(node.value as Node).filter((text) => !isCode(keyOf(node), text))
        : [];
    case 'AssignmentExpression':
      return /^(fields|faults|problems)\b/.test(ownerOf(node.left as Node)) ? textsOf(node.right as Node) : [];
    case 'ReturnStatement':
      return tellers.test(functionName(parents)) ? textsOf(node.argument as Node) : [];
    case 'ArrowFunctionExpression':
      return tellers.test(functionName([...parents, node])) ? textsOf(node.body as Node) : [];
    default:
      return [];
  }
}

// A reason or a note of one small word is a code of the database.
function isCode(property: string, text: string): boolean {
  return /^(reason|note)$/.test(property) && /^[a-z]+$/.test(text);
}

function callTexts(node: Node): string[] {
  const name = calledName(node);
  const given = node.arguments as Node[];
  const at = Object.hasOwn(sayers, name) ? sayers[name] : undefined;
  if (at !== undefined) return [...textsOf(given[at]), ...given.slice(1).flatMap(faultTexts)];
  if (name === 'push' && /^(faults|problems|warnings)\b/.test(ownerOf(node.callee as Node))) return textsOf(given[0]);
  if (rules.test(name) && given.length > 0) return ruleTexts(node, name, given);
  return [];
}

// The words of a rule are the last argument, and never the first one of a rule that needs something to compare with.
function ruleTexts(node: Node, name: string, given: Node[]): string[] {
  const needsOne = /^(min|max|length|regex|refine|enum|multipleOf|union)$/.test(name);
  const last = given.at(-1);
  if ((needsOne && given.length < 2) || (node.callee as Node).type === 'Identifier' || !last) return [];
  return last.type === 'ObjectExpression' ? faultTexts(last) : textsOf(last);
}

function faultTexts(node: Node): string[] {
  if (node.type !== 'ObjectExpression') return [];
  return (node.properties as Node[]).flatMap((one) => {
    if (one.type !== 'ObjectProperty') return [];
    const value = one.value as Node;
    return value.type === 'ObjectExpression' ? faultTexts(value) : textsOf(value);
  });
}

// What describes a route or a command is read by programmers; what happens inside it may still be said to people.
function isPublicDeclaration(parents: readonly Node[], node: Node): boolean {
  const chain = [...parents, node];
  const call = chain.findLastIndex((one) => one.type === 'CallExpression' && /^(route|command)$/.test(calledName(one)));
  if (call === -1) return false;
  return !chain.slice(call).some((one) => /Function|ObjectMethod/.test(one.type));
}

function keyOf(node: Node): string {
  const key = node.key as Node;
  return String(key.name ?? key.value ?? '');
}

function ownerOf(node: Node): string {
  if (/MemberExpression$/.test(node.type)) return ownerOf(node.object as Node);
  return node.type === 'Identifier' ? (node.name as string) : '';
}

function functionName(parents: readonly Node[]): string {
  const at = parents.findLastIndex((one) => /Function|ObjectMethod|ClassMethod/.test(one.type));
  const own = parents[at];
  const holder = parents[at - 1];
  const named = (own?.id ?? own?.key ?? (holder?.type === 'VariableDeclarator' ? holder.id : undefined)) as
    | Node
    | undefined;
  return String(named?.name ?? '');
}

/** Tells what can be a sentence or a label: it has a word of two letters at least outside its places. */
export function isSentence(text: string): boolean {
  return /\p{L}{2}/u.test(text.replace(/\{\w+\}/g, '')) && !/[<>]|^[a-z-]+[:.][a-z-]+$|^[\w.-]+@/.test(text);
}
