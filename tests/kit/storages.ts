// The two storages of files under one set of tests: a folder, and a bucket of a service that speaks S3.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { s3Url, startS3Server } from './s3-server.ts';

/** A storage, and what tests do with it behind Steward's back. */
export interface TestStorage {
  /** STORAGE_URL. */
  url: string;
  /** STORAGE_URL of one like it that cannot be written to. */
  brokenUrl: string;
  /** The keys of all bytes in it, halves of uploads too. */
  stored(): string[];
  /** Makes all bytes as old as this. */
  age(at: Date): void;
  /** Puts bytes in, or takes them away. */
  put(key: string, bytes: string): void;
  lose(key: string): void;
  empty(): void;
  stop(): Promise<void>;
}

/** How each is opened. */
export const storages: { name: string; open: () => Promise<TestStorage> }[] = [
  { name: 'a folder', open: openFolder },
  { name: 'a bucket', open: openBucket },
];

async function openFolder(): Promise<TestStorage> {
  const root = mkdtempSync(path.join(tmpdir(), 'steward-storage-'));
  const folder = path.join(root, 'files');
  writeFileSync(path.join(root, 'not-a-folder'), '');
  const stored = () =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) =>
          one.isFile() ? [path.relative(folder, path.join(one.parentPath, one.name))] : [],
        )
      : [];
  return {
    url: `file://${folder}`,
    brokenUrl: `file://${path.join(root, 'not-a-folder')}`,
    stored,
    age: (at) => {
      for (const key of stored()) utimesSync(path.join(folder, key), at, at);
    },
    put: (key, bytes) => {
      mkdirSync(path.dirname(path.join(folder, key)), { recursive: true });
      writeFileSync(path.join(folder, key), bytes);
    },
    lose: (key) => rmSync(path.join(folder, key)),
    empty: () => rmSync(folder, { recursive: true, force: true }),
    stop: async () => rmSync(root, { recursive: true, force: true }),
  };
}

async function openBucket(): Promise<TestStorage> {
  const server = await startS3Server({ pageSize: 3 });
  return {
    url: server.url,
    brokenUrl: s3Url(server.port, { secret: 'another' }),
    stored: () => [...server.objects.keys(), ...[...server.uploads.values()].map(({ key }) => key)],
    age: (at) => {
      for (const object of server.objects.values()) object.at = at;
      for (const upload of server.uploads.values()) upload.begun = at;
    },
    put: (key, bytes) => server.objects.set(key, { bytes: Buffer.from(bytes), at: new Date() }),
    lose: (key) => server.objects.delete(key),
    empty: () => {
      server.objects.clear();
      server.uploads.clear();
    },
    stop: server.stop,
  };
}
