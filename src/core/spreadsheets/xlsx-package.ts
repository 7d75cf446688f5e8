// The zip file that an XLSX workbook is. The one room that knows yauzl. Its rule: nothing is unpacked before the table of contents
// shows that all of it together is of a size that we bear (hazard 43).
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { invalid, type StewardError } from '../errors.ts';

const mostEntries = 1_000;
const mostBytes = 500_000_000;
const mostRatio = 150;
// Small workbooks of repeated cells pack far better than large ones.
const alwaysFine = 20_000_000;

/** An opened workbook. */
export interface XlsxPackage {
  /** Streams the bytes of a part; undefined when there is none of that name. */
  part(name: string): Promise<AsyncIterable<Buffer> | undefined>;
  close(): void;
}

/** Builds the error for a workbook that is not read. */
export function refusedWorkbook(reason: string, cause?: unknown): StewardError {
  return invalid(reason, { file: 'cannot be read' }, cause);
}

/** Opens a workbook after counting its entries, its unpacked size and how much it is packed. Throws `invalid`. */
export async function openXlsx(path: string): Promise<XlsxPackage> {
  const zip = await openZip(path);
  try {
    const entries = await contentsOf(zip);
    return {
      part: async (name) => {
        const entry = entries.get(name.toLowerCase());
        return entry && streamOf(zip, entry);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error || !zip ? reject(refusedWorkbook('This workbook is damaged or cut off.', error)) : resolve(zip),
    );
  });
}

async function contentsOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > mostEntries)
    throw refusedWorkbook(`This workbook has ${zip.entryCount} parts; that is too many.`);
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  let packed = 0;
  for await (const entry of eachEntry(zip)) {
    const name = entry.fileName.toLowerCase();
    if (entries.has(name)) throw refusedWorkbook('This workbook has two parts of the same name.');
    if ((entry.generalPurposeBitFlag & 1) !== 0) throw refusedWorkbook('This workbook is protected by a password.');
    unpacked += entry.uncompressedSize;
    packed += entry.compressedSize;
    entries.set(name, entry);
  }
  if (unpacked > mostBytes)
    throw refusedWorkbook(
      `Unpacked, this workbook has ${Math.round(unpacked / 1_000_000)} MB; at most 500 MB are read.`,
    );
  if (unpacked > alwaysFine && unpacked > packed * mostRatio)
    throw refusedWorkbook(
      'This workbook is packed so tightly that it may be meant to do harm. Save it anew or as CSV.',
    );
  return entries;
}

async function* eachEntry(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      const settle = () => zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
      const onEntry = (found: Entry) => {
        settle();
        resolve(found);
      };
      const onEnd = () => {
        settle();
        resolve(undefined);
      };
      const onError = (error: Error) => {
        settle();
        reject(refusedWorkbook('This workbook is damaged or cut off.', error));
      };
      zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
      zip.readEntry();
    });
    if (!entry) return;
    yield entry;
  }
}

async function* streamOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, found) => (error || !found ? reject(error) : resolve(found)));
  }).catch((error: unknown) => {
    throw refusedWorkbook('This workbook is damaged or packed in a way we do not read.', error);
  });
  try {
    // The library ends with an error when there is more in an entry than the table of contents says.
    for await (const chunk of stream) yield chunk as unknown as Buffer;
  } catch (error) {
    throw refusedWorkbook('This workbook is damaged or cut off.', error);
  }
}
