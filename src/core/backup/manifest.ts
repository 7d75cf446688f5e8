// What stands in a backup beside the data: of which version it is, what it holds, and the fingerprints by which damage is found.
import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';
import { hashToken } from '../tokens.ts';

/** Raised when a backup is written in a way that earlier versions cannot read. */
export const backupFormat = 1;

/** Places in the archive. */
export const places = {
  manifest: 'manifest.json',
  table: (name: string) => `tables/${name}.copy`,
  jobs: 'jobs.copy',
  fileList: 'files.jsonl',
  file: (key: string) => `files/${key}`,
} as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().min(1).max(63);
const content = z.object({ rows: z.int().min(0), sha256 });

/** The manifest, the last entry of the archive. */
export const manifestSchema = z.object({
  format: z.int(),
  product: z.literal('steward'),
  version: z.string(),
  madeAt: z.iso.datetime(),
  /** Tells whether the key is the same without telling it. */
  keyCheck: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  tables: z.array(content.extend({ name, columns: z.array(name).min(1) })),
  jobs: content,
  /** `damaged`: keys of files that were not there, or not as they were kept, when the backup was made. */
  files: z.object({ count: z.int().min(0), bytes: z.int().min(0), sha256, damaged: z.array(z.string()) }),
  /** What only opens with the key: column → how many. */
  sealed: z.record(z.string(), z.int()),
});

export type Manifest = z.output<typeof manifestSchema>;

/** One line of the list of files. */
export const fileLine = z.object({
  key: z.string().regex(/^[0-9a-f]{2}\/[0-9a-f]{40}$/),
  size: z.int().min(0),
  sha256,
});

export type FileLine = z.output<typeof fileLine>;

/** Returns the value by which a key is recognised. */
export function keyCheckOf(appKey: string): string {
  return hashToken(appKey, 'backup', 'is this the same key?');
}

/** Counts and hashes what passes through. */
export class Meter {
  readonly #hash: Hash = createHash('sha256');
  bytes = 0;

  async *through(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#hash.update(chunk);
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  /** Reads to the end and keeps nothing. */
  async drain(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const _ of this.through(source));
  }

  /** Ends the count. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}
