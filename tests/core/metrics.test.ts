// The figures for Prometheus: who may read them, what they say, and that no client can make labels of its own.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configureLog } from '../../src/core/log.ts';
import { createMetrics, routeClass } from '../../src/core/metrics.ts';
import { buildWatch } from '../../src/core/web/web.ts';
import { type TestCore, testCore } from '../kit/core.ts';
import { type Answered, openApp, openTestWeb, type TestWeb, Visitor } from '../kit/http.ts';

let house: TestCore;
const open: TestWeb[] = [];

beforeAll(async () => {
  configureLog({ level: 'silent', readable: true });
  house = await testCore();
});
afterEach(async () => {
  for (const web of open.splice(0)) await web.close();
});
afterAll(() => house?.close());

const token = 'a-token-of-some-length';

/** Asks /metrics of a Steward with these settings. */
async function read(settings: object, headers: Record<string, string> = {}): Promise<Answered> {
  const web = await openTestWeb({ ...house.core, config: { ...house.core.config, ...settings } });
  open.push(web);
  return new Visitor(web).get('/metrics', { origin: undefined, ...headers });
}

describe('who may read the figures', () => {
  it.each([
    ['this machine, without a token', {}, {}, 200],
    ['somebody behind a proxy', {}, { 'x-forwarded-for': '203.0.113.9' }, 404],
    ['anybody when a proxy is configured', { trustProxy: 1 }, {}, 404],
    ['this machine, when there is a token', { metricsToken: token }, {}, 401],
    ['whoever has another token', { metricsToken: token }, { authorization: 'Bearer another-token-like-it' }, 401],
    ['whoever has the token', { metricsToken: token, trustProxy: 1 }, { authorization: `Bearer ${token}` }, 200],
  ])('%s', async (_who, settings, headers, status) => {
    const answer = await read(settings, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.text.includes('steward_runs')).toBe(status === 200);
  });
});

describe('the figures', () => {
  it('tell of requests, runs, messages, the queue, the pool and the event loop, in the text format', async () => {
    const { db, database } = house.core;
    const run = { action: 'a.b', title: 't', resource: 'Role', actor: 'x', selection: 's', form: {}, total: 1 };
    await db.run.create({ data: { ...run, idempotencyKey: 'k1', state: 'paused' } });
    const message = { kind: 'k', toAddress: 'a@example.org', text: 't' };
    await db.message.create({ data: { ...message, channel: 'sms', state: 'unknown', idempotencyKey: 'm1' } });
    await database.pool.query("SELECT graphile_worker.add_job('x.y', run_at := now() + interval '1 day')");
    const { text, headers } = await read({});
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const line = (name: string, ...labels: string[]) =>
      text.split('\n').find((one) => one.startsWith(`${name}{`) && labels.every((label) => one.includes(label)));
    expect(line('steward_runs', 'state="paused"')).toMatch(/ 1$/);
    expect(line('steward_messages', 'channel="sms"', 'state="unknown"')).toMatch(/ 1$/);
    expect(line('steward_queue_jobs', 'state="planned"')).toMatch(/ 1$/);
    expect(line('steward_queue_jobs', 'state="given_up"')).toMatch(/ 0$/);
    expect(line('steward_database_pool', 'state="idle"')).toMatch(/ \d+$/);
    expect(line('steward_database_up')).toMatch(/ 1$/);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    for (const one of text.split('\n').filter(Boolean))
      expect(one).toMatch(/^(# (HELP|TYPE) \w+ .*|\w+(\{[^{}]*\})? [\d.e+-]+|\w+(\{[^{}]*\})? NaN)$/i);
  });

  it('count requests by the part of the house, method and status, whatever a client invents', async () => {
    const web = await openTestWeb(house.core);
    open.push(web);
    const visitor = new Visitor(web);
    const anon = { origin: undefined };
    await visitor.get('/healthz', anon);
    await visitor.send('PURGE', '/admin/x', { headers: anon });
    for (let i = 0; i < 5; i += 1) await visitor.get(`/api/invented-${i}`, anon);
    const { text } = await visitor.get('/metrics', anon);
    const counted = text.split('\n').filter((one) => one.startsWith('steward_http_requests_total{'));
    const find = (part: string) => counted.find((one) => one.includes(part));
    expect(find('class="health",method="GET",status="200"')).toMatch(/ 1$/);
    expect(find('class="api",method="GET",status="404"')).toMatch(/ 5$/);
    expect(text).not.toContain('invented');
    expect(text).not.toContain('PURGE');
  });

  it('know the parts of the house', () => {
    const parts = [
      '/admin',
      '/admin/api/x',
      '/api/actions/a/b',
      '/api/x',
      '/files/1',
      '/readyz',
      '/',
      '/administrator',
    ];
    expect(parts.map(routeClass)).toEqual(['panel', 'panel-api', 'action', 'api', 'file', 'health', 'page', 'page']);
  });

  it('still tell of the process when the database is away', async () => {
    const broken = { query: () => Promise.reject(new Error('away')), totalCount: 3, idleCount: 1, waitingCount: 2 };
    const core = { ...house.core, database: { ...house.core.database, pool: broken } } as unknown as TestCore['core'];
    const { text } = await createMetrics(core).read();
    expect(text).toMatch(/steward_database_up\{[^}]*\} 0/);
    expect(text).toMatch(/steward_database_pool\{state="waiting"[^}]*\} 2/);
  });

  it('are told by a worker alone too, which has nothing else to say', async () => {
    const web = await openApp(buildWatch(house.core));
    open.push(web);
    const visitor = new Visitor(web);
    const anon = { origin: undefined };
    expect((await visitor.get('/metrics', anon)).text).toContain('steward_runs');
    expect((await visitor.get('/readyz', anon)).status).toBe(200);
    for (const path of ['/admin', '/api/actions/a/b', '/openapi.json', '/'])
      expect([path, (await visitor.get(path, anon)).status]).toEqual([path, 404]);
  });
});
