// Reading a backup: its manifest, its parts, and whether each of them is still what was written. Nothing is written anywhere from here.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { StartError } from '../errors.ts';
import { type Archive, type ArchiveEntry, openArchive } from '../files/zip-reader.ts';
import { backupFormat, type FileLine, fileLine, type Manifest, Meter, manifestSchema, places } from './manifest.ts';

/** A backup that cannot be used; the message says why. */
export class BackupError extends StartError {}

/** An opened backup. */
export interface OpenedBackup {
  manifest: Manifest;
  /** Streams a part: a table, the jobs. Throws a BackupError when it is not there. */
  part(path: string): AsyncGenerator<Buffer>;
  /** Goes through the files in the order of the list. */
  files(): AsyncGenerator<{ line: FileLine; bytes: AsyncGenerator<Buffer> }>;
  close(): void;
}

const refuse = (how: string, cause?: unknown) => new BackupError(`This backup is ${how}.`, cause);
const largestManifest = 50_000_000;

/** Opens a backup and reads its manifest. Throws a BackupError when it is none, damaged, or of a later version. */
export async function openBackup(file: string): Promise<OpenedBackup> {
  const zip = await openArchive(file, refuse);
  try {
    const entries = await mainEntries(zip);
    const manifest = readManifest(await textOf(zip, entries.get(places.manifest)));
    const part = (path: string) => {
      const entry = entries.get(path);
      if (!entry) throw refuse(`not whole: ${path} is missing`);
      return zip.read(entry);
    };
    return { manifest, part, files: () => readFiles(file, manifest, part), close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

// All but the kept files, of which there may be very many.
async function mainEntries(zip: Archive): Promise<Map<string, ArchiveEntry>> {
  const entries = new Map<string, ArchiveEntry>();
  for await (const entry of zip.entries()) if (!entry.fileName.startsWith('files/')) entries.set(entry.fileName, entry);
  return entries;
}

async function textOf(zip: Archive, entry: ArchiveEntry | undefined): Promise<string> {
  if (!entry || entry.uncompressedSize > largestManifest) throw new BackupError('This file is no backup of Steward.');
  const chunks: Buffer[] = [];
  for await (const chunk of zip.read(entry)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function readManifest(text: string): Manifest {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw refuse('damaged: its manifest cannot be read', error);
  }
  const format = (given as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > backupFormat)
    throw new BackupError('This backup was made by a later version of Steward. Restore it with that version.');
  const parsed = manifestSchema.safeParse(given);
  if (!parsed.success) throw refuse('damaged: its manifest does not fit', parsed.error);
  return parsed.data;
}

// The archive is opened once more: its table of contents has the files in the order of the list, so that one pass joins the two.
async function* readFiles(
  file: string,
  { files }: Manifest,
  part: (path: string) => AsyncGenerator<Buffer>,
): AsyncGenerator<{ line: FileLine; bytes: AsyncGenerator<Buffer> }> {
  const zip = await openArchive(file, refuse);
  const damaged = new Set(files.damaged);
  try {
    const lines = linesOf(part(places.fileList));
    for await (const entry of zip.entries()) {
      if (!entry.fileName.startsWith('files/')) continue;
      let line = await nextLine(lines);
      while (line && places.file(line.key) !== entry.fileName && damaged.has(line.key)) line = await nextLine(lines);
      if (!line || places.file(line.key) !== entry.fileName)
        throw refuse(`not whole: ${entry.fileName} is not in its list`);
      yield { line, bytes: zip.read(entry) };
    }
    for (let line = await nextLine(lines); line; line = await nextLine(lines))
      if (!damaged.has(line.key)) throw refuse(`not whole: the file ${line.key} is missing`);
  } finally {
    zip.close();
  }
}

function linesOf(source: AsyncIterable<Buffer>): AsyncIterator<string> {
  return createInterface({ input: Readable.from(source, { objectMode: false }) })[Symbol.asyncIterator]();
}

async function nextLine(lines: AsyncIterator<string>): Promise<FileLine | undefined> {
  const next = await lines.next();
  if (next.done) return undefined;
  const parsed = fileLine.safeParse(JSON.parse(next.value));
  if (!parsed.success) throw refuse('damaged: its list of files does not fit', parsed.error);
  return parsed.data;
}

/** Reads the whole backup and compares every fingerprint. Throws a BackupError that names the first part that differs. */
export async function verifyBackup(backup: OpenedBackup): Promise<void> {
  const { manifest } = backup;
  const parts = [
    ...manifest.tables.map(({ name, sha256 }) => ({ path: places.table(name), sha256 })),
    { path: places.jobs, sha256: manifest.jobs.sha256 },
    { path: places.fileList, sha256: manifest.files.sha256 },
  ];
  for (const { path, sha256 } of parts) await mustBe(sha256, backup.part(path), path);
  const damaged = new Set(manifest.files.damaged);
  for await (const { line, bytes } of backup.files())
    if (damaged.has(line.key)) await new Meter().drain(bytes);
    else await mustBe(line.sha256, bytes, places.file(line.key));
}

async function mustBe(sha256: string, bytes: AsyncIterable<Buffer>, path: string): Promise<void> {
  const meter = new Meter();
  await meter.drain(bytes);
  if (meter.sha256() !== sha256) throw refuse(`damaged: ${path} is not what was written`);
}
