// The wire contract of signing in, and who may call what.
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivedKey } from '../../../src/core/config/secrets.ts';
import { createOperator, operatorActor, systemActor } from '../../../src/core/index.ts';
import { clearCredential, setCredential } from '../../../src/modules/workshops/managers.ts';
import { fingerprint } from '../../kit/http.ts';
import { bearer, credential, keyOf, makeEvent, managerToken, openProjectWeek, wireTables } from './workshops-house.ts';

type Week = Awaited<ReturnType<typeof openProjectWeek>>;
const json = { 'content-type': 'application/json' };
let house: Week['house'];
let visitor: Week['visitor'];
let manager: Week['manager'];
let ada: Week['ada'];
let event: Week['event'];
let get: Week['get'];
let remove: Week['remove'];
let w: Week['w'];
let u: Week['u'];
let own: Week['own'];

beforeAll(async () => {
  ({ house, visitor, manager, ada, event, get, remove, w, u, own } = await openProjectWeek());
});
afterAll(() => house?.close());

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

  it('nobody gives or takes the credential of an operator who may do more than they', async () => {
    const operatorWith = (email: string, permissions: string[]) =>
      house.core.transaction(systemActor, async (work) => {
        const role = await work.tx.role.create({ data: { name: `role of ${email}`, permissions } });
        return (await createOperator(work, { email, roleName: role.name })).id;
      });
    const root = await operatorWith('boss@example.org', ['*']);
    const peer = await operatorWith('peer@example.org', ['workshops:manage']);
    const clerkId = await operatorWith('clerk@example.org', ['workshops:credentials', 'workshops:manage']);
    const clerk = (await operatorActor(house.core, clerkId))!;
    const give = (operatorId: string, secret: string) =>
      house.core.transaction(clerk, (work) => setCredential(work, operatorId, secret));
    await expect(give(root, 'Boss0Lantern')).rejects.toMatchObject({ code: 'forbidden' });
    await house.core.transaction(systemActor, (work) => setCredential(work, root, 'Boss0Lantern'));
    const row = await house.core.db.workshopManager.findUniqueOrThrow({ where: { operatorId: root } });
    await expect(house.core.transaction(clerk, (work) => clearCredential(work, row))).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await house.core.db.workshopManager.count({ where: { operatorId: root } })).toBe(1);
    expect((await give(peer, 'Peer0Lantern')).id).toEqual(expect.any(String));
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
    const before = await fingerprint(house.core, wireTables);
    const send = (headers: Record<string, string>) =>
      visitor.send(method, path(), {
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: { ...json, ...headers },
      });
    expect((await send({})).status).toBe(stranger);
    expect((await send(bearer(ada))).status).toBe(user);
    expect(await fingerprint(house.core, wireTables)).toBe(before);
  });

  it('a manager exports what they may export in the panel as well, and nothing else', async () => {
    const path = `/export/event_registrations/${event}`;
    const given = { email: 'keeper@example.org', credential: 'Keeper0Lantern' };
    const keeper = await managerToken(house, ['workshops:read', 'workshops:manage'], given);
    expect((await get(path, manager)).status).toBe(200);
    const exports = () => house.core.db.auditEntry.count({ where: { kind: 'export' } });
    const before = await exports();
    expect((await get(path, keeper)).status).toBe(403);
    expect(await exports()).toBe(before);
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
