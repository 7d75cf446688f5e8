// How registrations appear in the panel: who has a place, whose places break a rule, who waits for one.
import { clockTime, phrase, resource } from '../../core/index.ts';
import { registrationActions } from './place-actions.ts';
import { refusalWords } from './rules.ts';
import { ofEvent, ofWorkshop } from './scopes.ts';

const group = 'Workshops';
const read = 'workshops:read';

/** Who has a place where. */
export const registrations = resource('WorkshopRegistration', {
  label: { one: 'registration', many: 'registrations' },
  group,
  icon: 'CheckSquare',
  title: (row) => phrase(`Registration ${row.number}`),
  titleIsWords: true,
  permissions: { read, export: 'workshops:export' },
  scopes: ofWorkshop,
  columns: {
    attendeeId: { label: 'Person', filter: true },
    workshopId: { label: 'Workshop', filter: true },
    entryTime: { label: 'Since', sort: true, filter: true },
    planId: { label: 'By plan', list: false, filter: true },
    number: { label: 'Number at the API', list: false },
  },
  sort: ['entryTime', 'desc'],
  actions: registrationActions,
  empty: 'Nobody has registered yet.',
});

/** Whose registrations no longer keep to a rule. */
export const conflicts = resource('WorkshopConflict', {
  label: { one: 'conflict', many: 'conflicts' },
  group,
  icon: 'AlertTriangle',
  inNavigation: true,
  title: (row) => refusalWords(row),
  titleIsWords: true,
  permissions: { read, export: 'workshops:export' },
  scopes: ofEvent,
  columns: {
    attendeeId: { label: 'Person', filter: true },
    kind: {
      label: 'Rule',
      display: 'state',
      filter: true,
      sort: true,
      values: {
        event: { label: 'Another event', tone: 'bad' },
        group: { label: 'Another group', tone: 'bad' },
        moment: { label: 'Two at one moment', tone: 'bad' },
        inclusive: { label: 'One of two that go together', tone: 'bad' },
        exclusive: { label: 'Two that exclude each other', tone: 'bad' },
      },
    },
    first: { label: 'Workshop', filter: true },
    second: { label: 'Other workshop', filter: true },
    since: { label: 'Since', sort: true, filter: true },
    eventId: { label: 'Event', filter: true },
  },
  sort: ['since', 'desc'],
  empty:
    'Everybody’s registrations keep to the rules. When a change of workshops, links or groups breaks some, they stand here until they are mended: open the person and choose “Workshops”.',
});

/** Who waits, who has an offer, and what came of it. */
export const waiting = resource('WorkshopWaiting', {
  label: { one: 'waiting place', many: 'waiting lists' },
  group,
  icon: 'Clock',
  title: (row) => phrase(`Waiting since ${clockTime(row.since).slice(0, 10)}`),
  titleIsWords: true,
  permissions: { read },
  scopes: ofWorkshop,
  columns: {
    attendeeId: { label: 'Person', filter: true },
    workshopId: { label: 'Workshop', filter: true },
    state: {
      label: 'State',
      display: 'state',
      filter: true,
      sort: true,
      values: {
        waiting: { label: 'Waiting', tone: 'busy' },
        offered: { label: 'Offered', tone: 'busy' },
        accepted: { label: 'Accepted', tone: 'good' },
        declined: { label: 'Given back', tone: 'quiet' },
        expired: { label: 'Too late', tone: 'bad' },
      },
    },
    since: { label: 'Since', sort: true, filter: true },
    expiresAt: { label: 'Offered until', sort: true, filter: true },
  },
  sort: ['since', 'asc'],
  empty: 'Nobody waits. A workshop has a waiting list when it is switched on there.',
});
