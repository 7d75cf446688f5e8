// Waiting lists: offers hold a place, go to the next whom the rules allow, end by the clock, and are told by mail. Atomicity: whatever fails
// or dies inside a replacement leaves the old rows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { replaceAttendees } from '../../../src/modules/workshops/attendees.ts';
import { replaceEvent, setAvailable, updateWorkshop } from '../../../src/modules/workshops/events.ts';
import { replaceLinks } from '../../../src/modules/workshops/links.ts';
import { setRegistrations } from '../../../src/modules/workshops/registering.ts';
import { settleWaiting } from '../../../src/modules/workshops/waiting.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import { brokenInvariants } from './seat-rush.ts';
import { bearer, type House, keyOf, makeEvent, openHouse, tokenFor } from './workshops-house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const names = ['has', 'bound', 'next', 'last'];
async function fullWorkshop(extra: { links?: [number, number, 'inclusive' | 'exclusive'][] } = {}) {
  const made = await makeEvent(house, {
    workshops: [
      { title: 'Wanted', moment: 'a', limit: 1 },
      { title: 'Second choice', moment: 'a', limit: 9 },
      { title: 'Excluding', moment: 'b', limit: 9 },
    ],
    people: names.map((fullName) => ({ fullName, email: `${fullName}@example.org` })),
    links: extra.links ?? [[0, 2, 'exclusive']],
  });
  const [wanted, second, excluding] = made.workshops.map(({ id }) => id) as [string, string, string];
  await house.core.db.workshop.update({ where: { id: wanted }, data: { hasWaiting: true } });
  const token = new Map<string, string>();
  for (const name of names) token.set(name, await tokenFor(house, keyOf(made.event.number, name)));
  const act = async (name: string, what: string) => {
    const visitor = new Visitor(house.web);
    const answer = await visitor.post(
      `/api/workshops/waiting/${made.workshops[0]!.number}`,
      { act: what },
      bearer(token.get(name)!),
    );
    return answer.status;
  };
  const set = (name: string, ids: string[]) => {
    const { id } = made.people.find(({ fullName }) => fullName === name)!;
    return house.core.transaction(systemActor, (work) => setRegistrations(work, id, ids, { by: { staff: false } }));
  };
  const states = async () => {
    const rows = await house.core.db.workshopWaiting.findMany({
      where: { workshopId: wanted },
      include: { attendee: true },
    });
    return Object.fromEntries(rows.map(({ attendee, state }) => [attendee.fullName, state]));
  };
  return { made, wanted, second, excluding, act, set, states };
}

describe('a waiting list', () => {
  it('offers a free place to the first whom the rules allow, by mail, and the place cannot be taken by others', async () => {
    await house.startWorker();
    const { made, wanted, second, excluding, act, set, states } = await fullWorkshop();
    expect(await act('bound', 'join'), 'a free place is to be taken, not waited for').toBe(409);
    await set('has', [wanted]);
    await set('bound', [excluding]);
    await set('next', [second]);
    for (const name of ['bound', 'next', 'last']) expect(await act(name, 'join')).toBe(200);
    expect(await act('has', 'join')).toBe(409);
    await set('has', []);
    expect(await states()).toEqual({ bound: 'waiting', next: 'offered', last: 'waiting' });
    await expect(set('has', [wanted])).rejects.toThrow('Limit reached');
    await expect(set('last', [wanted])).rejects.toThrow('Limit reached');
    expect(await act('last', 'accept')).toBe(409);
    await until(() => house.sink.accepted.some(({ to }) => to.includes('next@example.org')));
    expect(house.sink.accepted.flatMap(({ to }) => to)).toEqual(['next@example.org']);
    expect(await act('next', 'accept')).toBe(200);
    const next = made.people.find(({ fullName }) => fullName === 'next')!;
    const own = await house.core.db.workshopRegistration.findMany({ where: { attendeeId: next.id } });
    expect(
      own.map(({ workshopId }) => workshopId),
      'it took the place of the second choice',
    ).toEqual([wanted]);
    expect(await states()).toMatchObject({ next: 'accepted' });
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
    await house.stopWorker();
  }, 60_000);

  it('passes an offer on when it is given back and when its time is over', async () => {
    const { made, wanted, act, set, states } = await fullWorkshop({ links: [] });
    await set('has', [wanted]);
    for (const name of ['bound', 'next', 'last']) await act(name, 'join');
    await set('has', []);
    expect(await states()).toEqual({ bound: 'offered', next: 'waiting', last: 'waiting' });
    expect(await act('bound', 'leave')).toBe(200);
    expect(await states()).toEqual({ bound: 'declined', next: 'offered', last: 'waiting' });
    await settleWaiting(house.core);
    expect(await states()).toMatchObject({ next: 'offered' });
    await house.core.db.workshopWaiting.updateMany({
      where: { state: 'offered' },
      data: { expiresAt: new Date(Date.now() - 1000) },
    });
    expect(await act('next', 'accept'), 'too late').toBe(409);
    await settleWaiting(house.core);
    expect(await states()).toEqual({ bound: 'declined', next: 'expired', last: 'offered' });
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
  });

  it('fills more places when the limit is raised, and none while the event is closed', async () => {
    const { made, wanted, act, set, states } = await fullWorkshop({ links: [] });
    await set('has', [wanted]);
    for (const name of ['bound', 'next', 'last']) await act(name, 'join');
    await house.core.transaction(systemActor, (work) => setAvailable(work, made.event.id, false));
    const limit = (value: number) =>
      house.core.transaction(systemActor, (work) =>
        replaceEvent(work, made.event.id, {
          workshops: made.workshops.map(({ id }, n) => (n === 0 ? { id, limit: value } : { id })),
        }),
      );
    await limit(3);
    expect(Object.values(await states())).toEqual(['waiting', 'waiting', 'waiting']);
    await house.core.transaction(systemActor, (work) => setAvailable(work, made.event.id, true));
    expect(await states()).toEqual({ bound: 'offered', next: 'offered', last: 'waiting' });
    await expect(limit(2)).rejects.toThrow('cannot be below the 3 places');
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
  });
});

describe('a waiting list of linked workshops', () => {
  async function linked() {
    const made = await makeEvent(house, {
      workshops: [
        { title: 'First half', moment: 'a', limit: 1 },
        { title: 'Second half', moment: 'b', limit: 2 },
        { title: 'At the same time', moment: 'b', limit: 9 },
      ],
      people: names.map((fullName) => ({ fullName, email: `${fullName}@pair.example.org` })),
      links: [[0, 1, 'inclusive']],
    });
    const [first, second, other] = made.workshops.map(({ id }) => id) as [string, string, string];
    await house.core.db.workshop.updateMany({ where: { id: { in: [first, second] } }, data: { hasWaiting: true } });
    const set = (name: string, ids: string[]) => {
      const { id } = made.people.find(({ fullName }) => fullName === name)!;
      return house.core.transaction(systemActor, (work) => setRegistrations(work, id, ids, { by: { staff: false } }));
    };
    const tokens = new Map<string, string>();
    for (const name of names) tokens.set(name, await tokenFor(house, keyOf(made.event.number, name)));
    const act = async (name: string, what: string, workshop = 0) => {
      const path = `/api/workshops/waiting/${made.workshops[workshop]!.number}`;
      return (await new Visitor(house.web).post(path, { act: what }, bearer(tokens.get(name)!))).status;
    };
    const rows = () =>
      house.core.db.workshopWaiting.findMany({
        where: { workshop: { eventId: made.event.id } },
        include: { attendee: true, workshop: true },
      });
    const states = async () =>
      Object.fromEntries(
        (await rows()).map(({ attendee, workshop, state }) => [`${attendee.fullName}: ${workshop.title}`, state]),
      );
    const has = async (name: string) => {
      const own = await house.core.db.workshopRegistration.findMany({
        where: { attendee: { fullName: name, eventId: made.event.id } },
        include: { workshop: true },
        orderBy: { workshop: { number: 'asc' } },
      });
      return own.map(({ workshop }) => workshop.title);
    };
    return { made, first, second, other, set, act, states, has };
  }

  it('holds a place in each half, so that the offer can be taken, and gives both back together', async () => {
    const { made, first, second, other, set, act, states, has } = await linked();
    await set('has', [first, second]);
    await set('next', [other]);
    expect(await act('bound', 'join')).toBe(200);
    expect(await act('next', 'join')).toBe(200);
    await set('has', []);
    const held = { 'bound: First half': 'offered', 'bound: Second half': 'offered' };
    expect(await states()).toEqual({ ...held, 'next: First half': 'waiting' });
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
    expect(await act('bound', 'leave', 1)).toBe(200);
    expect(await states()).toEqual({
      'bound: First half': 'declined',
      'bound: Second half': 'declined',
      'next: First half': 'offered',
      'next: Second half': 'offered',
    });
    expect(await act('next', 'accept')).toBe(200);
    expect(await has('next'), 'both halves, in place of what was at the same time').toEqual([
      'First half',
      'Second half',
    ]);
    const mails = await house.core.db.message.findMany({ where: { toAddress: 'next@pair.example.org' } });
    expect(mails, 'one mail for both').toHaveLength(1);
    expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
  });

  it('offers nothing while the other half is full, and everything once it is not; both end by the clock', async () => {
    const { made, first, second, set, act, states } = await linked();
    await house.core.db.workshop.update({ where: { id: second }, data: { limit: 1 } });
    await set('has', [first, second]);
    expect(await act('bound', 'join')).toBe(200);
    await house.core.transaction(systemActor, (work) => updateWorkshop(work, first, { limit: 2 }));
    expect(await states(), 'the other half is full').toEqual({ 'bound: First half': 'waiting' });
    await house.core.transaction(systemActor, (work) => updateWorkshop(work, second, { limit: 2 }));
    expect(await states()).toEqual({ 'bound: First half': 'offered', 'bound: Second half': 'offered' });
    const over = { expiresAt: new Date(Date.now() - 1000) };
    await house.core.db.workshopWaiting.updateMany({ where: { state: 'offered' }, data: over });
    await settleWaiting(house.core);
    expect(await states()).toEqual({ 'bound: First half': 'expired', 'bound: Second half': 'expired' });
    const now = await house.core.db.workshop.findMany({
      where: { eventId: made.event.id },
      orderBy: { number: 'asc' },
    });
    expect(now.map(({ held }) => held)).toEqual([0, 0, 0]);
  });
});

describe('a replacement', () => {
  const tables = [
    'WorkshopEvent',
    'Workshop',
    'WorkshopLink',
    'Attendee',
    'WorkshopRegistration',
    'WorkshopWaiting',
    'AuditEntry',
  ];

  it('that loses its connection in the middle leaves everything as it was: registrations, users, links, event', async () => {
    const { made, wanted, second, set } = await fullWorkshop();
    await set('has', [wanted]);
    const attendee = made.people[0]!.id;
    const killed = (step: (work: Parameters<typeof setRegistrations>[0]) => Promise<unknown>) =>
      house.core.transaction(systemActor, async (work) => {
        await step(work);
        // The rows are written; now the server process of this connection dies, as after SIGKILL of ours.
        const [{ pid }] = (await work.tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`) as [
          { pid: number },
        ];
        await house.core.database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
        await work.tx.$queryRaw`SELECT 1`;
      });
    const steps: Parameters<typeof killed>[0][] = [
      (work) => setRegistrations(work, attendee, [second], { by: { staff: false } }),
      (work) => replaceAttendees(work, made.event.id, [{ fullName: 'only one' }]),
      (work) => replaceLinks(work, made.event.id, []),
      (work) => replaceEvent(work, made.event.id, { name: 'other', workshops: [] }),
    ];
    for (const step of steps) {
      const before = await fingerprint(house.core, tables);
      await expect(killed(step)).rejects.toThrow();
      expect(await fingerprint(house.core, tables)).toBe(before);
    }
  }, 60_000);
});
