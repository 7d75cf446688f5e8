// A participant who won, was handed over and was drawn asks what is kept, and is then forgotten: by address alone, the telephone goes too.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { sha256 } from '../../../src/modules/contests/drawing.ts';
import { createDraw, freezeDraw } from '../../../src/modules/contests/draws.ts';
import { verifyProtocol } from '../../../src/modules/contests/protocol.ts';
import { protocolOf } from '../../../src/modules/contests/protocols.ts';
import { commitWords, revealWords } from '../../../src/modules/contests/staff-seed.ts';
import { takeTestSending } from '../../../src/modules/contests/test-sending.ts';
import { addWinners } from '../../../src/modules/contests/winners.ts';
import { actorWith } from '../../kit/core.ts';
import { tablesWith } from '../../kit/dump.ts';
import { Visitor } from '../../kit/http.ts';
import { type HttpSink, startHttpSink } from '../../kit/http-sink.ts';
import { forget, handOut } from '../../kit/person.ts';
import { until } from '../../kit/until.ts';
import { addPeople, type House, makeContest, openHouse, personWith, prove, runOn } from './contests-house.ts';

const phone = '+79095550123';
const email = 'kanareika@canary.example';
const marks = [email, '9095550123', 'Канарейкина', 'Птичья', 'Гнездовна'];
let house: House;
let sink: HttpSink;
let drawId: string;
let others: unknown[];

const everybodyElse = () =>
  house.core.db.participant.findMany({
    where: { email: { not: email } },
    include: { winner: true },
    orderBy: { id: 'asc' },
  });

beforeAll(async () => {
  sink = await startHttpSink(() => ({ status: 201, body: JSON.stringify({ taken: email }) }));
  house = await openHouse({ OUTGOING_LOOPBACK: 'true', WEBHOOK_RATE: '1000' });
  await house.startWorker();
  const contest = await makeContest(house, { operatorUrl: `${sink.url}/operator` });
  await addPeople(house, contest.id, 5);
  const visitor = new Visitor(house.web);
  await prove(house, visitor, phone, phone);
  const values = { email, second_name: 'Канарейкина', patronymic: 'Гнездовна', address: 'Птичья, 1' };
  expect((await visitor.post('/api/participants/create/', personWith(phone, values))).status).toBeLessThan(300);
  // She asks for another code afterwards, which waits to be typed.
  await house.core.db.phoneVerification.create({
    data: { contestId: contest.id, phone, expiresAt: new Date(Date.now() + 600_000) },
  });
  const her = await house.core.db.participant.findFirstOrThrow({ where: { email } });
  await runOn(house, 'send-data', [her.id]);
  await until(
    async () => (await house.core.db.participant.findFirstOrThrow({ where: { id: her.id } })).handOver === 'sent',
  );
  await takeTestSending(house.core, personWith(phone, { ...values, email: email.toUpperCase() }), 'ru', undefined);
  await house.core.transaction(systemActor, async (work) => {
    drawId = (
      await createDraw(work, { contestId: contest.id, title: 'Розыгрыш', prizes: '1 x Велосипед', reserves: 5 })
    ).id;
    await freezeDraw(work, drawId);
    await addWinners(work, [{ participantId: her.id, prize: 'Самокат' }]);
  });
  await runOn(house, 'notify', [her.id]).catch(() => []);
  others = await everybodyElse();
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

it('gives out what is known, by either address, and nothing about others', async () => {
  for (const asked of [{ email }, { phone }]) {
    const { records, text } = await handOut(house.core, asked);
    expect(records['participants of contests']).toMatchObject([
      {
        'family name': 'Канарейкина',
        birthday: '20.05.1985',
        address: 'Птичья, 1',
        phone,
        draws: [{ draw: 'Розыгрыш' }],
      },
    ]);
    expect(records.prizes).toMatchObject([{ prize: 'Самокат' }]);
    expect(records['tries to hand data over to an operator']).toMatchObject([{ result: 'accepted' }]);
    // The code to her telephone is hers, whichever address she asked by.
    expect(records.messages?.length).toBeGreaterThan(0);
    expect(text).toContain(phone);
    expect(text).not.toMatch(/person\d@example\.org|Фамилия\d/);
  }
});

it('finds her in many tables before, so that the search afterwards can fail', async () => {
  const tables = await tablesWith(house.core, email);
  expect(tables).toEqual(expect.arrayContaining(['HandOver', 'Message', 'Participant', 'TestSending']));
  expect(await tablesWith(house.core, '9095550123')).toEqual(
    expect.arrayContaining(['Message', 'Participant', 'PhoneVerification', 'TestSending']),
  );
});

it('forgets her by her e-mail address alone: no table has her name, address or telephone, nobody else is touched', async () => {
  const done = await forget(house.core, { email });
  expect(done.map(({ label }) => label)).toEqual(
    expect.arrayContaining([
      'prizes',
      'participants of contests',
      'tries to hand data over to an operator',
      'messages',
    ]),
  );
  for (const mark of marks) expect([mark, await tablesWith(house.core, mark)]).toEqual([mark, []]);
  expect(house.logged.filter((line) => marks.some((mark) => line.includes(mark)))).toEqual([]);
  expect(await everybodyElse()).toEqual(others);
});

it('leaves the draw as it was frozen: it is drawn, and anybody can still check it', async () => {
  const words = ['a quiet canal in spring', 'seventeen green bicycles'];
  const by = (n: number) => actorWith(['*'], { id: `0190a000-0000-7000-8000-00000000000${n}`, name: `Operator ${n}` });
  for (const [at, one] of words.entries())
    await house.core.transaction(by(at), (work) => commitWords(work, drawId, sha256(one), `Operator ${at}`));
  for (const [at, one] of words.entries())
    await house.core.transaction(by(at), (work) => revealWords(work, drawId, one));
  const draw = await house.core.db.draw.findUniqueOrThrow({ where: { id: drawId } });
  expect(draw).toMatchObject({ state: 'drawn', entryCount: 6 });
  const checks = await verifyProtocol(await protocolOf(house.core, drawId));
  expect(checks.length).toBeGreaterThan(3);
  expect(checks.filter(({ isRight }) => !isRight)).toEqual([]);
});
