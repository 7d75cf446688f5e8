// Kept pictures, sounds and films as answers. The rule: the type is one of ours, nothing is run by a browser, and players may ask
// for a part (RFC 9110, section 14).
import { Readable } from 'node:stream';
import { Answer, type Core } from '../../core/index.ts';

/** What is sent and how. */
export interface SentFile {
  fileId: string;
  mediaType: string;
  name: string;
  /** How long a cache of this one reader may keep it. */
  seconds: number;
}

/** Answers with a kept file, or with the part of it that was asked for. Throws not-found. */
export async function sendMedia(core: Core, sent: SentFile, range: string | undefined): Promise<Answer> {
  const { file, stream } = await core.files.read(sent.fileId);
  const headers = {
    'Content-Type': sent.mediaType,
    'Content-Disposition': `inline; filename="${sent.name}"`,
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': `private, max-age=${sent.seconds}`,
    'Accept-Ranges': 'bytes',
  };
  const part = range === undefined ? undefined : readRange(range, file.size);
  if (part === undefined) return new Answer(200, stream, { ...headers, 'Content-Length': String(file.size) });
  if (part === 'beyond') {
    stream.destroy();
    return new Answer(416, null, { 'Content-Range': `bytes */${file.size}` });
  }
  const length = part.last - part.first + 1;
  const said = { 'Content-Length': String(length), 'Content-Range': `bytes ${part.first}-${part.last}/${file.size}` };
  return new Answer(206, Readable.from(cut(stream, part.first, length), { objectMode: false }), {
    ...headers,
    ...said,
  });
}

/** Reads one range; undefined for what is none or several, which the whole answers. */
function readRange(text: string, size: number): { first: number; last: number } | 'beyond' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,12})-(\d{0,12})$/.exec(text.trim()) ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  return first >= size || (from === '' && Number(to) === 0) ? 'beyond' : { first, last };
}

async function* cut(stream: Readable, first: number, length: number): AsyncGenerator<Buffer> {
  let at = 0;
  let left = length;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const start = Math.max(0, first - at);
    at += chunk.length;
    if (start >= chunk.length) continue;
    const part = chunk.subarray(start, start + left);
    left -= part.length;
    yield part;
    if (left === 0) return;
  }
}
