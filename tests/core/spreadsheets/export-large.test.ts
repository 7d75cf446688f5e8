// Exports that break in the middle, and exports that are large: one file in the end, and no more memory for more rows.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { parse } from 'csv-parse';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Core } from '../../../src/core/core.ts';
import { controlRun, startRun } from '../../../src/core/runs/run.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { report, sizeOf } from '../../kit/experiment.ts';
import { fill } from '../export-fixture.ts';
import { openSmallCore, type SmallCore, systemActor, until } from '../runs/fixture.ts';
import { unzip } from '../spreadsheet-reading.ts';

const exportId = 'certificates.export-recipient';
// With fewer rows their names are longer, so that holding them would show just as well.
const manyRows = sizeOf('EXPORT_ROWS', 20_000, 200_000);
const nameLength = Math.round(400_000_000 / 2 / manyRows / 4);
// As objects in memory the rows would need more than the first; the second leaves room for garbage on top.
const most = { held: 40_000_000, resident: 200_000_000 };
const tenths = (bytes: number) => Math.round(bytes / 1e5) / 10;
let database: TestDatabase;
let small: SmallCore;
let dataDir: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-export-'));
  database = await cloneDatabase();
  small = await openSmallCore(database.connection, { dataDir }, undefined, [certificates]);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await small?.close();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startChild(
  flags: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [...flags, compiledFile('tests/core/export-child.ts')], {
    env: { ...process.env, DATABASE_URL: database.url, DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The child ended with ${code}.`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const ready = /ready (\d+)/.exec(chunk.toString());
      if (ready) resolve(Number(ready[1]));
    });
  });
  return { child, port };
}

const start = (core: Core, form: object, expected: number) =>
  startRun(core, systemActor, exportId, {
    selection: { all: true },
    form,
    expected,
    idempotencyKey: `large-${Math.random()}`,
  });

const keptFiles = () =>
  (existsSync(path.join(dataDir, 'files'))
    ? readdirSync(path.join(dataDir, 'files'), { recursive: true, encoding: 'utf8' })
    : []
  )
    .map((name) => path.join(dataDir, 'files', name))
    .filter((name) => statSync(name).isFile());

const isFinished = (runId: string, seconds: number) =>
  until(
    () => small.core.db.run.findUniqueOrThrow({ where: { id: runId } }),
    ({ state }) => state === 'finished',
    seconds,
  );

test('killed in the middle of writing, an export begins anew and leaves one file with every row once', async () => {
  const { core } = small;
  await fill(core, 'Spring', 10_000);
  const first = await startChild([], { HOLD_AT: '200000' });
  const { runId } = await start(core, { format: 'csv', columns: ['email', 'name', 'campaignId'] }, 10_000);
  await until(
    () => keptFiles().some((name) => statSync(name).size > 50_000),
    (isWriting) => isWriting,
  );
  const killed = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await killed;
  expect(await core.db.storedFile.count()).toBe(0);
  expect(await core.db.run.findUnique({ where: { id: runId } })).toMatchObject({ state: 'running', fileId: null });
  expect(await core.db.auditEntry.count({ where: { kind: 'export' } })).toBe(0);
  await startChild();
  const run = await isFinished(runId, 60);
  expect(run.counts).toEqual({ done: 10_000 });
  const rows = await core.db.storedFile.findMany();
  expect(rows.map(({ id }) => id)).toEqual([run.fileId]);
  const bytes = await core.files.bytes(run.fileId ?? '');
  const mails = new Set<string>();
  for await (const [mail] of parse(bytes, { bom: true })) mails.add(mail);
  expect(mails.size).toBe(10_001);
  const audited = await core.db.auditEntry.findMany({ where: { kind: 'export' } });
  expect(audited).toHaveLength(1);
  expect(audited[0]?.after).toMatchObject({ rows: 10_000, sha256: createHash('sha256').update(bytes).digest('hex') });
  // What the dead process had written belongs to nothing and goes with the next sweep.
  await core.files.sweep({ olderThanHours: 0, now: new Date(Date.now() + 60_000) });
  expect(keptFiles()).toHaveLength(1);
}, 120_000);

test('a cancelled export leaves no file', async () => {
  const { core } = small;
  await fill(core, 'Spring', 30);
  const { runId } = await start(core, { format: 'csv' }, 30);
  await controlRun(core, systemActor, runId, 'cancel');
  await startChild();
  await sleep(1_500);
  expect(await core.db.run.findUnique({ where: { id: runId } })).toMatchObject({ state: 'cancelled', fileId: null });
  expect(await core.db.storedFile.count()).toBe(0);
}, 60_000);

describe(`${manyRows} rows while the API is served take no more memory than a few`, () => {
  test.each(['csv', 'xlsx'] as const)(
    'as %s',
    async (format) => {
      const { core } = small;
      await fill(core, 'Warm', 3_000, nameLength);
      const { child, port } = await startChild(['--expose-gc', '--max-old-space-size=256']);
      const columns = ['email', 'name', 'number', 'state', 'campaignId', 'createdAt'];
      const form = { format, columns, sort: 'email', bom: false };
      await isFinished((await start(core, form, 3_000)).runId, 60);
      await fill(core, 'Many', manyRows - 3_000, nameLength);
      const held = heldBytes(child);
      await until(
        () => held.length,
        (count) => count >= 3,
      );
      const before = { held: Math.max(...held.splice(0)), resident: residentBytes(child) };
      const serving = serve(child, port);
      const { runId } = await start(core, form, manyRows);
      const run = await isFinished(runId, 400);
      const served = await serving.stop();
      const grown = { held: Math.max(...held) - before.held, resident: served.resident - before.resident };
      expect(run.counts).toEqual({ done: manyRows });
      expect(rowsIn(format, await core.files.bytes(run.fileId ?? ''))).toBe(manyRows);
      expect(served.other).toEqual([]);
      expect(served.ok).toBeGreaterThan(20);
      expect(held.length).toBeGreaterThan(1);
      expect(grown.held).toBeLessThan(most.held);
      expect(served.resident).toBeGreaterThan(0);
      expect(grown.resident).toBeLessThan(most.resident);
      const megabytes = { 'MB held more': tenths(grown.held), 'MB resident more': tenths(grown.resident) };
      report('EXPORT', { [`rows as ${format}`]: manyRows, ...megabytes, 'answers meanwhile': served.ok });
    },
    600_000,
  );

  test('would be seen if they were held: as objects they need more than the limit', async () => {
    const { core } = small;
    await fill(core, 'Many', manyRows, nameLength);
    const select = { email: true, name: true, number: true, state: true, campaignId: true, createdAt: true } as const;
    const rows = await core.db.recipient.findMany({ select });
    expect(rows).toHaveLength(manyRows);
    // Weighed by writing them down, because a collection may come at any moment.
    const { byteLength } = serialize(rows);
    expect(byteLength).toBeGreaterThan(most.held);
    report('EXPORT control', { 'MB as objects': tenths(byteLength) });
  }, 120_000);
});

/** Collects what the child holds after each of its collections. */
function heldBytes(child: ChildProcess): number[] {
  const held: number[] = [];
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const [, bytes] of chunk.toString().matchAll(/held (\d+)/g)) held.push(Number(bytes));
  });
  return held;
}

/** Asks the public API again and again until it is told to stop; remembers what came back and the largest resident size meanwhile. */
function serve(child: ChildProcess, port: number) {
  const served = { ok: 0, other: [] as number[], resident: 0 };
  let isServing = true;
  const asking = (async () => {
    while (isServing) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/certificates/verify/ABCD-EFGH-JKLM-NPQR`, {
        headers: { connection: 'close' },
      });
      await answer.arrayBuffer();
      if (answer.status === 404 || answer.status === 429) served.ok += 1;
      else served.other.push(answer.status);
      served.resident = Math.max(served.resident, residentBytes(child));
      await sleep(20);
    }
  })();
  return {
    async stop() {
      isServing = false;
      await asking;
      return served;
    },
  };
}

function rowsIn(format: 'csv' | 'xlsx', bytes: Buffer): number {
  const text = format === 'csv' ? bytes.toString() : unzip(bytes).get('xl/worksheets/sheet1.xml');
  const rows = text?.match(format === 'csv' ? /@example\.org/g : /<row /g)?.length ?? 0;
  return format === 'csv' ? rows : rows - 1;
}

function residentBytes({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}
