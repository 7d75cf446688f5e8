// What the module knows about people: who may register with a key, and what they chose. All of it goes when somebody asks.
import { personalData, sameAddress } from '../../core/index.ts';
import { deleteAttendee } from './attendees.ts';

const attendeeData = personalData('Attendee', {
  label: 'people of events with workshops',
  keptFor:
    'Until staff delete the person or the event. Who has no address there is found by name in the list of people.',
  find: ({ email }) => (email ? { email: sameAddress(email) } : undefined),
  include: {
    event: true,
    registrations: { include: { workshop: true } },
    waiting: { include: { workshop: true } },
    preferences: { include: { workshop: true } },
    placements: true,
  },
  export: (row) => ({
    event: row.event.name,
    number: row.number,
    name: row.fullName,
    class: row.userClass,
    'target group': row.targetGroup,
    email: row.email,
    'added at': row.createdAt,
    registrations: row.registrations.map(({ workshop, entryTime }) => ({ workshop: workshop.title, since: entryTime })),
    'waiting lists': row.waiting.map(({ workshop, state, since }) => ({ workshop: workshop.title, state, since })),
    wishes: row.preferences.map(({ workshop, rank }) => ({ workshop: workshop.title, rank })),
    'planned places': row.placements.map(({ state, titles, reason }) => ({ state, titles, reason })),
  }),
  fate: 'deleted with registrations and wishes; their places go to the waiting lists',
  async erase({ id }, work) {
    await deleteAttendee(work, id);
  },
});

/** All of it. */
export const privacy = [attendeeData];
