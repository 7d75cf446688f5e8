// A module of its own over the certificates' tables, so that tests of the data gate do not change when that module does.
import { z } from 'zod';
import { defineModule } from '../../src/core/module.ts';
import { resource } from '../../src/core/resource.ts';

const read = 'sample:read';
const write = 'sample:write';

export const campaigns = resource('Campaign', {
  label: { one: 'campaign', many: 'campaigns' },
  group: 'Sample',
  title: 'title',
  permissions: { read, create: write, update: write, delete: write },
  scopes: { 'sample-campaign': (actor) => ({ id: actor.scopeId as string }) },
  columns: {
    title: { label: 'Title', search: true, filter: true, sort: true, create: true, update: true },
    slug: { label: 'Slug', create: true },
    organisation: { label: 'Organisation', list: false, create: true, update: true },
    linkDays: { label: 'Days', filter: true, sort: true, create: true, update: true },
    layout: { label: 'Layout', list: false, update: true },
  },
  sort: ['title', 'asc'],
});

export const recipients = resource('Recipient', {
  label: { one: 'recipient', many: 'recipients' },
  group: 'Sample',
  title: (row) => row.name || row.email,
  permissions: { read, create: write, update: write, delete: write },
  scopes: { 'sample-campaign': (actor) => ({ campaignId: actor.scopeId as string }) },
  columns: {
    email: {
      label: 'E-mail',
      search: true,
      filter: true,
      sort: true,
      create: true,
      rule: z.email('is not an e-mail address'),
    },
    name: { label: 'Name', search: true, filter: true, sort: true, create: true, update: true },
    number: { label: 'Number', filter: true, sort: true, update: true, permission: 'sample:private' },
    state: {
      label: 'State',
      filter: true,
      update: true,
      values: { added: { label: 'Added' }, mailed: { label: 'Mailed', tone: 'good' } },
    },
    campaignId: { label: 'Campaign', filter: true, create: true, update: true },
    problem: { label: 'Problem', filter: true, update: true, display: 'longText' },
    notifiedAt: { label: 'Notified', filter: true, sort: true, update: true },
    createdAt: { label: 'Added', filter: true, sort: true },
  },
  computed: {
    certificates: {
      label: 'Certificates',
      display: 'number',
      async of(rows, core) {
        const groups = await core.db.certificate.groupBy({
          by: ['recipientId'],
          where: { recipientId: { in: rows.map((row) => row.id) } },
          _count: { _all: true },
        });
        return Object.fromEntries(groups.map((group) => [group.recipientId, group._count._all]));
      },
    },
  },
  sort: ['createdAt', 'desc'],
  views: [{ label: 'With problem', where: { problem: { not: null } } }],
  children: [{ resource: 'Certificate', by: 'recipientId', label: 'Certificates' }],
});

export const certificates = resource('Certificate', {
  label: { one: 'certificate', many: 'certificates' },
  group: 'Sample',
  title: 'name',
  permissions: { read: 'sample:certificates' },
  columns: {
    name: { label: 'Name' },
    issuedOn: { label: 'Issued on', filter: true, sort: true },
    recipientId: { label: 'Recipient', filter: true },
  },
  sort: ['createdAt', 'desc'],
});

export const sampleModule = defineModule({
  name: 'sample',
  label: 'Sample',
  permissions: {
    [read]: 'See',
    [write]: 'Change',
    'sample:private': 'See numbers',
    'sample:certificates': 'See certificates',
  },
  scopes: { 'sample-campaign': { label: 'One campaign', resource: 'Campaign' } },
  resources: [campaigns, recipients, certificates],
});
