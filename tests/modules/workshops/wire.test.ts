// The wire contract as tables: stranger, wrong caller, right caller, edge; and what did not happen.
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivedKey } from '../../../src/core/config/secrets.ts';
import { systemActor } from '../../../src/core/index.ts';
import { setCredential } from '../../../src/modules/workshops/managers.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import {
  bearer,
  credential,
  type House,
  keyOf,
  makeEvent,
  managerToken,
  openHouse,
  tokenFor,
} from './workshops-house.ts';

const tables = [
  'WorkshopEvent',
  'Workshop',
  'WorkshopLink',
  'Attendee',
  'WorkshopRegistration',
  'WorkshopWaiting',
  'WorkshopManager',
];
const json = { 'content-type': 'application/json' };
let house: House;
let visitor: Visitor;
let manager: string;
let made: Awaited<ReturnType<typeof makeEvent>>;
let ada: string;
let event: number;

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  manager = await managerToken(house);
  made = await makeEvent(house, {
    name: 'projectweek',
    workshops: [
      { title: 'A1', moment: 'm1', targetGroup: 'intern', limit: 2 },
      { title: 'B1', moment: 'm1', targetGroup: 'intern', limit: 2 },
      { title: 'A2', moment: 'm2', targetGroup: 'intern', limit: 2 },
      { title: 'B2', moment: 'm2', targetGroup: 'intern', limit: 1 },
      { title: 'X', moment: 'm3', targetGroup: 'extern', limit: 2 },
      { title: 'C3', moment: 'm3', targetGroup: 'intern', limit: 2 },
    ],
    people: [
      { fullName: 'Ada', userClass: '1A', targetGroup: 'intern' },
      { fullName: 'Bob', userClass: '1A', targetGroup: 'intern' },
    ],
    links: [
      [0, 2, 'inclusive'],
      [1, 5, 'exclusive'],
    ],
  });
  event = made.event.number;
  ada = await tokenFor(house, keyOf(event, 'Ada'));
});
afterAll(() => house?.close());

const put = (path: string, body: unknown, token?: string) =>
  visitor.send('PUT', path, { body: JSON.stringify(body), headers: { ...json, ...(token && bearer(token)) } });
const get = (path: string, token?: string) => visitor.get(path, token ? bearer(token) : {});
const remove = (path: string, token?: string) => visitor.send('DELETE', path, { headers: token ? bearer(token) : {} });
const w = (n: number) => made.workshops[n]!.number;
const u = (n: number) => made.people[n]!.number;
const own = (n = 0) => `/registrations/user/${u(n)}`;

describe('signing in', () => {
  it('tells how, gives a token for a key whatever its case, and for a credential', async () => {
    expect((await get('/auth/config')).json).toEqual({ method: 'key' });
    expect(
      (await visitor.post('/auth/login', { credential: keyOf(event, 'Ada').toLowerCase(), admin_login: '0' })).status,
    ).toBe(200);
    const form = await visitor.send('POST', '/auth/login', {
      body: new URLSearchParams({ credential, admin_login: '1' }),
    });
    expect(form.json).toEqual({ token: expect.stringMatching(/^ey/) });
    const query = new URLSearchParams({ credential, admin_login: '1' });
    expect((await visitor.post(`/auth/login?${query}`, {})).status).toBe(200);
    expect((await get('/auth/login', ada)).json).toEqual({
      id: u(0),
      full_name: 'Ada',
      permission: 1,
      targetGroup: 'intern',
      event_id: event,
    });
    expect((await get('/auth/login', manager)).json).toMatchObject({
      permission: 100,
      targetGroup: null,
      event_id: -1,
    });
  });

  it.each([
    ['nothing', {}, 400],
    ['no admin_login', { credential: 'x' }, 400],
    ['no credential', { admin_login: 0 }, 400],
    ['null', { credential: null, admin_login: 0 }, 400],
    ['a list', { credential: ['a'], admin_login: 0 }, 400],
    ['an object', { credential: { contains: '' }, admin_login: 0 }, 400],
    ['an empty key', { credential: '', admin_login: 0 }, 400],
    ['a wildcard', { credential: '%', admin_login: 0 }, 401],
    ['an unknown key', { credential: 'NOBODY99', admin_login: 0 }, 401],
    ['a key as a credential', { credential: 'KEY-1-Ada', admin_login: 1 }, 401],
    ['the old default', { credential: 'changeme', admin_login: 1 }, 401],
    ['a strange kind', { credential, admin_login: 'yes' }, 400],
  ])('refuses %s', async (_what, body, status) => {
    const answer = await visitor.post('/auth/login', body);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual(status === 401 ? { message: expect.any(String) } : { description: expect.any(String) });
  });

  it('tokens hold no secret, name the user, and end after 12 hours', async () => {
    const said = jwt.decode(ada) as Record<string, number | string>;
    expect(said).toMatchObject({ sub: String(u(0)), epoch: expect.any(Number) });
    expect(Number(said.exp) - Number(said.iat)).toBe(12 * 3600);
    expect(JSON.stringify(said)).not.toContain('KEY');
  });

  it('refuses every false token with 401', async () => {
    const right = Buffer.from(derivedKey('k'.repeat(40), 'web-token:workshops.manager'));
    const claims = { sub: '1', aud: 'workshops.manager', iss: 'steward', epoch: 0 };
    const past = Math.floor(Date.now() / 1000) - 10;
    const false_ = [
      'x',
      'a.b.c',
      jwt.sign({ ...claims, exp: past }, right),
      jwt.sign(claims, right),
      jwt.sign({ ...claims, exp: Date.now() }, right, { algorithm: 'HS512' }),
      jwt.sign({ ...claims, exp: past + 900, epoch: 99 }, right),
      jwt.sign({ ...claims, exp: past + 900, sub: '999999' }, right),
      jwt.sign({ ...claims, exp: past + 900, sub: '1 or 1=1' }, right),
      jwt.sign({ ...claims, exp: past + 900, aud: 'clubs.session' }, right),
      jwt.sign({ ...claims, exp: past + 900 }, 'x'),
      jwt.sign({ ...claims, exp: past + 900 }, '', { algorithm: 'none' }),
      jwt.sign('admin', right),
      `${ada.slice(0, -3)}AAA`,
    ];
    for (const token of false_)
      expect([(await get(`/events/${event}/users`, token)).status, token]).toEqual([401, token]);
    for (const authorization of ['', 'Bearer:', 'x', ada, `Bearer:  ${manager}`])
      expect((await visitor.get(`/events/${event}/users`, { authorization })).status).toBe(401);
  });

  it('changing the credential asks in the contract’s order, and ends the tokens', async () => {
    const other = await managerToken(house, ['workshops:manage'], {
      email: 'second@example.org',
      credential: 'Second0Lantern',
    });
    const change = (body: object) => visitor.post('/auth/change_admin_password', body, bearer(other));
    const said = async (body: object) => (await change(body)).json?.description;
    expect(await said({})).toBe('No data');
    expect(await said({ old_password: 'x', new_password: 'short' })).toBe('Password did not meet requirements');
    expect(await said({ old_password: 'x', new_password: 'Sh0rt' })).toBe(
      'Password too short, needs to be at least 10 characters',
    );
    expect(await said({ old_password: 'x', new_password: 'Long0Enough' })).toBe('Bad old password');
    const fresh = await change({ old_password: 'Second0Lantern', new_password: 'Third0Lantern' });
    expect(fresh.status).toBe(200);
    expect((await get('/auth/login', other)).status).toBe(401);
    expect((await get('/auth/login', String(fresh.json?.token))).status).toBe(200);
    const { operatorId } = await house.core.db.workshopManager.findFirstOrThrow({ orderBy: { number: 'desc' } });
    await house.core.db.operator.update({ where: { id: operatorId }, data: { state: 'blocked' } });
    expect((await get('/auth/login', String(fresh.json?.token))).status).toBe(401);
    await expect(
      house.core.transaction(systemActor, (work) => setCredential(work, operatorId, 'Fourth0Lantern')),
    ).rejects.toThrow('blocked');
  });

  it('no key and no credential lies open in the database', async () => {
    const { rows } = await house.core.database.pool.query<{ all: string }>(
      `SELECT (SELECT string_agg(t::text, ' ') FROM "Attendee" t) || (SELECT string_agg(t::text, ' ') FROM "WorkshopManager" t)
       || (SELECT coalesce(string_agg(t::text, ' '), '') FROM "AuditEntry" t) AS all`,
    );
    expect(rows[0]?.all).not.toContain('KEY-');
    expect(rows[0]?.all).not.toContain(credential);
    expect(house.logged.join('')).not.toMatch(/KEY-\d|Lantern7Orchid/);
  });
});

describe('who may call what', () => {
  const calls: [method: string, path: () => string, body: unknown, stranger: number, user: number][] = [
    ['GET', () => '/events', undefined, 200, 200],
    ['POST', () => '/events', { name: 'mine' }, 401, 401],
    ['GET', () => `/events/${event}`, undefined, 200, 200],
    ['PUT', () => `/events/${event}`, { name: 'mine', workshops: [] }, 401, 401],
    ['DELETE', () => `/events/${event}`, undefined, 401, 401],
    ['GET', () => `/events/${event}/workshop_links`, undefined, 401, 200],
    ['PUT', () => `/events/${event}/workshop_links`, [], 401, 401],
    ['GET', () => `/events/${event}/users`, undefined, 401, 401],
    ['PUT', () => `/events/${event}/users`, [], 401, 401],
    ['GET', () => `/events/${event}/unregistered_users`, undefined, 401, 401],
    ['GET', () => own(), undefined, 401, 200],
    ['GET', () => own(1), undefined, 401, 403],
    ['PUT', () => own(1), { workshop_ids: [] }, 401, 403],
    ['DELETE', () => `${own(1)}/${w(0)}`, undefined, 401, 403],
    ['GET', () => `/export/event_registrations/${event}`, undefined, 401, 401],
    ['POST', () => '/auth/change_admin_password', { old_password: 'a', new_password: 'b' }, 401, 401],
    ['GET', () => '/api/workshops/me', undefined, 401, 200],
  ];
  it.each(calls)('%s %s', async (method, path, body, stranger, user) => {
    const before = await fingerprint(house.core, tables);
    const send = (headers: Record<string, string>) =>
      visitor.send(method, path(), {
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: { ...json, ...headers },
      });
    expect((await send({})).status).toBe(stranger);
    expect((await send(bearer(ada))).status).toBe(user);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('a manager bound to one event knows of no other, and one without the permission is nobody', async () => {
    const other = await makeEvent(house, { workshops: [], people: [] });
    const bound = await managerToken(house, ['workshops:manage'], {
      email: 'bound@example.org',
      credential: 'Bound0Lantern',
      scope: 'workshop-event',
      scopeId: other.event.id,
    });
    expect((await get(`/events/${other.event.number}/users`, bound)).json).toEqual({ users: [] });
    for (const path of ['users', 'workshop_links', 'unregistered_users'])
      expect((await get(`/events/${event}/${path}`, bound)).status).toBe(404);
    expect((await get(own(), bound)).status).toBe(404);
    expect((await remove(`/events/${event}`, bound)).status).toBe(404);
    const { roleId } = await house.core.db.operator.findUniqueOrThrow({ where: { email: 'bound@example.org' } });
    await house.core.db.role.update({ where: { id: roleId }, data: { permissions: ['workshops:read'] } });
    expect((await get(`/events/${other.event.number}/users`, bound)).status).toBe(401);
  });
});

describe('events', () => {
  it('are made, read, replaced and deleted', async () => {
    const answer = await visitor.post('/events', { name: 'sportdag', _editMode: true }, bearer(manager));
    expect([answer.status, answer.json]).toEqual([
      200,
      { id: expect.any(Number), available: null, workshops: [], name: 'sportdag' },
    ]);
    const { id } = answer.json as { id: number };
    const first = await put(
      `/events/${id}`,
      { id, name: 'sportdag', available: false, workshops: [{ limit: '12', _new: 1 }] },
      manager,
    );
    expect(first.json).toEqual({
      id,
      available: false,
      name: 'sportdag',
      workshops: [
        {
          id: expect.any(Number),
          title: 'Workshop',
          description: '',
          moment: 'default',
          limit: 12,
          targetGroup: '',
          event: id,
          registrations: null,
          _registrationCount: 0,
        },
      ],
    });
    const [kept] = (first.json as { workshops: { id: number }[] }).workshops;
    const whole = {
      ...first.json,
      available: true,
      workshops: [
        { ...kept, title: 'Zwemmen' },
        { title: 'Judo', moment: 'b' },
      ],
    };
    const second = await put(`/events/${id}`, whole, manager);
    expect(second.json).toMatchObject({
      available: true,
      workshops: [
        { id: kept?.id, title: 'Zwemmen' },
        { title: 'Judo', limit: 1000 },
      ],
    });
    expect((await put(`/events/${id}`, { name: 'sportdag', workshops: null }, manager)).json).toEqual(second.json);
    expect((await put(`/events/${id}`, { workshops: [] }, manager)).json).toMatchObject({ workshops: [] });
    expect((await get('/events')).json).toMatchObject({
      events: expect.arrayContaining([{ id, available: true, workshops: null, name: 'sportdag' }]),
    });
    expect((await remove(`/events/${id}`, manager)).status).toBe(204);
    expect((await get(`/events/${id}`)).status).toBe(404);
  });

  const bad: [what: string, body: unknown][] = [
    ['a bare text', 'x'],
    ['a list', []],
    ['a number as the name', { name: 5 }],
    ['an empty name', { name: '' }],
    ['a long name', { name: 'x'.repeat(81) }],
    ['a NUL in the name', { name: 'a\0' }],
    ['a control character', { name: 'a\u0007' }],
    ['a taken name', { name: 'taken' }],
    ['another id', { id: 999_999, name: 'projectweek' }],
    ['an unknown workshop', { workshops: [{ id: 2_147_483_647 }] }],
    ['an id beyond the column', { workshops: [{ id: 2_147_483_648 }] }],
    ['a workshop twice', { workshops: [{ id: 'FIRST' }, { id: 'FIRST' }] }],
    ['a negative limit', { workshops: [{ limit: -1 }] }],
    ['a limit of letters', { workshops: [{ limit: 'many' }] }],
    ['a limit beyond the column', { workshops: [{ limit: 2_147_483_648 }] }],
    ['an object as a title', { workshops: [{ title: { set: 'x' } }] }],
    ['a good change before a bad one', { name: 'changed', workshops: [{ title: 'new' }, { limit: 1.5 }] }],
  ];
  it.each(bad)('are not changed by %s', async (_what, body) => {
    if (!(await house.core.db.workshopEvent.findUnique({ where: { name: 'taken' } })))
      await visitor.post('/events', { name: 'taken' }, bearer(manager));
    const before = await fingerprint(house.core, tables);
    const text = JSON.stringify(body).replaceAll('"FIRST"', String(w(0)));
    const answer = await visitor.send('PUT', `/events/${event}`, {
      body: text,
      headers: { ...json, ...bearer(manager) },
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ description: expect.stringMatching(/./) });
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it.each(['0', '-1', 'abc', '1.5', '99999999999', '%00', '1%20or%201'])(
    'answer to the id %s with a 4xx',
    async (id) => {
      for (const path of [`/events/${id}`, `/events/${id}/users`, `/registrations/user/${id}`]) {
        const { status, json: body } = await get(path, manager);
        expect([400, 404]).toContain(status);
        expect(body).toEqual({ description: expect.any(String) });
      }
    },
  );
});

describe('users and links', () => {
  it('users are read with their keys, which the audit keeps, and without them by whoever may not', async () => {
    const answer = await get(`/events/${event}/users`, manager);
    expect(answer.json).toMatchObject({
      users: [
        {
          id: u(0),
          full_name: 'Ada',
          identity: keyOf(event, 'Ada'),
          permission: 1,
          targetGroup: 'intern',
          event_id: event,
          user_class: '1A',
          registrations: [],
        },
        { full_name: 'Bob' },
      ],
    });
    expect(await house.core.db.auditEntry.count({ where: { summary: { contains: 'keys of 2 people' } } })).toBe(1);
    const plain = await managerToken(house, ['workshops:manage'], {
      email: 'plain@example.org',
      credential: 'Plain0Lantern',
    });
    const seen = await get(`/events/${event}/users`, plain);
    expect((seen.json as { users: { identity: null }[] }).users.map(({ identity }) => identity)).toEqual([null, null]);
    // Sending back what was seen changes no key.
    expect((await put(`/events/${event}/users`, (seen.json as { users: unknown[] }).users, plain)).status).toBe(204);
    expect((await get('/auth/login', ada)).status).toBe(200);
  });

  it('kept users keep registrations and token; a changed key ends the token; new ones get a key of ten characters', async () => {
    const there = await makeEvent(house, {
      workshops: [{ title: 'W', limit: 5 }],
      people: [{ fullName: 'Kept' }, { fullName: 'Gone' }],
    });
    const id = there.event.number;
    const token = await tokenFor(house, keyOf(id, 'Kept'));
    const kept = there.people[0]!.number;
    expect(
      (await put(`/registrations/user/${kept}`, { workshop_ids: [there.workshops[0]!.number] }, token)).status,
    ).toBe(200);
    const list = [
      {
        id: kept,
        full_name: 'Kept Again',
        identity: keyOf(id, 'Kept'),
        event_id: 999,
        permission: 100,
        user_class: '2B',
      },
      { full_name: 'Fresh', identity: '', permission: 100, event_id: 1 },
      { full_name: 'No key' },
    ];
    expect((await put(`/events/${id}/users`, list, manager)).status).toBe(204);
    const { users } = (await get(`/events/${id}/users`, manager)).json as { users: Record<string, unknown>[] };
    expect(users).toMatchObject([
      {
        id: kept,
        full_name: 'Kept Again',
        registrations: [expect.any(Number)],
        permission: 1,
        event_id: id,
        user_class: '2B',
      },
      { full_name: 'Fresh', identity: expect.stringMatching(/^[34679ACDEFGHJKMNPQRTWXY]{10}$/), permission: 1 },
      { full_name: 'No key', identity: null },
    ]);
    expect((await get('/auth/login', token)).status).toBe(200);
    expect((await get(`/events/${id}/unregistered_users`, manager)).json).toMatchObject({
      users: [{ full_name: 'Fresh' }, { full_name: 'No key' }],
    });
    await put(`/events/${id}/users`, [{ ...users[0], identity: 'BRANDNEW' }], manager);
    expect((await get('/auth/login', token)).status).toBe(401);
    expect((await get('/auth/login', await tokenFor(house, 'brandnew'))).status).toBe(200);
  });

  const badUsers: [what: string, body: (key: string) => unknown][] = [
    ['an object', () => ({})],
    ['nothing but null', () => [null]],
    ['no name', () => [{ identity: '' }]],
    [
      'a key twice',
      (key) => [
        { full_name: 'a', identity: 'SAMEKEY1' },
        { full_name: 'b', identity: `samekey1${key.slice(0, 0)}` },
      ],
    ],
    ['a key of another event', (key) => [{ full_name: 'a', identity: key }]],
    ['a short key', () => [{ full_name: 'a', identity: 'abc' }]],
    ['an unknown id', () => [{ id: 2_147_483_647, full_name: 'a' }]],
    ['an operator as a key', () => [{ full_name: 'a', identity: { contains: '' } }]],
  ];
  it.each(badUsers)('stay as they are after %s', async (_what, body) => {
    const { event: other } = await makeEvent(house, { workshops: [], people: [{ fullName: 'Stay' }] });
    const before = await fingerprint(house.core, tables);
    const answer = await put(`/events/${other.number}/users`, body(keyOf(event, 'Ada')), manager);
    expect([answer.status, Object.keys(answer.json ?? {})]).toEqual([400, ['description']]);
    if (String(_what).startsWith('a key')) expect(answer.json?.description).toBe('Duplicate user identity key');
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('links come as pairs, go back as objects or pairs, and stay when the new ones do not fit', async () => {
    const answer = await get(`/events/${event}/workshop_links`, ada);
    expect(answer.json).toEqual({
      workshop_links: [
        [{ workshop1_id: w(0), workshop2_id: w(2), link_type: 'inclusive', event_id: event }, {}],
        [{ workshop1_id: w(1), workshop2_id: w(5), link_type: 'exclusive', event_id: event }, {}],
      ],
    });
    const { workshop_links: pairs } = answer.json as { workshop_links: [object, object][] };
    expect((await put(`/events/${event}/workshop_links`, pairs, manager)).status).toBe(204);
    expect(
      (
        await put(
          `/events/${event}/workshop_links`,
          pairs.map(([one]) => one),
          manager,
        )
      ).status,
    ).toBe(204);
    expect((await get(`/events/${event}/workshop_links`, ada)).json).toEqual(answer.json);
    const link = (a: number, b: number, link_type = 'exclusive') => ({ workshop1_id: a, workshop2_id: b, link_type });
    for (const bad of [
      [link(w(0), w(0))],
      [link(w(0), w(1)), link(w(1), w(0))],
      [link(w(0), 2_147_483_647)],
      [link(w(0), w(1), 'sometimes')],
      [link(w(0), w(4), 'inclusive')],
      [link(w(0), w(1), 'inclusive')],
      [link(w(0), w(2), 'inclusive'), link(w(2), w(5), 'inclusive'), link(w(0), w(5))],
      [{ workshop1_id: { gt: 0 }, workshop2_id: w(1), link_type: 'exclusive' }],
      ['x'],
      {},
    ]) {
      const before = await fingerprint(house.core, tables);
      expect((await put(`/events/${event}/workshop_links`, bad, manager)).status).toBe(400);
      expect(await fingerprint(house.core, tables)).toBe(before);
    }
  });
});

describe('registrations', () => {
  it('a set is replaced as a whole and cleared by an empty list', async () => {
    const set = await put(own(), { workshop_ids: [w(0), w(2)] }, ada);
    expect(set.json).toEqual({
      registrations: [0, 2].map((n) => ({
        id: expect.any(Number),
        workshop_id: w(n),
        user_id: u(0),
        user: u(0),
        entry_time: expect.stringMatching(/^\d{4}-.*\+00:00$/),
      })),
    });
    expect((await get(`${own()}/${w(0)}`, ada)).json).toEqual(set.json);
    expect((await get(`/events/${event}`)).json).toMatchObject({
      workshops: expect.arrayContaining([expect.objectContaining({ id: w(0), _registrationCount: 1 })]),
    });
    expect((await put(own(), { workshop_ids: [] }, ada)).json).toEqual({ registrations: [] });
  });

  const refused: [what: string, ids: () => unknown, status: number, words: RegExp][] = [
    ['half of an inclusive link', () => [w(0)], 403, /^Link between workshop A1 and A2, type: inclusive$/],
    ['the other half', () => [w(2)], 403, /^Link between workshop A1 and A2, type: inclusive$/],
    ['both of an exclusive link', () => [w(1), w(5)], 403, /^Link between workshop B1 and C3, type: exclusive$/],
    ['another group', () => [w(4)], 403, /^Not allowed to register for workshops outside of target group\.$/],
    ['two at one moment', () => [w(0), w(1), w(2)], 409, /^Already registered for another workshop on this moment$/],
    ['a full one', () => [w(3)], 403, /^Limit reached\. Refresh the page\.$/],
    ['one twice', () => [w(1), w(1)], 400, /twice/],
    ['an unknown one', () => [w(1), 2_147_483_647], 400, /does not exist/],
    ['text', () => 'x', 400, /workshop_ids/],
    ['an operator', () => ({ in: [1] }), 400, /workshop_ids/],
    ['null', () => null, 400, /workshop_ids/],
  ];
  it.each(refused)('refuse %s and keep the old set', async (_what, ids, status, words) => {
    await put(own(), { workshop_ids: [w(5)] }, ada);
    await put(own(1), { workshop_ids: [w(3)] }, await tokenFor(house, keyOf(event, 'Bob')));
    const before = await fingerprint(house.core, tables);
    const answer = await put(own(), { workshop_ids: ids() }, ada);
    expect([answer.status, answer.json?.description]).toEqual([status, expect.stringMatching(words)]);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('refuse a missing list, another event, a closed event', async () => {
    expect((await put(own(), {}, ada)).status).toBe(400);
    const other = await makeEvent(house, { workshops: [{ title: 'O', targetGroup: 'intern' }], people: [] });
    const foreign = await put(own(), { workshop_ids: [other.workshops[0]!.number] }, ada);
    expect([foreign.status, foreign.json?.description]).toEqual([403, 'You can only register for your own event']);
    await put(`/events/${event}`, { available: false }, manager);
    const before = await fingerprint(house.core, tables);
    for (const ids of [[], [w(1)]]) {
      const answer = await put(own(), { workshop_ids: ids }, ada);
      expect([answer.status, answer.json?.description]).toEqual([403, 'Registration for this event is not allowed']);
    }
    expect((await remove(`${own()}/${w(5)}`, ada)).status).toBe(403);
    expect(await fingerprint(house.core, tables)).toBe(before);
    await put(`/events/${event}`, { available: true }, manager);
  });

  it('one is taken out, but not half of what a link binds together', async () => {
    await put(own(), { workshop_ids: [w(0), w(2), w(5)] }, ada);
    expect((await remove(`${own()}/${w(0)}`, ada)).status).toBe(403);
    expect((await remove(`${own()}/${w(5)}`, ada)).status).toBe(204);
    expect((await remove(`${own()}/${w(5)}`, ada)).status).toBe(404);
    expect((await remove(`${own()}/2147483647`, ada)).status).toBe(404);
    expect((await remove(own(), ada)).status).toBe(405);
  });

  it('a manager reads anybody’s and changes them with a reason, which the audit keeps', async () => {
    expect((await get(own(), manager)).status).toBe(200);
    expect((await put(own(), { workshop_ids: [w(5)] }, manager)).json).toEqual({
      description: expect.stringContaining('reason'),
    });
    expect((await put(own(), { workshop_ids: [w(5)], reason: 'asked by phone' }, manager)).status).toBe(200);
    const entry = await house.core.db.auditEntry.findFirst({ where: { summary: { contains: 'asked by phone' } } });
    expect(entry).toMatchObject({ resource: 'Attendee', recordId: made.people[0]!.id });
    expect((await remove(`${own()}/${w(5)}`, manager)).status).toBe(400);
    expect((await remove(`${own()}/${w(5)}?reason=ill`, manager)).status).toBe(204);
    expect((await put(own(), { workshop_ids: [w(3)], reason: 'no' }, manager)).status).toBe(403);
  });

  it('a limit cannot be set below what is taken', async () => {
    const answer = await put(
      `/events/${event}`,
      { workshops: made.workshops.map(({ number }) => ({ id: number, limit: 0 })) },
      manager,
    );
    expect([answer.status, answer.json?.description]).toEqual([409, expect.stringContaining('cannot be below')]);
  });
});

describe('the other side of a browser', () => {
  it('a preflight lets an allowed origin send Authorization, and no other', async () => {
    const ask = (origin: string) =>
      visitor.send('OPTIONS', own(), {
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    const good = await ask('https://community.example.org');
    expect(good.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(good.headers.get('access-control-allow-methods')).toContain('PUT');
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('a class of thirty gets in from one address at once, while guessing is stopped', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `pupil${n}`);
    const { event: one } = await makeEvent(house, { workshops: [], people: names.map((fullName) => ({ fullName })) });
    const tokens = await Promise.all(names.map((name) => tokenFor(house, keyOf(one.number, name))));
    expect(new Set(tokens).size).toBe(30);
    const guess = async (key: string) =>
      (await visitor.post('/auth/login', { credential: key, admin_login: 0 })).status;
    const answers: number[] = [];
    for (let n = 0; n < 12; n += 1) answers.push(await guess(`ZZ${n}guess`));
    expect(answers).toEqual([...Array(10).fill(401), 429, 429]);
    expect(await guess(keyOf(one.number, 'pupil1')), 'a neighbour is not shut out').toBe(200);
    const tries: number[] = [];
    for (let n = 0; n < 12; n += 1)
      tries.push((await visitor.post('/auth/login', { credential: `Wrong0Guess${n}`, admin_login: 1 })).status);
    expect(tries.at(-1)).toBe(429);
    const late = await visitor.post('/auth/login', { credential: 'Wrong0Guess', admin_login: 1 });
    expect(late.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});
