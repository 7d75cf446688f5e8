// Where the bytes of kept files lie. The rule: nothing outside this room knows whether it is a folder or a service. The only
// room that imports flydrive; another driver is chosen in `openFileStorage` and nowhere else.
import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { StewardError, tooLarge, unavailable } from '../errors.ts';
import { childLog } from '../log.ts';

/** The verbs of a storage. Keys are ours: two hexadecimal digits, a slash, forty digits. */
export interface FileStorage {
  /** Writes and makes durable. Throws 413 over `maxBytes`, 503 when there is no room; then nothing of it is left. */
  write(key: string, content: Uint8Array | Readable, maxBytes: number): Promise<{ size: number; sha256: string }>;
  /** Opens for reading; rejects when the bytes are not there. */
  stream(key: string): Promise<Readable>;
  bytes(key: string): Promise<Buffer>;
  /** Removes; what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Lists the keys that begin with two hexadecimal digits. */
  list(folder: string): Promise<string[]>;
  writtenAt(key: string): Promise<Date>;
}

interface Place {
  disk: Disk;
  /** Makes sure the bytes survive a power cut before a row speaks of them. */
  settle(key: string): Promise<void>;
}

const log = childLog({ part: 'storage' });

/** Opens the storage that STORAGE_URL names; without one, a folder in the data folder. Throws at once when it names none we know. */
export function openFileStorage(storageUrl: string | undefined, dataDir: string): FileStorage {
  const { disk, settle } = choosePlace(storageUrl, dataDir);
  return {
    write: (key, content, maxBytes) => write(disk, settle, key, content, maxBytes),
    stream: (key) => openStream(disk, key),
    // Not the library's getBytes: of an empty file it returns 64 KB of the process's shared memory (seen in 1.3.0).
    bytes: async (key) => buffer(await openStream(disk, key)),
    remove: (key) => disk.delete(key),
    list: (folder) => list(disk, folder),
    writtenAt: async (key) => (await disk.getMetaData(key)).lastModified,
  };
}

function choosePlace(storageUrl: string | undefined, dataDir: string): Place {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(?:\/\/)?(.*)$/is.exec(storageUrl ?? 'file:') ?? [];
  if (scheme !== 'file')
    throw new Error(
      `STORAGE_URL begins with "${scheme || storageUrl}", which is not supported. Leave it empty to keep files in DATA_DIR, or write file:///path.`,
    );
  const location = rest ? path.resolve(rest) : path.join(dataDir, 'files');
  const disk = new Disk(new FSDriver({ location, visibility: 'private' }));
  return { disk, settle: (key) => flush(path.join(location, key)) };
}

async function flush(file: string): Promise<void> {
  for (const target of [file, path.dirname(file)]) {
    const handle = await fs.open(target, 'r');
    await handle.sync().finally(() => handle.close());
  }
}

async function write(
  disk: Disk,
  settle: Place['settle'],
  key: string,
  content: Uint8Array | Readable,
  maxBytes: number,
) {
  const meter = new Meter(maxBytes);
  try {
    if (content instanceof Uint8Array) {
      meter.count(content);
      await disk.put(key, content);
    } else await disk.putStream(key, meter.follow(content));
    if (meter.failure) throw meter.failure;
    await settle(key);
  } catch (error) {
    await disk.delete(key).catch(() => {});
    if (!(content instanceof Uint8Array)) content.destroy();
    throw meter.failure ?? writeFailure(error);
  }
  return meter.result();
}

/** Counts and hashes what goes through, and remembers why the source failed: the storage library tells only that it did. */
class Meter {
  readonly #hash = createHash('sha256');
  readonly #maxBytes: number;
  #size = 0;
  failure: unknown;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  count(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) throw tooLarge('The file is too large.');
    this.#hash.update(chunk);
  }

  /** Passes the source on; when it fails, ends early instead of failing, so that the file is closed before it is removed. */
  follow(source: Readable): Readable {
    const through = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (this.failure) return done();
        try {
          this.count(chunk);
          done(null, chunk);
        } catch (error) {
          fail(error);
          done();
        }
      },
    });
    const fail = (error: unknown) => {
      this.failure ??= error;
      source.unpipe(through);
      through.end();
    };
    const brokenOff = () => source.errored ?? new Error('The source of the file broke off.');
    source.on('error', fail);
    source.on('close', () => source.readableEnded || fail(brokenOff()));
    if (source.destroyed) fail(brokenOff());
    return source.pipe(through);
  }

  result() {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}

/** What the storage itself says is for the log; of a full disk under a stream the library tells only that it was aborted. */
function writeFailure(error: unknown): unknown {
  if (error instanceof StewardError) return error;
  log.error({ err: error }, 'a file could not be stored');
  const isFull = ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
  return unavailable(
    isFull ? 'There is no room for files at the moment.' : 'Files cannot be stored at the moment.',
    error,
  );
}

/** Returns the system's code such as ENOSPC, however deep the library has wrapped it. */
function systemCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { syscall, code } = e as NodeJS.ErrnoException;
    if (syscall && code) return code;
  }
  return undefined;
}

/** A local stream opens late; waiting for it turns lost bytes into a rejection instead of a broken answer. */
async function openStream(disk: Disk, key: string): Promise<Readable> {
  const stream = await disk.getStream(key);
  await new Promise<void>((resolve, reject) => {
    const done = () => resolve();
    stream.once('readable', done).once('end', done).once('error', reject);
  });
  return stream;
}

async function list(disk: Disk, folder: string): Promise<string[]> {
  const keys: string[] = [];
  let page: string | undefined;
  do {
    const found = await disk.listAll(folder, { recursive: true, paginationToken: page }).catch((error) => {
      if (systemCode(error) === 'ENOENT') return { objects: [], paginationToken: undefined };
      throw error;
    });
    for (const object of found.objects) if (object.isFile) keys.push(object.key);
    page = found.paginationToken;
  } while (page);
  return keys;
}
