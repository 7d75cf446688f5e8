// ZIP archives that are read: their table of contents one entry after the other, and the bytes of an entry as a stream.
// The one room that knows yauzl. Its rule: whatever is wrong with an archive becomes the reader's own error.
import yauzl, { type Entry, type ZipFile } from 'yauzl';

/** An entry as the table of contents has it. */
export type ArchiveEntry = Entry;

/** An opened archive. */
export interface Archive {
  entryCount: number;
  /** Goes through the table of contents, once. */
  entries(): AsyncGenerator<ArchiveEntry>;
  /** Streams the bytes of an entry; fails when there is more in it than the table of contents says. */
  read(entry: ArchiveEntry): AsyncGenerator<Buffer>;
  close(): void;
}

/** Builds the error for an archive that is "damaged or cut off", or similar. */
export type Refusal = (how: string, cause?: unknown) => Error;

/** Opens an archive on this machine. Rejects with what `refuse` builds. */
export async function openArchive(path: string, refuse: Refusal): Promise<Archive> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) =>
      error || !opened ? reject(refuse('damaged or cut off', error)) : resolve(opened),
    );
  });
  return {
    entryCount: zip.entryCount,
    entries: () => eachEntry(zip, refuse),
    read: (entry) => streamOf(zip, entry, refuse),
    close: () => zip.close(),
  };
}

async function* eachEntry(zip: ZipFile, refuse: Refusal): AsyncGenerator<Entry> {
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
        reject(refuse('damaged or cut off', error));
      };
      zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
      zip.readEntry();
    });
    if (!entry) return;
    yield entry;
  }
}

async function* streamOf(zip: ZipFile, entry: Entry, refuse: Refusal): AsyncGenerator<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, found) => (error || !found ? reject(error) : resolve(found)));
  }).catch((error: unknown) => {
    throw refuse('damaged or packed in a way that is not read', error);
  });
  try {
    // The library ends with an error when there is more in an entry than the table of contents says.
    for await (const chunk of stream) yield chunk as unknown as Buffer;
  } catch (error) {
    throw refuse('damaged or cut off', error);
  }
}
