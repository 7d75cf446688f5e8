// Hazards of identity: other sites' requests, sessions, guessing of passwords, rights that are gone.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { panelCalls } from '../../../src/core/panel/api.ts';
import {
  blockOperator,
  changeRole,
  createOperator,
  oneTimeLink,
  setPassword,
  setupLink,
} from '../../../src/core/people/operators.ts';
import { fingerprint, rawRequest, Visitor } from '../../kit/http.ts';
import { openTestPanel, password, type TestPanel } from './kit.ts';

// The real one, watched before anything imports it: time itself cannot be tested, but how often the slow step is taken can.
const verify = vi.hoisted(() => {
  const argon2 = process.getBuiltinModule('node:module').createRequire(import.meta.url)('@node-rs/argon2');
  return vi.spyOn(argon2 as typeof import('@node-rs/argon2'), 'verify');
});

let panel: TestPanel;
let root: Visitor;
const api = '/admin/api/resources';
const tables = ['Campaign', 'Recipient', 'Operator', 'Role', 'AuditEntry'];

beforeAll(async () => {
  panel = await openTestPanel();
  root = await panel.root();
});
afterAll(() => panel?.close());

let nth = 0;
async function newOperator(roleName = 'administrator'): Promise<{ id: string; email: string }> {
  const email = `colleague${++nth}@example.org`;
  const { id } = await panel.core.transaction(systemActor, (work) =>
    createOperator(work, { email, roleName, password }),
  );
  return { id, email };
}
async function signedIn(email: string): Promise<Visitor> {
  const visitor = new Visitor(panel.web);
  expect((await visitor.signIn(email, password)).status).toBe(303);
  return visitor;
}

describe('hazard 7: other sites cannot make changes', () => {
  const senders: Record<string, Record<string, string | undefined>> = {
    'an evil origin': { origin: 'https://evil.example', 'sec-fetch-site': undefined },
    'no origin at all': { origin: undefined, 'sec-fetch-site': undefined },
    'the origin null': { origin: 'null', 'sec-fetch-site': undefined },
    'a sibling subdomain': { origin: 'http://evil.127.0.0.1', 'sec-fetch-site': 'same-site' },
    'a page that says cross-site': { 'sec-fetch-site': 'cross-site' },
    'no page': { origin: undefined, 'sec-fetch-site': 'none' },
  };
  const media: Record<string, (fields: Record<string, string>) => { body: string; type: string }> = {
    form: (fields) => ({ body: new URLSearchParams(fields).toString(), type: 'application/x-www-form-urlencoded' }),
    multipart: (fields) => ({
      body: `${Object.entries(fields)
        .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('')}--b--\r\n`,
      type: 'multipart/form-data; boundary=b',
    }),
    JSON: (fields) => ({ body: JSON.stringify(fields), type: 'application/json' }),
    'text that holds JSON': (fields) => ({ body: JSON.stringify(fields), type: 'text/plain; x=json' }),
  };
  const targets: Record<string, () => string> = {
    login: () => '/admin/login',
    logout: () => '/admin/logout',
    setup: () => '/admin/setup',
    edit: () => `${api}/Recipient/records/${panel.ids.ownMember}/edit`,
    new: () => `${api}/Recipient/actions/new`,
    delete: () => `${api}/Recipient/records/${panel.ids.ownMember}/delete`,
    bulk: () => `${api}/Recipient/bulk/bulkDelete?recordIds=${panel.ids.ownMember}`,
    'the panel API': () => `/admin/api/steward/records/Recipient/${panel.ids.ownMember}/delete`,
  };
  for (const [sender, headers] of Object.entries(senders))
    test(`${sender}: every media type on every changing address is 403`, async () => {
      const before = await fingerprint(panel.core, tables);
      const cookie = root.cookie;
      for (const [target, path] of Object.entries(targets))
        for (const [kind, encode] of Object.entries(media)) {
          const { body, type } = encode({ email: 'root@example.org', password, name: 'x' });
          const answer = await root.send('POST', path(), { body, headers: { ...headers, 'content-type': type } });
          expect([target, kind, answer.status]).toEqual([target, kind, 403]);
          expect(answer.headers.getSetCookie()).toEqual([]);
        }
      expect(root.cookie).toBe(cookie);
      expect(await fingerprint(panel.core, tables)).toBe(before);
    });

  test('text that poses as JSON is refused from our own page too', async () => {
    const before = await fingerprint(panel.core, tables);
    const answer = await root.send('POST', targets.edit!(), {
      body: '{"name":"x"}',
      headers: { 'content-type': 'text/plain; x=json' },
    });
    expect(answer.status).toBe(415);
    expect(await fingerprint(panel.core, tables)).toBe(before);
  });

  test('the API is not read by a link, a picture or a script of another site', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
    ])
      for (const path of [`${api}/Recipient/actions/list`, '/admin/api/steward/state'])
        expect((await root.get(path, headers)).status).toBe(403);
  });

  test('a browser without Fetch Metadata is let in by its own origin', async () => {
    const answer = await root.post(
      `${api}/Recipient/actions/new`,
      { email: 'old@example.org', campaignId: panel.ids.ownClub },
      { 'sec-fetch-site': undefined },
    );
    expect(answer.status).toBe(200);
  });
});

describe('hazard 8 and 9: only GET reads and only POST changes', () => {
  test('hazard 8: HEAD, OPTIONS, PUT, PATCH, DELETE, TRACE change nothing anywhere', async () => {
    const before = await fingerprint(panel.core, tables);
    const paths = [
      '/admin',
      '/admin/login',
      '/admin/logout',
      '/admin/resources/Recipient',
      `${api}/Recipient/records/${panel.ids.ownMember}/delete`,
      `${api}/Recipient/bulk/bulkDelete?recordIds=${panel.ids.ownMember}`,
      '/admin/api/steward/state',
    ];
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])
      for (const path of paths) {
        const bytes = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${panel.web.port}\r\nConnection: close\r\nCookie: ${root.cookie}\r\nSec-Fetch-Site: same-origin\r\n\r\n`;
        const { status } = await rawRequest(panel.web.port, [bytes]);
        expect([method, path, status]).toEqual([method, path, 405]);
      }
    expect(await fingerprint(panel.core, tables)).toBe(before);
  });

  test('hazard 9: a GET of whatever changes is refused and changes nothing', async () => {
    const before = await fingerprint(panel.core, [...tables, 'Message', 'Run']);
    for (const path of [
      `records/${panel.ids.ownMember}/delete`,
      `bulk/bulkDelete?recordIds=${panel.ids.ownMember}`,
      'actions/new',
    ])
      expect((await root.get(`${api}/Recipient/${path}`)).status).toBe(405);
    expect((await root.get('/admin/logout')).text).not.toContain('signed out');
    expect((await root.get(`${api}/Recipient/actions/list`)).status).toBe(200);
    expect(await fingerprint(panel.core, [...tables, 'Message', 'Run'])).toBe(before);
  });
});

test('hazard 9: no call of the panel that changes something answers to a GET', async () => {
  const before = await fingerprint(panel.core, [...tables, 'Message', 'Run', 'Import', 'Setting']);
  const parts: Record<string, string> = { model: 'Recipient', id: panel.ids.ownMember, verb: 'cancel' };
  const fill = (path: string) => path.replace(/:(\w+)/g, (_, name: string) => parts[name] ?? 'x');
  const readable = panelCalls.filter(({ method }) => method === 'get').map(({ path }) => path.replace(/:\w+/g, ':'));
  const changing = panelCalls.filter(({ method }) => method === 'post');
  expect(changing.length).toBeGreaterThan(20);
  for (const { path } of changing) {
    const { status } = await root.get(`/admin/api/steward${fill(path)}`);
    // Where the same address is also read, the reading is what answers.
    const right = readable.includes(path.replace(/:\w+/g, ':')) ? [200, 404] : [404, 405];
    expect([path, right.includes(status) ? right : status]).toEqual([path, right]);
  }
  expect(await fingerprint(panel.core, [...tables, 'Message', 'Run', 'Import', 'Setting'])).toBe(before);
});

describe('hazard 10: a session id known before the sign-in is worth nothing', () => {
  test('the id changes at sign-in, also over another session, and the old one is dead', async () => {
    const { email } = await newOperator();
    const visitor = await signedIn('club@example.org');
    const old = visitor.cookie;
    expect((await visitor.signIn(email, password)).status).toBe(303);
    expect(visitor.cookie).not.toBe(old);
    expect((await visitor.get(`${api}/Recipient/actions/list`, { cookie: old })).status).toBe(401);
    expect((await visitor.get(`${api}/Recipient/actions/list`)).status).toBe(200);
  });

  test('an id that somebody made up is not taken over', async () => {
    const visitor = panel.stranger();
    visitor.cookie = 'steward=s%3Achosen.signature';
    await visitor.signIn('root@example.org', password);
    expect(visitor.cookie).not.toContain('chosen');
    expect(await panel.core.db.webSession.count({ where: { sid: 'chosen' } })).toBe(0);
  });

  test('after signing out the id is dead and the cookie is taken away', async () => {
    const visitor = await signedIn('club@example.org');
    const held = visitor.cookie;
    const left = await visitor.form('/admin/logout', {});
    expect([left.status, left.headers.get('location')]).toEqual([303, '/admin/login?left=1']);
    expect(left.headers.getSetCookie().join()).toContain('Expires=Thu, 01 Jan 1970');
    expect((await visitor.get(`${api}/Recipient/actions/list`, { cookie: held })).status).toBe(401);
    expect(await panel.core.db.auditEntry.count({ where: { kind: 'signOut' } })).toBeGreaterThan(0);
  });
});

describe('hazard 11: rights that are gone are gone with the next request', () => {
  const list = (visitor: Visitor) => visitor.get(`${api}/Operator/actions/list`);

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['blocked', (id) => panel.core.transaction(systemActor, (work) => blockOperator(work, id))],
    [
      'given another role',
      async (id) => {
        const role = await panel.core.db.role.findUniqueOrThrow({ where: { name: 'club' } });
        await panel.core.transaction(systemActor, (work) => changeRole(work, id, role.id));
      },
    ],
    [
      'given a new password',
      (id) => panel.core.transaction(systemActor, (work) => setPassword(work, id, 'eleven quiet lighthouses')),
    ],
    ['deleted', (id) => panel.core.db.operator.delete({ where: { id } })],
  ])('an operator who is %s is out', async (_what, act) => {
    const { id, email } = await newOperator();
    const visitor = await signedIn(email);
    expect((await list(visitor)).status).toBe(200);
    await act(id);
    expect((await list(visitor)).status).toBe(401);
  });

  test('a permission taken from the role counts at once', async () => {
    await panel.core.db.role.create({ data: { name: 'staff-readers', permissions: ['test:staff'] } });
    const { email } = await newOperator('staff-readers');
    const visitor = await signedIn(email);
    expect((await list(visitor)).status).toBe(200);
    await panel.core.db.role.update({ where: { name: 'staff-readers' }, data: { permissions: [] } });
    expect((await list(visitor)).status).toBe(404);
  });
});

describe('hazard 22: what is typed at the sign-in', () => {
  const wrong = 'The e-mail address and the password do not fit together.';

  test('an unknown account, a wrong password, an account without a password: one answer, after the same work', async () => {
    const { id, email } = await newOperator();
    await panel.core.db.operator.update({ where: { id }, data: { passwordHash: null } });
    const answers = [];
    for (const fields of [
      { email: 'nobody@example.org', password: 'x' },
      { email: 'root@example.org', password: 'x' },
      { email, password },
    ]) {
      verify.mockClear();
      const answer = await panel.stranger().form('/admin/login', fields);
      expect([fields.email, verify.mock.calls.length]).toEqual([fields.email, 1]);
      answers.push([answer.status, answer.text.replaceAll(fields.email, '')]);
      expect(answer.text).toContain(wrong);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(answers[0]?.[0]).toBe(401);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('missing, empty, repeated, long, NUL and JSON inputs are refused without a fault', async () => {
    const visitor = panel.stranger();
    for (const fields of [{}, { email: '' }, { password }, { email: '%', password }, { email: 'root@example.org' }]) {
      const answer = await visitor.form('/admin/login', fields as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.text).toContain(wrong);
    }
    for (const body of [
      'email=a&email=root%40example.org&password=x',
      'email=root%40example.org%00&password=x',
      'email[contains]=root&password=x&email=%E0%80',
    ])
      expect([400, 401]).toContain(
        (
          await visitor.send('POST', '/admin/login', {
            body,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
        ).status,
      );
    expect((await visitor.post('/admin/login', { email: { contains: 'root' }, password: 'x' })).status).toBe(415);
    expect(visitor.cookie).toBe('');
  });

  test('what was typed comes back as text', async () => {
    const evil = '"><script>alert(1)</script>@x';
    const answer = await panel.stranger().form('/admin/login', { email: evil, password: 'x', next: '//evil.example' });
    expect(answer.text).not.toContain('<script');
    expect(answer.text).not.toContain('evil.example');
  });

  test('only pages of the panel are gone to after signing in', async () => {
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '/admin/../evil',
      '/\\evil',
      '/administrator',
      'javascript:alert(1)',
      '/admin//evil.example',
    ]) {
      const answer = await panel.stranger().form('/admin/login', { email: 'root@example.org', password, next });
      expect(answer.headers.get('location')).toBe('/admin');
    }
  });
});

describe('hazard 24: passwords are not guessed', () => {
  test('after ten wrong ones the account waits; others at the same address do not; a forged address does not help', async () => {
    const { email } = await newOperator();
    const statuses = [];
    for (let i = 0; i < 12; i += 1) {
      const answer = await panel
        .stranger()
        .form('/admin/login', { email, password: `wrong ${i}` }, { 'x-forwarded-for': `198.51.100.${i}` });
      statuses.push(answer.status);
      if (answer.status === 429) {
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.text).toContain('Too many attempts');
      }
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect((await panel.stranger().form('/admin/login', { email, password })).status).toBe(429);
    const other = await newOperator();
    expect((await panel.stranger().signIn(other.email, password)).status).toBe(303);
  });

  test('the same for an account that does not exist', async () => {
    for (let i = 0; i < 10; i += 1)
      await panel.stranger().form('/admin/login', { email: 'ghost@example.org', password: 'x' });
    expect((await panel.stranger().form('/admin/login', { email: 'GHOST@example.org ', password: 'x' })).status).toBe(
      429,
    );
  });

  test('an address that tries many accounts waits too', async () => {
    await panel.core.db.rateLimit.deleteMany();
    const statuses = new Set<number>();
    for (let i = 0; i < 52; i += 1)
      statuses.add((await panel.stranger().form('/admin/login', { email: `a${i}@example.org`, password: 'x' })).status);
    expect(statuses).toEqual(new Set([401, 429]));
    await panel.core.db.rateLimit.deleteMany();
  });
});

describe('hazard 25: the session cookie and the store', () => {
  test('the cookie is HttpOnly, SameSite=Lax, for every path; anonymous requests make no session', async () => {
    const before = await panel.core.db.webSession.count();
    for (let i = 0; i < 100; i += 1) await panel.stranger().get(i % 2 ? '/admin' : '/admin/login');
    expect(await panel.core.db.webSession.count()).toBe(before);
    const answer = await panel.stranger().signIn('root@example.org', password);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^steward=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('behind TLS the cookie is bound to the host and Secure', async () => {
    const secure = await openTestPanel({ PUBLIC_URL: 'https://steward.example' });
    try {
      const answer = await new Visitor(secure.web).signIn('root@example.org', password);
      expect(answer.headers.getSetCookie()[0]).toMatch(
        /^__Host-steward=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      expect(answer.headers.get('strict-transport-security')).toContain('max-age=');
    } finally {
      await secure.close();
    }
  });

  test('a session ends after two idle hours and after twelve in any case', async () => {
    const idle = await signedIn('club@example.org');
    await panel.core.database.pool.query(
      `UPDATE "WebSession" SET expire = now() - interval '1 second' WHERE sess->>'operatorId' = $1`,
      [panel.ids.club],
    );
    expect((await idle.get(`${api}/Recipient/actions/list`)).status).toBe(401);
    const long = await signedIn('club@example.org');
    const past = Date.now() - 12 * 3_600_000 - 1;
    await panel.core.database.pool.query(
      `UPDATE "WebSession" SET sess = jsonb_set(sess::jsonb, '{signedInAt}', to_jsonb($2::bigint)) WHERE sess->>'operatorId' = $1`,
      [panel.ids.club, past],
    );
    expect((await long.get(`${api}/Recipient/actions/list`)).status).toBe(401);
  });

  test('without the store nobody is anybody: 503, and the public door stays open', async () => {
    const visitor = await signedIn('club@example.org');
    const { pool } = panel.core.database;
    await pool.query('ALTER TABLE "WebSession" RENAME TO "Hidden"');
    try {
      const answer = await visitor.get(`${api}/Recipient/actions/list`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect((await panel.stranger().get('/healthz')).status).toBe(200);
    } finally {
      await pool.query('ALTER TABLE "Hidden" RENAME TO "WebSession"');
    }
    expect((await visitor.get(`${api}/Recipient/actions/list`)).status).toBe(200);
  });
});

describe('one-time links', () => {
  test('looking at the link uses nothing up; setting the password does, once', async () => {
    const { id, email } = await newOperator();
    const link = await panel.core.transaction(systemActor, (work) => oneTimeLink(work, id, 'set-password', 24));
    const { pathname, search, searchParams } = new URL(link);
    const token = searchParams.get('link') ?? '';
    for (let i = 0; i < 3; i += 1) {
      const shown = await panel.stranger().get(pathname + search);
      expect([shown.status, shown.text.includes(email)]).toEqual([200, true]);
    }
    const weak = await panel.stranger().form('/admin/setup', { link: token, password: 'short', again: 'short' });
    expect([weak.status, weak.text.includes('12 characters')]).toEqual([400, true]);
    const chosen = 'nine patient umbrellas';
    const differs = await panel.stranger().form('/admin/setup', { link: token, password: chosen, again: `${chosen}!` });
    expect(differs.status).toBe(400);
    const [one, other] = await Promise.all(
      [1, 2].map(() => panel.stranger().form('/admin/setup', { link: token, password: chosen, again: chosen })),
    );
    expect([one?.status, other?.status].sort()).toEqual([303, 400]);
    expect((await panel.stranger().get(pathname + search)).status).toBe(404);
    expect((await panel.stranger().signIn(email, chosen)).status).toBe(303);
  });

  test('the first set-up is for one person, and only while there is nobody', async () => {
    expect(await setupLink(panel.core)).toBeUndefined();
    const empty = await openTestPanel();
    try {
      await empty.core.db.operator.deleteMany();
      const link = new URL((await setupLink(empty.core)) ?? '');
      const token = link.searchParams.get('link') ?? '';
      expect((await empty.stranger().get(link.pathname + link.search)).text).toContain('Welcome to Steward');
      const form = (email: string) => ({ link: token, email, name: 'First', password, again: password });
      const visitors = [empty.stranger(), empty.stranger()];
      const answers = await Promise.all(
        visitors.map((visitor, i) => visitor.form('/admin/setup', form(`first${i}@example.org`))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
      expect(await empty.core.db.operator.count()).toBe(1);
      const first = visitors[answers.findIndex(({ status }) => status === 303)]!;
      expect((await first.get(`${api}/Operator/actions/list`)).status).toBe(200);
      expect((await empty.stranger().form('/admin/setup', form('late@example.org'))).status).toBe(400);
    } finally {
      await empty.close();
    }
  });
});
