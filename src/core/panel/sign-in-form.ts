// What the pages without a session share: reading their forms, and showing the same page again when something is refused.
import type { Core } from '../core.ts';
import { invalid, StewardError } from '../errors.ts';
import { mustBeOwnChange } from '../origin.ts';
import { failureOf, noteFailure, takeRest, wordsFor, writeFailureHead } from '../web/errors.ts';
import type { Request, RequestHandler, Response } from '../web/express.ts';
import { mediaType, readUrlencoded } from '../web/upload.ts';
import { phrase } from '../words/catalogue.ts';
import { readLanguage } from '../words/language.ts';
import { wordsOf } from '../words/words.ts';
import type { Look, Notice } from './sign-in-pages.ts';

/** The fields of a form by name. */
export type Fields = Record<string, string>;

/** What is done with a form. */
export type FormHandler = (request: Request, response: Response, fields: Fields) => Promise<void>;

/** Builds the handler that lets only our own pages' forms through. */
export function ownForm(core: Core): RequestHandler {
  return (request, _response, next) => {
    mustBeOwnChange(request, core.config.publicUrl);
    next();
  };
}

/** Builds the handler of a form. A refusal is the same page again with a sentence and the right status; only what is not the person's doing goes to the last handler. */
export function asPage(
  core: Core,
  act: FormHandler,
  again: (notice: Notice, fields: Fields, request: Request) => string | Promise<string>,
): RequestHandler {
  return async (request, response) => {
    let fields: Fields = {};
    try {
      fields = await readForm(request);
      chooseLanguage(core, request, fields.language);
      await act(request, response, fields);
    } catch (error) {
      const failure = failureOf(error, request.requestId);
      noteFailure(core, request, failure, error);
      writeFailureHead(response, failure);
      await takeRest(request, response);
      const { say } = wordsFor(core, request);
      const wait = failure.retryAfter === undefined ? '' : ` ${say(waitWords(failure.retryAfter))}`;
      sendPage(response, await again({ tone: 'bad', text: `${say(failure.message)}${wait}` }, fields, request));
    }
  };
}

async function readForm(request: Request): Promise<Fields> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded')
    throw new StewardError('media-type', 415, 'This form cannot be read.');
  const fields = await readUrlencoded(request, { maxBytes: 8192, maxFields: 10, maxFieldBytes: 2048 });
  for (const [name, value] of Object.entries(fields))
    if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(value))
      throw invalid('This form cannot be read.', { [name]: 'does not fit' });
  return fields;
}

/** Makes this request speak a language that was chosen on one of the pages; any other word changes nothing. */
export function chooseLanguage(core: Core, request: Request, tag: unknown): void {
  const chosen = readLanguage(tag);
  if (!chosen) return;
  request.words = wordsOf(core, chosen);
  request.chosenLanguage = chosen;
}

/** Returns how this request's pages look. */
export function lookOf(core: Core, request: Request, css: string): Look {
  return { css, words: wordsFor(core, request), chosen: request.chosenLanguage };
}

/** Sends a page. */
export function sendPage(response: Response, html: string): void {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.send(html);
}

/** Returns a value of an address as text, shortened; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}

/** Returns where to go after signing in, if it is a page of the panel; anything else would be an open redirect. */
export function safeNext(value: unknown): string | undefined {
  const isOurs =
    typeof value === 'string' &&
    value.length <= 2000 &&
    /^\/admin(?:\/[\w.~%:/-]*)?(?:\?[\w.~%:=&+,;-]*)?$/.test(value);
  return isOurs && !value.includes('//') && !/\/\.\.?(?:\/|$)/.test(value) ? value : undefined;
}

function waitWords(seconds: number): string {
  return seconds < 90
    ? phrase(`Please try again in ${seconds} seconds.`)
    : phrase(`Please try again in ${Math.ceil(seconds / 60)} minutes.`);
}
