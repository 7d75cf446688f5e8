// Finds English where another language should stand: the catalogues know what could be said, the page what is.
import type { Page } from 'playwright-core';
import { modules } from '../../src/modules/index.ts';
import { allParts, keysOf, type Other } from './words.ts';

const parts = allParts();

/** Tells of a text whether it is an English sentence that stands differently in this language; a place takes any value. */
export function englishOf(language: Other): (text: string) => boolean {
  const exact = new Set<string>();
  const shapes: RegExp[] = [];
  for (const part of parts)
    for (const key of keysOf(part, parts).keys()) {
      const there = part.words[language]?.[key];
      if (there === key || (typeof there === 'object' && there.other === key)) continue;
      const literal = key.replace(/\{\w+\}/g, '');
      if (literal === key) exact.add(key).add(key.charAt(0).toUpperCase() + key.slice(1));
      // A sentence of a few letters would find its like in what people typed.
      else if ((literal.match(/[a-z]/gi) ?? []).length >= 8)
        shapes.push(
          new RegExp(
            `^${key
              .split(/\{\w+\}/)
              .map(escaped)
              .join('.+')}$`,
          ),
        );
    }
  // "Start" is an English key and the Dutch word for another one; names of roles are data, which staff may call as they like.
  const said = new Set(parts.flatMap(({ words }) => Object.values(words[language] ?? {})));
  const isOwn = (text: string) => said.has(text) || said.has(text.charAt(0).toLowerCase() + text.slice(1));
  const roles = new Set(modules.flatMap((one) => Object.keys(one.roles ?? {})));
  return (text) => !isOwn(text) && !roles.has(text) && (exact.has(text) || shapes.some((shape) => shape.test(text)));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Returns every text that people see or hear on the page: texts, names for screen readers, hints. */
export async function textsOnPage(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (!walker.currentNode.parentElement?.closest('script, style, code, textarea'))
        texts.push(walker.currentNode.textContent?.trim() ?? '');
    for (const element of document.querySelectorAll('*'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label'])
        texts.push(element.getAttribute(name)?.trim() ?? '');
    return texts.filter(Boolean);
  });
}
