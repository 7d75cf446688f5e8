// Hazards 44 and 45 as attacks: codes cannot be guessed, numbers cannot be bombed, budgets hold, and two hundred at once are one.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { publicActor, systemActor } from '../../../src/core/index.ts';
import { createLimits } from '../../../src/core/limits.ts';
import { claimMessages } from '../../../src/core/outbox/claim.ts';
import { startDelivery } from '../../../src/core/outbox/deliver.ts';
import { codeSms } from '../../../src/modules/contests/mails.ts';
import { register } from '../../../src/modules/contests/registration.ts';
import { checkCode, requestCode } from '../../../src/modules/contests/verification.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import { type HttpSink, startHttpSink } from '../../kit/http-sink.ts';
import { until } from '../../kit/until.ts';
import {
  addPeople,
  codeTo,
  type House,
  makeContest,
  openHouse,
  personNo,
  personWith,
  prove,
} from './contests-house.ts';

const creates = Number(process.env.CONTEST_CREATES ?? 200);
const numbers = Number(process.env.CONTEST_NUMBERS ?? 1_000);
const verify = '/api/participants/phone_verify/';
let house: House;
let visitor: Visitor;

beforeAll(async () => {
  house = await openHouse({ TRUST_PROXY: '1' });
  visitor = new Visitor(house.web);
  await makeContest(house);
});
afterAll(() => house?.close());

const caller = (n: number) => ({ language: 'en', address: `10.0.${n >> 8}.${n & 255}` });

describe('two hundred at once', () => {
  it(`make one participant of one proof (${creates} creates)`, async () => {
    await prove(house, visitor, '89095550001', '+79095550001');
    const answers = await Promise.all(
      Array.from({ length: creates }, (_, n) =>
        visitor.post('/api/participants/create/', personWith('89095550001', { email: `n${n}@example.org` })),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400)).toHaveLength(creates - 1);
    expect(await house.core.db.participant.count({ where: { phone: '+79095550001' } })).toBe(1);
  });

  it('would be several if the proof were only looked at (control)', async () => {
    const contest = await makeContest(house);
    const proof = { contestId: contest.id, phone: '+79095550002', expiresAt: new Date(), verifiedAt: new Date() };
    await house.core.db.phoneVerification.create({ data: proof });
    // The same steps without using the proof up in the transaction, and without the line in front of it.
    const careless = async (n: number) => {
      const seen = await house.core.db.phoneVerification.findFirst({ where: { phone: proof.phone } });
      if (!seen?.verifiedAt) return false;
      const person = { ...personNo(9_000 + n), contestId: contest.id, lastFour: String(1_009_000 + n).slice(-4) };
      await house.core.db.participant.create({ data: person });
      await house.core.db.phoneVerification.deleteMany({ where: { phone: proof.phone } });
      return true;
    };
    const done = await Promise.all(Array.from({ length: 20 }, (_, n) => careless(n)));
    expect(done.filter(Boolean).length).toBeGreaterThan(1);
  });

  it('with the same address and different phones make one, and the others may go on', async () => {
    const contest = await makeContest(house);
    const phones = Array.from({ length: 20 }, (_, n) => `+7909555${String(1000 + n)}`);
    for (const phone of phones)
      await house.core.db.phoneVerification.create({
        data: { contestId: contest.id, phone, expiresAt: new Date(), verifiedAt: new Date() },
      });
    const body = (phone: string) => personWith(phone, { email: 'same@example.org' });
    const ends = await Promise.allSettled(phones.map((phone) => register(house.core, contest, body(phone), 'en')));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await house.core.db.phoneVerification.count({ where: { contestId: contest.id } })).toBe(19);
    for (const end of ends)
      if (end.status === 'rejected')
        expect(end.reason.fields).toEqual({ email: 'A participant with this e-mail address exists already.' });
  });
});

describe('a code', () => {
  it('cannot be guessed within its tries, however many guess at once', async () => {
    const contest = await makeContest(house);
    const phone = '+79095560000';
    let right = 0;
    let counted = 0;
    for (let round = 0; round < 5; round += 1) {
      await requestCode(house.core, contest, phone, caller(round));
      const code = await codeTo(house, phone);
      // Every guess but the right one: what is measured is how many of them count at all.
      const guesses = Array.from({ length: 60 }, (_, n) => String((Number(code) + 1 + n) % 10_000).padStart(4, '0'));
      const answers = await Promise.all(
        guesses.map((guess, n) =>
          checkCode(house.core, contest, { phone, code: guess }, caller(1_000 + round * 100 + n)),
        ),
      );
      right += answers.filter(Boolean).length;
      const row = await house.core.db.phoneVerification.findFirstOrThrow({ where: { contestId: contest.id, phone } });
      counted += row.tries;
      expect(await checkCode(house.core, contest, { phone, code }, caller(9_000 + round))).toBe(false);
    }
    // Five codes a day with five tries each: 25 of 10,000, a quarter of a per cent for a number and a day.
    expect([right, counted]).toEqual([0, 25]);
  });

  it('would be guessed if the tries were counted after the comparison (control)', async () => {
    const contest = await makeContest(house);
    const phone = '+79095560001';
    await requestCode(house.core, contest, phone, caller(1));
    const tables = house.core.db.phoneVerification;
    const compared = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const row = await tables.findFirstOrThrow({ where: { contestId: contest.id, phone } });
        if (row.tries >= contest.codeTries) return false;
        await new Promise((resolve) => setTimeout(resolve, 5));
        await tables.updateMany({ where: { id: row.id }, data: { tries: { increment: 1 } } });
        return true;
      }),
    );
    expect(compared.filter(Boolean).length).toBeGreaterThan(contest.codeTries);
  });

  it('of an address that only guesses is not compared any more', async () => {
    const guess = () => visitor.post('/api/participants/code/verify/', { phone: '89095569999', code: '0000' });
    const answers = [];
    for (let n = 0; n < 70; n += 1) answers.push(await guess());
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answers.at(-1)?.json).toEqual({ detail: 'Слишком много попыток. Попробуйте позже.' });
  });
});

describe('asking for codes', () => {
  it('is answered once in sixty seconds for a number, with the seconds to wait', async () => {
    const contest = await makeContest(house, { phoneSeconds: 60 });
    const path = `/api/contests/${contest.slug}/participants/phone_verify/`;
    expect((await visitor.post(path, { phone: '89095570000' })).status).toBe(200);
    const before = await fingerprint(house.core, ['Message', 'PhoneVerification']);
    const again = await visitor.post(path, { phone: '+7 909 557 00 00' });
    expect([again.status, again.json]).toEqual([429, { detail: 'Слишком много попыток. Попробуйте позже.' }]);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(again.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await fingerprint(house.core, ['Message', 'PhoneVerification'])).toBe(before);
  });

  it('is answered five times a day for a number', async () => {
    const contest = await makeContest(house, { phonePerDay: 5 });
    const ask = (n: number) => requestCode(house.core, contest, '89095570001', caller(n));
    for (let n = 0; n < 5; n += 1) expect(await ask(n)).toBe('sent');
    await expect(ask(6)).rejects.toMatchObject({ code: 'too-many' });
  });

  it('is limited for an address that names others in a header, and not for its neighbours', async () => {
    const contest = await makeContest(house, { addressPerHour: 3 });
    const path = `/api/contests/${contest.slug}/participants/phone_verify/`;
    const ask = (n: number, forwarded: string) =>
      visitor.post(path, { phone: `890955800${10 + n}` }, { 'x-forwarded-for': forwarded });
    // One proxy is trusted: only the address that it has written counts, the last one.
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await ask(n, `203.0.113.${n}, 198.51.100.7`)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await ask(6, '198.51.100.8')).status).toBe(200);
  });

  it(`for ${numbers} numbers of one beginning from a hundred addresses is stopped, and staff are told in one row`, async () => {
    const contest = await makeContest(house, { prefixPerHour: 20, title: 'Bombed' });
    const before = await house.core.db.message.count();
    let sent = 0;
    for (let n = 0; n < numbers; n += 10) {
      const some = Array.from({ length: 10 }, (_, k) => n + k);
      const ends = await Promise.allSettled(
        some.map((k) =>
          requestCode(house.core, contest, `+7909559${String(k % 10_000).padStart(4, '0')}`, caller(k % 100)),
        ),
      );
      sent += ends.filter(({ status }) => status === 'fulfilled').length;
    }
    expect(sent).toBe(20);
    expect((await house.core.db.message.count()) - before).toBe(20);
    const alarms = await house.core.db.alarm.findMany({ where: { summary: { contains: 'Bombed' } } });
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({ count: numbers - 20, endedAt: null });
    expect(alarms[0]?.summary).toContain('+7909559');
  });

  it('holds for the whole contest and over two instances', async () => {
    const contest = await makeContest(house, { contestPerHour: 15 });
    const other = { ...house.core, limits: createLimits(house.core.database.pool), instanceId: 'other' };
    const ends = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) =>
        requestCode(n % 2 ? other : house.core, contest, `+7909${String(6_000_000 + n * 10_000)}`, caller(n)),
      ),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(15);
    expect(await house.core.db.alarm.count({ where: { key: { contains: `contests.all:${contest.id}` } } })).toBe(1);
  });
});

describe('the winners', () => {
  it('cannot be read off by trying all digits: a sweep meets 429 and gets nothing whole', async () => {
    const contest = await makeContest(house, { publishedAt: new Date() });
    const people = await addPeople(house, contest.id, 40, 5_000);
    await house.core.db.winner.createMany({
      data: people.map(({ id: participantId }) => ({ participantId, contestId: contest.id, prize: 'Приз' })),
    });
    const path = `/api/contests/${contest.slug}/participants/winners`;
    const texts: string[] = [];
    const statuses: number[] = [];
    // All within one minute, however long they take.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    for (let n = 0; n < 120; n += 1) {
      const got = await visitor.get(`${path}?phone=${String(5_000 + n).padStart(4, '0')}`);
      statuses.push(got.status);
      texts.push(got.text);
    }
    vi.useRealTimers();
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(40);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(60);
    expect(texts.join()).toContain('+7 (9**) *** 5001');
    expect(texts.join()).not.toMatch(/Фамилия|@example|79091005/);
  });
});

describe('the monthly budget', () => {
  let sink: HttpSink;
  let paid: House;

  beforeAll(async () => {
    sink = await startHttpSink(() => ({ status: 200, body: '{"id":"x"}' }));
    paid = await openHouse({ SMS_PROVIDER: 'webhook', SMS_WEBHOOK_URL: `${sink.url}/sms`, SMS_RATE: '1000' });
  });
  afterAll(async () => {
    await paid?.close();
    await sink?.stop();
  });

  const text = (n: number, extra: object = {}) =>
    paid.core.transaction(systemActor, (work) =>
      work.text(codeSms, {
        to: `+7909${String(7_000_000 + n)}`,
        language: 'ru',
        data: { contest: 'x', minutes: 10 },
        secrets: { code: '1234' },
        idempotencyKey: `budget:${n}`,
        ...extra,
      }),
    );

  it('is never exceeded, stops what is asked anew, raises one alarm, and goes on when it is raised', async () => {
    const contest = await makeContest(paid);
    await paid.core.db.smsBudget.update({ where: { id: 'sms' }, data: { monthlyParts: 7 } });
    for (let n = 0; n < 12; n += 1) await text(n);
    const running = [startDelivery(paid.core), startDelivery({ ...paid.core, instanceId: 'other' })];
    await until(async () => (await paid.core.db.alarm.count({ where: { key: 'sms-budget' } })) === 1);
    await until(() => sink.taken.length === 7);
    await expect(requestCode(paid.core, contest, '89097770000', caller(1))).rejects.toMatchObject({ status: 503 });
    const asked = await new Visitor(paid.web).post(verify, { phone: '89097770001' });
    expect([asked.status, asked.json]).toEqual([
      503,
      { detail: 'Сейчас сообщения не отправляются. Попробуйте позже.' },
    ]);
    expect(await paid.core.db.message.count({ where: { state: 'queued' } })).toBe(5);
    expect((await paid.core.db.smsMonth.findFirstOrThrow()).parts).toBe(7);
    await paid.core.db.smsBudget.update({ where: { id: 'sms' }, data: { monthlyParts: 100 } });
    await until(() => sink.taken.length === 12);
    await Promise.all(running.map((one) => one.stop()));
    expect((await paid.core.db.smsMonth.findFirstOrThrow()).parts).toBe(12);
  });

  it('does not count what the provider has refused, and a code whose time is over does not leave', async () => {
    const before = (await paid.core.db.smsMonth.findFirstOrThrow()).parts;
    const taken = sink.taken.length;
    const late = await text(100, { notAfter: new Date(Date.now() - 1_000) });
    const running = startDelivery(paid.core);
    await until(
      async () => (await paid.core.db.message.findUniqueOrThrow({ where: { id: late } })).state === 'cancelled',
    );
    await running.stop();
    expect(sink.taken.length).toBe(taken);
    expect((await paid.core.db.smsMonth.findFirstOrThrow()).parts).toBe(before);
    expect(await claimMessages(paid.core, 'sms')).toHaveProperty('waitMs');
  });
});

it('keeps no code anywhere in the clear', async () => {
  const contest = await makeContest(house, { codeLength: 8 });
  await requestCode(house.core, contest, '+79095590001', caller(1));
  const code = await codeTo(house, '+79095590001');
  expect(code).toMatch(/^\d{8}$/);
  const { rows } = await house.core.database.pool.query<{ text: string }>(
    `SELECT m::text AS text FROM "Message" m UNION ALL SELECT v::text FROM "PhoneVerification" v UNION ALL SELECT a::text FROM "AuditEntry" a`,
  );
  expect(rows.filter(({ text }) => text.includes(code))).toEqual([]);
  expect(house.logged.filter((line) => line.includes(code))).toEqual([]);
  expect(publicActor.permissions.size).toBe(0);
});
