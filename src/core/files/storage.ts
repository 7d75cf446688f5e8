// Where the bytes of kept files lie. The rule: nothing outside this room knows whether it is a folder or a bucket; a place that is
// out of reach is 503, and leaves nothing half written.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { StartError, StewardError, unavailable } from '../errors.ts';
import { childLog } from '../log.ts';
import { openFolder } from './folder.ts';
import { Meter } from './meter.ts';
import { BytesMissing, type ListedPage, type Place, systemCode } from './place.ts';
import { openBucket } from './s3.ts';
import { readStorageUrl } from './storage-url.ts';

/** The verbs of a storage. Keys are ours: two hexadecimal digits, a slash, forty digits. */
export interface FileStorage {
  /** Writes and makes durable. Throws 413 over `maxBytes`, 503 when it cannot; then nothing of it is left. */
  write(key: string, content: Uint8Array | Readable, maxBytes: number): Promise<{ size: number; sha256: string }>;
  /** Opens for reading. Rejects with BytesMissing when they are not there, with 503 when nobody can say. */
  stream(key: string): Promise<Readable>;
  bytes(key: string): Promise<Buffer>;
  /** Removes; what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Lists some of the keys behind `after`, in their order; all from the beginning. */
  page(after?: string): Promise<ListedPage>;
  /** Throws away halves of writings that were begun before then and never ended; returns how many. */
  removeHalves(before: Date): Promise<number>;
  /** Writes, reads and removes a few bytes. Throws a StartError for a mistake of the configuration, 503 while it is out of reach. */
  check(): Promise<void>;
}

const log = childLog({ part: 'storage' });

/** Makes a key that nobody can guess. Its first two digits make folders, so that none grows without bound. */
export function newKey(): string {
  const name = randomBytes(20).toString('hex');
  return `${name.slice(0, 2)}/${name}`;
}

/** Opens the storage that STORAGE_URL names; without one, a folder in the data folder. Throws at once when it names none we know. */
export function openFileStorage(storageUrl: string | undefined, dataDir: string): FileStorage {
  const place = choosePlace(storageUrl, dataDir);
  return {
    write: (key, content, maxBytes) => write(place, key, content, maxBytes),
    stream: (key) => read(() => place.open(key)),
    // Not flydrive's getBytes: of an empty file it returns 64 KB of the process's shared memory (seen in 1.3.0).
    bytes: (key) => read(async () => buffer(await place.open(key))),
    remove: place.remove,
    page: place.page,
    removeHalves: place.removeHalves,
    check: () => check(place),
  };
}

function choosePlace(storageUrl: string | undefined, dataDir: string): Place {
  try {
    const place = readStorageUrl(storageUrl ?? 'file:');
    return place.kind === 's3' ? openBucket(place) : openFolder(place.path ?? path.join(dataDir, 'files'));
  } catch (error) {
    throw new StartError(`STORAGE_URL ${(error as Error).message}. Leave it empty to keep files in DATA_DIR.`);
  }
}

async function write(place: Place, key: string, content: Uint8Array | Readable, maxBytes: number) {
  const meter = new Meter(maxBytes);
  try {
    if (content instanceof Uint8Array) {
      meter.count(content);
      await place.put(key, content);
    } else await place.putStream(key, meter.follow(content), () => meter.mustBeWhole());
    meter.mustBeWhole();
  } catch (error) {
    await place.remove(key).catch(() => {});
    if (!(content instanceof Uint8Array)) content.destroy();
    throw meter.failure ?? writeFailure(error);
  }
  return meter.result();
}

/** What the place itself says is for the log; of a full disk under a stream the library tells only that it was aborted. */
function writeFailure(error: unknown): unknown {
  if (error instanceof StewardError) return error;
  log.error({ err: error }, 'a file could not be stored');
  const isFull = ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
  return unavailable(
    isFull ? 'There is no room for files at the moment.' : 'Files cannot be stored at the moment.',
    error,
  );
}

async function read<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof BytesMissing) throw error;
    log.error({ err: error }, 'a file could not be read');
    throw unavailable('Files cannot be read at the moment.', error);
  }
}

async function check(place: Place): Promise<void> {
  const key = newKey();
  try {
    await place.put(key, Buffer.from('Steward was here.'));
    await buffer(await place.open(key));
    await place.page();
    await place.remove(key);
  } catch (error) {
    const mistake = place.mistake(error);
    if (mistake) throw new StartError(mistake, error);
    throw unavailable('The storage of STORAGE_URL is out of reach.', error);
  }
}
