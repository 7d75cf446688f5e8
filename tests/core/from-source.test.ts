// Steward from its sources, as `npm run dev` runs it; all other tests use the compiled program.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { cloneDatabase } from '../kit/database.ts';
import { freePort } from '../kit/server.ts';
import { until } from '../kit/until.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'steward-source-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('serves the public and the panel', async () => {
  const database = await cloneDatabase();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const settings = { PORT: String(port), PUBLIC_URL: base, DATABASE_URL: database.url, DATA_DIR: folder };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/server.ts'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'development', ...settings },
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  const statusOf = (address: string) =>
    fetch(base + address).then(
      ({ status }) => status,
      () => undefined,
    );
  try {
    await until(async () => child.exitCode !== null || (await statusOf('/readyz')) === 200);
    expect([await statusOf('/'), await statusOf('/admin/login')]).toEqual([200, 200]);
  } finally {
    child.kill('SIGKILL');
    await gone;
    await database.drop();
  }
}, 180_000);

it('reads a table in a thread, which must be told how TypeScript is read', async () => {
  const program = `
    import { readSheetRows } from './src/core/spreadsheets/sheet-reader.ts';
    const rows = await readSheetRows(Buffer.from('email,name\\nada@example.org,Ada\\n'), 10);
    console.log(JSON.stringify(rows.map(({ cells }) => cells)));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(JSON.parse(stdout)).toEqual([
    ['email', 'name'],
    ['ada@example.org', 'Ada'],
  ]);
}, 60_000);
