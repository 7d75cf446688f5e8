// Bodies of requests as bytes, within a limit and a time. The rule: the promise always settles, and a client that leaves, lies
// about its length or never ends is an error of the 400s.
import type { IncomingMessage } from 'node:http';
import { invalid, type StewardError, tooLarge } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';

const readingTime = 120_000;

/** Returns the bare media type of a request in small letters, for example `application/json`; empty when none is given. */
export function mediaType(req: IncomingMessage): string {
  return (req.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** Reads a body of at most `maxBytes`, also a chunked one. Throws 413 over the limit, 400 when it breaks off. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw invalid(phrase('Compressed bodies are not read here.'));
  const tooMuch = () => tooLarge(phrase(`The body may have ${inWords(maxBytes)} at most.`));
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooMuch();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (error: StewardError | undefined) => {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
      // A late 'error' of a socket that broke after we stopped listening would otherwise end the process.
      req.on('error', () => {});
      if (error) {
        req.pause();
        reject(error);
      } else resolve(Buffer.concat(chunks, size));
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) settle(tooMuch());
      else chunks.push(chunk);
    };
    const onEnd = () => settle(req.complete ? undefined : brokenOff());
    const onBreak = () => settle(brokenOff());
    const timer = setTimeout(() => settle(invalid(phrase('The body took too long to arrive.'))), readingTime).unref();
    if (req.destroyed || req.readableEnded) settle(brokenOff());
    else req.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

/** Builds the error for a body that ends too early. */
export function brokenOff(): StewardError {
  return invalid(phrase('The body broke off before its end.'));
}

function inWords(bytes: number): string {
  return bytes >= 1_000_000 ? `${Math.floor(bytes / 1_000_000)} MB` : `${Math.max(1, Math.floor(bytes / 1000))} KB`;
}

/** Decodes UTF-8 and refuses anything else (RFC 8259, section 8.1). */
export function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(phrase('The body is not UTF-8 text.'), {}, cause);
  }
}
