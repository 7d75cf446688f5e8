// The zip file that an XLSX workbook is. Its rule: nothing is unpacked before the table of contents
// shows that all of it together is of a size that we bear (hazard 43).
import { invalid, type StewardError } from '../errors.ts';
import { type Archive, type ArchiveEntry, openArchive } from '../files/zip-reader.ts';

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
  const zip = await openArchive(path, (how, cause) => refusedWorkbook(`This workbook is ${how}.`, cause));
  try {
    const entries = await contentsOf(zip);
    return {
      part: async (name) => {
        const entry = entries.get(name.toLowerCase());
        return entry && zip.read(entry);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function contentsOf(zip: Archive): Promise<Map<string, ArchiveEntry>> {
  if (zip.entryCount > mostEntries)
    throw refusedWorkbook(`This workbook has ${zip.entryCount} parts; that is too many.`);
  const entries = new Map<string, ArchiveEntry>();
  let unpacked = 0;
  let packed = 0;
  for await (const entry of zip.entries()) {
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
