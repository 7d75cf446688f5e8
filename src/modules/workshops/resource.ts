// How events, workshops and their people appear in the panel. What is not listed here does not exist there.
import { z } from 'zod';
import { type Actor, languageColumn, type Row, resource } from '../../core/index.ts';
import { attendeeActions, eventActions, workshopActions } from './actions.ts';
import { createAttendee, deleteAttendee, updateAttendee } from './attendees.ts';
import { createEvent, deleteEvent, replaceEvent, updateWorkshop } from './events.ts';
import { assignTool, linksTool, peopleTool, registrationsTool } from './tools.ts';

const group = 'Workshops';
const read = 'workshops:read';
const manage = 'workshops:manage';
const taken = 'workshops:export';
const bound = (actor: Actor) => actor.scopeId ?? '';
const plain = (most: number) =>
  z
    .string()
    .trim()
    .max(most, 'is too long')
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'has a character that cannot be typed');
const named = plain(80).refine((text) => text !== '', 'is missing');
const counted = (least: number, most: number) =>
  z.number().int('must be a whole number').min(least, 'is too small').max(most, 'is too large');

/** Events with how full they are and their own screens. */
export const events = resource('WorkshopEvent', {
  label: { one: 'event', many: 'events' },
  group,
  icon: 'Calendar',
  title: 'name',
  permissions: { read, create: manage, update: manage, delete: manage },
  scopes: { 'workshop-event': (actor) => ({ id: bound(actor) }), key: (actor) => ({ id: bound(actor) }) },
  columns: {
    name: {
      label: 'Name',
      help: 'Without blanks if an old front end shows it in its address.',
      search: true,
      sort: true,
      create: true,
      update: true,
      rule: named,
    },
    available: { label: 'Open for registration', filter: true },
    isRanked: { label: 'People may say what they would like best', list: false, create: true, update: true },
    offerHours: {
      label: 'Hours that an offered place is kept',
      list: false,
      create: true,
      update: true,
      rule: counted(1, 720),
    },
    language: {
      label: 'Language of mails and files',
      list: false,
      create: true,
      update: true,
      ...languageColumn,
    },
    number: { label: 'Number at the API', list: false },
    createdAt: { label: 'Made', sort: true, filter: true, list: false },
  },
  computed: {
    people: {
      label: 'People',
      display: 'number',
      async of(rows, core) {
        const eventId = { in: rows.map(({ id }) => id) };
        const found = await core.db.attendee.groupBy({ by: ['eventId'], where: { eventId }, _count: { _all: true } });
        const counts = new Map(found.map((one) => [one.eventId, one._count._all]));
        return Object.fromEntries(rows.map(({ id }) => [id, counts.get(id) ?? 0]));
      },
    },
    decided: {
      label: 'Have chosen',
      display: 'progress',
      async of(rows, core) {
        const all = await Promise.all(
          rows.map(async ({ id: eventId }) => {
            const [total, done] = await Promise.all([
              core.db.attendee.count({ where: { eventId } }),
              core.db.attendee.count({ where: { eventId, registrations: { some: {} } } }),
            ]);
            return [eventId, { done, total }] as const;
          }),
        );
        return Object.fromEntries(all);
      },
    },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Open for registration', where: { available: true } },
    { label: 'Not open', where: { OR: [{ available: false }, { available: null }] } },
  ],
  actions: eventActions,
  tools: { people: peopleTool, links: linksTool, assign: assignTool },
  write: {
    create: (work, values) => createEvent(work, { ...values, name: values.name ?? '' }),
    async update(work, row, { name, isRanked, offerHours, language }) {
      if (name !== undefined) await replaceEvent(work, row.id, { name });
      await work.tx.workshopEvent.update({ where: { id: row.id }, data: { isRanked, offerHours, language } });
    },
    delete: (work, row) => deleteEvent(work, row.id),
  },
  empty:
    'An event holds workshops and people. Make the first one, add workshops, then bring the people in with “People”.',
  children: [
    { resource: 'Workshop', by: 'eventId', label: 'Workshops' },
    { resource: 'WorkshopMoment', by: 'eventId', label: 'Times' },
    { resource: 'Attendee', by: 'eventId', label: 'People' },
    { resource: 'WorkshopPlan', by: 'eventId', label: 'Plans' },
  ],
});

/** Workshops with how full each is. */
export const workshops = resource('Workshop', {
  label: { one: 'workshop', many: 'workshops' },
  group,
  icon: 'BookOpen',
  title: (row) => `${row.title} (${row.moment})`,
  permissions: { read, create: manage, update: manage, delete: manage, export: taken },
  scopes: { 'workshop-event': (actor) => ({ eventId: bound(actor) }), key: (actor) => ({ eventId: bound(actor) }) },
  columns: {
    title: { label: 'Title', search: true, filter: true, sort: true, create: true, update: true, rule: named },
    moment: {
      label: 'Moment',
      help: 'People take one workshop at each moment.',
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: named,
    },
    targetGroup: {
      label: 'Group',
      help: 'Only people of exactly this group may take it.',
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: plain(80),
    },
    room: { label: 'Room', list: false, create: true, update: true, rule: plain(80) },
    description: {
      label: 'Description',
      display: 'longText',
      list: false,
      create: true,
      update: true,
      rule: z.string().max(5000),
    },
    limit: {
      label: 'Limit',
      sort: true,
      filter: true,
      create: true,
      update: true,
      list: false,
      rule: counted(0, 100_000),
    },
    minimum: {
      label: 'Least number',
      help: 'With fewer people it does not take place.',
      list: false,
      create: true,
      update: true,
      rule: counted(0, 100_000),
    },
    hasWaiting: { label: 'Waiting list', list: false, filter: true, create: true, update: true },
    number: { label: 'Number at the API', list: false, sort: true, filter: true },
    taken: { label: 'Taken places', sort: true, filter: true, list: false },
    held: { label: 'Offered places', list: false },
    eventId: { label: 'Event', filter: true, create: true },
    createdAt: { label: 'Made', list: false },
  },
  computed: {
    filled: {
      label: 'Filled',
      display: 'progress',
      of: async (rows) => Object.fromEntries(rows.map(({ id, taken: done, limit: total }) => [id, { done, total }])),
    },
    waiting: {
      label: 'Waiting',
      display: 'number',
      async of(rows, core) {
        const found = await core.db.workshopWaiting.groupBy({
          by: ['workshopId'],
          where: { workshopId: { in: rows.map(({ id }) => id) }, state: 'waiting' },
          _count: { _all: true },
        });
        const counts = new Map(found.map((one) => [one.workshopId, one._count._all]));
        return Object.fromEntries(rows.map(({ id }) => [id, counts.get(id) ?? 0]));
      },
    },
  },
  sort: ['number', 'asc'],
  views: [{ label: 'With a waiting list', where: { hasWaiting: true } }],
  actions: workshopActions,
  write: { update: (work, row, values) => updateWorkshop(work, row.id, values) },
  empty: 'No workshops yet. Add them here, or let a front end bring them.',
  children: [
    { resource: 'WorkshopRegistration', by: 'workshopId', label: 'Registrations' },
    { resource: 'WorkshopWaiting', by: 'workshopId', label: 'Waiting list' },
  ],
});

/** The people of the events. Their keys are written here, never shown. */
export const attendees = resource('Attendee', {
  label: { one: 'person', many: 'people' },
  group,
  icon: 'Users',
  title: (row) => (row.userClass ? `${row.fullName} (${row.userClass})` : row.fullName),
  permissions: { read, create: manage, update: manage, delete: manage, export: taken },
  scopes: { 'workshop-event': (actor) => ({ eventId: bound(actor) }), key: (actor) => ({ eventId: bound(actor) }) },
  columns: {
    fullName: { label: 'Name', search: true, filter: true, sort: true, create: true, update: true, rule: named },
    userClass: { label: 'Class', filter: true, sort: true, create: true, update: true, rule: plain(80) },
    targetGroup: { label: 'Group', filter: true, sort: true, create: true, update: true, rule: plain(80) },
    email: {
      label: 'E-mail',
      display: 'email',
      list: false,
      filter: true,
      create: true,
      update: true,
      rule: z.union([z.literal(''), z.email('is not an e-mail address').max(254)]).transform((text) => text || null),
    },
    identitySealed: {
      label: 'Login key',
      help: 'Six characters or more. Empty: one is made, or it stays as it is.',
      list: false,
      show: false,
      create: true,
      update: true,
      rule: z.string().max(80),
    },
    eventId: { label: 'Event', filter: true, create: true },
    number: { label: 'Number at the API', list: false },
    createdAt: { label: 'Added', list: false, sort: true, filter: true },
  },
  computed: {
    chosen: {
      label: 'Workshops',
      display: 'text',
      async of(rows, core) {
        const found = await core.db.workshopRegistration.findMany({
          where: { attendeeId: { in: rows.map(({ id }) => id) } },
          include: { workshop: { select: { title: true } } },
          orderBy: { number: 'asc' },
        });
        const of = (id: string) =>
          found.filter(({ attendeeId }) => attendeeId === id).map(({ workshop }) => workshop.title);
        return Object.fromEntries(rows.map(({ id }) => [id, of(id).join(', ')]));
      },
    },
  },
  sort: ['fullName', 'asc'],
  views: [
    { label: 'Without a registration', where: { registrations: { none: {} } } },
    { label: 'Without a key', where: { identityHash: null } },
  ],
  actions: attendeeActions,
  tools: { workshops: registrationsTool },
  write: {
    create: (work, values) =>
      createAttendee(work, { ...wanted(values), fullName: values.fullName ?? '', eventId: values.eventId ?? '' }),
    // What is left empty in the form of a person who is there stays as it is.
    update: (work, row, values) =>
      updateAttendee(work, row, { ...wanted(values), identity: values.identitySealed || undefined }),
    delete: (work, row) => deleteAttendee(work, row.id),
  },
  empty: 'Nobody yet. Open an event and choose “People”.',
  children: [
    { resource: 'WorkshopRegistration', by: 'attendeeId', label: 'Registrations' },
    { resource: 'WorkshopWaiting', by: 'attendeeId', label: 'Waiting lists' },
  ],
});

function wanted({ fullName, userClass, targetGroup, email, identitySealed }: Partial<Row<'Attendee'>>) {
  return { fullName, userClass, targetGroup, email, identity: identitySealed ?? '' };
}
