// How the times of an event appear in the panel.
import { z } from 'zod';
import { conflict, resource } from '../../core/index.ts';
import { ofEvent } from './scopes.ts';

const group = 'Workshops';
const read = 'workshops:read';
const manage = 'workshops:manage';

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
