// How daily news appear in the panel.
import { z } from 'zod';
import { phrase, resource } from '../../core/index.ts';
import { newsMediaTool } from './tools.ts';

const manage = 'cards:news';

const webAddress = z
  .string()
  .trim()
  .max(500)
  .refine(
    (text) => text === '' || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
    'must be an address such as https://example.org',
  );

/** Daily news: out when their day begins. */
export const news = resource('NewsItem', {
  label: { one: 'news item', many: 'news items' },
  group: 'Cards',
  icon: 'Sun',
  title: (row) => (row.text.length > 60 ? `${row.text.slice(0, 59)}…` : row.text),
  permissions: { read: 'cards:read', create: manage, update: manage, delete: manage, export: 'cards:export' },
  columns: {
    day: {
      label: 'Day',
      help: 'It is out when this day begins.',
      display: 'date',
      filter: true,
      sort: true,
      create: true,
      update: true,
    },
    text: {
      label: 'Text',
      display: 'longText',
      search: true,
      filter: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(2000),
    },
    style: {
      label: 'Style',
      filter: true,
      create: true,
      update: true,
      display: 'state',
      values: {
        white: { label: 'White' },
        black: { label: 'Black' },
        grey: { label: 'Grey' },
        yellow: { label: 'Yellow' },
      },
    },
    url: {
      label: 'Leads to',
      help: 'With an address it is a link card.',
      display: 'link',
      list: false,
      create: true,
      update: true,
      rule: webAddress,
    },
    isDraft: { label: 'Draft', help: 'Drafts are never out.', filter: true, create: true, update: true },
    position: {
      label: 'Place within the day',
      filter: true,
      sort: true,
      list: false,
      create: true,
      update: true,
      rule: z.number().int().min(0).max(1000),
    },
    imageId: { label: 'Picture', list: false },
    audioId: { label: 'Sound', list: false },
    videoId: { label: 'Film', list: false },
    createdAt: { label: 'Written', filter: true, sort: true, list: false },
  },
  computed: {
    media: {
      label: 'With',
      words: true,
      of: async (rows) =>
        Object.fromEntries(
          rows.map(({ id, imageId, audioId, videoId }) => [
            id,
            [imageId && phrase('picture'), audioId && phrase('sound'), videoId && phrase('film')]
              .filter(Boolean)
              .join('; '),
          ]),
        ),
    },
  },
  sort: ['day', 'desc'],
  views: [
    { label: 'Drafts', where: { isDraft: true } },
    { label: 'With a sound', where: { audioId: { not: null } } },
  ],
  tools: { media: newsMediaTool },
  empty: 'Write the first piece of news and say on which day it is out; then add a picture or a sound.',
});
