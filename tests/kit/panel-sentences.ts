// The sentences of the browser's code, and the texts in it that are not said through `say()` and its sisters: those are faults.
import path from 'node:path';
import { calledName, type Found, filesOf, type Node, placesOf, syntaxOf, textsOf, walk } from './sentences.ts';

const sayers: Readonly<Record<string, number>> = { say: 0, phrase: 0, sayParts: 0, sayCount: 2 };
/** Attributes that hold no text for people. */
const silent =
  /^(className|type|name|id|key|href|role|autoComplete|htmlFor|rel|target|inputMode|tone|icon|kind|method|scope|to|size|align|d|viewBox|fill|stroke|xmlns|spellCheck|accept|enterKeyHint|shape|dir|step|focusable|value|data-move|src|sandbox|loading|wrap|lang|action|path|width|height|style)$|^aria-(live|current|haspopup|hidden|expanded|sort|controls|describedby|labelledby|autocomplete)$/;

/** Finds what the browser's code says, by part: "panel", or the module whose folder a file is in. */
export function panelSentences(modules: readonly string[]): Map<string, Found[]> {
  const parts = new Map<string, Found[]>();
  for (const file of filesOf('admin')) {
    const part = partOf(file, modules);
    parts.set(part, [...(parts.get(part) ?? []), ...sentencesOf(file)]);
  }
  return parts;
}

// admin/contests/draw.tsx is a screen of the module "contests".
function partOf(file: string, modules: readonly string[]): string {
  const [, room = ''] = file.split(path.sep);
  return modules.includes(room) ? room : 'panel';
}

function sentencesOf(file: string): Found[] {
  const found: Found[] = [];
  walk(syntaxOf(file), (node) => {
    if (node.type !== 'CallExpression') return undefined;
    const name = calledName(node);
    const at = Object.hasOwn(sayers, name) ? sayers[name] : undefined;
    if (at === undefined) return undefined;
    for (const key of textsOf((node.arguments as Node[])[at]))
      found.push({ key, isCounted: name === 'sayCount', where: `${file}:${node.loc.start.line}` });
    return undefined;
  });
  return found;
}

/** Finds texts that people would read in English whatever language they chose: `file:line text`. */
export function unsaidTexts(): string[] {
  return filesOf('admin').flatMap((file) => {
    const unsaid: string[] = [];
    const note = (node: Node, text: string) =>
      unsaid.push(`${file}:${node.loc.start.line} ${text.trim().replace(/\s+/g, ' ')}`);
    walk(syntaxOf(file), (node, parents) => {
      if (/^(ImportDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration|TSLiteralType)$/.test(node.type))
        return false;
      if (node.type === 'JSXAttribute' && silent.test(String((node.name as Node).name))) return false;
      if (node.type === 'CallExpression' && Object.hasOwn(sayers, calledName(node))) {
        // The sentences themselves are said; what is put into their places may hold texts of its own.
        const values = (node.arguments as Node[]).slice((sayers[calledName(node)] ?? 0) + 1);
        for (const one of values) walk(one, (inner, above) => visitText(inner, above, note));
        return false;
      }
      return visitText(node, parents, note);
    });
    return unsaid;
  });
}

function visitText(
  node: Node,
  parents: readonly Node[],
  note: (node: Node, text: string) => void,
): boolean | undefined {
  if (node.type === 'CallExpression' && Object.hasOwn(sayers, calledName(node))) return false;
  if (node.type === 'ThrowStatement' || (node.type === 'NewExpression' && calledName(node) === 'Error')) return false;
  if (node.type === 'JSXText' && isWord(node.value as string) && !isFixed(node.value as string, parents))
    note(node, node.value as string);
  if (node.type === 'StringLiteral' && isLabelLike(node.value as string)) note(node, node.value as string);
  if (node.type === 'TemplateLiteral') {
    for (const text of textsOf(node))
      if (isLabelLike(text) && / [a-z]{2,} | [a-z]+\.$|^[A-Z][a-z]+ /.test(text)) note(node, text);
  }
  return undefined;
}

function isWord(text: string): boolean {
  return /\p{L}{2}/u.test(text);
}

/** Finds calls whose values do not fill exactly the places of their sentence: `file:line places, given`. */
export function unfilledPlaces(): string[] {
  return filesOf('admin').flatMap((file) => {
    const wrong: string[] = [];
    walk(syntaxOf(file), (node) => {
      const at = node.type === 'CallExpression' ? sayers[calledName(node)] : undefined;
      if (at === undefined || calledName(node) === 'phrase') return undefined;
      const given = node.arguments as Node[];
      const values = given[at + 1];
      if (values && values.type !== 'ObjectExpression') return undefined;
      const names = ((values?.properties ?? []) as Node[]).map((one) =>
        String((one.key as Node | undefined)?.name ?? ''),
      );
      if (calledName(node) === 'sayCount') names.push('count');
      for (const key of textsOf(given[at])) {
        const places = [...new Set(placesOf(key))];
        if (String([...new Set(names)].sort()) !== String(places))
          wrong.push(`${file}:${node.loc.start.line} ${places.join(' ')}, given ${names.join(' ')}`);
      }
      return undefined;
    });
    return wrong;
  });
}

// Names of formats and what is typed as it is are the same everywhere.
function isFixed(text: string, parents: readonly Node[]): boolean {
  const element = parents.findLast((one) => one.type === 'JSXElement');
  const name = ((element?.openingElement as Node | undefined)?.name as Node | undefined)?.name;
  return name === 'code' || /^(Steward|CSV|Excel|English|中文|Русский|Nederlands)$/.test(text.trim());
}

/** A capital at the front and small letters after it, or several words: that is how labels and sentences look. */
function isLabelLike(text: string): boolean {
  if (/^(button|field|records|drop-place|menu-item|design-handle|banner|menu|pill|dot|notice)( |$)/.test(text))
    return false;
  if (/[[\]{}<>=;]|^\(|, |^main |^[\w-]+:/.test(text) && !/[.!?…]$/.test(text)) return false;
  return /^\p{Lu}\p{Ll}+ \p{L}|\p{L}{2,} \p{L}+ \p{L}+/u.test(text) && !/^(English|Русский|Nederlands)$/.test(text);
}
