// The wire contract, route by route: stranger, club, administrator, edge; and what did not happen.
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { derivedKey } from '../../../src/core/config/secrets.ts';
import { systemActor } from '../../../src/core/index.ts';
import { blockOperator, setPassword } from '../../../src/core/people/operators.ts';
import { refuseClub } from '../../../src/modules/clubs/service.ts';
import { fingerprint } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import {
  activityBody,
  announce,
  apply,
  call,
  type House,
  mailsTo,
  makeAdministrator,
  makeClub,
  openHouse,
  password,
  signIn,
  textOf,
  timeIn,
  upload,
} from './clubs-house.ts';

const tables = ['Club', 'Activity', 'ActivityEnrolment', 'ClubMessage', 'ClubMessageRecipient', 'Operator', 'Message'];
let house: House;
let root: string;
let club: Awaited<ReturnType<typeof makeClub>>;
let other: Awaited<ReturnType<typeof makeClub>>;

beforeAll(async () => {
  house = await openHouse();
  root = (await makeAdministrator(house)).token;
  club = await makeClub(house, { name: 'Rowing Club' });
  other = await makeClub(house, { name: 'Chess Club' });
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(() => house?.close());

const approve = (number: number) => call(house, 'PUT', `/api/act?act=${number}&verify=1`, { token: root });

describe('POST /api/session', () => {
  it('gives an account with its password a token, its role in a header, and the logo of a club', async () => {
    const answer = await call(house, 'POST', '/api/session', { body: { account: club.club.email, password } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      id: club.club.number,
      name: 'Rowing Club',
      logo: club.club.logo,
      token: expect.any(String),
    });
    expect(answer.headers.get('x-role')).toBe('1');
    const said = jwt.decode(String(answer.json?.token)) as Record<string, number | string>;
    expect(said).toMatchObject({ sub: club.club.email, aud: 'clubs.session' });
    expect(Number(said.exp) - Number(said.iat)).toBe(14 * 24 * 3600);
    expect(Math.abs(Number(said.iat) - Date.now() / 1000)).toBeLessThan(120);
    const admin = await call(house, 'POST', '/api/session', { body: { account: 'root@example.org', password } });
    expect(admin.headers.get('x-role')).toBe('2');
    expect(jwt.decode(String(admin.json?.token))).toMatchObject({ sub: 'sysuactivity2018' });
  });

  it('takes a token in place of the body, raw or as bearer, and gives it back', async () => {
    for (const authorization of [club.token, `Bearer ${club.token}`]) {
      const answer = await call(house, 'POST', '/api/session', { headers: { authorization } });
      expect([answer.status, answer.json?.token, answer.headers.get('x-role')]).toEqual([200, club.token, '1']);
    }
  });

  it.each(['null', 'undefined', '', 'Bearer null', 'x.y.z'])(
    'takes the token %j for none and reads the body',
    async (token) => {
      const body = { account: 'sysuactivity2018', password };
      expect((await call(house, 'POST', '/api/session', { body, token })).status).toBe(200);
      expect((await call(house, 'POST', '/api/session', { token })).status).toBe(400);
    },
  );

  it('answers a wrong password, an unknown account and patterns with 204 and nothing else', async () => {
    for (const [account, secret] of [
      [club.club.email, 'wrong password 12'],
      ['nobody@example.org', password],
      ['%', password],
      ['club_@example.org', password],
      ['sysuactivity201_', password],
    ] as const) {
      const answer = await call(house, 'POST', '/api/session', { body: { account, password: secret } });
      expect([account, answer.status, answer.text]).toEqual([account, 204, '']);
      expect(answer.headers.get('x-role')).toBeNull();
    }
  });

  it.each([
    [''],
    ['not json'],
    ['[]'],
    ['{}'],
    [{ account: club?.club.email }],
    [{ account: { contains: 'a' }, password }],
    [{ account: [], password }],
    [{ account: 'sysuactivity2018', password: null }],
    [{ account: 'a\u0000b', password }],
  ])('answers the malformed body %j with 400 and a message', async (body) => {
    const answer = await call(house, 'POST', '/api/session', { body: body === '' ? undefined : body });
    expect(answer.status).toBe(400);
    expect(answer.json?.message).toEqual(expect.any(String));
  });

  it('stops guessing at one account after ten wrong passwords, whoever guesses', async () => {
    const guess = () =>
      call(house, 'POST', '/api/session', { body: { account: other.club.email, password: 'wrong password 12' } });
    for (let i = 0; i < 10; i += 1) expect((await guess()).status).toBe(204);
    const stopped = await guess();
    expect(stopped.status).toBe(429);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('tokens (hazard 40)', () => {
  const key = Buffer.from(derivedKey('k'.repeat(40), 'web-token:clubs.session'));
  const claims = async () => {
    const operator = await house.core.db.operator.findFirstOrThrow({ where: { accountName: 'sysuactivity2018' } });
    return { sub: 'sysuactivity2018', aud: 'clubs.session', iss: 'steward', epoch: operator.epoch, id: operator.id };
  };

  it('are good only as we sign them, whatever they claim', async () => {
    const good = await claims();
    const now = Math.floor(Date.now() / 1000);
    const asRoot = async (token: string) => (await call(house, 'GET', '/api/pcusers?type=0', { token })).status;
    expect(await asRoot(jwt.sign(good, key, { expiresIn: 60 }))).toBe(200);
    for (const [what, token] of Object.entries({
      'no end': jwt.sign(good, key),
      'an end in milliseconds': jwt.sign({ ...good, iat: now - 7200, exp: (now - 3600) * 1000 }, key),
      'past its end': jwt.sign({ ...good, exp: now - 1 }, key),
      'another algorithm': jwt.sign(good, key, { expiresIn: 60, algorithm: 'HS512' }),
      'no signature': jwt.sign(good, '', { expiresIn: 60, algorithm: 'none' }),
      'another purpose': jwt.sign({ ...good, aud: 'clubs.reset' }, key, { expiresIn: 60 }),
      'another epoch': jwt.sign({ ...good, epoch: good.epoch + 1 }, key, { expiresIn: 60 }),
      'somebody else’s name': jwt.sign({ ...good, sub: club.club.email }, key, { expiresIn: 60 }),
      'no id': jwt.sign({ ...good, id: undefined }, key, { expiresIn: 60 }),
      'a text': jwt.sign('admin', key),
    }))
      expect([what, await asRoot(token)]).toEqual([what, 401]);
  });

  it('end at once when the club is refused, blocked, or changes its password', async () => {
    const acts = {
      refused: (id: string, _operator: string) =>
        house.core.transaction(systemActor, async (work) => void (await refuseClub(work, id, 'why'))),
      blocked: (_id: string, operator: string) =>
        house.core.transaction(systemActor, (work) => blockOperator(work, operator)),
      'a new password': (_id: string, operator: string) =>
        house.core.transaction(systemActor, (work) => setPassword(work, operator, 'eleven yellow tricycles')),
    };
    for (const [what, act] of Object.entries(acts)) {
      const made = await makeClub(house);
      const address = `/api/act/${made.club.number}/status`;
      expect((await call(house, 'GET', address, { token: made.token })).status).toBe(200);
      await act(made.club.id, made.club.operatorId ?? '');
      expect([what, (await call(house, 'GET', address, { token: made.token })).status]).toEqual([what, 401]);
    }
  });

  it('do not go over with an account name to whom it is given next', async () => {
    const { db } = house.core;
    const [one, two] = [await makeClub(house), await makeClub(house)];
    await db.operator.update({ where: { id: one.club.operatorId ?? '' }, data: { accountName: 'wanderer' } });
    const token = await signIn(house, 'wanderer');
    const { epoch } = await db.operator.findUniqueOrThrow({ where: { id: one.club.operatorId ?? '' } });
    await db.operator.update({ where: { id: one.club.operatorId ?? '' }, data: { accountName: null } });
    await db.operator.update({ where: { id: two.club.operatorId ?? '' }, data: { accountName: 'wanderer', epoch } });
    expect((await call(house, 'GET', `/api/act/${two.club.number}/status`, { token })).status).toBe(401);
  });
});

describe('headers of the caller (hazard 47)', () => {
  it('make nobody a club or an administrator', async () => {
    const headers = {
      'x-role': '2',
      'x-id': String(club.club.number),
      'x-user': 'sysuactivity2018',
      'x-user-id': '1',
      'x-account': 'sysuactivity2018',
      'x-forwarded-user': 'sysuactivity2018',
    };
    const before = await fingerprint(
      house.core,
      tables.filter((table) => table !== 'Activity'),
    );
    const pending = await announce(house, { name: 'To look at' });
    for (const [method, address, body] of [
      ['GET', '/api/pcusers?type=0'],
      ['GET', `/api/pcusers/${club.club.number}`],
      ['PUT', `/api/pcusers?id=${club.club.number}&verify=2`],
      ['GET', '/api/act?verify=0'],
      ['GET', `/api/act/${pending.number}`],
      ['POST', `/api/act/${pending.number}`, { name: 'Mine now' }],
      ['DELETE', `/api/act/${pending.number}`],
      ['PUT', `/api/act?act=${pending.number}&verify=1`],
      ['PUT', `/api/act/${pending.number}`],
      ['GET', `/api/act/${club.club.number}/list`],
      ['GET', `/api/act/${club.club.number}/status`],
      ['GET', `/api/actApply?act=${pending.number}`],
      ['DELETE', `/api/actApply?act=${pending.number}&actApply=1`],
      ['GET', '/api/message'],
      ['POST', '/api/message', { subject: 'a', body: 'b', pcuserId: [club.club.number] }],
      ['DELETE', '/api/message/1'],
    ] as const)
      for (const token of [undefined, 'null'])
        expect([method, address, (await call(house, method, address, { body, headers, token })).status]).toEqual([
          method,
          address,
          401,
        ]);
    await call(house, 'POST', '/api/act', { body: activityBody({ name: 'Spoofed' }), headers });
    const spoofed = await house.core.db.activity.findFirstOrThrow({ where: { name: 'Spoofed' } });
    expect(spoofed).toMatchObject({ clubId: null, state: 'pending' });
    expect(
      await fingerprint(
        house.core,
        tables.filter((table) => table !== 'Activity'),
      ),
    ).toBe(before);
    expect(await house.core.db.activity.findUniqueOrThrow({ where: { id: pending.id } })).toEqual(pending);
  });
});

describe('POST /api/pcusers', () => {
  it('keeps an application, with its pictures private', async () => {
    const row = await apply(house, {
      name: '  划船社  ',
      email: 'Rowers@Example.ORG',
      info: 'Since 1998\r\nin Guangzhou',
    });
    expect(row).toMatchObject({
      name: '划船社',
      email: 'rowers@example.org',
      state: 'pending',
      info: 'Since 1998\nin Guangzhou',
    });
    for (const name of [row.logo, row.evidence]) {
      expect(name).toMatch(/^[0-9a-f]{32}\.png$/);
      expect((await call(house, 'GET', `/static/${name}`)).status).toBe(404);
    }
  });

  it('names the field at fault and inserts nothing', async () => {
    const [logo, evidence] = [await upload(house), await upload(house)];
    const good = { name: 'A club', email: 'a.club@example.org', logo, evidence, info: '' };
    const unknown = `${'0'.repeat(32)}.png`;
    const before = await fingerprint(house.core, tables);
    for (const [field, values] of [
      ['name', { name: undefined }],
      ['name', { name: ' ' }],
      ['name', { name: '社'.repeat(46) }],
      ['name', { name: 'a\nb' }],
      ['name', { name: ['a'] }],
      ['name', { name: { contains: 'a' } }],
      ['name', { name: 7 }],
      ['email', { email: undefined }],
      ['email', { email: null }],
      ['email', { email: 'nobody' }],
      ['email', { email: `${'a'.repeat(250)}@example.org` }],
      ['email', { email: 'a@example.org,b@example.org' }],
      ['email', { email: 'a@example.org\r\nBcc: b@example.org' }],
      ['email', { email: club.club.email }],
      ['email', { email: club.club.email.toUpperCase() }],
      ['logo', { logo: undefined }],
      ['logo', { logo: unknown }],
      ['logo', { logo: '../../etc/passwd' }],
      ['logo', { logo: 'https://example.org/a.png' }],
      ['logo', { logo: `/static/${logo}` }],
      ['logo', { logo: [logo] }],
      ['evidence', { evidence: '' }],
      ['evidence', { evidence: unknown }],
      ['evidence', { evidence: other.club.evidence }],
      ['info', { info: 'x'.repeat(151) }],
      ['info', { info: {} }],
    ] as const) {
      const answer = await call(house, 'POST', '/api/pcusers', { body: { ...good, ...values } });
      expect([field, values, answer.status, answer.json?.field]).toEqual([field, values, 400, field]);
      expect(answer.json?.message).toEqual(expect.any(String));
    }
    for (const body of ['', 'x', '[]', 'null', '{"name":"a","name":"b"}', '{"__proto__":{}}'])
      expect((await call(house, 'POST', '/api/pcusers', { body })).status).toBe(400);
    expect(await fingerprint(house.core, tables)).toBe(before);
    // The uploads were not used up by all that.
    expect((await call(house, 'POST', '/api/pcusers', { body: good })).status).toBe(200);
  });

  it('lets an address apply again after a refusal, and keeps the history', async () => {
    const first = await apply(house, { email: 'again@example.org' });
    const body = {
      name: 'Again',
      email: 'again@example.org',
      logo: await upload(house),
      evidence: await upload(house),
    };
    expect((await call(house, 'POST', '/api/pcusers', { body })).json?.field).toBe('email');
    await call(house, 'PUT', `/api/pcusers?id=${first.number}&verify=2`, {
      token: root,
      body: { refuseInfo: 'unreadable' },
    });
    expect((await call(house, 'POST', '/api/pcusers', { body })).status).toBe(200);
    const rows = await house.core.db.club.findMany({ where: { email: 'again@example.org' }, orderBy: { id: 'asc' } });
    expect(rows.map(({ state, refusal }) => [state, refusal])).toEqual([
      ['refused', 'unreadable'],
      ['pending', ''],
    ]);
    // The old one does not come back beside the new one.
    expect((await call(house, 'PUT', `/api/pcusers?id=${first.number}&verify=1`, { token: root })).status).toBe(409);
  });
});

describe('administrators and clubs: /api/pcusers', () => {
  it('lists approved ones, and open before refused ones', async () => {
    const [open, refused] = [await apply(house), await apply(house)];
    await call(house, 'PUT', `/api/pcusers?id=${refused.number}&verify=2`, { token: root });
    const approved = await call(house, 'GET', '/api/pcusers?type=0', { token: root });
    const content = approved.json?.content as Record<string, unknown>[];
    expect(content.find(({ id }) => id === club.club.number)).toEqual({
      id: club.club.number,
      name: 'Rowing Club',
      logo: club.club.logo,
      verified: 1,
      register_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
    });
    expect(content.every(({ verified }) => verified === 1)).toBe(true);
    const rest = (await call(house, 'GET', '/api/pcusers?type=1', { token: root })).json?.content as {
      id: number;
      verified: number;
    }[];
    expect(rest.map(({ verified }) => verified)).toEqual(rest.map(({ verified }) => verified).sort());
    expect(rest.find(({ id }) => id === open.number)?.verified).toBe(0);
    expect(rest.find(({ id }) => id === refused.number)?.verified).toBe(2);
  });

  it('shows one whole, nothing for an unknown one, and refuses numbers that are none', async () => {
    const { number, email, logo, evidence } = club.club;
    expect((await call(house, 'GET', `/api/pcusers/${number}`, { token: root })).json).toEqual({
      name: 'Rowing Club',
      email,
      logo,
      evidence,
      info: '',
      account: email,
      registerTime: expect.stringMatching(/^\d{4}-/),
    });
    const gone = await call(house, 'GET', '/api/pcusers/2147483647', { token: root });
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const id of ['abc', '0', '-1', '2147483648', '1.5', '%00', '99999999999999999999'])
      expect([id, (await call(house, 'GET', `/api/pcusers/${id}`, { token: root })).status]).toEqual([id, 400]);
  });

  it('approves with an account and one mail; the initial password opens the API but is gone after seven days', async () => {
    await house.startWorker();
    const applied = await apply(house);
    const address = `/api/pcusers?id=${applied.number}&verify=1`;
    const first = await call(house, 'PUT', address, { token: root });
    expect([first.status, first.text]).toEqual([200, '']);
    const second = await call(house, 'PUT', address, { token: root });
    expect([second.status, second.text]).toEqual([304, '']);
    await until(() => mailsTo(house, applied.email).length > 0);
    const { text } = await textOf(mailsTo(house, applied.email)[0]!);
    expect(text).toMatch(/\/admin\/setup\?link=[\w-]{43}/);
    const initial = /Initial password: (\S+)/.exec(text)?.[1] ?? '';
    expect(initial).toMatch(/^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
    const token = await signIn(house, applied.email, initial);
    const said = jwt.decode(token) as { iat: number; exp: number };
    expect(said.exp - said.iat).toBeLessThanOrEqual(7 * 24 * 3600);
    expect((await call(house, 'GET', `/static/${applied.logo}`)).status).toBe(200);
    await house.core.db.operator.updateMany({
      where: { email: applied.email },
      data: { passwordUntil: new Date(Date.now() - 1000) },
    });
    expect(
      (await call(house, 'POST', '/api/session', { body: { account: applied.email, password: initial } })).status,
    ).toBe(204);
    expect((await call(house, 'GET', `/api/act/${applied.number}/list`, { token })).status).toBe(401);
    expect(mailsTo(house, applied.email)).toHaveLength(1);
    await house.stopWorker();
  });

  it('refuses with the reason in a mail, whatever the key’s letters, and takes the account away', async () => {
    await house.startWorker();
    const made = await makeClub(house);
    const address = `/api/pcusers?id=${made.club.number}&verify=2`;
    expect(
      (await call(house, 'PUT', address, { token: root, body: { RefuseINFO: 'The evidence is too dark.' } })).status,
    ).toBe(200);
    await until(() => mailsTo(house, made.club.email).length > 1);
    const { text } = await textOf(mailsTo(house, made.club.email).at(-1)!);
    expect(text).toContain('The evidence is too dark.');
    expect((await call(house, 'PUT', address, { token: root })).status).toBe(304);
    expect((await call(house, 'POST', '/api/session', { body: { account: made.club.email, password } })).status).toBe(
      204,
    );
    expect((await call(house, 'GET', `/static/${made.club.logo}`)).status).toBe(404);
    const detail = (await call(house, 'GET', `/api/pcusers/${made.club.number}`, { token: root })).json;
    expect(detail?.account).toBe('');
    // And back again: the same account with a new initial password.
    expect((await call(house, 'PUT', `/api/pcusers?id=${made.club.number}&verify=1`, { token: root })).status).toBe(
      200,
    );
    await until(() => mailsTo(house, made.club.email).length > 2);
    expect(await house.core.db.operator.count({ where: { email: made.club.email } })).toBe(1);
    await house.stopWorker();
  });

  it('answers an unknown club with 204 and bad numbers with 400', async () => {
    expect((await call(house, 'PUT', '/api/pcusers?id=2147483647&verify=1', { token: root })).status).toBe(204);
    for (const query of [
      'id=x&verify=1',
      'id=1&verify=0',
      'id=1&verify=3',
      'id=1',
      'verify=1',
      'id=1&id=2&verify=1',
      'id[gt]=1&verify=1',
    ])
      expect([query, (await call(house, 'PUT', `/api/pcusers?${query}`, { token: root })).status]).toEqual([
        query,
        400,
      ]);
    for (const type of ['2', '', 'x', '0&type=1'])
      expect((await call(house, 'GET', `/api/pcusers?type=${type}`, { token: root })).status).toBe(400);
    const body = { refuseInfo: { a: 1 } };
    expect(
      (await call(house, 'PUT', `/api/pcusers?id=${club.club.number}&verify=2`, { token: root, body })).status,
    ).toBe(400);
  });

  it('is closed to clubs', async () => {
    const before = await fingerprint(house.core, tables);
    for (const [method, address] of [
      ['GET', '/api/pcusers?type=0'],
      ['GET', `/api/pcusers/${club.club.number}`],
      ['PUT', `/api/pcusers?id=${other.club.number}&verify=2`],
      ['PUT', `/api/pcusers?id=${club.club.number}&verify=2`],
    ] as const)
      expect((await call(house, method, address, { token: club.token })).status).toBe(401);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });
});

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
    const before = await fingerprint(house.core, tables);
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
    expect(await fingerprint(house.core, tables)).toBe(before);
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
    const before = await fingerprint(house.core, tables);
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
    expect(await fingerprint(house.core, tables)).toBe(before);
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
