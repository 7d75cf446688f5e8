// The wire contract of signing in: who gets a token, what it is worth, and that nothing else makes anybody somebody.
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { derivedKey } from '../../../src/core/config/secrets.ts';
import { systemActor } from '../../../src/core/index.ts';
import { blockOperator, setPassword } from '../../../src/core/people/operators.ts';
import { refuseClub } from '../../../src/modules/clubs/service.ts';
import { fingerprint } from '../../kit/http.ts';
import {
  activityBody,
  announce,
  call,
  type House,
  makeAdministrator,
  makeClub,
  openHouse,
  password,
  signIn,
  wireTables,
} from './clubs-house.ts';

let house: House;
let other: Awaited<ReturnType<typeof makeClub>>;
let club: Awaited<ReturnType<typeof makeClub>>;

beforeAll(async () => {
  house = await openHouse();
  await makeAdministrator(house);
  club = await makeClub(house, { name: 'Rowing Club' });
  other = await makeClub(house, { name: 'Chess Club' });
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(() => house?.close());

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

  it('does not look at the body of a good token, and still at that of a bad one', async () => {
    for (const body of ['{"half', '\0', 'x'.repeat(20_000)]) {
      const answer = await call(house, 'POST', '/api/session', { token: club.token, body });
      expect([answer.status, answer.json?.token]).toEqual([200, club.token]);
      expect((await call(house, 'POST', '/api/session', { token: `${club.token}x`, body })).status).toBe(
        body.length > 10_000 ? 413 : 400,
      );
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
      wireTables.filter((table) => table !== 'Activity'),
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
        wireTables.filter((table) => table !== 'Activity'),
      ),
    ).toBe(before);
    expect(await house.core.db.activity.findUniqueOrThrow({ where: { id: pending.id } })).toEqual(pending);
  });
});
