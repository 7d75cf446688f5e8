// How kept files leave the house. The rule: nothing that came from outside is ever run by a browser under our address.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { contentDisposition } from '../../lib/file-name.ts';
import { notFound } from '../errors.ts';
import type { Files, StoredFile } from './files.ts';

/** Types that a browser may show; they cannot carry a script. */
const shown = new Set(['image/png', 'image/jpeg', 'image/webp']);
/** Types that are told as they are, but saved. Every other is told as plain bytes. */
const told = new Set([
  ...shown,
  'application/pdf',
  'application/zip',
  'application/json',
  'text/csv',
  'text/plain',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
]);

/** Answers GET and HEAD of `/files/<id>`: a public file, or any with a good signed link. `markOf` says what the rights of a link's asker are now. Throws `notFound` for everything else. */
export async function serveFile(
  files: Files,
  req: IncomingMessage,
  res: ServerResponse,
  markOf: (asker: string) => Promise<string> = async () => '',
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const id = url.pathname.split('/').at(-1) ?? '';
  const query = Object.fromEntries(url.searchParams);
  const mark = query.a === undefined ? undefined : await markOf(query.a.slice(0, 100));
  const isSigned = files.isLinkGood(id, query, mark);
  const file = await files.find(id);
  if (!isSigned && !file.isPublic) throw notFound('This file does not exist.');
  await sendFile(files, file, req, res, { download: isSigned && query.d === '1' });
}

/** Sends a file to somebody who was found entitled to it. The client's leaving in the middle is no error. */
export async function sendFile(
  files: Files,
  file: StoredFile,
  req: IncomingMessage,
  res: ServerResponse,
  options: { download?: boolean } = {},
): Promise<void> {
  const headers = fileHeaders(file, options.download ?? false);
  if (req.headers['if-none-match'] === headers.ETag) {
    res.writeHead(304, headers).end();
    return;
  }
  const { stream } = await files.read(file.id);
  res.writeHead(200, { ...headers, 'Content-Length': file.size });
  if (req.method === 'HEAD') {
    stream.destroy();
    res.end();
    return;
  }
  await pipeline(stream, res).catch(() => res.destroy());
}

/** Returns the headers of a file: its type by our list, sandboxed, and cached for ever only when it is public. */
export function fileHeaders(file: StoredFile, download: boolean): Record<string, string> {
  const isShown = shown.has(file.type) && !download;
  return {
    'Content-Type': told.has(file.type) ? file.type : 'application/octet-stream',
    'Content-Disposition': contentDisposition(isShown ? 'inline' : 'attachment', file.name),
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': file.isPublic ? 'cross-origin' : 'same-origin',
    'Cache-Control': file.isPublic ? 'public, max-age=31536000, immutable' : 'private, no-store',
    ETag: `"${file.sha256}"`,
  };
}
