// How campaigns, recipients and certificates appear in the panel. What is not listed here does not exist there.
import { z } from 'zod';
import { type Actor, type Core, importOf, languageColumn, type Row, resource } from '../../core/index.ts';
import { certificateActions, recipientActions } from './actions.ts';
import { createCampaign, deleteCampaign, mustBeAddress, updateCampaign } from './campaigns.ts';
import { cleanName, nameProblem } from './person-name.ts';
import { deleteRecipient, importRecipients, updateRecipient } from './recipients.ts';
import { headings, isAddress } from './recipients-list.ts';
import { designTool, organiserKeyTool, recipientsTool } from './tools.ts';
import { verifyUrl } from './verify-url.ts';

const group = 'Certificates';
const read = 'certificates:read';
const manage = 'certificates:manage';
const taken = 'certificates:export';
const bound = (actor: Actor) => actor.scopeId ?? '';
const stateValues = {
  added: { label: 'Added', tone: 'quiet' },
  notified: { label: 'Notified', tone: 'busy' },
  submitted: { label: 'Submitted', tone: 'busy' },
  drawn: { label: 'Drawn', tone: 'busy' },
  mailed: { label: 'Mailed', tone: 'good' },
} as const;
const webAddress = z
  .string()
  .trim()
  .max(500)
  .refine((address) => {
    try {
      if (address) mustBeAddress('address', address);
      return true;
    } catch {
      return false;
    }
  }, 'must be an address such as https://example.org');

/** Counts each campaign's recipients by state, in one query. */
async function countByState(rows: Row<'Campaign'>[], core: Core) {
  const counts = await core.db.recipient.groupBy({
    by: ['campaignId', 'state'],
    where: { campaignId: { in: rows.map(({ id }) => id) } },
    _count: { _all: true },
  });
  return (id: string, states: string[]) =>
    counts
      .filter((one) => one.campaignId === id && states.includes(one.state))
      .reduce((sum, one) => sum + one._count._all, 0);
}

const everyState = Object.keys(stateValues);

/** Campaigns with their progress and their own screens. */
export const campaigns = resource('Campaign', {
  label: { one: 'campaign', many: 'campaigns' },
  group,
  icon: 'Award',
  title: 'title',
  permissions: { read, create: manage, update: manage, delete: manage, export: taken },
  scopes: { campaign: (actor) => ({ id: bound(actor) }), key: (actor) => ({ id: bound(actor) }) },
  columns: {
    title: {
      label: 'Title',
      help: 'Stands in the mails and, without a picture of your own, on the certificate.',
      search: true,
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(150),
    },
    organisation: {
      label: 'Organisation',
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(200),
    },
    website: { label: 'Website', display: 'link', list: false, create: true, update: true, rule: webAddress },
    language: {
      label: 'Language of the mails',
      list: false,
      filter: true,
      create: true,
      update: true,
      ...languageColumn,
    },
    linkDays: {
      label: 'Days a link works',
      list: false,
      create: true,
      update: true,
      rule: z.number().int('must be a whole number').min(1, 'is too small').max(3650, 'is too large'),
    },
    dateFormat: {
      label: 'Date on the certificate',
      help: 'YYYY, MM, DD and whatever stands between them, for example YYYY年MM月DD日.',
      list: false,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(40),
    },
    claimAddress: {
      label: 'Other claim page',
      help: 'Only if volunteers should claim on a page of your own that speaks our API. Empty: the page that comes with Steward.',
      display: 'link',
      list: false,
      update: true,
      rule: webAddress,
    },
    slug: { label: 'Short name', help: 'For the command line and addresses.', list: false },
    createdAt: { label: 'Created', sort: true, filter: true, list: false },
  },
  computed: {
    progress: {
      label: 'Mailed',
      display: 'progress',
      async of(rows, core) {
        const count = await countByState(rows, core);
        return Object.fromEntries(
          rows.map(({ id }) => [id, { done: count(id, ['mailed']), total: count(id, everyState) }]),
        );
      },
    },
    ...stateCount('waiting', 'To notify', ['added']),
    ...stateCount('notified', 'Waiting for a claim', ['notified']),
    ...stateCount('underWay', 'Under way', ['submitted', 'drawn']),
    failed: {
      label: 'Failed',
      display: 'number',
      async of(rows, core) {
        const found = await core.db.recipient.groupBy({
          by: ['campaignId'],
          where: { campaignId: { in: rows.map(({ id }) => id) }, problem: { not: null } },
          _count: { _all: true },
        });
        const counts = new Map(found.map((one) => [one.campaignId, one._count._all]));
        return Object.fromEntries(rows.map(({ id }) => [id, counts.get(id) ?? 0]));
      },
    },
  },
  sort: ['createdAt', 'desc'],
  tools: { design: designTool, recipients: recipientsTool, 'organiser-key': organiserKeyTool },
  write: {
    create: (work, values) =>
      createCampaign(work, { ...values, title: values.title ?? '', organisation: values.organisation ?? '' }),
    update: (work, row, values) => updateCampaign(work, row.id, values),
    delete: (work, row) => deleteCampaign(work, row),
  },
  empty:
    'A campaign is one round of certificates: its picture, its people, its mails. Make the first one, then add recipients.',
  children: [{ resource: 'Recipient', by: 'campaignId', label: 'Recipients' }],
});

function stateCount(name: string, label: string, states: string[]) {
  return {
    [name]: {
      label,
      display: 'number' as const,
      async of(rows: Row<'Campaign'>[], core: Core) {
        const count = await countByState(rows, core);
        return Object.fromEntries(rows.map(({ id }) => [id, count(id, states)]));
      },
    },
  };
}

/** Recipients from a spreadsheet: whoever is in the campaign already gets the new name and number. */
const recipientsImport = importOf('Recipient', {
  permission: manage,
  matchBy: ['campaignId', 'email'],
  columns: {
    email: { label: 'E-mail', required: true, example: 'ada@example.org', guesses: [headings.email] },
    name: { label: 'Name', example: 'Ada Lovelace', guesses: [headings.name] },
    number: { label: 'Number', example: 'A-0042', guesses: [headings.number] },
    campaignId: { label: 'Campaign', example: '', lookUp: ['title', 'slug'] },
  },
  ask: { campaignId: { label: 'Campaign', help: 'For rows that do not name one themselves.' } },
  create: importRecipients,
});

/** The people of the campaigns and how far each is. */
export const recipients = resource('Recipient', {
  label: { one: 'recipient', many: 'recipients' },
  group,
  icon: 'Users',
  title: (row) => (row.name ? `${row.name} (${row.email})` : row.email),
  permissions: { read, update: manage, delete: manage, export: taken },
  scopes: { campaign: (actor) => ({ campaignId: bound(actor) }), key: (actor) => ({ campaignId: bound(actor) }) },
  columns: {
    email: {
      label: 'E-mail',
      display: 'email',
      search: true,
      filter: true,
      sort: true,
      update: true,
      rule: z.string().trim().toLowerCase().refine(isAddress, 'must be an e-mail address'),
    },
    name: {
      label: 'Name',
      search: true,
      filter: true,
      sort: true,
      update: true,
      rule: z
        .string()
        .transform(cleanName)
        .refine((name) => name === '' || nameProblem(name) === undefined, 'cannot stand on a certificate'),
    },
    number: { label: 'Number', filter: true, sort: true, update: true, rule: z.string().trim().max(60) },
    campaignId: { label: 'Campaign', filter: true },
    state: { label: 'State', display: 'state', filter: true, sort: true, values: stateValues },
    problem: { label: 'Problem', filter: true, words: true },
    notifiedAt: { label: 'Notified', filter: true, sort: true, list: false },
    submittedAt: { label: 'Submitted', filter: true, sort: true, list: false },
    mailedAt: { label: 'Mailed', filter: true, sort: true },
    tokenExpiresAt: { label: 'Link works until', filter: true, list: false },
    createdAt: { label: 'Added', filter: true, sort: true, list: false },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'To notify', where: { state: 'added' } },
    { label: 'Waiting for a claim', where: { state: 'notified' } },
    { label: 'Under way', where: { state: { in: ['submitted', 'drawn'] } } },
    { label: 'Mailed', where: { state: 'mailed' } },
    { label: 'Failed', where: { problem: { not: null } } },
    { label: 'Revoked', where: { certificates: { some: { revokedAt: { not: null } } } } },
  ],
  actions: recipientActions,
  write: {
    update: (work, row, values) => updateRecipient(work, row.id, values),
    delete: (work, row) => deleteRecipient(work, row.id),
  },
  imports: recipientsImport,
  empty: 'Nobody yet. Open a campaign and choose "Add recipients", or import a spreadsheet here.',
  children: [
    { resource: 'Certificate', by: 'recipientId', label: 'Certificates' },
    { resource: 'Message', by: 'recordId', label: 'Messages' },
  ],
});

/** The certificates that were drawn; they are read only. */
export const certificates = resource('Certificate', {
  label: { one: 'certificate', many: 'certificates' },
  group,
  icon: 'FileText',
  title: (row) => `${row.name} · ${row.code}`,
  permissions: { read, export: taken },
  scopes: {
    campaign: (actor) => ({ recipient: { campaignId: bound(actor) } }),
    key: (actor) => ({ recipient: { campaignId: bound(actor) } }),
  },
  columns: {
    name: { label: 'Name', search: true, filter: true, sort: true },
    number: { label: 'Number', filter: true },
    recipientId: { label: 'Recipient', filter: true },
    issuedOn: { label: 'Date', display: 'date', filter: true, sort: true },
    code: { label: 'Code', filter: true, list: false },
    revokedAt: { label: 'Revoked', filter: true, sort: true },
    revokedReason: { label: 'Reason', list: false },
    supersededAt: { label: 'Replaced', filter: true, list: false },
    pngId: { label: 'Picture', display: 'file', list: false },
    pdfId: { label: 'PDF', display: 'file', list: false },
    createdAt: { label: 'Drawn', filter: true, sort: true },
  },
  computed: {
    page: {
      label: 'Verification page',
      display: 'link',
      list: false,
      of: async (rows, core) => Object.fromEntries(rows.map(({ id, code }) => [id, verifyUrl(core, code)])),
    },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Valid', where: { revokedAt: null, supersededAt: null } },
    { label: 'Revoked', where: { revokedAt: { not: null } } },
    { label: 'Replaced', where: { supersededAt: { not: null } } },
  ],
  actions: certificateActions,
  empty: 'Certificates appear here as people claim them.',
});
