// An import killed half way and taken up again: the same rows as one that nobody disturbed. `npm run faults` tries 100,000 rows.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../src/core/access.ts';
import type { Core } from '../../src/core/core.ts';
import { readImport, startCommit, startRehearsal, uploadImport } from '../../src/core/imports/imports.ts';
import { compiledFile } from '../kit/compiled.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { report, sizeOf } from '../kit/experiment.ts';
import { addClerk, addGroup, committed, openImportCore, rehearsed } from './import-fixture.ts';

const rows = sizeOf('IMPORT_ROWS', 2_000, 100_000);
// Rows are written in parts of 250.
const halfOfThem = String(Math.floor(rows / 250 / 2));
const minutes = rows > 2_000 ? 90 : 3;
let database: TestDatabase;
let core: Core;
let close: () => Promise<void>;
let clerk: Actor;
let dataDir: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-import-crash-'));
  database = await cloneDatabase();
  ({ core, close } = await openImportCore(database.connection, dataDir, { beatSeconds: 0.5, deadSeconds: 3 }));
  clerk = await addClerk(core, 'clerk');
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await close?.();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** One in a hundred is no address, one in two hundred repeats another line. */
function tableOf(): string {
  const line = (i: number) => {
    if (i % 100 === 7) return `not an address ${i},Nobody,${i}`;
    if (i % 200 === 50) return `p${i - 1}@example.org,Again,${i}`;
    return `p${i}@example.org,"Person, ${i}",${i}`;
  };
  return `E-mail,Name,Number\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`;
}

async function startChild(environment: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, [compiledFile('tests/core/import-child.ts')], {
    env: { ...process.env, DATABASE_URL: database.url, DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The child ended with ${code}.`)));
    child.stdout?.once('data', () => resolve());
  });
  return child;
}

async function until(id: string, isReached: (view: Awaited<ReturnType<typeof readImport>>) => boolean) {
  const end = Date.now() + minutes * 60_000;
  for (;;) {
    const view = await readImport(core, clerk, id);
    if (isReached(view)) return view;
    if (Date.now() > end) throw new Error(`The import stays ${JSON.stringify({ ...view, samples: [], reasons: [] })}.`);
    await sleep(100);
  }
}

async function written(campaignId: string): Promise<string[]> {
  const people = await core.db.recipient.findMany({ where: { campaignId }, orderBy: { email: 'asc' } });
  return people.map(({ email, name, number }) => `${email}|${name}|${number}`);
}

it(
  `writes the same of ${rows} rows whether it is killed twice or not at all`,
  async () => {
    const table = tableOf();
    const [calm, rough] = [await addGroup(core, 'calm'), await addGroup(core, 'rough')];
    // Ten of them are there already with another name, so that both kinds of writing are cut.
    for (const campaignId of [calm, rough])
      await core.db.recipient.createMany({
        data: Array.from({ length: 10 }, (_, i) => ({
          campaignId,
          email: `p${rows - 20 - i}@example.org`,
          name: 'Before',
        })),
      });
    const undisturbed = await rehearsed(core, clerk, 'Recipient', table, { defaults: { campaignId: calm } });
    expect(undisturbed.plans.invalid).toBe(rows / 100);
    const calmEnd = await committed(core, clerk, undisturbed.id);

    const { id } = await uploadImport(core, clerk, 'Recipient', { name: 'rough.csv', content: Buffer.from(table) });
    const { mapping } = await readImport(core, clerk, id);
    const first = await startChild();
    await startRehearsal(core, clerk, id, { mapping, defaults: { campaignId: rough } });
    await until(id, ({ position }) => position > 0);
    first.kill('SIGKILL');
    const second = await startChild({ HOLD_AFTER: halfOfThem });
    const shown = await until(id, ({ state }) => state === 'rehearsed');
    expect(shown.plans).toEqual(undisturbed.plans);
    await startCommit(core, clerk, id, { create: shown.plans.create, change: shown.plans.change });
    const half = await until(id, ({ outcomes }) => outcomes.done > (shown.plans.create + shown.plans.change) / 3);
    second.kill('SIGKILL');
    // The control of the test itself: the kill came while there was work.
    expect(half.outcomes.pending).toBeGreaterThan(0);
    await startChild();
    const end = await until(id, ({ state }) => state === 'finished');
    expect(end.outcomes).toEqual(calmEnd.outcomes);
    expect(await written(rough)).toEqual(await written(calm));
    const entries = await core.db.auditEntry.count({
      where: { resource: 'Recipient', summary: { startsWith: 'Imported from rough.csv' } },
    });
    expect(entries).toBe(end.outcomes.done);
    report('F11', { rows, kills: 2, written: end.outcomes.done, lost: 0, doubled: 0 });
  },
  minutes * 60_000,
);

it('writes rows twice where a row and the place are not one transaction: the control', async () => {
  const { pool } = core.database;
  await pool.query(
    'CREATE TABLE careless (line int); CREATE TABLE careless_place (line int); INSERT INTO careless_place VALUES (0)',
  );
  const doubled = async () =>
    (await pool.query('SELECT line FROM careless GROUP BY line HAVING count(*) > 1')).rows.length;
  for (let round = 0; round < 30 && (await doubled()) === 0; round += 1) {
    const writer = new pg.Client(database.url);
    writer.on('error', () => {});
    await writer.connect();
    const { rows: places } = await writer.query<{ line: number }>('SELECT line FROM careless_place');
    const writing = (async () => {
      for (let line = (places[0]?.line ?? 0) + 1; ; line += 1) {
        await writer.query('INSERT INTO careless VALUES ($1)', [line]);
        await writer.query('UPDATE careless_place SET line = $1', [line]);
      }
    })().catch(() => {});
    await sleep(40 + round);
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%careless%' AND pid <> pg_backend_pid()`,
    );
    await writing;
    await writer.end().catch(() => {});
  }
  const found = await doubled();
  report('F11 control', { doubled: found });
  expect(found).toBeGreaterThan(0);
}, 60_000);
