// What a stranger writes to add a resource with an import, an export and an action: fewer than 60 lines, everything else follows.
// The model is the certificates' Campaign, read as a club's events, so that no migration of its own is needed.
import { z } from 'zod';
import { action, defineModule, importOf, invalid, resource, skip } from '../../../src/core/index.ts';

const extend = action('Campaign', {
  name: 'extend',
  label: { one: 'Extend', many: 'Extend {count} events' },
  description: 'Their links work so many days longer.',
  permission: 'events:manage',
  eligible: [{ where: { linkDays: { lt: 365 } }, otherwise: 'lasts a year already' }],
  form: z.object({ days: z.number().int().min(1).max(300).default(30).meta({ label: 'Days' }) }),
  preview: (row, { form }) => ({
    summary: `${row.title} is extended`,
    changes: [{ label: 'Days', from: `${row.linkDays}`, to: `${row.linkDays + form.days}` }],
  }),
  async each(row, { work, form }) {
    if (row.title.startsWith('Cancelled')) return skip('is cancelled');
    if (row.linkDays + form.days > 365) throw invalid('An event lasts a year at most.');
    await work.tx.campaign.update({ where: { id: row.id }, data: { linkDays: row.linkDays + form.days } });
    return undefined;
  },
});

const events = resource('Campaign', {
  label: { one: 'event', many: 'events' },
  group: 'Events',
  icon: 'Calendar',
  title: 'title',
  permissions: { read: 'events:read', create: 'events:manage', update: 'events:manage', export: 'events:export' },
  columns: {
    title: { label: 'Title', search: true, filter: true, create: true, update: true },
    slug: { label: 'Short name', create: true, rule: z.string().regex(/^[a-z0-9-]+$/, 'takes a-z, 0-9 and dashes') },
    organisation: { label: 'Organisation', filter: true, create: true, update: true },
    linkDays: { label: 'Days', filter: true, update: true, rule: z.number().int().min(1, 'is too small') },
  },
  sort: ['title', 'asc'],
  actions: [extend],
  imports: importOf('Campaign', {
    permission: 'events:manage',
    matchBy: ['slug'],
    columns: {
      slug: { label: 'Short name', example: 'spring', required: true },
      title: { label: 'Title', example: 'Spring clean-up', required: true },
      organisation: { label: 'Organisation', example: 'Green Canal' },
    },
  }),
});

export default defineModule({
  name: 'events',
  label: 'Events',
  permissions: { 'events:read': 'See events', 'events:manage': 'Change events', 'events:export': 'Export events' },
  resources: [events],
});
