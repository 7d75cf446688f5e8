// Property-based: whatever is sent to any public operation of the OpenAPI document, by anybody or with real tokens, is answered
// without a 5xx, a stack trace or the end of the process, and leaves nothing in the folder for temporary files.
// FUZZ_REQUESTS: how many an operation gets; FUZZ_SEED: which. At full size (`npm run faults -- ABUSE`) the event loop is watched too.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { isFull, report, sizeOf } from '../kit/experiment.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { type Operation, requestsOf } from './random-requests.ts';

const requests = sizeOf('FUZZ_REQUESTS', 15, 60);
const seed = Number(process.env.FUZZ_SEED ?? 20261130);
const permissions = [
  'certificates:read',
  'certificates:manage',
  'certificates:send',
  'contests:read',
  'clubs:read',
  'workshops:read',
  'cards:read',
  'core:runs',
].join(',');
const password = 'lantern orchid seven canal';
const credential = 'Lantern7Orchid';
const folder = mkdtempSync(path.join(tmpdir(), 'steward-fuzz-'));
const temporary = path.join(folder, 'temporary');
let database: TestDatabase;
let server: ServerProcess;
let pool: pg.Pool;
let tokens: Record<'clubs' | 'workshops' | 'cards' | 'apiKey', string>;
let document: { paths: Record<string, Record<string, Operation>> };

beforeAll(async () => {
  database = await cloneDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  mkdirSync(temporary);
  server = await serverProcess({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    TMPDIR: temporary,
    SMTP_URL: '',
    DEMO: 'true',
  });
  await server.command('operator:create', '--email', 'ada@example.org', '--password', password);
  const key = await server.command('api-key:create', '--operator', 'ada@example.org', '--permissions', permissions);
  await server.commandWith(credential, 'workshops:manager-credential', '--operator', 'ada@example.org');
  await server.start();
  document = (await (await fetch(`${server.base}/openapi.json`)).json()) as typeof document;
  tokens = {
    clubs: await clubsToken(),
    workshops: await workshopsToken(),
    cards: await cardsCookie(),
    apiKey: await apiKey(key),
  };
}, 360_000);

afterAll(async () => {
  await server?.stop();
  await pool?.end();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const post = (address: string, body: unknown) =>
  fetch(`${server.base}${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function clubsToken(): Promise<string> {
  const { token } = (await (await post('/api/session', { account: 'ada@example.org', password })).json()) as {
    token: string;
  };
  expect(token).toMatch(/^\S+\.\S+\.\S+$/);
  return token;
}

async function workshopsToken(): Promise<string> {
  const answer = await post('/auth/login', { credential, admin_login: 1 });
  const { token } = (await answer.json()) as { token: string };
  expect(token).toMatch(/\S{20,}/);
  return `Bearer ${token}`;
}

async function apiKey(printed: string): Promise<string> {
  const header = `Bearer ${printed.match(/\S{30,}/)?.[0] ?? ''}`;
  const answer = await fetch(`${server.base}/api/runs/${crypto.randomUUID()}`, { headers: { authorization: header } });
  expect(answer.status, await answer.text()).toBe(404);
  return header;
}

async function cardsCookie(): Promise<string> {
  const account = { email: 'fuzz@example.org', pwd: '5f4dcc3b5aa765d61d8327deb882cf99' };
  await post('/api/courtesy', { action: 'user_register', account });
  const answer = await post('/api/courtesy', { action: 'user_login', account });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(cookie).toContain('=');
  return cookie;
}

/** What opens an operation: the old contracts have a token each. */
function tokenFor(address: string, { security, parameters }: Operation): string {
  if (security) return tokens.apiKey;
  if (parameters?.some(({ name }) => name === 'Cookie')) return tokens.cards;
  return /^\/(auth|events|registrations|export|api\/workshops)/.test(address) ? tokens.workshops : tokens.clubs;
}

interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

/** Reads how late the server's event loop was since the last reading, in milliseconds. */
async function loopDelay(): Promise<LoopDelay> {
  const text = await (await fetch(`${server.base}/metrics`)).text();
  const figure = (name: string) => {
    const [, seconds] = new RegExp(`^nodejs_eventloop_lag_${name}_seconds\\{[^}]*\\} (\\S+)`, 'm').exec(text) ?? [];
    return Math.round(Number(seconds) * 1e4) / 10;
  };
  return { p50: figure('p50'), p99: figure('p99'), max: figure('max') };
}

function tell(statuses: ReadonlyMap<number, number>, slowest: ReadonlyMap<string, number>, delay: LoopDelay): void {
  const { p50, p99, max } = delay;
  const answers = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`);
  for (const [operation, took] of [...slowest].sort(([, one], [, other]) => other - one).slice(0, 5))
    process.stdout.write(`slowest answer ${Math.round(took)} ms: ${operation}\n`);
  report('ABUSE', {
    'hostile requests': answers,
    'ms event loop p50': p50,
    'ms p99': p99,
    'ms at most': max,
  });
  // In the suite it is only told: how fast a busy machine is says nothing about the program.
  if (isFull) expect(p99).toBeLessThan(100);
}

/** Signing out or changing the password would make the rest of the requests a stranger's. */
const skipped = new Set(['post /auth/change_admin_password']);

describe('every public operation', () => {
  it('answers whatever it is sent, and lives', async () => {
    const operations = Object.entries(document.paths)
      .flatMap(([address, verbs]) => Object.entries(verbs).map(([verb, operation]) => ({ verb, address, operation })))
      .filter(({ verb, address }) => !skipped.has(`${verb} ${address}`));
    expect(operations.length).toBeGreaterThan(100);
    const statuses = new Map<number, number>();
    const slowest = new Map<string, number>();
    // The figures begin anew with each reading.
    await loopDelay();
    for (const { verb, address, operation } of operations) {
      // The limits are tried elsewhere; here they would hide what lies behind them.
      await pool.query('DELETE FROM "RateLimit"');
      await fc.assert(
        fc.asyncProperty(
          requestsOf(address, operation, tokenFor(address, operation)),
          async ({ path: where, headers, body }) => {
            const sentAt = performance.now();
            const answer = await fetch(`${server.base}${where}`, {
              method: verb.toUpperCase(),
              headers,
              redirect: 'manual',
              signal: AbortSignal.timeout(60_000),
              ...(body === undefined || verb === 'get' ? {} : { body: body as BodyInit }),
            });
            const said = await answer.text();
            const name = `${verb} ${address}`;
            slowest.set(name, Math.max(slowest.get(name) ?? 0, performance.now() - sentAt));
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            expect(answer.status, `${verb} ${where}: ${said.slice(0, 300)}`).toBeLessThan(500);
            expect(said).not.toMatch(/node_modules|\n\s+at .+:\d+:\d+/);
            if (address === '/api/courtesy') expect(JSON.parse(said).error, said).not.toBe(500);
          },
        ),
        { numRuns: requests, seed, endOnFailure: true },
      );
    }
    tell(statuses, slowest, await loopDelay());
    // Behind the schemas too: not only refusals were seen.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(operations.length);
  }, 900_000);

  it('left nothing behind: the process is the same, no temporary file, no 5xx in the figures', async () => {
    expect((await fetch(`${server.base}/healthz`)).status).toBe(200);
    expect(readdirSync(temporary).filter((name) => !/^(steward-fonts|tsx-)/.test(name))).toEqual([]);
    expect(server.output()).not.toMatch(/"level":(50|60)|FATAL|uncaught/i);
    expect(await server.stop('SIGTERM')).toBe(0);
  }, 60_000);
});
