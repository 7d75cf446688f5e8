// Finds the English sentences of the sources by reading their syntax: where a text stands says whether people will read it.
// The rule: a template's `${run.title}` is the place `{title}`; a choice between two texts is two sentences.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '@babel/parser';

/** A node of the syntax tree, as far as it matters here. */
export interface Node {
  type: string;
  start: number;
  end: number;
  loc: { start: { line: number } };
  [key: string]: unknown;
}

/** A sentence with where it stands. */
export interface Found {
  key: string;
  /** Whether it is said with a number, so that languages may have several forms. */
  isCounted: boolean;
  where: string;
}

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Returns the TypeScript files of a folder, as paths from the project's root. */
export function filesOf(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => path.join(folder, file))
    .sort();
}

/** Reads a file's syntax. */
export function syntaxOf(file: string): Node {
  const text = readFileSync(path.join(root, file), 'utf8');
  return parse(text, { sourceType: 'module', plugins: ['typescript', 'jsx'] }).program as unknown as Node;
}

/** Goes through a tree; `visit` returns false where its children are of no interest. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => boolean | undefined): void {
  const go = (one: Node, parents: readonly Node[]): void => {
    if (visit(one, parents) === false) return;
    const inside = [...parents, one];
    for (const child of childrenOf(one)) go(child, inside);
  };
  go(node, []);
}

/** Returns the nodes right below a node. */
export function childrenOf(node: Node): Node[] {
  return Object.entries(node).flatMap(([name, value]) =>
    /^(loc|leadingComments|trailingComments|innerComments|extra)$/.test(name)
      ? []
      : [value].flat().filter((one): one is Node => typeof (one as Node | null)?.type === 'string'),
  );
}

/** Returns the texts that an expression may come to, with places for what is only known later; none for anything else. */
export function textsOf(node: Node | undefined | null): string[] {
  if (!node) return [];
  switch (node.type) {
    case 'StringLiteral':
      return [node.value as string];
    case 'TemplateLiteral':
      return templateTexts(node);
    case 'ConditionalExpression':
      return [...textsOf(node.consequent as Node), ...textsOf(node.alternate as Node)];
    case 'LogicalExpression':
      return [...textsOf(node.left as Node), ...textsOf(node.right as Node)];
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return textsOf(node.expression as Node);
    default:
      return [];
  }
}

function templateTexts(node: Node): string[] {
  const quasis = node.quasis as { value: { cooked: string } }[];
  const expressions = node.expressions as Node[];
  let texts = [quasis[0]?.value.cooked ?? ''];
  const used = new Set<string>();
  for (const [index, expression] of expressions.entries()) {
    const own = textsOf(expression);
    const isOpen = own.length === 0 || expression.type === 'LogicalExpression';
    const parts = [...own.filter((one) => one !== ''), ...(isOpen ? [`{${fresh(nameOf(expression), used)}}`] : [])];
    if (own.includes('') && !isOpen) parts.push('');
    texts = texts.flatMap((text) => parts.map((part) => text + part + (quasis[index + 1]?.value.cooked ?? '')));
  }
  return texts;
}

function fresh(name: string, used: Set<string>): string {
  let chosen = name;
  for (let number = 2; used.has(chosen); number += 1) chosen = `${name}${number}`;
  used.add(chosen);
  return chosen;
}

/** Names the place of an expression after its last word: `run.title` is `title`, `count.toLocaleString()` is `count`. */
export function nameOf(node: Node): string {
  switch (node.type) {
    case 'Identifier':
      return node.name as string;
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const property = node.property as Node;
      return property.type === 'Identifier' && !node.computed ? (property.name as string) : nameOf(node.object as Node);
    }
    case 'CallExpression':
    case 'OptionalCallExpression': {
      const callee = node.callee as Node;
      const [first] = node.arguments as Node[];
      if (callee.type === 'MemberExpression' && !/^(Math|String|Number)$/.test(String((callee.object as Node).name)))
        return nameOf(callee.object as Node);
      if (callee.type === 'Identifier' && /^(label|title|reason)/.test(String(callee.name))) return String(callee.name);
      return first ? nameOf(first) : callee.type === 'Identifier' ? (callee.name as string) : 'value';
    }
    case 'BinaryExpression':
    case 'LogicalExpression':
      return nameOf(node.left as Node);
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'AwaitExpression':
      return nameOf((node.expression ?? node.argument) as Node);
    default:
      return 'value';
  }
}

/** Returns the name of what is called: `say`, or `max` of `z.string().max`. */
export function calledName(node: Node): string {
  const callee = node.callee as Node;
  if (callee.type === 'Identifier') return callee.name as string;
  if (/MemberExpression$/.test(callee.type)) return String((callee.property as Node).name ?? '');
  return '';
}

/** Returns the places of a sentence, sorted. */
export function placesOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
}
