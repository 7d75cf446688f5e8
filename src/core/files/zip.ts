// ZIP archives made while they are sent, one entry in memory at a time. The only room that imports yazl.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { safeFileName, uniqueName } from '../../lib/file-name.ts';

/** One file of an archive. */
export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
}

/** One part of a package whose paths are ours, such as a workbook's; its bytes come as they are made. */
export interface ZipPart {
  path: string;
  content: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Default true; false for what is packed already. */
  compress?: boolean;
}

const packed = /\.(png|jpe?g|webp|pdf|zip|xlsx)$/i;

/** Streams the entries as a ZIP. Names are made safe and unique; an error of the source, or a reader who leaves, ends both sides. */
export function zipStream(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  fill(zip, entries, output).catch((error) => output.destroy(error));
  return output;
}

async function fill(zip: ZipFile, entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>, output: Readable) {
  const taken = new Set<string>();
  const gone = once(output, 'close').catch(() => {});
  for await (const { name, bytes } of entries) {
    if (output.destroyed) return;
    const source = Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)], {
      objectMode: false,
    });
    zip.addReadStream(source, uniqueName(safeFileName(name), taken), { compress: !packed.test(name) });
    // The next entry is asked for only when this one has been read, so that a slow reader holds one in memory.
    await Promise.race([once(source, 'end'), gone]);
    source.destroy();
  }
  zip.end();
}

/** Streams the parts as a ZIP under exactly these paths. A part is asked for when the one before has been read to its end. */
export function packStream(parts: AsyncIterable<ZipPart> | Iterable<ZipPart>): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  fillParts(zip, parts, output).catch((error) => output.destroy(error));
  return output;
}

async function fillParts(zip: ZipFile, parts: AsyncIterable<ZipPart> | Iterable<ZipPart>, output: Readable) {
  const gone = once(output, 'close').catch(() => {});
  for await (const { path, content, compress } of parts) {
    if (output.destroyed) return;
    const source = Readable.from(content, { objectMode: false });
    zip.addReadStream(source, path, { compress: compress ?? true });
    // Rejects with the error of the source, which yazl itself would not hear.
    await Promise.race([once(source, 'end'), gone]);
    source.destroy();
  }
  zip.end();
}
