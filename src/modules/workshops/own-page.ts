// What the public page shows to whoever signed in with a key: the workshops of their group, what is free, what is theirs. Reads only.
import type { Core, RowWith } from '../../core/index.ts';
import { readSchedule } from './calendar.ts';

type Attendee = RowWith<'Attendee', { event: true }>;

/** Returns everything that the page draws. */
export async function ownPage(core: Core, attendee: Attendee) {
  const { db } = core;
  const { event } = attendee;
  const mine = { attendeeId: attendee.id };
  const [workshops, links, moments, registrations, waiting, preferences] = await Promise.all([
    ownWorkshops(core, attendee),
    db.workshopLink.findMany({ where: { eventId: event.id }, include: { first: true, second: true } }),
    db.workshopMoment.findMany({ where: { eventId: event.id }, orderBy: { startsAt: 'asc' } }),
    readSchedule(db, attendee),
    db.workshopWaiting.findMany({
      where: { ...mine, state: { in: ['waiting', 'offered'] } },
      include: { workshop: true },
    }),
    db.workshopPreference.findMany({ where: mine, include: { workshop: true }, orderBy: { rank: 'asc' } }),
  ]);
  return {
    id: attendee.number,
    name: attendee.fullName,
    event: { id: event.number, name: event.name, isOpen: event.available === true, isRanked: event.isRanked },
    moments: moments.map(({ name, startsAt, endsAt }) => ({ name, startsAt, endsAt })),
    workshops,
    links: links.map(({ first, second, type }) => ({
      first: { id: first.number, title: first.title },
      second: { id: second.number, title: second.title },
      type,
    })),
    registrations: registrations.map(({ workshop }) => workshop.number),
    waiting: waiting.map(({ workshop, state, expiresAt }) => ({ id: workshop.number, state, expiresAt })),
    preferences: preferences.map(({ workshop }) => workshop.number),
  };
}

async function ownWorkshops({ db }: Core, { event, targetGroup }: Attendee) {
  const rows = await db.workshop.findMany({ where: { eventId: event.id, targetGroup }, orderBy: { number: 'asc' } });
  return rows.map(({ number, title, description, moment, room, limit, taken, held, hasWaiting }) => ({
    id: number,
    title,
    description,
    moment,
    room,
    limit,
    left: Math.max(0, limit - taken - held),
    hasWaiting,
  }));
}

/** Returns how many places each workshop of somebody's group has left, and whether the event is open. */
export async function ownPlaces(core: Core, attendee: Attendee) {
  const workshops = await ownWorkshops(core, attendee);
  return { isOpen: attendee.event.available === true, left: workshops.map(({ id, left }) => [id, left]) };
}
