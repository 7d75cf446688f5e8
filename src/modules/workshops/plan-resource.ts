// How plans for the undecided appear in the panel, and what each gives whom.
import { boundId, phrase, resource } from '../../core/index.ts';
import { placementActions } from './place-actions.ts';
import { ofEvent } from './scopes.ts';

const group = 'Workshops';
const read = 'workshops:read';

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
    'workshop-event': (actor) => ({ plan: { eventId: boundId(actor) } }),
    key: (actor) => ({ plan: { eventId: boundId(actor) } }),
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
