// How cards, reports of them and uploaded files appear in the panel.
import { type Core, clockTime, countOf, phrase, type Row, resource } from '../../core/index.ts';
import { cardActions } from './card-actions.ts';

const read = 'cards:read';
const group = 'Cards';

/** Returns the public address of a card. */
function cardUrl(core: Pick<Core, 'config'>, token: string): string {
  return `${core.config.publicUrl}/qrcode/?token=${token}`;
}

/** Cards, those with open reports first. */
export const cards = resource('GreetingCard', {
  label: { one: 'card', many: 'cards' },
  group,
  icon: 'Gift',
  title: (row) => (row.text ? row.text.slice(0, 60) : row.handleAsGiven),
  permissions: { read, export: 'cards:export' },
  columns: {
    text: { label: 'Text', display: 'longText', search: true, filter: true },
    openReports: { label: 'Open reports', filter: true, sort: true },
    authorId: { label: 'Author', filter: true, permission: 'cards:accounts' },
    readById: { label: 'First reader', list: false, permission: 'cards:accounts' },
    isPublic: { label: 'Public', filter: true, list: false },
    isEditable: { label: 'Can be changed', filter: true, list: false },
    visibleAt: { label: 'Visible from', filter: true, sort: true, list: false },
    viewCount: { label: 'Views', filter: true, sort: true },
    editedCount: { label: 'Changes', filter: true, sort: true, list: false },
    firstReadAt: { label: 'First read', filter: true, sort: true, list: false },
    bannedAt: { label: 'Banned', filter: true, sort: true },
    bannedReason: { label: 'Reason of the ban', list: false },
    appealNote: { label: 'What its author says', display: 'longText', list: false },
    appealedAt: { label: 'Appealed', filter: true, sort: true, list: false },
    deletedAt: { label: 'Taken back', filter: true, sort: true, list: false },
    handle: { label: 'Id', search: true, filter: true, list: false },
    createdAt: { label: 'Published', filter: true, sort: true },
  },
  computed: {
    page: {
      label: 'Public page',
      display: 'link',
      list: false,
      of: async (rows, core) =>
        Object.fromEntries(rows.map(({ id, handleAsGiven }) => [id, cardUrl(core, handleAsGiven)])),
    },
    files: {
      label: 'Files',
      display: 'number',
      of: countOf('CardAttachment', 'cardId'),
    },
  },
  sort: ['openReports', 'desc'],
  views: [
    { label: 'Reported', where: { openReports: { gt: 0 } } },
    { label: 'Appeals', where: { appealedAt: { not: null }, bannedAt: { not: null } } },
    { label: 'Banned', where: { bannedAt: { not: null } } },
    { label: 'Taken back', where: { deletedAt: { not: null } } },
  ],
  actions: cardActions,
  empty: 'Cards appear here as people scan codes and write.',
  children: [
    { resource: 'CardReport', by: 'cardId', label: 'Reports' },
    { resource: 'CardAttachment', by: 'cardId', label: 'Files' },
    { resource: 'QrCode', by: 'cardId', label: 'Code' },
  ],
});

/** What readers reported; open ones are closed by what staff do with the card. */
export const reports = resource('CardReport', {
  label: { one: 'report', many: 'reports' },
  group,
  inNavigation: true,
  icon: 'Flag',
  title: (row) => phrase(`Report of ${clockTime(row.createdAt).slice(0, 10)}`),
  titleIsWords: true,
  permissions: { read },
  columns: {
    reason: {
      label: 'Reason',
      filter: true,
      sort: true,
      display: 'state',
      values: {
        spam: { label: 'Advertising', tone: 'quiet' },
        insult: { label: 'Insult', tone: 'bad' },
        indecent: { label: 'Indecent', tone: 'bad' },
        privacy: { label: 'Somebody’s privacy', tone: 'busy' },
        other: { label: 'Other', tone: 'quiet' },
      },
    },
    cardId: { label: 'Card', filter: true },
    words: { label: 'In the reader’s words', display: 'longText' },
    createdAt: { label: 'Reported', filter: true, sort: true },
    handledAt: { label: 'Looked at', filter: true, sort: true },
    outcome: { label: 'What was found' },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Unresolved', where: { handledAt: null } },
    { label: 'Looked at', where: { handledAt: { not: null } } },
  ],
  empty: 'Nobody has reported a card. Readers can, on each card’s page.',
});

/** Which files a card shows. */
export const attachments = resource('CardAttachment', {
  label: { one: 'file on a card', many: 'files on cards' },
  group,
  icon: 'Paperclip',
  title: () => phrase('File of a card'),
  titleIsWords: true,
  permissions: { read },
  columns: { cardId: { label: 'Card', filter: true }, resourceId: { label: 'File', filter: true } },
  computed: {
    look: {
      label: 'Look at it',
      display: 'link',
      async of(rows, core) {
        const found = await core.db.cardResource.findMany({
          where: { id: { in: rows.map(({ resourceId }) => resourceId) } },
          select: { id: true, fileId: true },
        });
        const links = new Map(found.map(({ id, fileId }) => [id, core.files.link(fileId)]));
        return Object.fromEntries(rows.map(({ id, resourceId }) => [id, links.get(resourceId)]));
      },
    },
  },
  sort: ['id', 'asc'],
  empty: 'Pictures, sounds and films of cards appear here.',
});

function fileTitle({ kind, name }: Row<'CardResource'>): string {
  const short = name.slice(0, 8);
  if (kind === 'audio') return phrase(`Sound ${short}`);
  return kind === 'video' ? phrase(`Film ${short}`) : phrase(`Picture ${short}`);
}

/** Uploaded pictures, sounds and films. */
export const resources = resource('CardResource', {
  label: { one: 'uploaded file', many: 'uploaded files' },
  group,
  icon: 'Image',
  title: fileTitle,
  titleIsWords: true,
  permissions: { read },
  columns: {
    fileId: { label: 'File', display: 'file' },
    kind: {
      label: 'Kind',
      filter: true,
      sort: true,
      display: 'state',
      values: { image: { label: 'Picture' }, audio: { label: 'Sound' }, video: { label: 'Film' } },
    },
    mediaType: { label: 'Type', filter: true, list: false },
    size: { label: 'Bytes', filter: true, sort: true },
    accountId: { label: 'Sent by', filter: true, permission: 'cards:accounts' },
    createdAt: { label: 'Uploaded', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  views: [
    {
      label: 'On no card',
      where: {
        attachments: { none: {} },
        newsImages: { none: {} },
        newsAudios: { none: {} },
        newsVideos: { none: {} },
      },
    },
  ],
  empty: 'Files appear here as people upload them for cards.',
  children: [{ resource: 'CardAttachment', by: 'resourceId', label: 'On cards' }],
});
