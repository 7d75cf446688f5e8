// What staff change under registrations that are there: they are told before it is saved, and what stands then is listed until it is mended.
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { updateAttendee } from '../../../src/modules/workshops/attendees.ts';
import { eventsCard } from '../../../src/modules/workshops/cards.ts';
import { conflictsOf, followAllConflicts, readStanding } from '../../../src/modules/workshops/conflicts.ts';
import { deleteWorkshop, replaceEvent, updateWorkshop } from '../../../src/modules/workshops/events.ts';
import { replaceLinks } from '../../../src/modules/workshops/links.ts';
import workshopsModule from '../../../src/modules/workshops/module.ts';
import { removeRegistration, setRegistrations } from '../../../src/modules/workshops/registering.ts';
import { refusalWords } from '../../../src/modules/workshops/rules.ts';
import { actorWith } from '../../kit/core.ts';
import { randomFrom, seed } from '../../kit/experiment.ts';
import { type House, openHouseOf, rootPassword } from '../../kit/house.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import { bearer, keyOf, makeEvent, managerToken, tokenFor } from './workshops-house.ts';

let house: House;
let staff: Visitor;

beforeAll(async () => {
  house = await openHouseOf([workshopsModule], {}, { panel: true });
  staff = new Visitor(house.web);
  await staff.signIn('root@example.org', rootPassword);
});
afterAll(() => house?.close());
afterEach(() => vi.restoreAllMocks());

const workshops = [
  { title: 'Chess', moment: 'mon', targetGroup: 'a' },
  { title: 'Music', moment: 'tue', targetGroup: 'a' },
  { title: 'Dance', moment: 'wed', targetGroup: 'a' },
  { title: 'Paint', moment: 'thu', targetGroup: 'a' },
];
const byStaff = { by: { staff: true, reason: 'a test' } } as const;
const work = <T>(fn: Parameters<typeof house.core.transaction<T>>[1]) => house.core.transaction(systemActor, fn);

/** An event where Ada has Chess and Music, Bob has Chess, Cid has nothing. */
async function makeHouseful() {
  const made = await makeEvent(house, {
    workshops,
    people: ['Ada', 'Bob', 'Cid'].map((fullName) => ({ fullName, targetGroup: 'a' })),
  });
  const [chess, music, dance, paint] = made.workshops.map(({ id }) => id) as [string, string, string, string];
  const [ada, bob, cid] = made.people.map(({ id }) => id) as [string, string, string];
  await work((one) => setRegistrations(one, ada, [chess, music], byStaff));
  await work((one) => setRegistrations(one, bob, [chess], byStaff));
  return { ...made, chess, music, dance, paint, ada, bob, cid };
}

const listed = async (eventId: string) =>
  (
    await house.core.db.workshopConflict.findMany({
      where: { eventId },
      include: { attendee: true },
      orderBy: { attendee: { number: 'asc' } },
    })
  ).map((row) => `${row.attendee.fullName}: ${refusalWords(row)}`);
const change = (model: string, id: string, body: object) =>
  staff.post(`/admin/api/steward/records/${model}/${id}`, body);
const json = (value: object) => Buffer.from(JSON.stringify(value));
const linksCall = (eventId: string, body: object) =>
  staff.post(`/admin/api/steward/tools/WorkshopEvent/${eventId}/links/save`, body);
const linkOf = (firstId: string, secondId: string, type: 'inclusive' | 'exclusive') => ({ firstId, secondId, type });
const models = ['Workshop', 'WorkshopLink', 'Attendee', 'WorkshopRegistration', 'WorkshopConflict'] as const;

type Made = Awaited<ReturnType<typeof makeHouseful>>;
const warningIn = ({ json }: { json?: Record<string, unknown> }) =>
  json!.warning as { count: number; mark: string; records: { title: string; note: string }[] };
type Ask = (made: Made, accepted: { accepted?: string }) => ReturnType<Visitor['post']>;

describe('a change that breaks registrations', () => {
  it.each<[what: string, ask: Ask, broken: string[]]>([
    [
      'a workshop at another moment',
      ({ music }, more) => change('Workshop', music, { values: { moment: 'mon' }, ...more }),
      ['Ada: Chess and Music are at the same moment'],
    ],
    [
      'a workshop for another group',
      ({ chess }, more) => change('Workshop', chess, { values: { targetGroup: 'b' }, ...more }),
      ['Ada: Chess is for another group', 'Bob: Chess is for another group'],
    ],
    [
      'a person of another group',
      ({ bob }, more) => change('Attendee', bob, { values: { targetGroup: 'b' }, ...more }),
      ['Bob: Chess is for another group'],
    ],
    [
      'a link that binds',
      ({ event, chess, music }, more) => linksCall(event.id, { links: [linkOf(chess, music, 'inclusive')], ...more }),
      ['Bob: Chess and Music are taken together, but only one of them is'],
    ],
    [
      'a link that excludes',
      ({ event, chess, music }, more) => linksCall(event.id, { links: [linkOf(chess, music, 'exclusive')], ...more }),
      ['Ada: Chess and Music are never taken together, but both are'],
    ],
    [
      'a list of people with other groups',
      ({ event }, more) =>
        staff.post(`/admin/api/steward/tools/WorkshopEvent/${event.id}/people/apply`, {
          text: 'Naam;Klas;Doelgroep\nAda;;a\nBob;;b\nCid;;b',
          ...more,
        }),
      ['Bob: Chess is for another group'],
    ],
  ])(
    '%s is told before it is saved, and stands in the list when it is saved all the same',
    async (_what, ask, broken) => {
      const made = await makeHouseful();
      const before = await fingerprint(house.core, [...models]);
      const told = await ask(made, {});
      expect([told.status, told.json?.code]).toEqual([409, 'warning']);
      const { count, mark, records } = warningIn(told);
      expect(count).toBe(broken.length);
      expect(records.map(({ title, note }) => `${title}: ${note}`)).toEqual(broken);
      // Another warning's mark is no consent.
      expect((await ask(made, { accepted: `${mark.slice(0, -1)}_` })).status).toBe(409);
      expect(await fingerprint(house.core, [...models])).toBe(before);
      expect(await listed(made.event.id)).toEqual([]);

      expect((await ask(made, { accepted: mark })).status).toBe(200);
      expect(await listed(made.event.id)).toEqual(broken);
      // Who keeps to the rules lost nothing, and neither did those who do not.
      expect(await house.core.db.workshopRegistration.count({ where: { workshop: { eventId: made.event.id } } })).toBe(
        3,
      );
    },
  );

  it('asks nothing where it breaks nothing, nor again for what is broken already', async () => {
    const { event, chess, music, dance } = await makeHouseful();
    expect((await change('Workshop', dance, { values: { moment: 'mon' } })).status).toBe(200);
    expect((await change('Workshop', chess, { values: { title: 'Chess for all' } })).status).toBe(200);
    expect((await linksCall(event.id, { links: [linkOf(chess, dance, 'exclusive')] })).status).toBe(200);
    const moved = { values: { moment: 'mon' } };
    const { mark } = warningIn(await change('Workshop', music, moved));
    expect((await change('Workshop', music, { ...moved, accepted: mark })).status).toBe(200);
    expect((await linksCall(event.id, { links: [linkOf(music, dance, 'exclusive')] })).status).toBe(200);
    expect(await listed(event.id)).toEqual(['Ada: Chess for all and Music are at the same moment']);
  });

  it('cannot make a workshop hold more people than its places, accepted or not', async () => {
    const { chess } = await makeHouseful();
    const answer = await change('Workshop', chess, { values: { limit: 1 }, accepted: 'x' });
    expect([answer.status, answer.json?.code]).toEqual([409, 'conflict']);
    expect(JSON.stringify(answer.json)).toContain('2 places');
  });

  it('tells who loses a place with a workshop, or with the whole event, before it is deleted', async () => {
    const { event, chess } = await makeHouseful();
    const path = `/admin/api/steward/records/Workshop/${chess}/delete`;
    const told = await staff.post(path, {});
    expect(told.json).toMatchObject({ code: 'warning', warning: { count: 2 } });
    expect(JSON.stringify(told.json?.warning)).toContain('Bob');
    expect(await house.core.db.workshop.count({ where: { id: chess } })).toBe(1);
    expect((await staff.post(path, { accepted: warningIn(told).mark })).status).toBe(200);
    expect(await house.core.db.workshop.count({ where: { id: chess } })).toBe(0);
    const whole = `/admin/api/steward/records/WorkshopEvent/${event.id}/delete`;
    const toldOfAll = await staff.post(whole, {});
    expect(toldOfAll.json).toMatchObject({ code: 'warning', warning: { count: 1 } });
    expect((await staff.post(whole, { accepted: warningIn(toldOfAll).mark })).status).toBe(200);
    expect(await house.core.db.workshopEvent.count({ where: { id: event.id } })).toBe(0);
  });

  it('asks again when as many others are concerned as were told', async () => {
    const { event, chess } = await makeHouseful();
    const path = `/admin/api/steward/records/Workshop/${chess}/delete`;
    const { mark, count } = warningIn(await staff.post(path, {}));
    const [leaves] = await house.core.db.workshopRegistration.findMany({ where: { workshopId: chess } });
    await house.core.db.workshopRegistration.delete({ where: { id: leaves!.id } });
    const joins = await house.core.db.attendee.findFirstOrThrow({
      where: { eventId: event.id, registrations: { none: { workshopId: chess } }, id: { not: leaves!.attendeeId } },
    });
    await house.core.db.workshopRegistration.create({ data: { workshopId: chess, attendeeId: joins.id } });
    const again = await staff.post(path, { accepted: mark });
    expect([again.status, warningIn(again).count]).toEqual([409, count]);
    expect(await house.core.db.workshop.count({ where: { id: chess } })).toBe(1);
    expect((await staff.post(path, { accepted: warningIn(again).mark })).status).toBe(200);
  });

  it('passes at the wire as the contract has it, and stands in the list', async () => {
    const { event, workshops: made, music } = await makeHouseful();
    const token = await managerToken(house as never, ['workshops:read', 'workshops:manage']);
    const moved = made.map((one) => ({
      id: one.number,
      title: one.title,
      moment: one.id === music ? 'mon' : one.moment,
      targetGroup: one.targetGroup,
    }));
    const body = { id: event.number, name: event.name, available: true, workshops: moved };
    const answer = await new Visitor(house.web).send('PUT', `/events/${event.number}`, {
      body: json(body),
      headers: bearer(token),
    });
    expect(answer.status).toBe(200);
    expect(await listed(event.id)).toEqual(['Ada: Chess and Music are at the same moment']);
  });
});

describe('what stands', () => {
  it('is mended by whoever gives back one after the other, and nothing new can be taken meanwhile', async () => {
    const { event, people, chess, music, dance, ada } = await makeHouseful();
    await work((one) => updateWorkshop(one, chess, { targetGroup: 'b' }));
    await work((one) => updateWorkshop(one, music, { targetGroup: 'b' }));
    const token = await tokenFor(house as never, keyOf(event.number, 'Ada'));
    const numbers = await house.core.db.workshop.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } });
    const own = `/registrations/user/${people[0]?.number}`;
    const put = (...ids: (number | undefined)[]) =>
      new Visitor(house.web).send('PUT', own, { body: json({ workshop_ids: ids }), headers: bearer(token) });
    const [first, second, third] = numbers.map(({ number }) => number);
    expect((await put(first, second, third)).status).toBe(403);
    expect((await put(first, second)).status).toBe(403);
    expect(await listed(event.id)).toContain('Ada: Chess is for another group');
    const gone = await new Visitor(house.web).send('DELETE', `${own}/${first}`, { headers: bearer(token) });
    expect(gone.status).toBe(204);
    expect(await listed(event.id)).toContain('Ada: Music is for another group');
    await work((one) => removeRegistration(one, ada, music, byStaff));
    expect((await listed(event.id)).filter((words) => words.startsWith('Ada'))).toEqual([]);
    await work((one) => setRegistrations(one, ada, [dance], byStaff));
  });

  it('is told on the person’s own screen, which offers to take away what is not for their group', async () => {
    const { chess, music, bob } = await makeHouseful();
    await work((one) => updateWorkshop(one, chess, { targetGroup: 'b' }));
    const screen = `/admin/api/steward/tools/Attendee/${bob}/workshops`;
    const shown = (await staff.get(screen)).json as { workshops: { id: string }[]; chosen: string[]; note: string };
    expect(shown.note).toBe('Chess is for another group');
    expect(shown.workshops.map(({ id }) => id)).toEqual(expect.arrayContaining([chess, music]));
    expect(shown.chosen).toEqual([chess]);
    const mended = await staff.post(`${screen}/save`, { workshopIds: [music], reason: 'moved to another group' });
    expect(mended.json).toMatchObject({ chosen: [music] });
    expect((await staff.get(screen)).json).toMatchObject({ note: null });
  });

  it('lets nobody break a rule by giving back that was kept', async () => {
    const { event, chess, music, dance, ada } = await makeHouseful();
    await work((one) => replaceLinks(one, event.id, [linkOf(chess, music, 'inclusive')]));
    await work((one) => setRegistrations(one, ada, [chess, music, dance], byStaff));
    await work((one) => updateWorkshop(one, dance, { targetGroup: 'b' }));
    const half = work((one) => removeRegistration(one, ada, music, byStaff));
    await expect(half).rejects.toMatchObject({ status: 403, message: expect.stringContaining('inclusive') });
  });

  it('goes when it is mended by the change being taken back, by a deletion, or with the person', async () => {
    const { event, chess, music, bob } = await makeHouseful();
    await work((one) => updateWorkshop(one, music, { moment: 'mon' }));
    await work((one) => updateWorkshop(one, music, { moment: 'tue' }));
    expect(await listed(event.id)).toEqual([]);
    await work((one) => replaceLinks(one, event.id, [linkOf(chess, music, 'inclusive')]));
    expect(await listed(event.id)).toHaveLength(1);
    const row = await work((one) => one.tx.workshop.findUniqueOrThrow({ where: { id: music } }));
    await work((one) => deleteWorkshop(one, row));
    expect(await listed(event.id)).toEqual([]);
    await work(async (one) =>
      updateAttendee(one, await one.tx.attendee.findUniqueOrThrow({ where: { id: bob } }), { targetGroup: 'b' }),
    );
    expect(await listed(event.id)).toHaveLength(1);
    await house.core.db.attendee.delete({ where: { id: bob } });
    expect(await listed(event.id)).toEqual([]);
  });

  it('waits on the start page, of their own event only for those who are bound to one', async () => {
    const { event, music } = await makeHouseful();
    const other = await makeHouseful();
    await work((one) => updateWorkshop(one, music, { moment: 'mon' }));
    const figure = async (scopeId?: string) => {
      const actor = scopeId ? actorWith(['workshops:read'], { scope: 'workshop-event', scopeId }) : systemActor;
      const { waiting } = await eventsCard.load(house.core, actor);
      return waiting?.find((one) => 'label' in one && one.label === 'Conflicts');
    };
    expect(await figure(event.id)).toMatchObject({ count: 1, tone: 'bad', href: '/resources/WorkshopConflict' });
    expect((await figure(other.event.id))?.count).toBe(0);
    expect(Number((await figure())?.count)).toBeGreaterThanOrEqual(1);
    const list = await staff.get(`/admin/api/steward/records/WorkshopConflict?f.eventId.is=${event.id}`);
    expect((list.json!.rows as { title: string }[]).map(({ title }) => title)).toEqual([
      'Chess and Music are at the same moment',
    ]);
    const people = await staff.get('/admin/api/steward/records/Attendee?view=2');
    expect(people.text).toContain('Ada');
  });

  it('is found when two changes at once break it together', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { event, chess, music } = await makeHouseful();
      await Promise.all([
        work((one) => updateWorkshop(one, chess, { moment: 'fri' })),
        work((one) => updateWorkshop(one, music, { moment: 'fri' })),
      ]);
      expect(await listed(event.id)).toEqual(['Ada: Chess and Music are at the same moment']);
    }
  });

  it('is the same as the rules say, whatever was changed in whichever order', async () => {
    const random = randomFrom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const made = await makeHouseful();
    const all = [made.chess, made.music, made.dance, made.paint];
    for (let step = 0; step < 80; step += 1) {
      const [first, second] = [pick(all), pick(all)];
      const person = pick(made.people);
      const acts = [
        () => work((one) => updateWorkshop(one, first, { moment: pick(['mon', 'tue', 'wed']) })),
        () => work((one) => updateWorkshop(one, first, { targetGroup: pick(['a', 'a', 'b']) })),
        () =>
          work((one) => replaceLinks(one, made.event.id, [linkOf(first, second, pick(['inclusive', 'exclusive']))])),
        () => work((one) => replaceLinks(one, made.event.id, [])),
        () => work((one) => setRegistrations(one, person.id, [...new Set([first, second])], byStaff)),
        () => work((one) => setRegistrations(one, person.id, [], byStaff)),
        () => work((one) => removeRegistration(one, person.id, first, byStaff)),
        () => work((one) => updateAttendee(one, person, { targetGroup: pick(['a', 'b']) })),
        () => work((one) => replaceEvent(one, made.event.id, { workshops: all.map((id) => ({ id, limit: 50 })) })),
      ];
      // Most of these are refused by a rule at some time; what matters is what stands afterwards.
      await pick(acts)().catch((error: { status?: number }) => expect(error.status).toBeLessThan(500));
      const found = conflictsOf(await readStanding(house.core.db, made.event.id));
      const rows = await house.core.db.workshopConflict.findMany({ where: { eventId: made.event.id } });
      expect(new Map(rows.map((row) => [row.attendeeId, refusalWords(row)]))).toEqual(
        new Map([...found].map(([id, refusal]) => [id, refusalWords(refusal)])),
      );
    }
  });

  it('is found by the nightly look where a hand in the database made it', async () => {
    const { event, chess } = await makeHouseful();
    await house.core.db.workshop.update({ where: { id: chess }, data: { targetGroup: 'b' } });
    expect(await listed(event.id)).toEqual([]);
    await followAllConflicts(house.core);
    expect(await listed(event.id)).toHaveLength(2);
  });
});

it('a large event is asked by no more statements than a small one', async () => {
  const statementsFor = async (count: number) => {
    const made = await makeEvent(house, {
      workshops: workshops.map((one) => ({ ...one, limit: 5_000 })),
      people: Array.from({ length: count }, (_, n) => ({ fullName: `p${n}`, targetGroup: 'a' })),
    });
    const [chess, music] = made.workshops.map(({ id }) => id) as [string, string];
    const rows = made.people.flatMap(({ id }) => [chess, music].map((workshopId) => ({ workshopId, attendeeId: id })));
    await house.core.db.workshopRegistration.createMany({ data: rows });
    const asked = new Map<PoolClient, { mock: { calls: unknown[] } }>();
    const watch = (client: PoolClient) => asked.has(client) || asked.set(client, vi.spyOn(client, 'query'));
    house.core.database.pool.on('acquire', watch);
    const told = await change('Workshop', music, { values: { moment: 'mon' } });
    const saved = await change('Workshop', music, { values: { moment: 'mon' }, accepted: warningIn(told).mark });
    house.core.database.pool.off('acquire', watch);
    const statements = [...asked.values()].reduce((sum, { mock }) => sum + mock.calls.length, 0);
    vi.restoreAllMocks();
    expect(told.json).toMatchObject({ code: 'warning', warning: { count } });
    expect(warningIn(told).records).toHaveLength(Math.min(count, 100));
    expect(saved.status).toBe(200);
    expect(await house.core.db.workshopConflict.count({ where: { eventId: made.event.id } })).toBe(count);
    return statements;
  };
  const small = await statementsFor(5);
  expect(small).toBeGreaterThan(8);
  // The house itself asks something now and then, on the same pool.
  expect(await statementsFor(1_000)).toBeLessThan(small + 10);
}, 240_000);
