// The wire contract of events, their users and links: each replaced as a whole, or not at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../../kit/http.ts';
import { bearer, keyOf, makeEvent, managerToken, openProjectWeek, tokenFor, wireTables } from './workshops-house.ts';

type Week = Awaited<ReturnType<typeof openProjectWeek>>;
const json = { 'content-type': 'application/json' };
let house: Week['house'];
let visitor: Week['visitor'];
let manager: Week['manager'];
let ada: Week['ada'];
let event: Week['event'];
let put: Week['put'];
let get: Week['get'];
let remove: Week['remove'];
let w: Week['w'];
let u: Week['u'];

beforeAll(async () => {
  ({ house, visitor, manager, ada, event, put, get, remove, w, u } = await openProjectWeek());
});
afterAll(() => house?.close());

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
    const before = await fingerprint(house.core, wireTables);
    const text = JSON.stringify(body).replaceAll('"FIRST"', String(w(0)));
    const answer = await visitor.send('PUT', `/events/${event}`, {
      body: text,
      headers: { ...json, ...bearer(manager) },
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ description: expect.stringMatching(/./) });
    expect(await fingerprint(house.core, wireTables)).toBe(before);
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
    const before = await fingerprint(house.core, wireTables);
    const answer = await put(`/events/${other.number}/users`, body(keyOf(event, 'Ada')), manager);
    expect([answer.status, Object.keys(answer.json ?? {})]).toEqual([400, ['description']]);
    if (String(_what).startsWith('a key')) expect(answer.json?.description).toBe('Duplicate user identity key');
    expect(await fingerprint(house.core, wireTables)).toBe(before);
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
      const before = await fingerprint(house.core, wireTables);
      expect((await put(`/events/${event}/workshop_links`, bad, manager)).status).toBe(400);
      expect(await fingerprint(house.core, wireTables)).toBe(before);
    }
  });
});
