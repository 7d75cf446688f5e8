// A folder of this machine as the place for bytes. The only room that imports flydrive.
import { promises as fs } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { BytesMissing, isOurKey, type ListedPage, type Place, systemCode } from './place.ts';

const folders = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

/** Opens a folder, which is made when something is written. */
export function openFolder(location: string): Place {
  const disk = new Disk(new FSDriver({ location, visibility: 'private' }));
  const settle = (key: string) => flush(path.join(location, key));
  return {
    put: async (key, bytes) => {
      await disk.put(key, bytes);
      await settle(key);
    },
    putStream: async (key, source, mustBeWhole) => {
      await disk.putStream(key, source);
      mustBeWhole();
      await settle(key);
    },
    open: (key) => openStream(disk, key),
    remove: (key) => disk.delete(key),
    page: (after) => page(disk, after),
    // What was written half is a file like others, and no row knows it.
    removeHalves: async () => 0,
    mistake: (error) => {
      const code = systemCode(error);
      return code && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)
        ? `The folder for files, ${location}, cannot be written to (${code}). Give it to the user that Steward runs as, or set STORAGE_URL.`
        : undefined;
    },
  };
}

// The bytes must survive a power cut before a row speaks of them.
async function flush(file: string): Promise<void> {
  for (const target of [file, path.dirname(file)]) {
    const handle = await fs.open(target, 'r');
    await handle.sync().finally(() => handle.close());
  }
}

/** A local stream opens late; waiting for it turns lost bytes into a rejection instead of a broken answer. */
async function openStream(disk: Disk, key: string): Promise<Readable> {
  try {
    const stream = await disk.getStream(key);
    await new Promise<void>((resolve, reject) => {
      const done = () => resolve();
      stream.once('readable', done).once('end', done).once('error', reject);
    });
    return stream;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new BytesMissing('not in the folder', { cause: error });
    throw error;
  }
}

/** One of our 256 folders is a page, empty ones left out. */
async function page(disk: Disk, after = ''): Promise<ListedPage> {
  for (const folder of folders.slice(Math.max(0, folders.indexOf(after.slice(0, 2))))) {
    const keys = (await list(disk, folder)).filter((key) => isOurKey(key) && key > after).sort();
    const objects = keys.map((key) => ({ key, writtenAt: () => writtenAt(disk, key) }));
    if (keys.length > 0) return { objects, next: keys.at(-1) };
  }
  return { objects: [], next: undefined };
}

async function list(disk: Disk, folder: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const found = await unlessGone(disk.listAll(folder, { recursive: true, paginationToken: token }));
    for (const object of found?.objects ?? []) if (object.isFile) keys.push(object.key);
    token = found?.paginationToken;
  } while (token);
  return keys;
}

async function writtenAt(disk: Disk, key: string): Promise<Date | undefined> {
  return (await unlessGone(disk.getMetaData(key)))?.lastModified;
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
