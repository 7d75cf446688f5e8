// What a place for bytes can do, whether it is a folder or a bucket. Its rule: a place says plainly when bytes are not there, and
// keeps nothing of a source that did not come whole.
import type { Readable } from 'node:stream';

/** Bytes as the place lists them. */
export interface Listed {
  key: string;
  /** When they were written; undefined when they have gone meanwhile. */
  writtenAt(): Promise<Date | undefined>;
}

/** The keys behind a key, in order; `next` is where to go on, absent at the end. */
export interface ListedPage {
  objects: Listed[];
  next: string | undefined;
}

/** A place for bytes. Keys are ours: two hexadecimal digits, a slash, forty digits. */
export interface Place {
  /** Writes and makes durable. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Writes what comes, and makes it durable; before it counts as written, `mustBeWhole` throws if the source broke off. */
  putStream(key: string, source: Readable, mustBeWhole: () => void): Promise<void>;
  /** Opens for reading. Rejects with BytesMissing when they are not there. */
  open(key: string): Promise<Readable>;
  /** Removes; what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Lists some of the keys behind `after`, all from the beginning. */
  page(after?: string): Promise<ListedPage>;
  /** Throws away halves of writings that were begun before then and never ended; returns how many. */
  removeHalves(before: Date): Promise<number>;
  /** Tells why a failure was a mistake of the configuration, in a sentence with its remedy; undefined when it may pass by itself. */
  mistake(error: unknown): string | undefined;
}

/** The bytes are not there. */
export class BytesMissing extends Error {}

/** Tells whether a key is one of ours: what else lies in the place is not touched. */
export function isOurKey(key: string): boolean {
  return /^([0-9a-f]{2})\/\1[0-9a-f]{38}$/.test(key);
}

/** Returns the system's code such as ENOSPC, however deep a library has wrapped it. */
export function systemCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { syscall, code } = e as NodeJS.ErrnoException;
    if (syscall && code) return code;
  }
  return undefined;
}
