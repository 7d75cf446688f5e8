// A whole Steward with the workshops module for one test file: database, worker, web, and an SMTP server that keeps what it takes.
import { randomUUID } from 'node:crypto';
import { createOperator, systemActor } from '../../../src/core/index.ts';
import { replaceAttendees, type WantedAttendee } from '../../../src/modules/workshops/attendees.ts';
import { createEvent, replaceEvent, type WantedWorkshop } from '../../../src/modules/workshops/events.ts';
import { replaceLinks } from '../../../src/modules/workshops/links.ts';
import { setCredential } from '../../../src/modules/workshops/managers.ts';
import workshops from '../../../src/modules/workshops/module.ts';
import { type MailHouse, openMailHouseOf } from '../../kit/house.ts';
import { Visitor } from '../../kit/http.ts';

/** What a test of this module works with. */
export type House = MailHouse;

/** Opens the house. */
export const openHouse = (settings: Record<string, string> = {}): Promise<House> =>
  openMailHouseOf([workshops], settings);

/** A manager's credential of the tests. */
export const credential = 'Lantern7Orchid';

/** What the old client sends with a token. */
export const bearer = (token: string) => ({ authorization: `Bearer: ${token}` });

/** Makes an operator with these permissions and a credential, and returns a token. */
export async function managerToken(
  house: House,
  permissions: string[] = ['workshops:read', 'workshops:manage', 'workshops:keys', 'workshops:export'],
  given: { email?: string; credential?: string; scope?: string; scopeId?: string } = {},
): Promise<string> {
  const { email = 'manager@example.org', credential: own = credential, scope, scopeId } = given;
  await house.core.transaction(systemActor, async (work) => {
    const role = await work.tx.role.create({
      data: { name: `role of ${email}`, permissions, ...(scope && { scope }) },
    });
    const { id } = await createOperator(work, { email, roleName: role.name, ...(scopeId && { scopeId }) });
    await setCredential(work, id, own);
  });
  return tokenFor(house, own, 1);
}

/** Signs in and returns the token. */
export async function tokenFor(house: House, key: string, admin: 0 | 1 = 0): Promise<string> {
  const answer = await new Visitor(house.web).post('/auth/login', { credential: key, admin_login: admin });
  if (answer.status !== 200) throw new Error(`Signing in ended with ${answer.status}: ${answer.text}`);
  return String(answer.json?.token);
}

/** Makes an open event with these workshops and people; keys are KEY-<name> in capitals. */
export async function makeEvent(
  house: Pick<House, 'core'>,
  given: {
    name?: string;
    workshops: WantedWorkshop[];
    people: (Partial<WantedAttendee> & { fullName: string })[];
    links?: [first: number, second: number, type: 'inclusive' | 'exclusive'][];
    available?: boolean;
  },
) {
  return house.core.transaction(
    systemActor,
    async (work) => {
      const event = await createEvent(work, { name: given.name ?? `event-${randomUUID().slice(0, 8)}` });
      await replaceEvent(work, event.id, { available: given.available ?? true, workshops: given.workshops });
      const workshops = await work.tx.workshop.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } });
      const links = (given.links ?? []).map(([first, second, type]) => ({
        firstId: workshops[first]!.id,
        secondId: workshops[second]!.id,
        type,
      }));
      await replaceLinks(work, event.id, links);
      await replaceAttendees(
        work,
        event.id,
        given.people.map((one) => ({ identity: keyOf(event.number, one.fullName), ...one })),
      );
      const people = await work.tx.attendee.findMany({ where: { eventId: event.id }, orderBy: { number: 'asc' } });
      return { event, workshops, people };
    },
    { timeoutMs: 60_000 },
  );
}

/** The key that `makeEvent` gives somebody. */
export const keyOf = (event: number, name: string) => `KEY-${event}-${name}`;

/** The tables that a refused call must leave alone. */
export const wireTables = [
  'WorkshopEvent',
  'Workshop',
  'WorkshopLink',
  'Attendee',
  'WorkshopRegistration',
  'WorkshopWaiting',
  'WorkshopManager',
];

/** Opens a house with a manager and a project week: two people, six workshops at three moments, a link of each kind. */
export async function openProjectWeek() {
  const house = await openHouse();
  const manager = await managerToken(house);
  const made = await makeEvent(house, {
    name: 'projectweek',
    workshops: [
      { title: 'A1', moment: 'm1', targetGroup: 'intern', limit: 2 },
      { title: 'B1', moment: 'm1', targetGroup: 'intern', limit: 2 },
      { title: 'A2', moment: 'm2', targetGroup: 'intern', limit: 2 },
      { title: 'B2', moment: 'm2', targetGroup: 'intern', limit: 1 },
      { title: 'X', moment: 'm3', targetGroup: 'extern', limit: 2 },
      { title: 'C3', moment: 'm3', targetGroup: 'intern', limit: 2 },
    ],
    people: [
      { fullName: 'Ada', userClass: '1A', targetGroup: 'intern' },
      { fullName: 'Bob', userClass: '1A', targetGroup: 'intern' },
    ],
    links: [
      [0, 2, 'inclusive'],
      [1, 5, 'exclusive'],
    ],
  });
  const event = made.event.number;
  const ada = await tokenFor(house, keyOf(event, 'Ada'));
  const visitor = new Visitor(house.web);
  const json = { 'content-type': 'application/json' };
  const as = (token?: string) => (token ? bearer(token) : {});
  return {
    house,
    manager,
    made,
    event,
    ada,
    visitor,
    put: (path: string, body: unknown, token?: string) =>
      visitor.send('PUT', path, { body: JSON.stringify(body), headers: { ...json, ...as(token) } }),
    get: (path: string, token?: string) => visitor.get(path, as(token)),
    remove: (path: string, token?: string) => visitor.send('DELETE', path, { headers: as(token) }),
    /** The number of a workshop at the API. */
    w: (n: number) => made.workshops[n]!.number,
    /** The number of a person at the API. */
    u: (n: number) => made.people[n]!.number,
    /** Where a person's registrations are. */
    own: (n = 0) => `/registrations/user/${made.people[n]!.number}`,
  };
}
