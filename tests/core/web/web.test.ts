// The street door: routes by their envelope, input, limits, keys, CORS, headers, health, faults.
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemActor } from '../../../src/core/access.ts';
import type { Core } from '../../../src/core/core.ts';
import { notFound, unavailable } from '../../../src/core/errors.ts';
import { configureLog } from '../../../src/core/log.ts';
import { defineModule } from '../../../src/core/module.ts';
import { createApiKey, revokeApiKey } from '../../../src/core/people/api-keys.ts';
import { blockOperator, createOperator } from '../../../src/core/people/operators.ts';
import { Answer, type Envelope, route } from '../../../src/core/route.ts';
import { buildWeb, listen } from '../../../src/core/web/web.ts';
import { testCore } from '../../kit/core.ts';
import { openTestWeb, rawRequest, type TestWeb, Visitor } from '../../kit/http.ts';

const calls: string[] = [];
const always200: Envelope = {
  success: (data) => ({ status: 200, body: { code: 0, data, message: 'success' } }),
  failure: ({ code, status, message, fields }) => ({
    status: [413, 429, 500, 503].includes(status) ? status : 200,
    body: { code: 1, data: { code, fields }, message },
  }),
};
const module = defineModule({
  name: 'shop',
  label: 'Shop',
  permissions: { 'shop:read': 'Read', 'shop:write': 'Write' },
  resources: [],
  routes: {
    envelope: always200,
    list: [
      route({
        method: 'get',
        path: '/api/shop/things',
        summary: 'Lists',
        query: z.strictObject({ kind: z.string().max(5) }),
        handle: async ({ query }) => {
          calls.push('things');
          return query;
        },
      }),
      route({
        method: 'post',
        path: '/api/shop/things',
        summary: 'Makes',
        body: z.strictObject({ name: z.string().min(1), size: z.number().int().optional() }),
        handle: async ({ body }) => {
          calls.push('make');
          return body;
        },
      }),
      route({
        method: 'get',
        path: '/api/shop/things/:id',
        summary: 'One',
        params: z.object({ id: z.string().regex(/^\d+$/) }),
        handle: async ({ params }) => params,
      }),
      route({
        method: 'post',
        path: '/api/shop/any',
        summary: 'Any JSON',
        accepts: ['any-json', 'form', 'multipart'],
        maxBytes: 1000,
        body: z.unknown(),
        handle: async ({ body, files }) => ({ body, files: files.map(({ name, bytes }) => [name, bytes.length]) }),
      }),
      route({
        method: 'put',
        path: '/api/shop/maybe',
        summary: 'A body if there is one',
        body: z.strictObject({ name: z.string() }).optional(),
        exposes: ['X-Shelf'],
        handle: async ({ body }) => ({ body: body ?? null }),
      }),
      route({
        method: 'post',
        path: '/api/shop/own',
        summary: 'Known by a cookie',
        accepts: ['any-json'],
        refusesForeign: true,
        body: z.unknown(),
        handle: async () => {
          calls.push('own');
          return null;
        },
      }),
      route({
        method: 'get',
        path: '/api/shop/secret',
        summary: 'Keyed',
        permission: 'shop:read',
        handle: async ({ actor }) => ({
          kind: actor.kind,
          name: actor.name,
          scope: actor.scope,
          scopeId: actor.scopeId,
        }),
      }),
      route({
        method: 'get',
        path: '/api/shop/rare',
        summary: 'Limited',
        limits: [{ name: 'rare', points: 3, seconds: 60 }],
        handle: async ({ address, language }) => ({ address, language }),
      }),
      route({
        method: 'get',
        path: '/api/shop/fault',
        summary: 'Fault',
        handle: async () => {
          throw new Error('secret detail of the driver');
        },
      }),
      route({
        method: 'get',
        path: '/api/shop/gone',
        summary: 'Gone',
        handle: async () => {
          throw notFound();
        },
      }),
      route({
        method: 'get',
        path: '/api/shop/busy',
        summary: 'Busy',
        handle: async () => {
          throw unavailable('Not now.');
        },
      }),
      route({
        method: 'get',
        path: '/api/shop/file',
        summary: 'File',
        handle: async () => new Answer(200, Readable.from([Buffer.from('abc')]), { 'Content-Type': 'text/csv' }),
      }),
      route({
        method: 'get',
        path: '/api/shop/broken',
        summary: 'Broken',
        handle: async () =>
          new Answer(
            200,
            Readable.from(
              (async function* () {
                yield Buffer.from('abc');
                throw new Error('in the middle');
              })(),
            ),
            { 'Content-Type': 'text/csv' },
          ),
      }),
    ],
  },
});

let core: Core;
let close: () => Promise<void>;
let web: TestWeb;
let visitor: Visitor;
beforeAll(async () => {
  configureLog({ level: 'silent', readable: true });
  ({ core, close } = await testCore([module], { CORS_ORIGINS: 'https://front.example', LOG_LEVEL: 'fatal' }));
  web = await openTestWeb(core);
  visitor = new Visitor(web);
});
afterAll(async () => {
  await web?.close();
  await close?.();
});
beforeEach(() => {
  calls.length = 0;
});

const refused = (answer: { json: Record<string, unknown> | undefined }) =>
  answer.json?.data as { code: string; fields: Record<string, string> };

describe('input', () => {
  test('what does not fit is named, in the envelope of the module, and the handler is not called', async () => {
    for (const [path, field] of [
      ['/api/shop/things', 'kind'],
      ['/api/shop/things?kind=toolong', 'kind'],
      ['/api/shop/things?kind=a&kind=b', 'kind'],
      ['/api/shop/things?kind=a&evil=1', 'evil'],
    ] as const) {
      const answer = await visitor.get(path);
      expect([answer.status, refused(answer).code, Object.keys(refused(answer).fields)]).toEqual([
        200,
        'invalid',
        [field],
      ]);
    }
    for (const [body, field] of [
      [{}, 'name'],
      [{ name: '' }, 'name'],
      [{ name: 'x', size: 'big' }, 'size'],
      [{ name: 'x', __evil: 1 }, '__evil'],
    ] as const) {
      const answer = await visitor.post('/api/shop/things', body);
      expect([refused(answer).code, Object.keys(refused(answer).fields)]).toEqual(['invalid', [field]]);
    }
    expect(calls).toEqual([]);
  });

  test('what fits reaches the handler', async () => {
    expect((await visitor.get('/api/shop/things?kind=a')).json).toEqual({
      code: 0,
      data: { kind: 'a' },
      message: 'success',
    });
    expect((await visitor.post('/api/shop/things', { name: 'x', size: 2 })).json?.data).toEqual({ name: 'x', size: 2 });
    expect((await visitor.get('/api/shop/things/12')).json?.data).toEqual({ id: '12' });
  });

  test('bad JSON, another media type, too much, a wrong method and an unknown address keep the envelope', async () => {
    const send = (body: string, type: string, path = '/api/shop/things') =>
      visitor.send('POST', path, { body, headers: { 'content-type': type } });
    expect([
      (await send('{"name":', 'application/json')).json?.code,
      (await send('{"name":', 'application/json')).status,
    ]).toEqual([1, 200]);
    expect(refused(await send('name=x', 'application/x-www-form-urlencoded')).code).toBe('media-type');
    const much = await send(`"${'x'.repeat(2000)}"`, 'text/plain', '/api/shop/any');
    expect([much.status, much.json?.code]).toEqual([413, 1]);
    expect(refused(await visitor.send('PUT', '/api/shop/things', { body: '{}' })).code).toBe('method');
    expect(refused(await visitor.get('/api/shop/nothing')).code).toBe('not-found');
    expect(refused(await visitor.get('/api/shop/things/%')).code).toBe('invalid');
    expect(refused(await visitor.get('/api/shop/gone')).code).toBe('not-found');
    expect(calls).toEqual([]);
  });

  test('forms, files and JSON under any type where the route says so', async () => {
    const send = (body: string, type: string) =>
      visitor.send('POST', '/api/shop/any', { body, headers: { 'content-type': type } });
    expect((await send('{"a":1}', 'text/plain')).json?.data).toEqual({ body: { a: 1 }, files: [] });
    expect((await send('a=1', 'application/x-www-form-urlencoded')).json?.data).toEqual({
      body: { a: '1' },
      files: [],
    });
    const form =
      '--b\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\nContent-Type: image/png\r\n\r\nabc\r\n--b--\r\n';
    expect((await send(form, 'multipart/form-data; boundary=b')).json?.data).toEqual({
      body: {},
      files: [['x.png', 3]],
    });
  });

  test('a body may be left out where its schema says so, and nowhere else', async () => {
    const json = { 'content-type': 'application/json' };
    const send = (method: string, path: string, body?: string) =>
      visitor.send(method, path, body === undefined ? {} : { body, headers: json });
    expect((await send('PUT', '/api/shop/maybe')).json?.data).toEqual({ body: null });
    expect((await send('PUT', '/api/shop/maybe', '')).json?.data).toEqual({ body: null });
    expect((await send('PUT', '/api/shop/maybe', '{"name":"a"}')).json?.data).toEqual({ body: { name: 'a' } });
    expect(refused(await send('PUT', '/api/shop/maybe', '{"name":1}')).code).toBe('invalid');
    expect(refused(await send('PUT', '/api/shop/maybe', ' ')).code).toBe('invalid');
    expect(refused(await send('POST', '/api/shop/things')).code).toBe('media-type');
    expect(refused(await send('POST', '/api/shop/things', '')).code).toBe('invalid');
  });

  test('HEAD and OPTIONS change nothing', async () => {
    for (const method of ['HEAD', 'OPTIONS']) {
      const answer = await visitor.send(method, '/api/shop/things?kind=a');
      expect(answer.status).toBeLessThan(300);
      expect(answer.text).toBe('');
    }
    expect(calls).not.toContain('make');
  });
});

describe('faults', () => {
  test('an unknown error says nothing of itself', async () => {
    const answer = await visitor.get('/api/shop/fault');
    expect(answer.status).toBe(500);
    expect(answer.json?.code).toBe(1);
    expect(answer.text).toContain('Something went wrong');
    expect(answer.text).not.toContain('secret detail');
  });

  test('trouble of the database is 503 with Retry-After', async () => {
    const answer = await visitor.get('/api/shop/busy');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });

  test('an answer that breaks in the middle cuts the connection, and the next one is served', async () => {
    expect((await visitor.get('/api/shop/file')).text).toBe('abc');
    await expect(visitor.get('/api/shop/broken')).rejects.toThrow();
    expect((await visitor.get('/healthz')).status).toBe(200);
  });

  test('bytes that are no request are answered 4xx', async () => {
    for (const bytes of [
      'nonsense\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      'GET / HTTP/1.1\r\n\r\n',
    ])
      expect((await rawRequest(web.port, [bytes])).status).toBeGreaterThanOrEqual(400);
    expect((await visitor.get('/healthz')).status).toBe(200);
  });
});

describe('limits', () => {
  test('after the points of a route comes 429 with Retry-After, also with forged addresses', async () => {
    const answers = [];
    for (let i = 0; i < 4; i += 1)
      answers.push(
        await visitor.get('/api/shop/rare', { 'x-forwarded-for': `198.51.100.${i}`, 'accept-language': 'ru,en;q=0.5' }),
      );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[0]?.json?.data).toEqual({ address: '127.0.0.1', language: 'ru' });
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answers[3]?.json?.code).toBe(1);
  });
});

test('behind one proxy the caller is who the proxy says, and nothing that the caller said before it', async () => {
  const behind = await openTestWeb({ ...core, config: { ...core.config, trustProxy: 1 } });
  try {
    const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
    expect((await new Visitor(behind).get('/api/shop/rare', headers)).json?.data).toMatchObject({
      address: '198.51.100.7',
    });
  } finally {
    await behind.close();
  }
});

describe('API keys', () => {
  const withKey = (key: string) => visitor.get('/api/shop/secret', { authorization: `Bearer ${key}` });
  const make = (permissions: string[], more: object = {}) =>
    core.transaction(systemActor, (work) => createApiKey(work, { name: 'Till', permissions, ...more }));

  test('a stranger, a wrong key, a key for something else, an expired and a revoked one are refused alike', async () => {
    const other = await make(['shop:write']);
    const old = await make(['shop:read'], { expiresAt: new Date(Date.now() - 1000) });
    const revoked = await make(['shop:read']);
    expect(refused(await withKey(revoked.key))?.code).toBeUndefined();
    await core.transaction(systemActor, (work) => revokeApiKey(work, revoked.id));
    const answers = [await visitor.get('/api/shop/secret')];
    for (const key of ['stw_wrong', `stw_${'x'.repeat(43)}`, other.key, old.key, revoked.key])
      answers.push(await withKey(key));
    for (const answer of answers) expect(answer.text).toBe(answers[0]!.text);
    expect(refused(answers[0]!).code).toBe('unauthenticated');
  });

  test('the right key is let in as itself; it is kept only as a hash', async () => {
    const { id, key } = await make(['shop:read'], { scopeId: 'one-campaign' });
    expect((await withKey(key)).json?.data).toEqual({
      kind: 'apiKey',
      name: 'API key Till',
      scope: 'key',
      scopeId: 'one-campaign',
    });
    const row = await core.db.apiKey.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify(row)).not.toContain(key);
    expect(row.lastUsedAt).not.toBeNull();
  });

  test("a key can do no more than its operator, and ends with the operator's block", async () => {
    await core.db.role.create({ data: { name: 'till', permissions: ['shop:read'] } });
    const { id: operatorId } = await core.transaction(systemActor, (work) =>
      createOperator(work, { email: 'till@example.org', roleName: 'till' }),
    );
    const { key } = await make(['shop:read', 'shop:write'], { operatorId });
    expect((await withKey(key)).json?.code).toBe(0);
    await core.db.role.update({ where: { name: 'till' }, data: { permissions: ['shop:write'] } });
    expect((await withKey(key)).json?.code).toBe(1);
    await core.db.role.update({ where: { name: 'till' }, data: { permissions: ['shop:read'] } });
    await core.transaction(systemActor, (work) => blockOperator(work, operatorId));
    expect((await withKey(key)).json?.code).toBe(1);
  });

  test('a permission that nobody declared cannot be given', async () => {
    await expect(make(['shop:nothing'])).rejects.toMatchObject({ code: 'invalid' });
    await expect(make(['*'])).rejects.toMatchObject({ code: 'invalid' });
    await expect(make([])).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('CORS', () => {
  test('a route may let allowed sites read more of its headers', async () => {
    const ask = async (path: string, method = 'GET') =>
      (await visitor.send(method, path, { headers: { origin: 'https://front.example' } })).headers.get(
        'access-control-expose-headers',
      );
    expect(await ask('/api/shop/maybe', 'PUT')).toBe('Retry-After, X-Request-Id, X-Shelf');
    expect(await ask('/api/shop/things?kind=a')).toBe('Retry-After, X-Request-Id');
  });

  const preflight = (origin: string, method: string, path = '/api/shop/things') =>
    visitor.send('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type, token',
      },
    });

  test('an allowed origin may GET and POST with JSON and its own headers', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await preflight('https://front.example', method);
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://front.example');
      expect(answer.headers.get('access-control-allow-methods')).toContain(method);
      expect(answer.headers.get('access-control-allow-headers')).toBe('content-type, token');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
    for (const path of ['/api/shop/things?kind=a', '/api/shop/things', '/api/shop/nothing', '/api/shop/fault'])
      expect(
        (await visitor.get(path, { origin: 'https://front.example' })).headers.get('access-control-allow-origin'),
      ).toBe('https://front.example');
  });

  test('another origin is told nothing', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://front.example.evil.example']) {
      const answer = await preflight(origin, 'POST');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });
});

describe('a route that knows callers by a cookie', () => {
  const from = (headers: Record<string, string | undefined>) =>
    visitor.post('/api/shop/own', {}, { origin: undefined, 'sec-fetch-site': undefined, ...headers });
  test.each([
    ['a program, which says nothing', {}],
    ['one of our own pages', { 'sec-fetch-site': 'same-origin' }],
    ['what a person opened', { 'sec-fetch-site': 'none' }],
  ])('takes %s', async (_who, headers) => {
    calls.length = 0;
    expect((await from(headers)).json).toMatchObject({ code: 0 });
    expect(calls).toEqual(['own']);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour below the same domain', { 'sec-fetch-site': 'same-site' }],
    ['another origin, told by an old browser', { origin: 'https://evil.example' }],
    ['an allowed origin, which never comes with cookies', { origin: 'https://front.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('refuses %s', async (_who, headers) => {
    calls.length = 0;
    expect((await from(headers)).json).toMatchObject({ code: 1, data: { code: 'forbidden' } });
    expect(calls).toEqual([]);
  });
});

describe('health and pages', () => {
  test('/healthz and /readyz answer without being kept', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await visitor.get(path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
  });

  test('a page for people is HTML, an unknown address for a program JSON', async () => {
    const home = await visitor.get('/');
    expect([home.status, home.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await visitor.get('/nothing')).json).toMatchObject({ code: 'not-found' });
    const page = await visitor.get('/nothing', { accept: 'text/html,*/*;q=0.8' });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });

  test('static folders give no dot files, no listing, nothing from above', async () => {
    for (const path of [
      '/shared/',
      '/shared/.git/config',
      '/shared/..%2f..%2fpackage.json',
      '/shared/%2e%2e/package.json',
      '/package.json',
    ])
      expect([path, (await visitor.get(path)).status]).toEqual([path, 404]);
  });
});

test('closing lets a request finish that is under way, and takes no new one', async () => {
  const app = buildWeb(core);
  const open = await listen({ ...core, config: { ...core.config, port: 0 } }, app);
  const { port } = open.server.address() as { port: number };
  const body = '{"name":"slow"}';
  const head = `POST /api/shop/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const started = new Promise<void>((resolve) => open.server.once('request', () => resolve()));
  const pending = rawRequest(port, [head, ...Array.from(body)]);
  await started;
  await Promise.all([
    open.close(),
    pending.then(({ status, text }) => expect([status, text.includes('slow')]).toEqual([200, true])),
  ]);
  expect((await rawRequest(port, ['GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'])).status).toBe(0);
});
