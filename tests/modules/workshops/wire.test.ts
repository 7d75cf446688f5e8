// The wire contract of registrations, route by route, and what a browser of another site sees of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../../kit/http.ts';
import { keyOf, makeEvent, openProjectWeek, tokenFor, wireTables } from './workshops-house.ts';

type Week = Awaited<ReturnType<typeof openProjectWeek>>;
let house: Week['house'];
let visitor: Week['visitor'];
let manager: Week['manager'];
let made: Week['made'];
let ada: Week['ada'];
let event: Week['event'];
let put: Week['put'];
let get: Week['get'];
let remove: Week['remove'];
let w: Week['w'];
let u: Week['u'];
let own: Week['own'];

beforeAll(async () => {
  ({ house, visitor, manager, made, ada, event, put, get, remove, w, u, own } = await openProjectWeek());
});
afterAll(() => house?.close());

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
    const before = await fingerprint(house.core, wireTables);
    const answer = await put(own(), { workshop_ids: ids() }, ada);
    expect([answer.status, answer.json?.description]).toEqual([status, expect.stringMatching(words)]);
    expect(await fingerprint(house.core, wireTables)).toBe(before);
  });

  it('refuse a missing list, another event, a closed event', async () => {
    expect((await put(own(), {}, ada)).status).toBe(400);
    const other = await makeEvent(house, { workshops: [{ title: 'O', targetGroup: 'intern' }], people: [] });
    const foreign = await put(own(), { workshop_ids: [other.workshops[0]!.number] }, ada);
    expect([foreign.status, foreign.json?.description]).toEqual([403, 'You can only register for your own event']);
    await put(`/events/${event}`, { available: false }, manager);
    const before = await fingerprint(house.core, wireTables);
    for (const ids of [[], [w(1)]]) {
      const answer = await put(own(), { workshop_ids: ids }, ada);
      expect([answer.status, answer.json?.description]).toEqual([403, 'Registration for this event is not allowed']);
    }
    expect((await remove(`${own()}/${w(5)}`, ada)).status).toBe(403);
    expect(await fingerprint(house.core, wireTables)).toBe(before);
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
