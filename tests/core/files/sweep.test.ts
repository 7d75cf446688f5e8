// Sweeps that are killed, stopped, or done by several at once: in the end what belongs to nothing is gone and nothing else.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/core/database/database.ts';
import { createFiles, type Files } from '../../../src/core/files/files.ts';
import { newKey } from '../../../src/core/files/storage.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { type S3Server, startS3Server } from '../../kit/s3-server.ts';
import { storages, type TestStorage } from '../../kit/storages.ts';

const dayAgo = () => new Date(Date.now() - 25 * 3_600_000);
const owner = { resource: 'Campaign', recordId: 'c1' };
let test: TestDatabase;
let database: Database;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.connection, { connectTimeout: 60_000 });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.close();
  await test.drop();
});
beforeEach(async () => {
  await database.prisma.storedFile.deleteMany();
  await database.prisma.setting.deleteMany();
});

const filesIn = (storageUrl: string): Files =>
  createFiles({
    config: { storageUrl, dataDir: '/nowhere', appKey: 'k'.repeat(40), publicUrl: 'http://localhost' },
    database,
  });
const placeKept = () => database.prisma.setting.findUnique({ where: { key: 'files.sweep' } });

/** Ten files that stay, ten unclaimed and ten expired ones, and so many bytes that no row knows; all are old. */
async function fill(files: Files, storage: TestStorage, orphans: number): Promise<string[]> {
  const file = { name: 'a.txt', type: 'text/plain', content: Buffer.from('x') };
  const kept: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    kept.push((await files.keep({ ...file, owner })).key);
    await files.keep(file);
    await files.keep({ ...file, owner, expiresAt: new Date(Date.now() - 1000) });
  }
  await database.prisma.storedFile.updateMany({ data: { createdAt: dayAgo() } });
  for (let n = 0; n < orphans; n += 1) storage.put(newKey(), 'orphan');
  storage.age(dayAgo());
  return kept.sort();
}

describe.each(storages)('the sweep of $name', (kind) => {
  let storage: TestStorage;
  let files: Files;
  beforeAll(async () => {
    storage = await kind.open();
    files = filesIn(storage.url);
  });
  afterAll(() => storage.stop());
  beforeEach(() => storage.empty());

  it('by three at once takes each thing once and spares what is kept', async () => {
    const kept = await fill(files, storage, 200);
    const all = await Promise.all([files, filesIn(storage.url), filesIn(storage.url)].map((one) => one.sweep()));
    const sum = (part: 'expired' | 'unclaimed') => all.reduce((total, swept) => total + swept[part], 0);
    expect([sum('expired'), sum('unclaimed')]).toEqual([10, 10]);
    expect(storage.stored().sort()).toEqual(kept);
    expect(await database.prisma.storedFile.count()).toBe(10);
    expect(await placeKept()).toBeNull();
  });

  it('that is asked to stop goes on with the next one', async () => {
    const kept = await fill(files, storage, 50);
    expect(await files.sweep({ signal: AbortSignal.abort() })).toEqual({ expired: 0, unclaimed: 0, orphans: 0 });
    expect(storage.stored()).toHaveLength(80);
    expect(await files.sweep()).toEqual({ expired: 10, unclaimed: 10, orphans: 50 });
    expect(storage.stored().sort()).toEqual(kept);
  });

  it('spares what is young, though it belongs to nothing', async () => {
    await fill(files, storage, 5);
    const young = newKey();
    storage.put(young, 'of a transaction that is still open');
    await files.sweep();
    expect(storage.stored()).toContain(young);
    expect(storage.stored()).toHaveLength(11);
  });

  it('goes on behind a key that is no longer there', async () => {
    const kept = await fill(files, storage, 30);
    await database.prisma.setting.create({ data: { key: 'files.sweep', value: '80/8000' } });
    const first = (await files.sweep()).orphans;
    const second = (await files.sweep()).orphans;
    expect(first + second).toBe(30);
    expect(storage.stored().sort()).toEqual(kept);
  });
});

describe('a sweep that is killed', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server({ pageSize: 5 });
  });
  afterAll(() => server.stop());

  it('is gone on with where it was: the pages before are not read again', async () => {
    const files = filesIn(server.url);
    const keys = Array.from({ length: 60 }, newKey).sort();
    for (const key of keys) server.objects.set(key, { bytes: Buffer.from('x'), at: dayAgo() });
    const deleted = () => server.asked.filter(({ method }) => method === 'DELETE').length;
    const isReached = new Promise<void>((resolve) => {
      server.behave = async ({ method }) => {
        if (method === 'DELETE' && deleted() > 23) {
          resolve();
          // The child dies while it waits for this answer.
          await sleep(60_000, undefined, { ref: false });
        }
        return undefined;
      };
    });
    const child = spawn(process.execPath, [compiledFile('tests/core/files/sweep-child.ts')], {
      env: { ...process.env, DATABASE_URL: test.url, STORAGE_URL: server.url },
      stdio: 'inherit',
    });
    children.add(child);
    const end = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    await isReached;
    child.kill('SIGKILL');
    expect(await end).toBe('SIGKILL');
    // The control: it was killed while there was work.
    expect(server.objects.size).toBeGreaterThan(30);
    expect((await placeKept())?.value).toBe(keys[19]);

    server.behave = () => undefined;
    server.asked.length = 0;
    await files.sweep();
    expect(server.objects.size).toBe(0);
    const lists = server.asked.filter(({ query }) => query.has('list-type'));
    expect(lists[0]?.query.get('start-after')).toBe(keys[19]);
    expect(lists).toHaveLength(8);
    expect(await placeKept()).toBeNull();
  });

  it('or an upload that was, leaves halves that the next sweep throws away, and the young ones stay', async () => {
    for (let n = 0; n < 12; n += 1)
      server.uploads.set(`id ${n}`, { key: newKey(), begun: n < 8 ? dayAgo() : new Date(), parts: new Map() });
    await filesIn(server.url).sweep();
    expect([...server.uploads.keys()]).toEqual(['id 8', 'id 9', 'id 10', 'id 11']);
    server.behave = ({ query }) => (query.has('uploads') ? { status: 501, code: 'NotImplemented' } : undefined);
    await expect(filesIn(server.url).sweep()).resolves.toMatchObject({ orphans: 0 });
  });

  it('or one whose storage went away fails, and the next one takes what is left', async () => {
    server.behave = ({ method }) => (method === 'DELETE' ? { status: 503, code: 'SlowDown' } : undefined);
    const key = newKey();
    server.objects.set(key, { bytes: Buffer.from('x'), at: dayAgo() });
    await expect(filesIn(server.url).sweep()).rejects.toThrow();
    expect(server.objects.has(key)).toBe(true);
    server.behave = () => undefined;
    expect((await filesIn(server.url).sweep()).orphans).toBe(1);
  });
});
