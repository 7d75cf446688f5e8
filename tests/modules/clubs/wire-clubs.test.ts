// The wire contract of applications and clubs: stranger, club, administrator, edge; and what did not happen.
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import {
  apply,
  call,
  type House,
  mailsTo,
  makeClub,
  openTwoClubs,
  password,
  signIn,
  textOf,
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
    const before = await fingerprint(house.core, wireTables);
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
    expect(await fingerprint(house.core, wireTables)).toBe(before);
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
    const before = await fingerprint(house.core, wireTables);
    for (const [method, address] of [
      ['GET', '/api/pcusers?type=0'],
      ['GET', `/api/pcusers/${club.club.number}`],
      ['PUT', `/api/pcusers?id=${other.club.number}&verify=2`],
      ['PUT', `/api/pcusers?id=${club.club.number}&verify=2`],
    ] as const)
      expect((await call(house, method, address, { token: club.token })).status).toBe(401);
    expect(await fingerprint(house.core, wireTables)).toBe(before);
  });
});
