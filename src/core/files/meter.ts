// Counts and hashes the bytes of a file on their way. Its rule: it remembers why a source failed, for the place that reads it hears
// only that it ended.
import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { tooLarge } from '../errors.ts';

/** Counts and hashes what goes through, and remembers why the source failed: the storage library tells only that it did. */
export class Meter {
  readonly #hash = createHash('sha256');
  readonly #maxBytes: number;
  #size = 0;
  failure: unknown;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes a piece in. Throws 413 over the limit. */
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

  /** Throws why the source failed, if it did. */
  mustBeWhole(): void {
    if (this.failure) throw this.failure;
  }

  /** Returns the bytes counted and their SHA-256. */
  result(): { size: number; sha256: string } {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}
