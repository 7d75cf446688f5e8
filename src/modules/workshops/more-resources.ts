// How registrations, waiting lists, times, plans and managers appear in the panel.
import { z } from 'zod';
import { type Actor, type Core, clockTime, conflict, phrase, resource } from '../../core/index.ts';
import { clearCredential, operatorOf, setCredential } from './managers.ts';
import { placementActions, registrationActions } from './place-actions.ts';
import { refusalWords } from './rules.ts';

const group = 'Workshops';
const read = 'workshops:read';
const manage = 'workshops:manage';
const bound = (actor: Actor) => actor.scopeId ?? '';
const ofWorkshop = {
  'workshop-event': (actor: Actor) => ({ workshop: { eventId: bound(actor) } }),
  key: (actor: Actor) => ({ workshop: { eventId: bound(actor) } }),
};
const ofEvent = {
  'workshop-event': (actor: Actor) => ({ eventId: bound(actor) }),
  key: (actor: Actor) => ({ eventId: bound(actor) }),
};

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

/** When a moment is, for the calendar. */
export const moments = resource('WorkshopMoment', {
  label: { one: 'time', many: 'times' },
  group,
  icon: 'Watch',
  title: 'name',
  permissions: { read, create: manage, update: manage, delete: manage },
  scopes: ofEvent,
  columns: {
    name: {
      label: 'Moment',
      help: 'Exactly as at the workshops.',
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(80),
    },
    startsAt: { label: 'Begins at', sort: true, create: true, update: true },
    endsAt: { label: 'Ends at', sort: true, create: true, update: true },
    eventId: { label: 'Event', filter: true, create: true },
  },
  sort: ['startsAt', 'asc'],
  write: {
    create: (work, { name = '', startsAt = new Date(), endsAt = new Date(), eventId = '' }) => {
      mustEndLater(startsAt, endsAt);
      return work.tx.workshopMoment.create({ data: { name, startsAt, endsAt, eventId } });
    },
    async update(work, row, { name, startsAt, endsAt }) {
      mustEndLater(startsAt ?? row.startsAt, endsAt ?? row.endsAt);
      await work.tx.workshopMoment.update({ where: { id: row.id }, data: { name, startsAt, endsAt } });
    },
  },
  empty: 'Without times schedules name the moments only, and there is nothing for a calendar.',
});

function mustEndLater(startsAt: Date, endsAt: Date): void {
  if (endsAt <= startsAt) throw conflict('It must end after it begins.', { endsAt: 'is not after the beginning' });
}

/** Rehearsed plans. */
export const plans = resource('WorkshopPlan', {
  label: { one: 'plan', many: 'plans' },
  group,
  icon: 'Shuffle',
  title: (row) => phrase(`Plan ${row.number}`),
  titleIsWords: true,
  permissions: { read, delete: 'workshops:assign' },
  scopes: ofEvent,
  columns: {
    number: { label: 'Number', sort: true },
    eventId: { label: 'Event', filter: true },
    manner: { label: 'Manner' },
    seed: { label: 'Seed', list: false },
    summary: { label: 'Outcome', display: 'json', list: false },
    createdAt: { label: 'Rehearsed', sort: true },
  },
  sort: ['createdAt', 'desc'],
  children: [{ resource: 'WorkshopPlacement', by: 'planId', label: 'Who gets what' }],
  empty: 'Open an event and choose “Assign the undecided”.',
});

/** What a plan gives each person. */
export const placements = resource('WorkshopPlacement', {
  label: { one: 'placement', many: 'placements' },
  group,
  icon: 'MapPin',
  title: (row) => row.titles || row.reason,
  permissions: { read },
  scopes: {
    'workshop-event': (actor) => ({ plan: { eventId: bound(actor) } }),
    key: (actor) => ({ plan: { eventId: bound(actor) } }),
  },
  columns: {
    attendeeId: { label: 'Person', filter: true },
    titles: { label: 'Gets', filter: true },
    rank: { label: 'Mean rank', sort: true, filter: true },
    reason: { label: 'What stays empty, and why', filter: true, words: true },
    state: {
      label: 'State',
      display: 'state',
      filter: true,
      values: {
        planned: { label: 'Planned', tone: 'busy' },
        nothing: { label: 'Gets nothing', tone: 'bad' },
        applied: { label: 'Placed', tone: 'good' },
        undone: { label: 'Taken back', tone: 'quiet' },
      },
    },
    planId: { label: 'Plan', filter: true },
  },
  sort: ['id', 'asc'],
  views: [
    { label: 'Gets nothing', where: { state: 'nothing' } },
    { label: 'Planned', where: { state: 'planned' } },
    { label: 'Placed', where: { state: 'applied' } },
  ],
  actions: placementActions,
});

/** Who may sign in to the workshops API. The credential is written here, never shown. */
export const managers = resource('WorkshopManager', {
  label: { one: 'API manager', many: 'API managers' },
  group,
  icon: 'Key',
  title: (row) => phrase(`API manager ${row.number}`),
  titleIsWords: true,
  permissions: {
    read: 'workshops:credentials',
    create: 'workshops:credentials',
    update: 'workshops:credentials',
    delete: 'workshops:credentials',
  },
  columns: {
    operatorId: {
      label: 'E-mail of the operator',
      list: false,
      show: false,
      create: true,
      rule: z.string().trim().min(3, 'is missing').max(254),
    },
    credentialHash: {
      label: 'Credential',
      help: '10 characters or more, with capital and small letters and digits.',
      list: false,
      show: false,
      create: true,
      update: true,
      rule: z.string().max(200),
    },
    lastUsedAt: { label: 'Last sign-in' },
    updatedAt: { label: 'Changed' },
  },
  computed: {
    operator: {
      label: 'Operator',
      display: 'text',
      async of(rows, core: Core) {
        const found = await core.db.operator.findMany({
          where: { id: { in: rows.map(({ operatorId }) => operatorId) } },
          select: { id: true, email: true },
        });
        const emails = new Map(found.map(({ id, email }) => [id, email]));
        return Object.fromEntries(rows.map(({ id, operatorId }) => [id, emails.get(operatorId) ?? '']));
      },
    },
  },
  sort: ['updatedAt', 'desc'],
  write: {
    create: async (work, { operatorId = '', credentialHash = '' }) =>
      setCredential(work, (await operatorOf(work, operatorId)).id, credentialHash),
    async update(work, row, { credentialHash }) {
      if (credentialHash) await setCredential(work, row.operatorId, credentialHash);
    },
    delete: (work, row) => clearCredential(work, row),
  },
  empty: 'Nobody signs in to the workshops API yet. Give an operator a credential, then the old front end works.',
});
