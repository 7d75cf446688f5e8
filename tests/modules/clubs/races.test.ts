// Many at once: one application for an address, one account and one mail for an approval, no place given twice. Each with a control
// that does the same steps without what protects them, and fails. Size by CLUBS_CROWD (60 at most: more
// applications from one address in an hour are refused as a flood), those who enrol at once by CLUBS_RUSH.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { approveClub } from '../../../src/modules/clubs/service.ts';
import { until } from '../../kit/until.ts';
import { announce, apply, call, type House, mailsTo, makeAdministrator, openHouse, upload } from './clubs-house.ts';

const crowd = Number(process.env.CLUBS_CROWD ?? 24);
const rush = Number(process.env.CLUBS_RUSH ?? 150);
let house: House;
let root: Awaited<ReturnType<typeof makeAdministrator>>;

beforeAll(async () => {
  house = await openHouse();
  root = await makeAdministrator(house);
  await house.startWorker();
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(() => house?.close());

const together = <T>(act: (index: number) => Promise<T>, count = crowd) =>
  Promise.all(Array.from({ length: count }, (_, i) => act(i)));
/** How many answers have which status. */
const tally = (answers: readonly { status: number }[]) =>
  Object.fromEntries(
    [...new Set(answers.map(({ status }) => status))].map((one) => [
      one,
      answers.filter(({ status }) => status === one).length,
    ]),
  );
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function uploads(count: number): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < count; i += 1) names.push(await upload(house));
  await house.core.db.rateLimit.deleteMany();
  return names;
}

it('concurrent applications with one address make one, and the others keep their uploads', async () => {
  const logos = await uploads(crowd);
  const evidence = await uploads(crowd);
  const answers = await together((i) =>
    call(house, 'POST', '/api/pcusers', {
      body: {
        name: `Twin ${i}`,
        email: i % 2 ? 'twin@example.org' : 'Twin@Example.org',
        logo: logos[i],
        evidence: evidence[i],
      },
    }),
  );
  expect(tally(answers)).toEqual({ 200: 1, 400: crowd - 1 });
  expect(answers.filter(({ json }) => json?.field === 'email')).toHaveLength(crowd - 1);
  expect(await house.core.db.club.count({ where: { email: 'twin@example.org' } })).toBe(1);
  const unclaimed = { name: { in: [...logos, ...evidence] }, claimedAt: null };
  expect(await house.core.db.storedFile.count({ where: unclaimed })).toBe(2 * (crowd - 1));
});

it('one upload goes to one application, however many name it', async () => {
  const [evidence = ''] = await uploads(1);
  const logos = await uploads(crowd);
  const answers = await together((i) =>
    call(house, 'POST', '/api/pcusers', {
      body: { name: `One ${i}`, email: `one${i}@example.org`, logo: logos[i], evidence },
    }),
  );
  expect(tally(answers)).toEqual({ 200: 1, 400: crowd - 1 });
  expect(answers.filter(({ json }) => json?.field === 'evidence')).toHaveLength(crowd - 1);
  expect(await house.core.db.club.count({ where: { evidence } })).toBe(1);
});

it('control: looking first and inserting then, without the index, makes several', async () => {
  const { db, database } = house.core;
  const definition = await database.pool.query<{ indexdef: string }>(
    `SELECT indexdef FROM pg_indexes WHERE indexname = 'Club_email_open_key'`,
  );
  await database.pool.query('DROP INDEX "Club_email_open_key"');
  await together(async (i) => {
    const email = 'control@example.org';
    if ((await db.club.count({ where: { email, state: { not: 'refused' } } })) > 0) return;
    await pause(30);
    await db.club.create({ data: { name: `Control ${i}`, email, logo: '' } });
  });
  expect(await db.club.count({ where: { email: 'control@example.org' } })).toBeGreaterThan(1);
  await db.club.deleteMany({ where: { email: 'control@example.org' } });
  await database.pool.query(definition.rows[0]?.indexdef ?? '');
});

it('concurrent approvals, by API and by panel, make one account and one mail', async () => {
  const club = await apply(house);
  const actor = systemActor;
  await together(async (i) => {
    if (i % 3 > 0) return call(house, 'PUT', `/api/pcusers?id=${club.number}&verify=1`, { token: root.token });
    const input = { selection: { ids: [club.id] }, form: {}, idempotencyKey: `race-${club.id}-${i}` };
    // A run that finds nothing left to approve may refuse to start; that is as good.
    return runAction(house.core, actor, 'clubs.approve-club', input).catch(() => undefined);
  });
  await until(() => mailsTo(house, club.email).length > 0);
  await pause(500);
  expect(await house.core.db.club.findUniqueOrThrow({ where: { id: club.id } })).toMatchObject({
    state: 'approved',
    decisions: 1,
  });
  expect(await house.core.db.operator.count({ where: { email: club.email } })).toBe(1);
  expect(await house.core.db.message.count({ where: { recordId: club.id } })).toBe(1);
  expect(mailsTo(house, club.email)).toHaveLength(1);
});

it('control: reading the state without the lock decides several times', async () => {
  const club = await apply(house);
  const { db } = house.core;
  await together(async (i) => {
    const { state } = await db.club.findUniqueOrThrow({ where: { id: club.id } });
    if (state !== 'pending') return;
    await pause(30);
    await db.club.update({ where: { id: club.id }, data: { info: `decided by ${i}`, decisions: { increment: 1 } } });
  });
  expect((await db.club.findUniqueOrThrow({ where: { id: club.id } })).decisions).toBeGreaterThan(1);
});

it('an approval and a refusal at once end in one of both states, with an account that fits', async () => {
  const club = await apply(house);
  await together((i) =>
    call(house, 'PUT', `/api/pcusers?id=${club.number}&verify=${1 + (i % 2)}`, { token: root.token }),
  );
  const { state, decisions, operatorId } = await house.core.db.club.findUniqueOrThrow({ where: { id: club.id } });
  const operator = operatorId ? await house.core.db.operator.findUnique({ where: { id: operatorId } }) : null;
  expect(['approved', 'refused']).toContain(state);
  if (operator) expect(operator.state).toBe(state === 'approved' ? 'active' : 'blocked');
  expect(await house.core.db.message.count({ where: { recordId: club.id } })).toBe(decisions);
});

it('places are given once, and a student enrols once', async () => {
  const few = await announce(house, { capacity: 5 });
  const once = await announce(house);
  for (const { number } of [few, once])
    await call(house, 'PUT', `/api/act?act=${number}&verify=1`, { token: root.token });
  const enrol = (act: number, studentid: string) =>
    call(house, 'POST', '/api/actApply', { body: { act, studentid, username: 'A', phone: '12345', school: 'S' } });
  const crowded = await together((i) => enrol(few.number, `s${i}`), rush);
  expect(tally(crowded)).toEqual({ 200: 5, 409: rush - 5 });
  expect(await house.core.db.activityEnrolment.count({ where: { activityId: few.id } })).toBe(5);
  const same = await together(() => enrol(once.number, 'same'));
  expect(tally(same)).toEqual({ 200: 1, 409: crowd - 1 });
  expect(await house.core.db.activityEnrolment.count({ where: { activityId: once.id } })).toBe(1);
});

it('control: counting and inserting without the lock gives places twice', async () => {
  const { id: activityId } = await announce(house, { capacity: 5 });
  const { db } = house.core;
  await together(async (i) => {
    if ((await db.activityEnrolment.count({ where: { activityId } })) >= 5) return;
    await pause(30);
    await db.activityEnrolment.create({ data: { activityId, studentId: `c${i}`, name: 'A', phone: '1', school: 'S' } });
  });
  expect(await db.activityEnrolment.count({ where: { activityId } })).toBeGreaterThan(5);
});

it('a message to clubs is one, however its run is repeated', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i += 1) {
    const { id } = await apply(house);
    await house.core.transaction(systemActor, (work) => approveClub(work, id));
    ids.push(id);
  }
  const input = {
    selection: { ids },
    form: { subject: 'Rooms', body: 'Closed in June.', byMail: false },
    idempotencyKey: 'message-once',
  };
  await Promise.all([1, 2, 3].map(() => runAction(house.core, systemActor, 'clubs.write-message', input)));
  expect(await house.core.db.clubMessage.count({ where: { subject: 'Rooms' } })).toBe(1);
  expect(await house.core.db.clubMessageRecipient.count({ where: { message: { subject: 'Rooms' } } })).toBe(3);
});
