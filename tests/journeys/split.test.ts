// The two halves in processes of their own: the web, several processes on one port, takes orders and does none; the worker does them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { Visitor } from '../kit/http.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { webProcesses } from '../kit/web-processes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-split-'));
const password = 'lantern orchid seven canal';
let database: TestDatabase;
let web: ServerProcess;
let worker: ServerProcess;
let staff: Visitor;

beforeAll(async () => {
  database = await cloneDatabase();
  const settings = {
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    UNDO_SECONDS: '0',
    SMTP_URL: '',
    LOG_LEVEL: 'error',
  };
  web = await serverProcess({ ...settings, WEB_CONCURRENCY: '2', DEMO: 'true' }, ['src/server.ts', '--web-only']);
  worker = await serverProcess(settings, ['src/worker.ts']);
  await web.command('operator:create', '--email', 'ada@example.org', '--name', 'Ada', '--password', password);
  await web.start();
  staff = new Visitor({ url: web.base, port: Number(new URL(web.base).port) });
  expect((await staff.signIn('ada@example.org', password)).status).toBe(303);
}, 360_000);

afterAll(async () => {
  expect(await Promise.all([web?.stop('SIGTERM'), worker?.stop('SIGTERM')])).toEqual([0, 0]);
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('the web alone takes an order and does nothing of it; with the worker it is done', async () => {
  const selection = { all: true, filters: { 'state.is': 'added' } };
  const order = { selection, form: {}, expected: 10, idempotencyKey: 'one-press' };
  const { json } = await staff.post('/admin/api/steward/actions/certificates.send-notice/start', order);
  const run = `/admin/api/steward/runs/${json?.runId}`;
  await pause(3_000);
  expect((await staff.get(run)).json).toMatchObject({ counts: { pending: 10, done: 0 } });

  await worker.start();
  await expect
    .poll(async () => (await staff.get(run)).json, { timeout: 120_000 })
    .toMatchObject({ state: 'finished', counts: { done: 10 } });
  await expect
    .poll(async () => (await staff.get(run)).json, { timeout: 120_000 })
    .toMatchObject({ deliveries: { sent: 10 } });
  // A worker alone has no panel and no API, only what its watchman asks.
  expect((await fetch(`${worker.base}/readyz`)).status).toBe(200);
  expect((await fetch(`${worker.base}/admin/login`)).status).toBe(404);
}, 360_000);

it('two processes answer on one port; one that is killed is replaced, and nobody is signed out', async () => {
  const first = await webProcesses(web.base, (found) => found.size >= 2);
  expect(first.size).toBe(2);
  const [victim = 0] = [...first];
  process.kill(victim, 'SIGKILL');
  const second = await webProcesses(web.base, (found) => [...found].some((one) => one !== 0 && !first.has(one)));
  expect([...second].some((one) => !first.has(one))).toBe(true);
  expect((await staff.get('/admin/api/steward/state')).json).toMatchObject({ operator: { email: 'ada@example.org' } });
}, 360_000);
