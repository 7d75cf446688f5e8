// No place is given twice: five hundred at once over two instances, then a storm of changes, and a control that oversells without the lock.
// STORM_SECONDS sets how long the storm lasts, RUSH how many people there are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCore, loadConfig, type StartedCore, systemActor } from '../../../src/core/index.ts';
import workshopsModule from '../../../src/modules/workshops/module.ts';
import { setRegistrations } from '../../../src/modules/workshops/registering.ts';
import { report, sizeOf } from '../../kit/experiment.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';
import { brokenInvariants, type Rusher, register, wait } from './seat-rush.ts';
import { bearer, type House, keyOf, makeEvent, managerToken, openHouse, tokenFor } from './workshops-house.ts';

const people = sizeOf('RUSH', 150, 500);
const stormSeconds = sizeOf('STORM_SECONDS', 6, 60);
const seats = 20;
let house: House;
let second: StartedCore;
let secondWeb: TestWeb;

beforeAll(async () => {
  house = await openHouse();
  second = await createCore({
    config: loadConfig({ NODE_ENV: 'test', APP_KEY: 'k'.repeat(40), DATA_DIR: house.core.config.dataDir }, [
      workshopsModule,
    ]),
    modules: [workshopsModule],
    connection: house.connection,
    role: 'test',
  });
  secondWeb = await openTestWeb(second.core);
}, 120_000);
afterAll(async () => {
  await secondWeb?.close();
  await second?.close();
  await house?.close();
});

/** Signs everybody in, half of them at each instance. */
async function gather(event: number, made: { number: number; fullName: string }[]): Promise<Rusher[]> {
  const rushers: Rusher[] = [];
  for (let at = 0; at < made.length; at += 50)
    rushers.push(
      ...(await Promise.all(
        made.slice(at, at + 50).map(async ({ number, fullName }, n) => ({
          number,
          visitor: new Visitor(n % 2 ? house.web : secondWeb),
          token: await tokenFor(house, keyOf(event, fullName)),
        })),
      )),
    );
  return rushers;
}

const crowd = (count: number) => Array.from({ length: count }, (_, n) => ({ fullName: `p${n}` }));

describe('twenty places', () => {
  it(`are given exactly once to ${people} people who all press at the same moment at two instances`, async () => {
    const made = await makeEvent(house, {
      workshops: [
        { title: 'Wanted', moment: 'a', limit: seats },
        { title: 'Follow-up', moment: 'b', limit: seats + 3 },
      ],
      people: crowd(people),
      links: [[0, 1, 'inclusive']],
    });
    const rushers = await gather(made.event.number, made.people);
    const ids = made.workshops.map(({ number }) => number);
    const answers = await Promise.all(rushers.map((one) => register(one, ids)));
    const count = (status: number) => answers.filter((one) => one === status).length;
    const tally = Object.fromEntries([...new Set(answers)].map((status) => [status, count(status)]));
    expect(tally).toEqual({ 200: seats, 403: people - seats });
    expect(await house.core.db.workshopRegistration.count({ where: { workshopId: made.workshops[0]!.id } })).toBe(
      seats,
    );
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
    report('F9', { people, places: seats, 'got in': tally[200] ?? 0, 'told that it is full': tally[403] ?? 0 });
  }, 300_000);

  it('are oversold by the same steps without the lock and the second line: the control', async () => {
    const made = await makeEvent(house, { workshops: [{ title: 'Control', limit: 3 }], people: crowd(60) });
    const { pool } = house.core.database;
    const workshopId = made.workshops[0]!.id;
    const unlocked = (attendeeId: string) =>
      house.core.db.$transaction(
        async (tx) => {
          const { limit } = await tx.workshop.findUniqueOrThrow({ where: { id: workshopId } });
          const there = await tx.workshopRegistration.count({ where: { workshopId } });
          if (there >= limit) return;
          await tx.workshopRegistration.create({ data: { workshopId, attendeeId } });
        },
        { maxWait: 60_000, timeout: 60_000 },
      );
    // With the lock off the check of the table still stands in the way.
    await Promise.allSettled(made.people.map(({ id }) => unlocked(id)));
    expect(await house.core.db.workshopRegistration.count({ where: { workshopId } })).toBe(3);
    await house.core.db.workshopRegistration.deleteMany({ where: { workshopId } });
    await pool.query('ALTER TABLE "Workshop" DROP CONSTRAINT "Workshop_limit_check"');
    await pool.query('ALTER TABLE "WorkshopRegistration" DISABLE TRIGGER workshop_count_taken');
    try {
      await Promise.allSettled(made.people.map(({ id }) => unlocked(id)));
      const inside = await house.core.db.workshopRegistration.count({ where: { workshopId } });
      expect(inside).toBeGreaterThan(3);
      report('F9 control', { 'got into 3 places': inside });
      expect(await brokenInvariants(house.core, made.event.id)).not.toEqual([]);
      // With the lock, and only with it, three of sixty get in.
      await house.core.db.workshopRegistration.deleteMany({ where: { workshopId } });
      const locked = (attendeeId: string) =>
        house.core.db.$transaction(
          async (tx) => {
            await tx.$queryRaw`SELECT 1 FROM "Workshop" WHERE "id" = ${workshopId} FOR NO KEY UPDATE`;
            const there = await tx.workshopRegistration.count({ where: { workshopId } });
            if (there < 3) await tx.workshopRegistration.create({ data: { workshopId, attendeeId } });
          },
          { maxWait: 60_000, timeout: 60_000 },
        );
      await Promise.all(made.people.map(({ id }) => locked(id)));
      expect(await house.core.db.workshopRegistration.count({ where: { workshopId } })).toBe(3);
    } finally {
      await house.core.db.workshopRegistration.deleteMany({ where: { workshopId } });
      await pool.query('ALTER TABLE "WorkshopRegistration" ENABLE TRIGGER workshop_count_taken');
      await pool.query(
        'ALTER TABLE "Workshop" ADD CONSTRAINT "Workshop_limit_check" CHECK ("taken" >= 0 AND "held" >= 0 AND "taken" + "held" <= "limit")',
      );
    }
  }, 120_000);

  it('one person in ten windows ends with one of the sets that were asked for', async () => {
    const made = await makeEvent(house, {
      workshops: ['a', 'a', 'b', 'b'].map((moment, n) => ({ title: `W${n}`, moment, limit: 2 })),
      people: crowd(1),
      links: [[0, 2, 'inclusive']],
    });
    const [one] = await gather(made.event.number, made.people);
    const w = made.workshops.map(({ number }) => number);
    const sets = [[w[0]!, w[2]!], [w[1]!], [w[3]!], [w[1]!, w[3]!], []];
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => register(one!, sets[n % 5]!)));
    expect(answers).toEqual(Array(10).fill(200));
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
  });
});

it(`hold through a storm of ${stormSeconds} s: linked and excluding workshops, cancellations, waiting lists, limits, closing`, async () => {
  const made = await makeEvent(house, {
    workshops: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c'].map((moment, n) => ({ title: `S${n}`, moment, limit: 4 + n })),
    people: crowd(60),
    links: [
      [0, 3, 'inclusive'],
      [1, 4, 'exclusive'],
      [2, 6, 'exclusive'],
      [5, 7, 'inclusive'],
    ],
  });
  await house.core.db.workshop.updateMany({ where: { eventId: made.event.id }, data: { hasWaiting: true } });
  const rushers = await gather(made.event.number, made.people);
  const manager = await managerToken(house, ['workshops:manage'], {
    email: 'storm@example.org',
    credential: 'Storm0Lantern',
  });
  const w = made.workshops.map(({ number }) => number);
  const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)]!;
  const statuses = new Map<number, number>();
  const note = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  // Mostly sets that keep the links, now and then one that does not.
  const good = [[], [0, 3], [1], [4], [2], [5, 7], [6], [0, 3, 6], [1, 5, 7], [2, 5, 7], [4, 6]];
  const set = () => (Math.random() < 0.8 ? pick(good).map((n) => w[n]!) : w.filter(() => Math.random() < 0.4));
  const visitor = new Visitor(house.web);
  const asManager = async (body: object) => {
    const headers = { 'content-type': 'application/json', ...bearer(manager) };
    const path = `/events/${made.event.number}`;
    return (await visitor.send('PUT', path, { body: JSON.stringify(body), headers })).status;
  };
  const limits = () => asManager({ workshops: w.map((id) => ({ id, limit: 2 + Math.floor(Math.random() * 12) })) });
  const end = Date.now() + stormSeconds * 1000;
  const last = Date.now() + 240_000;
  const isOn = () => Date.now() < end || ((statuses.get(200) ?? 0) < 60 && Date.now() < last);
  const storm = async (step: () => Promise<number>) => {
    while (isOn()) note(await step());
  };
  let rounds = 0;
  const watch = async () => {
    // Each round looks at the rows of one moment: a snapshot in one transaction.
    while (isOn()) {
      const { rows } = await house.core.database.pool.query<{ title: string }>(
        `SELECT w.title FROM "Workshop" w WHERE w."eventId" = $1 AND w."limit" <
         (SELECT count(*) FROM "WorkshopRegistration" r WHERE r."workshopId" = w.id)
         + (SELECT count(*) FROM "WorkshopWaiting" q WHERE q."workshopId" = w.id AND q.state = 'offered')`,
        [made.event.id],
      );
      expect(rows).toEqual([]);
      rounds += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all([
    ...Array.from({ length: 16 }, () => storm(() => register(pick(rushers), set()))),
    ...Array.from({ length: 4 }, () =>
      storm(() => wait(pick(rushers), pick(w), pick(['join', 'join', 'leave', 'accept']))),
    ),
    storm(() => register(pick(rushers), [])),
    storm(limits),
    storm(async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await asManager({ available: false });
      return asManager({ available: true });
    }),
    watch(),
  ]);
  expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
  expect(rounds).toBeGreaterThan(3);
  expect(statuses.get(200) ?? 0).toBeGreaterThan(20);
  expect(
    [...statuses.keys()].filter((status) => status >= 500),
    JSON.stringify([...statuses]),
  ).toEqual([]);
  report('F9', {
    'seconds of storm': stormSeconds,
    answers: [...statuses.values()].reduce((sum, count) => sum + count, 0),
    'looks at the places': rounds,
    'rules broken': 0,
  });
}, 300_000);

it('without a rush the same set again changes nothing, and entry times stay', async () => {
  const made = await makeEvent(house, { workshops: [{ title: 'W', limit: 1 }], people: crowd(1) });
  const { id } = made.people[0]!;
  const ids = [made.workshops[0]!.id];
  const again = () =>
    house.core.transaction(systemActor, (work) => setRegistrations(work, id, ids, { by: { staff: false } }));
  expect(await again()).toEqual(await again());
});
