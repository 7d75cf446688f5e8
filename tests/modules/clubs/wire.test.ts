// The wire contract of enrolments, messages and what everybody may read: stranger, club, administrator, edge; and what did not happen.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../kit/http.ts';
import { announce, call, type House, openTwoClubs, password, timeIn, wireTables } from './clubs-house.ts';

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

describe('enrolments', () => {
  const person = (values: object) => ({
    username: '王小明',
    studentid: '18300001',
    phone: '+86 138-0000-0000',
    school: '数学学院',
    ...values,
  });

  it('take people into open, approved activities only, and nobody twice', async () => {
    const pending = await announce(house, {}, club.token);
    const open = await announce(house, { capacity: 2 }, club.token);
    const late = await announce(house, { enrollEndTime: timeIn(-1) }, club.token);
    const none = await announce(house, { can_enrolled: 0 }, club.token);
    for (const { number } of [open, late, none]) await approve(number);
    const enrol = (values: object) => call(house, 'POST', '/api/actApply', { body: person(values) });
    expect((await enrol({ act: pending.number })).status).toBe(404);
    expect((await enrol({ act: 2_147_483_647 })).status).toBe(404);
    for (const { number } of [late, none]) expect((await enrol({ act: number })).status).toBe(409);
    const first = await enrol({ act: open.number });
    expect([first.status, first.text]).toEqual([200, '']);
    expect((await enrol({ act: open.number })).status).toBe(409);
    expect((await enrol({ act: open.number, studentid: '2' })).status).toBe(200);
    const full = await enrol({ act: open.number, studentid: '3' });
    expect([full.status, full.json?.message]).toEqual([409, 'There is no place left.']);
    for (const values of [
      { act: '1' },
      { act: 0 },
      { act: open.number, phone: 'call me' },
      { act: open.number, username: '' },
      { act: open.number, studentid: ['a'] },
      { act: open.number, school: 'x'.repeat(101) },
    ])
      expect([values, (await enrol(values)).status]).toEqual([values, 400]);
    expect(await house.core.db.activityEnrolment.count({ where: { activityId: open.id } })).toBe(2);
    await house.core.db.activityEnrolment.deleteMany({ where: { activityId: open.id, studentId: '2' } });
    expect((await call(house, 'PUT', `/api/act/${open.number}`, { token: other.token })).status).toBe(401);
    expect((await call(house, 'PUT', `/api/act/${open.number}`, { token: club.token })).status).toBe(200);
    expect((await enrol({ act: open.number, studentid: '4' })).json?.message).toBe('The enrolment is closed.');
    expect((await call(house, 'PUT', '/api/act/2147483647', { token: root })).status).toBe(204);
    expect((await call(house, 'GET', `/api/act/${open.number}`, { token: root })).json?.can_enrolled).toBe(2);
  });

  it('are read and removed by the owner and administrators, by nobody else', async () => {
    const own = await announce(house, {}, club.token);
    await approve(own.number);
    const address = `/api/actApply?act=${own.number}`;
    expect((await call(house, 'GET', address, { token: club.token })).status).toBe(204);
    await call(house, 'POST', '/api/actApply', { body: person({ act: own.number }) });
    const list = await call(house, 'GET', address, { token: club.token });
    expect(list.json).toEqual({
      tableTitle: ['名字', '学号', '联系方式', '学院'],
      content: [
        {
          id: expect.any(Number),
          username: '王小明',
          studentid: '18300001',
          phone: '+86 138-0000-0000',
          school: '数学学院',
        },
      ],
    });
    const { id } = (list.json as { content: { id: number }[] }).content[0]!;
    const foreign = await announce(house, {}, other.token);
    for (const token of [other.token, undefined]) {
      expect((await call(house, 'GET', address, { token })).status).toBe(401);
      expect((await call(house, 'DELETE', `${address}&actApply=${id}`, { token })).status).toBe(401);
    }
    // The number of another activity does not open the door.
    expect(
      (await call(house, 'DELETE', `/api/actApply?act=${foreign.number}&actApply=${id}`, { token: other.token }))
        .status,
    ).toBe(204);
    expect(await house.core.db.activityEnrolment.count({ where: { number: id } })).toBe(1);
    expect((await call(house, 'DELETE', `${address}&actApply=x`, { token: club.token })).status).toBe(400);
    expect((await call(house, 'DELETE', `${address}&actApply=${id}`, { token: club.token })).status).toBe(200);
    expect((await call(house, 'DELETE', `${address}&actApply=${id}`, { token: club.token })).status).toBe(204);
    expect((await call(house, 'GET', '/api/actApply?act=x', { token: root })).status).toBe(400);
    expect((await call(house, 'GET', '/api/actApply', { token: root })).status).toBe(400);
  });
});

describe('messages', () => {
  it('are written whole or not at all, and each club reads its own, told of no other', async () => {
    const numbers = [club.club.number, other.club.number];
    const write = (body: unknown, token = root) => call(house, 'POST', '/api/message', { body, token });
    const before = await fingerprint(house.core, wireTables);
    for (const body of [
      { subject: 'a', body: 'b', pcuserId: [...numbers, 2_147_483_647] },
      { subject: 'a', body: 'b', pcuserId: [] },
      { subject: 'a', body: 'b', pcuserId: ['1'] },
      { subject: 'a', body: 'b', pcuserId: 1 },
      { subject: '', body: 'b', pcuserId: numbers },
      { subject: 'a', body: '', pcuserId: numbers },
      { subject: 'x'.repeat(61), body: 'b', pcuserId: numbers },
      { subject: 'a', body: 'x'.repeat(151), pcuserId: numbers },
      '{',
    ])
      expect([body, (await write(body)).status]).toEqual([body, 400]);
    for (const token of [club.token, 'null'])
      expect((await write({ subject: 'a', body: 'b', pcuserId: numbers }, token)).status).toBe(401);
    expect(await fingerprint(house.core, wireTables)).toBe(before);
    expect((await write({ subject: 'Both', body: 'Hall closed', pcuserId: [...numbers, ...numbers] })).status).toBe(
      200,
    );
    expect((await write({ subject: 'One', body: 'For you', pcuserId: [other.club.number] })).status).toBe(200);
    const all = (await call(house, 'GET', '/api/message?page=1', { token: root })).json?.content as {
      id: number;
      sendTo: string[];
    }[];
    expect(all[0]).toMatchObject({
      subject: 'One',
      body: 'For you',
      sendTo: ['Chess Club'],
      pubTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
    });
    expect([...all[1]!.sendTo].sort()).toEqual(['Chess Club', 'Rowing Club']);
    const own = (await call(house, 'GET', '/api/message', { token: club.token })).json?.content as {
      subject: string;
      sendTo: string[];
    }[];
    expect(own.map(({ subject, sendTo }) => [subject, sendTo])).toEqual([['Both', ['Rowing Club']]]);
    expect((await call(house, 'GET', `/api/message/${all[0]!.id}`, { token: root })).json).toEqual(all[0]);
    expect((await call(house, 'GET', `/api/message/${all[0]!.id}`, { token: club.token })).status).toBe(204);
    expect((await call(house, 'GET', '/api/message?page=2', { token: root })).status).toBe(204);
    expect((await call(house, 'DELETE', `/api/message/${all[0]!.id}`, { token: club.token })).status).toBe(401);
    for (let i = 0; i < 2; i += 1)
      expect((await call(house, 'DELETE', `/api/message/${all[0]!.id}`, { token: root })).status).toBe(200);
    expect((await call(house, 'GET', `/api/message/${all[0]!.id}`, { token: root })).status).toBe(204);
    for (const id of ['0', '-1', 'x'])
      expect((await call(house, 'GET', `/api/message/${id}`, { token: root })).status).toBe(400);
    expect((await call(house, 'GET', '/api/message')).status).toBe(401);
  });
});

describe('the public', () => {
  it('finds approved activities that are announced now, by campus, kind and days, and 204 past the end', async () => {
    await house.core.db.activity.deleteMany();
    expect((await call(house, 'GET', '/api/activities')).status).toBe(204);
    const [east, zhuhai, hidden, pending] = [
      await announce(house, {
        name: 'East',
        campus: 1,
        type: 3,
        startTime: '2031-05-01 10:00',
        endTime: '2031-05-01 12:00',
      }),
      await announce(house, {
        name: 'Zhuhai, by sea; "fun"',
        campus: 8,
        type: 6,
        startTime: '2031-06-01 23:30',
        endTime: '2031-06-02 00:30',
      }),
      await announce(house, { name: 'Not yet', pubStartTime: timeIn(5) }),
      await announce(house, { name: 'Pending' }),
    ];
    for (const { number } of [east, zhuhai, hidden]) await approve(number);
    const names = async (query: string) => {
      const { status, json } = await call(house, 'GET', `/api/activities?${query}`);
      return status === 204 ? [] : (json as { content: { name: string }[] }).content.map(({ name }) => name);
    };
    expect(await names('')).toEqual(['East', 'Zhuhai, by sea; "fun"']);
    expect(await names('campus=1')).toEqual(['East']);
    expect(await names('campus=12')).toEqual(['Zhuhai, by sea; "fun"']);
    expect(await names('type=3')).toEqual(['East']);
    expect(await names('from=2031-06-02')).toEqual(['Zhuhai, by sea; "fun"']);
    expect(await names('to=2031-05-31')).toEqual(['East']);
    expect(await names('from=2031-05-02&to=2031-05-31')).toEqual([]);
    for (const query of ['campus=16', 'type=7', 'from=2031-02-30', 'to=x', 'page=0', 'type=1&type=2'])
      expect([query, (await call(house, 'GET', `/api/activities?${query}`)).status]).toEqual([query, 400]);
    const one = await call(house, 'GET', `/api/activities/${east.number}`);
    expect(one.json).toMatchObject({ id: east.number, name: 'East', isOpen: true, placesLeft: null });
    expect(one.text).not.toContain('rowing@example.org');
    for (const { number } of [hidden, pending])
      expect((await call(house, 'GET', `/api/activities/${number}`)).status).toBe(204);
    const feed = await call(house, 'GET', '/activities.ics');
    expect(feed.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(feed.text).toContain('SUMMARY:Zhuhai\\, by sea\\; "fun"\r\n');
    expect(feed.text).toContain('DTSTART:20310601T153000Z\r\n');
    expect(feed.text).not.toMatch(/Pending|Not yet/);
    expect(feed.text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
  });

  it('may read the role header from an allowed site, and no other site may', async () => {
    const answer = await call(house, 'POST', '/api/session', {
      body: { account: 'sysuactivity2018', password },
      headers: { origin: 'https://community.example.org' },
    });
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Role');
    const foreign = await call(house, 'POST', '/api/session', { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});
