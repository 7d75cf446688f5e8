// The texts of mails: Liquid templates, strict, without files, with limits. The only room that imports liquidjs.
import { Liquid, LiquidError } from 'liquidjs';
import { invalid } from '../errors.ts';
import type { MailDeclaration, MailTexts } from '../mail.ts';

/** A mail as it reads. `html` is empty when the mail has none. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const limits = { parseLimit: 100_000, renderLimit: 1_000, memoryLimit: 5_000_000 };
const strict = {
  ...limits,
  // An empty map of named templates instead of a folder: nothing can be included, no file is ever read.
  templates: {},
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
};
const plain = new Liquid(strict);
const escaping = new Liquid({ ...strict, outputEscape: 'escape' });
const longestSubject = 250;
const longestBody = 1_000_000;

/** Renders a mail in the language asked for, else in English. Values are escaped in the HTML. Throws invalid naming the part at fault. */
export function renderMail(
  mail: Pick<MailDeclaration, 'name' | 'texts'>,
  language: string | undefined,
  data: Record<string, unknown>,
): RenderedMail {
  return renderTexts(mail.name, textsIn(mail, language), data);
}

/** Renders texts as `renderMail` does; `name` is whose they are, for the words of an error. */
export function renderTexts(name: string, texts: MailTexts, data: Record<string, unknown>): RenderedMail {
  const subject = render(plain, name, 'subject', texts.subject, data);
  return {
    subject: oneLine(subject).slice(0, longestSubject),
    text: render(plain, name, 'text', texts.text, data),
    html: texts.html ? render(escaping, name, 'html', texts.html, data) : '',
  };
}

/** Returns the names of all values that the texts use, in every branch. Throws invalid naming the part that is not a template. */
export function namesIn(name: string, texts: MailTexts): Set<string> {
  const names = new Set<string>();
  for (const part of ['subject', 'text', 'html'] as const)
    inWords(name, part, () => {
      const template = plain.parse(texts[part] ?? '');
      for (const one of plain.globalVariablesSync(template, { partials: false })) names.add(one);
    });
  return names;
}

/** Returns the texts in a language: the exact tag, its first part ("zh" for "zh-CN"), English. */
export function textsIn(mail: Pick<MailDeclaration, 'texts'>, language: string | undefined): MailTexts {
  const tag = languageTags(language).find((one) => Object.hasOwn(mail.texts, one));
  return (tag && mail.texts[tag]) || mail.texts.en;
}

/** Returns the tags to look for, the best first: the exact one, its first part, English. */
export function languageTags(language: string | undefined): string[] {
  return [...new Set(language ? [language, language.split('-')[0] as string, 'en'] : ['en'])];
}

/** Returns the text as one line without control characters: a header cannot be added through it. */
export function oneLine(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Returns the text with the characters that mean something in HTML written as entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function render(engine: Liquid, name: string, part: string, template: string, data: Record<string, unknown>): string {
  return inWords(name, part, () => {
    const text = engine.parseAndRenderSync(template, data) as string;
    if (text.length > longestBody) throw invalid(`The ${part} of the mail ${name} is too long.`);
    return text;
  });
}

function inWords<T>(name: string, part: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !LiquidError.is(error)) throw error;
    const reason = error.message.split('\n')[0]?.slice(0, 200);
    throw invalid(`The ${part} of the mail ${name} cannot be written: ${reason}`, { [part]: String(reason) }, error);
  }
}
