// The last resort of the web: whatever was thrown becomes one answer, and never a second one.
import { escapeHtml } from '../../lib/escape-html.ts';
import type { Core } from '../core.ts';
import { mapDatabaseError } from '../database/database.ts';
import { notFound, publicFace, StewardError, type ToldWarning, TooManyError, WarningError } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';
import { sayAnswer } from '../words/door.ts';
import { acceptedLanguage } from '../words/language.ts';
import type { Words } from '../words/sentences.ts';
import { wordsOf } from '../words/words.ts';
import type { NextFunction, Request, Response } from './express.ts';
import { contentPolicy } from './headers.ts';

const restLimit = 1_000_000;
const restPatience = 500;

/** What an answer says of any thrown value, with the seconds after which to try again where that helps. */
export interface Failure {
  code: string;
  status: number;
  message: string;
  fields: Record<string, string>;
  retryAfter?: number;
  /** What the change would do, where somebody must accept it first. */
  warning?: ToldWarning;
}

/** Returns the public face of any thrown value: ours, the database's, Express's own for a bad address, or "Something went wrong". */
export function failureOf(error: unknown, requestId?: string): Failure {
  const known = mapDatabaseError(error) ?? fromExpress(error);
  const face = publicFace(known ?? error);
  if (face.status === 500 && requestId) face.message = phrase(`Something went wrong. (${requestId.slice(0, 8)})`);
  if (known instanceof TooManyError) return { ...face, retryAfter: known.retryAfter };
  if (error instanceof WarningError) return { ...face, warning: error.warning };
  return face.status === 503 ? { ...face, retryAfter: 5 } : face;
}

// Express and the parsers below it throw errors with a status: a path that cannot be decoded, an aborted file.
function fromExpress(error: unknown): StewardError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status } = error as { status?: unknown };
  if (status === 404) return notFound();
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new StewardError('invalid', status, 'This request cannot be read.', { cause: error });
  return undefined;
}

/** Notes a failure, sets the head of its answer and takes what still arrives; undefined when an answer has left already, which ends its connection. */
export async function beginFailure(
  core: Core,
  request: Request,
  response: Response,
  error: unknown,
): Promise<Failure | undefined> {
  const failure = failureOf(error, request.requestId);
  noteFailure(core, request, failure, error);
  if (response.headersSent) {
    response.destroy();
    return undefined;
  }
  writeFailureHead(response, failure);
  await takeRest(request, response);
  return failure;
}

/** Writes to the log what the caller is not told. */
export function noteFailure(core: Core, request: Request, failure: Failure, error: unknown): void {
  const fields = { requestId: request.requestId, method: request.method, path: request.baseUrl + request.path };
  if (failure.status >= 500 && failure.status !== 503) core.log.error({ ...fields, err: error }, 'a request failed');
  else if (failure.status === 503) core.log.warn({ ...fields, err: error }, 'a request was put off');
}

/** Sets the status and the headers that go with a failure. */
export function writeFailureHead(response: Response, failure: Failure): void {
  response.status(failure.status);
  response.setHeader('Cache-Control', 'no-store');
  if (failure.retryAfter !== undefined) response.setHeader('Retry-After', String(failure.retryAfter));
}

/** Returns what the reader of this request reads: an operator's choice, else what the browser asks for. */
export function wordsFor(core: Core, request: Request): Words {
  return request.words ?? wordsOf(core, acceptedLanguage(request.headers['accept-language']));
}

/** Says a failure in the words of whoever reads it; without words it stays English, as programs read it. */
export function sayFailure(words: Words | undefined, failure: Failure): Failure {
  if (!words) return failure;
  const fields = Object.fromEntries(Object.entries(failure.fields).map(([name, fault]) => [name, words.say(fault)]));
  const warning = failure.warning && (sayAnswer(words, failure.warning) as ToldWarning);
  return { ...failure, message: words.say(failure.message), fields, ...(warning && { warning }) };
}

function failurePage(message: string, { language, say }: Words): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Steward</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shared/page.css">
</head>
<body>
<div class="bar"></div>
<main>
<div class="sheet">
<h1>${escapeHtml(say(message))}</h1>
<p><a href="/">${escapeHtml(say(phrase('Go to the start page')))}</a></p>
</div>
</main>
</body>
</html>
`;
}

/** Builds the error handler that everything ends at: JSON `{code, message, fields}`, or a page for a browser; once headers have left, it cuts the connection. */
export function lastErrorHandler(core: Core) {
  return async (error: unknown, request: Request, response: Response, _next: NextFunction): Promise<void> => {
    const failure = await beginFailure(core, request, response, error);
    if (!failure) return;
    const { code, message, fields, warning } = sayFailure(request.words, failure);
    if (request.accepts(['json', 'html']) === 'html') {
      response.setHeader('Content-Security-Policy', contentPolicy());
      response.type('html').send(failurePage(message, wordsFor(core, request)));
    } else response.json({ code, message, fields, ...(warning && { warning }) });
  };
}

/**
 * Takes what is still arriving of a refused body, a megabyte or half a second of it, and ends the connection after the answer.
 * Hanging up with bytes unread would make the client's system throw our answer away.
 */
export async function takeRest(request: Request, response: Response): Promise<void> {
  if (request.complete || request.destroyed) return;
  response.setHeader('Connection', 'close');
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > restLimit) done();
    };
    const done = () => {
      clearTimeout(timer);
      request.off('data', take).off('end', done).off('close', done).pause();
      resolve();
    };
    const timer = setTimeout(done, restPatience);
    request.on('error', () => {});
    request.on('data', take).on('end', done).on('close', done).resume();
  });
}
