// A module with exports over the certificates' tables: columns that need a permission, a worked-out one, a reference, ready-made files.
import type { Core } from '../../src/core/core.ts';
import { defineModule } from '../../src/core/module.ts';
import { resource } from '../../src/core/resource.ts';
import { campaigns, certificates, recipients } from '../kit/sample-module.ts';

const people = resource('Recipient', {
  ...(recipients as object as Parameters<typeof resource<'Recipient'>>[1]),
  permissions: { read: 'sample:read', export: 'sample:export' },
  exports: [
    {
      name: 'operator',
      label: 'For the operator',
      format: 'csv',
      separator: ';',
      bom: false,
      fileName: 'people',
      sort: ['email', 'desc'],
      columns: [
        { column: 'email', heading: 'mail' },
        'name',
        { column: 'state', heading: 'status', raw: true },
        { column: 'campaignId', heading: 'campaign_id', raw: true },
      ],
    },
    {
      name: 'numbers',
      label: 'Numbers',
      format: 'csv',
      bom: false,
      header: false,
      columns: ['number', 'certificates'],
    },
  ],
});

/** The module of the tests of exports. */
export const exporting = defineModule({
  name: 'sample',
  label: 'Sample',
  permissions: {
    'sample:read': 'See',
    'sample:write': 'Change',
    'sample:private': 'See numbers',
    'sample:certificates': 'See certificates',
    'sample:export': 'Export',
  },
  scopes: { 'sample-campaign': { label: 'One campaign', resource: 'Campaign' } },
  resources: [campaigns, people, certificates],
});

/** The id of the ready action. */
export const exportId = 'sample.export-recipient';

/** Makes a campaign with so many recipients, by one statement; `nameLength` fills their names up to so many letters. */
export async function fill(core: Core, title: string, count: number, nameLength = 0): Promise<string> {
  const campaign = await core.db.campaign.create({
    data: { slug: title.toLowerCase(), title, organisation: 'House' },
  });
  await core.db.$executeRaw`
    INSERT INTO "Recipient" (id, "campaignId", email, name, number, state, "createdAt", "updatedAt")
    SELECT ${campaign.slug} || '-' || lpad(n::text, 7, '0'), ${campaign.id}, 'p' || n || '@example.org', rpad('Ада Ловлейс ' || n, greatest(${nameLength}::int, 12 + length(n::text)), ' Ада'),
      '+4917' || lpad(n::text, 8, '0'), 'added', now(), now()
    FROM generate_series(1, ${count}::int) n`;
  return campaign.id;
}
