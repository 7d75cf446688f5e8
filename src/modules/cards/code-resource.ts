// How styles, orders, codes and scans appear in the panel.
import { z } from 'zod';
import { countOf, phrase, resource } from '../../core/index.ts';
import { createBatch, deleteBatch, mostCodes } from './batches.ts';
import { batchActions, codeActions, styleActions } from './code-actions.ts';
import { codeUrl } from './sheets.ts';
import { createStyle, deleteStyle, updateStyle } from './styles.ts';
import { logoTool } from './tools.ts';

const read = 'cards:read';
const print = 'cards:print';
const group = 'Cards';
const color = z.string().regex(/^#[0-9a-f]{6}$/i, 'must look like #1a2b3c');
const place = z.string().trim().max(200);

/** How codes are drawn. */
export const styles = resource('QrStyle', {
  label: { one: 'QR style', many: 'QR styles' },
  group,
  icon: 'Droplet',
  title: 'name',
  permissions: { read, create: print, update: print, delete: print },
  columns: {
    name: {
      label: 'Name',
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(100),
    },
    color: { label: 'Colour of the code', help: 'Dark, for example #1a2b3c.', create: true, update: true, rule: color },
    background: {
      label: 'Colour of the ground',
      help: 'Light, for example #ffffff.',
      create: true,
      update: true,
      rule: color,
    },
    level: {
      label: 'Error level',
      help: 'How much of a code may be dirty or torn. With a logo it is always H.',
      filter: true,
      create: true,
      update: true,
      values: { L: { label: 'L, 7 %' }, M: { label: 'M, 15 %' }, Q: { label: 'Q, 25 %' }, H: { label: 'H, 30 %' } },
    },
    logoId: { label: 'Logo', display: 'file' },
    createdAt: { label: 'Created', filter: true, sort: true, list: false },
  },
  sort: ['createdAt', 'desc'],
  actions: styleActions,
  tools: { logo: logoTool },
  write: {
    create: createStyle,
    update: updateStyle,
    delete: deleteStyle,
  },
  empty: 'A style says how codes look: colours and a logo. Make one, then create codes in it.',
  children: [{ resource: 'QrBatch', by: 'styleId', label: 'Orders' }],
});

/** Orders of codes. */
export const batches = resource('QrBatch', {
  label: { one: 'order of codes', many: 'orders of codes' },
  group,
  icon: 'Grid',
  title: (row) => phrase(`Order ${row.number}`),
  titleIsWords: true,
  permissions: { read, create: print, update: print, delete: print, export: 'cards:export' },
  columns: {
    number: { label: 'Number', filter: true, sort: true },
    styleId: { label: 'Style', help: 'Without one the codes are black on white.', filter: true, create: true },
    channel: {
      label: 'Channel',
      help: 'A number of yours for where they go; clients see it.',
      filter: true,
      sort: true,
      create: true,
      rule: z.number().int('must be a whole number').min(0).max(2_147_483_647),
    },
    ordered: {
      label: 'Codes',
      filter: true,
      sort: true,
      create: true,
      rule: z
        .number()
        .int('must be a whole number')
        .min(1, 'must be 1 or more')
        .max(mostCodes, `may be ${mostCodes} at most`),
    },
    place: {
      label: 'Where',
      help: 'Where they are printed or handed out.',
      search: true,
      filter: true,
      create: true,
      update: true,
      rule: place,
    },
    finishedAt: { label: 'Finished', filter: true, sort: true, list: false },
    createdAt: { label: 'Ordered', filter: true, sort: true },
  },
  computed: {
    progress: {
      label: 'Codes made',
      display: 'progress',
      async of(rows, core) {
        const found = await core.db.qrBatch.findMany({ where: { id: { in: rows.map(({ id }) => id) } } });
        return Object.fromEntries(found.map(({ id, made, ordered }) => [id, { done: made, total: ordered }]));
      },
    },
    scanned: {
      label: 'Scans',
      display: 'number',
      async of(rows, core) {
        const batchId = { in: rows.map(({ id }) => id) };
        const sums = await core.db.qrCode.groupBy({ by: ['batchId'], where: { batchId }, _sum: { scanCount: true } });
        return Object.fromEntries(sums.map((one) => [one.batchId ?? '', one._sum.scanCount ?? 0]));
      },
    },
    recorded: {
      label: 'With a card',
      display: 'number',
      of: countOf('QrCode', 'batchId', { recordedAt: { not: null } }),
    },
  },
  sort: ['createdAt', 'desc'],
  views: [{ label: 'Being made', where: { finishedAt: null } }],
  actions: batchActions,
  write: {
    create: (work, values) =>
      createBatch(work, {
        ordered: values.ordered ?? 1,
        channel: values.channel ?? 0,
        styleId: values.styleId,
        place: values.place ?? '',
      }),
    delete: deleteBatch,
  },
  empty: 'Order codes here, or in a style. They are made in the background and can then be downloaded for printing.',
  children: [{ resource: 'QrCode', by: 'batchId', label: 'Codes' }],
});

/** Printed codes. */
export const codes = resource('QrCode', {
  label: { one: 'QR code', many: 'QR codes' },
  group,
  icon: 'Maximize',
  title: 'uniqueId',
  permissions: { read, update: print, export: 'cards:export' },
  columns: {
    uniqueId: { label: 'Id', search: true, filter: true },
    channel: { label: 'Channel', filter: true, sort: true },
    styleId: { label: 'Style', filter: true, list: false },
    batchId: { label: 'Order', filter: true },
    place: {
      label: 'Printed elsewhere',
      help: 'If this one went elsewhere than its order.',
      filter: true,
      list: false,
      update: true,
      rule: place,
    },
    scanCount: { label: 'Scans', filter: true, sort: true },
    recordedAt: { label: 'Recorded', filter: true, sort: true },
    cardId: { label: 'Card', filter: true },
    createdAt: { label: 'Made', filter: true, sort: true, list: false },
  },
  computed: {
    address: {
      label: 'Address',
      display: 'link',
      list: false,
      of: async (rows, core) => Object.fromEntries(rows.map(({ id, uniqueId }) => [id, codeUrl(core, uniqueId)])),
    },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'With a card', where: { recordedAt: { not: null } } },
    { label: 'Scanned without a card', where: { recordedAt: null, scanCount: { gt: 0 } } },
    { label: 'Never scanned', where: { scanCount: 0 } },
  ],
  actions: codeActions,
  empty: 'Codes appear here once an order is made.',
  children: [{ resource: 'QrScanDay', by: 'codeId', label: 'Scans by day' }],
});

/** How often codes were scanned, day by day. */
export const scans = resource('QrScanDay', {
  label: { one: 'day of scans', many: 'scans by day' },
  group,
  icon: 'Activity',
  title: (row) => phrase(`Scans on ${row.day.toISOString().slice(0, 10)}`),
  titleIsWords: true,
  permissions: { read, export: 'cards:export' },
  columns: {
    day: { label: 'Day', display: 'date', filter: true, sort: true },
    codeId: { label: 'Code', filter: true },
    count: { label: 'Scans', filter: true, sort: true },
  },
  sort: ['day', 'desc'],
  empty: 'Scans are counted here by day as people point their telephones at codes.',
});
