// Who sent this request: our own pages or another site. Fetch Metadata first, Origin as the fallback (OWASP, CSRF prevention).
import type { IncomingMessage } from 'node:http';
import { forbidden } from './errors.ts';
import { phrase } from './words/catalogue.ts';

const refusal = phrase('This request did not come from this site. Please reload the page and try again.');

/** Throws `forbidden` unless a browser says that one of our own pages sent this changing request. */
export function mustBeOwnChange(request: IncomingMessage, publicUrl: string): void {
  const { site, origin } = senderOf(request);
  if (site !== undefined && site !== 'same-origin') throw forbidden(refusal);
  if (origin !== undefined && !isOwnOrigin(origin, request, publicUrl)) throw forbidden(refusal);
  if (site === undefined && origin === undefined) throw forbidden(refusal);
}

/** Throws `forbidden` for a reading call of the panel's API that a link, a picture or a script of another site made. */
export function mustBeOwnRead(request: IncomingMessage, publicUrl: string): void {
  const { site, origin } = senderOf(request);
  if (site !== undefined && site !== 'same-origin') throw forbidden(refusal);
  if (header(request, 'sec-fetch-mode') === 'navigate') throw forbidden(refusal);
  if (origin !== undefined && !isOwnOrigin(origin, request, publicUrl)) throw forbidden(refusal);
}

/** Throws `forbidden` when a browser says that a page of another site sent this; whoever is no browser says nothing and passes. */
export function mustNotBeForeign(request: IncomingMessage, publicUrl: string): void {
  const { site, origin } = senderOf(request);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw forbidden(refusal);
  if (origin !== undefined && !isOwnOrigin(origin, request, publicUrl)) throw forbidden(refusal);
}

function senderOf(request: IncomingMessage): { site: string | undefined; origin: string | undefined } {
  return { site: header(request, 'sec-fetch-site'), origin: header(request, 'origin') };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function isOwnOrigin(origin: string, request: IncomingMessage, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin) return false;
  return origin === new URL(publicUrl).origin || url.host === request.headers.host;
}
