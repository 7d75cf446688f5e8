// Two web and two worker processes that share nothing but one PostgreSQL, behind a pooler in transaction mode, and one bucket: the
// certificates' whole main job, each mail once. What such a pooler breaks is shown first, so that the way past it (DATABASE_DIRECT_URL) is known to be needed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClient } from '../../src/core/database/database.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { Visitor } from '../kit/http.ts';
import { type S3Server, startS3Server } from '../kit/s3-server.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { type Pooler, startPooler } from '../kit/transaction-pooler.ts';
import { until } from '../kit/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-pooler-'));
const people = Number(process.env.POOLER_PEOPLE ?? 40);
const password = 'lantern orchid seven canal';
let database: TestDatabase;
let pooler: Pooler;
let sink: SmtpSink;
let bucket: S3Server;
let webs: ServerProcess[];
let workers: ServerProcess[];

beforeAll(async () => {
  database = await cloneDatabase();
  // As docs/operations.md says: what every session needs to know is said to the database, not to a session.
  await withClient(database.connection, async (client) => {
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    for (const setting of ["timezone = 'UTC'", "statement_timeout = '30s'", "lock_timeout = '10s'"])
      await client.query(`ALTER DATABASE ${rows[0]?.name} SET ${setting}`);
  });
  pooler = await startPooler(database.connection);
  sink = await startSmtpSink();
  bucket = await startS3Server();
  const settings = {
    DATABASE_URL: pooler.url,
    DATABASE_DIRECT_URL: database.url,
    APP_KEY: 'k'.repeat(40),
    STORAGE_URL: bucket.url,
    SMTP_URL: sink.url,
    MAIL_RATE: '200',
    UNDO_SECONDS: '0',
    LOG_LEVEL: 'warn',
  };
  // As on machines of their own: each has a folder that no other can see.
  const two = (...program: string[]) =>
    Promise.all(
      [1, 2].map((n) => serverProcess({ ...settings, DATA_DIR: path.join(folder, `${program.length}-${n}`) }, program)),
    );
  [webs, workers] = await Promise.all([two('src/server.ts', '--web-only'), two('src/worker.ts')]);
  await Promise.all([...webs, ...workers].map((one) => one.start()));
}, 600_000);
afterAll(async () => {
  await Promise.all([...(webs ?? []), ...(workers ?? [])].map((one) => one.stop('SIGTERM')));
  await pooler?.stop();
  await sink?.stop();
  await bucket?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('shows what the pooler breaks: named statements, session locks and listening', async () => {
  const client = new pg.Client(pooler.url);
  const heard: string[] = [];
  client.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await client.connect();
  const sessions = new Set<number>();
  for (let n = 0; n < 12; n += 1)
    sessions.add((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0);
  expect(sessions.size, 'transactions of one client meet several sessions').toBeGreaterThan(1);

  await client.query('SELECT pg_advisory_lock(4711)');
  let isStillOurs = true;
  for (let n = 0; n < 12; n += 1) {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND pid = pg_backend_pid()`,
    );
    isStillOurs &&= rows.length === 1;
  }
  expect(isStillOurs, 'a session lock stays with a session that is not ours any more').toBe(false);

  await client.query('LISTEN told');
  for (let n = 0; n < 6; n += 1) await client.query("SELECT pg_notify('told', 'x')");
  expect(heard.length, 'some of what was told is not heard').toBeLessThan(6);

  const named = async () => {
    for (let n = 0; n < 12; n += 1) await client.query({ name: 'a-name', text: 'SELECT $1::int', values: [n] });
  };
  await expect(named()).rejects.toThrow(/prepared statement/);
  await client.end();
}, 120_000);

it('carries two web and two worker processes through the whole main job, each mail once', async () => {
  const [first, second] = webs as [ServerProcess, ServerProcess];
  await first.command('operator:create', '--email', 'ada@example.org', '--name', 'Ada', '--password', password);
  const key = /stw_[\w-]+/.exec(
    await first.command('certificates:organiser-key', '--campaign', 'pool', '--create'),
  )?.[0];
  const email = Array.from({ length: people }, (_, n) => `p${n}@example.org`);
  expect(await post(first, '/api/addUserData', { token: key, email })).toMatchObject({ code: 0 });
  expect(await post(second, '/api/email', { token: key, action: 'send' })).toMatchObject({ code: 0 });
  await until(() => sink.accepted.length >= people);
  const tokens = await Promise.all(sink.accepted.map(tokenIn));
  expect(new Set(tokens).size).toBe(people);
  await Promise.all(
    tokens.map(async (token, n) => {
      // 0: mailed; 3 and 409s of one's own: it is under way.
      const web = n % 2 ? first : second;
      for (let tries = 0; tries < 20; tries += 1)
        if ([0, 3].includes((await post(web, '/api/submitUserInfo', { token, name: `Person ${n}` }))?.code ?? -1))
          return;
    }),
  );
  await until(() => sink.accepted.length >= people * 2);
  await pause(1_000);
  const perPerson = new Map<string, number>();
  for (const { to } of sink.accepted) perPerson.set(String(to), (perPerson.get(String(to)) ?? 0) + 1);
  expect([...new Set(perPerson.values())]).toEqual([2]);
  expect(pooler.switches()).toBeGreaterThan(100);
  // Picture and PDF of each, drawn by a worker; the machines' own folders hold none.
  expect(bucket.objects.size).toBe(people * 2);
}, 600_000);

it('shares sessions, limits and runs over the processes', async () => {
  const [here, there] = webs.map((web) => new Visitor({ url: web.base, port: Number(new URL(web.base).port) })) as [
    Visitor,
    Visitor,
  ];
  expect((await here.signIn('ada@example.org', password)).status).toBe(303);
  there.cookie = here.cookie;
  expect((await there.get('/admin/api/steward/state')).json).toMatchObject({ operator: { email: 'ada@example.org' } });
  const selection = { all: true };
  const body = { selection, form: {}, expected: people, idempotencyKey: 'check-names-once' };
  const address = '/admin/api/steward/actions/certificates.check-names/start';
  const runs = await Promise.all([here.post(address, body), there.post(address, body)]);
  expect(new Set(runs.map(({ json }) => json?.runId)).size).toBe(1);
  await until(
    async () => (await there.get(`/admin/api/steward/runs/${runs[0]?.json?.runId}`)).json?.state === 'finished',
  );
  const stranger = new Visitor(there.web);
  const answers: number[] = [];
  for (let n = 0; n < 12; n += 1)
    answers.push((await (n % 2 ? stranger : new Visitor(here.web)).signIn('ada@example.org', 'wrong one')).status);
  expect(answers.filter((status) => status === 401).length).toBe(10);
}, 300_000);

it('backs up past the pooler', async () => {
  const file = path.join(folder, 'pool.zip');
  expect(await webs[0]?.command('backup', file)).toMatch(new RegExp(`tables with .* rows, .* ${people * 2} files`));
}, 300_000);

async function post(web: ServerProcess, route: string, body: unknown): Promise<{ code: number } | undefined> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(web.base + route, { method: 'POST', headers, body: JSON.stringify(body) }).catch(
    () => undefined,
  );
  return (await answer?.json().catch(() => undefined)) as { code: number } | undefined;
}

async function tokenIn({ raw }: { raw: string }): Promise<string> {
  return (await PostalMime.parse(raw)).text?.match(/[?&]token=([\w-]+)/)?.[1] ?? '';
}
