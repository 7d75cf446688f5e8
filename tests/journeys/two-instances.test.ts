// Two instances on one database: one signs in, the other knows; one starts a run, the other shows and stops it; wrong passwords are counted together.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { Visitor } from '../kit/http.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-two-'));
const password = 'lantern orchid seven canal';
let database: TestDatabase;
let first: ServerProcess;
let second: ServerProcess;

beforeAll(async () => {
  database = await cloneDatabase();
  const settings = {
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    UNDO_SECONDS: '60',
    SMTP_URL: '',
    LOG_LEVEL: 'warn',
  };
  [first, second] = await Promise.all([serverProcess(settings), serverProcess(settings)]);
  // Both at once: migrations, roles and the queue's own tables bear it.
  await Promise.all([first.start(), second.start()]);
  await first.command('operator:create', '--email', 'ada@example.org', '--name', 'Ada', '--password', password);
  await first.command('demo:load');
}, 360_000);

afterAll(async () => {
  expect(await Promise.all([first?.stop('SIGTERM'), second?.stop('SIGTERM')])).toEqual([0, 0]);
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** The same person with the same cookie at the other instance. */
function visitorAt(server: ServerProcess, cookie = ''): Visitor {
  const visitor = new Visitor({ url: server.base, port: Number(new URL(server.base).port) });
  visitor.cookie = cookie;
  return visitor;
}

it('share the session, the run and its control', async () => {
  const here = visitorAt(first);
  expect((await here.signIn('ada@example.org', password)).status).toBe(303);
  const there = visitorAt(second, here.cookie);
  expect((await there.get('/admin/api/steward/state')).json).toMatchObject({ operator: { email: 'ada@example.org' } });

  const selection = { all: true, filters: { 'state.is': 'added' } };
  const start = { selection, form: {}, expected: 10, idempotencyKey: 'one-press' };
  const address = '/admin/api/steward/actions/certificates.send-notice/start';
  const [one, other] = await Promise.all([here.post(address, start), there.post(address, start)]);
  expect(one.json?.runId, 'the same press at both instances is one run').toBe(other.json?.runId);
  const run = `/admin/api/steward/runs/${one.json?.runId}`;
  expect((await there.get(run)).json).toMatchObject({ state: 'scheduled', counts: { pending: 10 } });
  expect((await there.post(`${run}/cancel`, {})).status).toBeLessThan(300);
  expect((await here.get(run)).json).toMatchObject({ state: 'cancelled', counts: { done: 0 } });

  await here.send('POST', '/admin/logout', { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  expect((await there.get('/admin/api/steward/state')).status).toBe(401);
});

it('count wrong passwords together', async () => {
  const answers: number[] = [];
  for (let i = 0; i < 12; i += 1)
    answers.push((await visitorAt(i % 2 ? first : second).signIn('ada@example.org', 'a wrong password')).status);
  expect(answers.filter((status) => status === 401)).toHaveLength(10);
  expect(answers.slice(10)).toEqual([429, 429]);
});
