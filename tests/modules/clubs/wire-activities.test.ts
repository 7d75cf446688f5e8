// The wire contract of activities: publishing, listing, changing, auditing, closing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../kit/http.ts';
import {
  activityBody,
  announce,
  call,
  type House,
  makeClub,
  openTwoClubs,
  timeIn,
  upload,
  wireTables,
} from './clubs-house.ts';

type TwoClubs = Awaited<ReturnType<typeof openTwoClubs>>;
let house: House;
let root: string;
let club: TwoClubs['club'];
let other: TwoClubs['other'];

beforeAll(async () => {
  ({ house, root, club, other } = await openTwoClubs());
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(() => house?.close());

const approve = (number: number) => call(house, 'PUT', `/api/act?act=${number}&verify=1`, { token: root });

describe('activities', () => {
  it('are anonymous without a token, a club’s with its token, and wait for review', async () => {
    const [anonymous, own] = [await announce(house), await announce(house, {}, club.token)];
    expect(anonymous).toMatchObject({ clubId: null, state: 'pending' });
    expect(own).toMatchObject({ clubId: club.club.id, state: 'pending', campuses: ['east', 'north'], type: 'charity' });
    // 16:00 in Shanghai is 08:00 UTC.
    const dated = await announce(house, { startTime: '2031-07-01 16:00', endTime: '2031-07-01 18:00' });
    expect(dated.startsAt.toISOString()).toBe('2031-07-01T08:00:00.000Z');
  });

  it('are refused with the field at fault, and nothing is written', async () => {
    const before = await fingerprint(house.core, wireTables);
    for (const [field, values] of [
      ['name', { name: undefined }],
      ['name', { name: '' }],
      ['name', { name: '活'.repeat(31) }],
      ['name', { name: null }],
      ['startTime', { startTime: undefined }],
      ['startTime', { startTime: '2031-02-30 10:00' }],
      ['startTime', { startTime: '2031-02-03T10:00' }],
      ['startTime', { startTime: '2031-02-03 25:00' }],
      ['startTime', { startTime: 1_700_000_000 }],
      ['endTime', { endTime: timeIn(1) }],
      ['pubEndTime', { pubEndTime: timeIn(-9) }],
      ['enrollEndTime', { enrollEndTime: 'soon' }],
      ['campus', { campus: 16 }],
      ['campus', { campus: -1 }],
      ['campus', { campus: '1' }],
      ['type', { type: 7 }],
      ['type', { type: -1 }],
      ['type', { type: undefined }],
      ['type', { type: 1.5 }],
      ['can_enrolled', { can_enrolled: 3 }],
      ['can_enrolled', { can_enrolled: true }],
      ['location', { location: 'x'.repeat(101) }],
      ['detail', { detail: 'x'.repeat(151) }],
      ['reward', { reward: 'x'.repeat(31) }],
      ['introduction', { introduction: 'x'.repeat(51) }],
      ['email', { email: 'nobody' }],
      ['poster', { poster: `${'0'.repeat(32)}.png` }],
      ['poster', { poster: '../x.png' }],
      ['poster', { poster: other.club.evidence }],
      ['qrcode', { qrcode: 'http://example.org/x.png' }],
      ['capacity', { capacity: -1 }],
      ['capacity', { capacity: 2_147_483_648 }],
    ] as const) {
      const answer = await call(house, 'POST', '/api/act', { body: activityBody(values), token: club.token });
      expect([field, values, answer.status, answer.json?.field]).toEqual([field, values, 400, field]);
    }
    for (const body of ['', '{', '[]', 'null', '""'])
      expect((await call(house, 'POST', '/api/act', { body })).status).toBe(400);
    expect(await fingerprint(house.core, wireTables)).toBe(before);
  });

  it('cannot be given an owner, a state or a number by their body', async () => {
    const made = await announce(house, {
      id: 1,
      number: 1,
      clubId: club.club.id,
      club: { connect: { id: club.club.id } },
      verified: 1,
      state: 'approved',
      pcuser_id: 1,
    });
    expect(made).toMatchObject({ clubId: null, state: 'pending' });
    expect(made.number).toBeGreaterThan(1);
  });

  it('come to administrators ten a page, newest first, and 204 past the end', async () => {
    for (let i = 0; i < 11; i += 1) await announce(house, { name: `Many ${i}` });
    const page = async (number: number) => call(house, 'GET', `/api/act?verify=0&page=${number}`, { token: root });
    const seen: { id: number; startTime: number; verified: number }[] = [];
    let number = 1;
    for (; ; number += 1) {
      const { status, json, text } = await page(number);
      if (status === 204) {
        expect(text).toBe('');
        break;
      }
      const content = json?.content as typeof seen;
      expect(content.length).toBeLessThanOrEqual(10);
      seen.push(...content);
    }
    expect(number).toBeGreaterThan(2);
    expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).sort((a, b) => b - a));
    expect(seen).toHaveLength(await house.core.db.activity.count({ where: { state: 'pending' } }));
    expect(Object.keys(seen[0]!)).toEqual([
      'id',
      'name',
      'startTime',
      'endTime',
      'campus',
      'enrollCondition',
      'sponsor',
      'pubStartTime',
      'pubEndTime',
      'verified',
      'type',
    ]);
    expect(seen[0]!.startTime).toBeGreaterThan(Date.now());
    for (const query of ['', 'verify=2', 'verify=0&page=0', 'verify=0&page=-1', 'verify=0&page=x', 'verify=0&page=1e3'])
      expect([query, (await call(house, 'GET', `/api/act?${query}`, { token: root })).status]).toEqual([query, 400]);
    expect((await call(house, 'GET', '/api/act?verify=0', { token: club.token })).status).toBe(401);
  });

  it('are shown whole to administrators and their club; others see them once they are approved', async () => {
    const poster = await upload(house);
    const own = await announce(house, { poster, capacity: 20 }, club.token);
    const whole = (await call(house, 'GET', `/api/act/${own.number}`, { token: club.token })).json;
    expect(whole).toMatchObject({
      ...activityBody({ poster }),
      id: own.number,
      verified: 0,
      capacity: 20,
      enrollWay: 'Here',
      can_enrolled: 1,
    });
    expect((await call(house, 'GET', `/api/act/${own.number}`, { token: root })).json).toEqual(whole);
    expect((await call(house, 'GET', `/api/act/${own.number}`, { token: other.token })).status).toBe(204);
    expect((await call(house, 'GET', `/api/act/${own.number}`)).status).toBe(401);
    expect((await call(house, 'GET', `/static/${poster}`)).status).toBe(404);
    await approve(own.number);
    expect((await call(house, 'GET', `/api/act/${own.number}`, { token: other.token })).json?.verified).toBe(1);
    const shown = await call(house, 'GET', `/static/${poster}`);
    expect([shown.status, shown.headers.get('content-type'), shown.headers.get('x-content-type-options')]).toEqual([
      200,
      'image/png',
      'nosniff',
    ]);
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    expect((await call(house, 'GET', '/api/act/2147483647', { token: root })).status).toBe(204);
    expect((await call(house, 'GET', '/api/act/0', { token: root })).status).toBe(400);
  });

  it('are changed field by field, empty and zero too, and go back to review by their club only', async () => {
    const own = await announce(house, {}, club.token);
    await approve(own.number);
    const address = `/api/act/${own.number}`;
    const body = { reward: '', campus: 0, type: 0, can_enrolled: 0, enrollEndTime: '', detail: 'New' };
    expect((await call(house, 'POST', address, { token: root, body: { ...body, detail: 'By staff' } })).status).toBe(
      200,
    );
    expect(await house.core.db.activity.findUniqueOrThrow({ where: { id: own.id } })).toMatchObject({
      state: 'approved',
      detail: 'By staff',
      reward: '',
      campuses: [],
      enrolling: 'none',
      enrolUntil: null,
      location: 'North pier',
    });
    expect((await call(house, 'POST', address, { token: club.token, body })).status).toBe(200);
    const changed = await house.core.db.activity.findUniqueOrThrow({ where: { id: own.id } });
    expect(changed).toMatchObject({ state: 'pending', detail: 'New' });
    expect(changed.approvedValues).toMatchObject({ detail: 'By staff' });
    const end = await call(house, 'POST', address, { token: club.token, body: { endTime: timeIn(1) } });
    expect([end.status, end.json?.field]).toEqual([400, 'endTime']);
    for (const token of [other.token, undefined])
      expect((await call(house, 'POST', address, { token, body: { name: 'Mine' } })).status).toBe(401);
    expect((await call(house, 'POST', '/api/act/2147483647', { token: root, body })).status).toBe(204);
    expect((await call(house, 'POST', '/api/act/2147483647', { token: club.token, body })).status).toBe(401);
    expect(await house.core.db.activity.findUniqueOrThrow({ where: { id: own.id } })).toEqual(changed);
  });

  it('are approved and rejected by administrators only', async () => {
    const own = await announce(house, {}, club.token);
    const audit = (verify: string, token?: string) =>
      call(house, 'PUT', `/api/act?act=${own.number}&verify=${verify}`, { token });
    const state = async () => (await house.core.db.activity.findUniqueOrThrow({ where: { id: own.id } })).state;
    for (const token of [club.token, other.token, undefined]) expect((await audit('1', token)).status).toBe(401);
    expect(await state()).toBe('pending');
    expect([(await audit('1', root)).status, await state()]).toEqual([200, 'approved']);
    expect([(await audit('0', root)).status, await state()]).toEqual([200, 'rejected']);
    expect([(await audit('1', root)).status, await state()]).toEqual([200, 'approved']);
    expect([(await audit('2', root)).status, await state()]).toEqual([200, 'rejected']);
    expect((await audit('3', root)).status).toBe(400);
    expect((await call(house, 'PUT', '/api/act?act=2147483647&verify=1', { token: root })).status).toBe(204);
  });

  it('are listed and counted for their own club', async () => {
    const made = await makeClub(house);
    const address = `/api/act/${made.club.number}`;
    expect((await call(house, 'GET', `${address}/list`, { token: made.token })).status).toBe(204);
    const [review, running, over, rejected] = [
      await announce(house, { name: 'Review' }, made.token),
      await announce(house, { name: 'Running' }, made.token),
      await announce(
        house,
        { name: 'Over', pubStartTime: timeIn(-9), pubEndTime: timeIn(-2), can_enrolled: 0 },
        made.token,
      ),
      await announce(house, { name: 'Rejected' }, made.token),
    ];
    for (const { number } of [running, over]) await approve(number);
    await call(house, 'PUT', `/api/act?act=${rejected.number}&verify=2`, { token: root });
    const person = { act: running.number, username: '王小明', studentid: '1', phone: '13800000000', school: '数学' };
    expect((await call(house, 'POST', '/api/actApply', { body: person })).status).toBe(200);
    const list = await call(house, 'GET', `${address}/list?page=1`, { token: made.token });
    expect(list.json?.content).toEqual([
      {
        id: over.number,
        name: 'Over',
        pubStartTime: expect.any(String),
        pageViews: 0,
        registerNum: 0,
        type: 2,
        canEnrolled: 0,
      },
      {
        id: running.number,
        name: 'Running',
        pubStartTime: expect.any(String),
        pageViews: 0,
        registerNum: 1,
        type: 1,
        canEnrolled: 1,
      },
      {
        id: review.number,
        name: 'Review',
        pubStartTime: expect.any(String),
        pageViews: 0,
        registerNum: 0,
        type: 0,
        canEnrolled: 1,
      },
    ]);
    expect((await call(house, 'GET', `${address}/status`, { token: made.token })).json).toEqual({
      auditNum: 1,
      ongoingNum: 1,
      overNum: 1,
    });
    expect((await call(house, 'GET', `${address}/status`, { token: root })).status).toBe(200);
    expect((await call(house, 'GET', `${address}/list?page=2`, { token: root })).status).toBe(204);
    for (const token of [club.token, undefined])
      for (const part of ['list', 'status'])
        expect((await call(house, 'GET', `${address}/${part}`, { token })).status).toBe(401);
    expect((await call(house, 'GET', '/api/act/x/list', { token: root })).status).toBe(400);
  });

  it('are deleted by administrators, with pictures and enrolments', async () => {
    const own = await announce(house, { poster: await upload(house) }, club.token);
    await approve(own.number);
    await call(house, 'POST', '/api/actApply', {
      body: { act: own.number, username: 'A', studentid: '1', phone: '12345', school: 'S' },
    });
    expect((await call(house, 'DELETE', `/api/act/${own.number}`, { token: club.token })).status).toBe(401);
    expect((await call(house, 'DELETE', `/api/act/${own.number}`, { token: root })).status).toBe(200);
    expect((await call(house, 'DELETE', `/api/act/${own.number}`, { token: root })).status).toBe(204);
    expect(await house.core.db.activityEnrolment.count({ where: { activityId: own.id } })).toBe(0);
    expect(await house.core.db.storedFile.count({ where: { recordId: own.id } })).toBe(0);
  });
});
