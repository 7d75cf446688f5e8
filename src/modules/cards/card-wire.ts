// The actions of cards, codes, resources and news at the endpoint.
import { z } from 'zod';
import { type Core, invalid, type LimitRule, StewardError, type Work } from '../../core/index.ts';
import { cardInfo } from './card-views.ts';
import { appealCard, createCard, deleteCard, editCard, mustBeCreatable, restoreOwnCard } from './cards.ts';
import { reportCard } from './moderation.ts';
import { newsOfDay } from './news.ts';
import { findCard, forgetReading, lookAtCode, ownCards, readCard, readHistory, scanCode } from './reading.ts';
import { missing } from './refusals.ts';
import { findByHash } from './resources.ts';
import { maxAttachments, maxTemplateBytes, readTemplate } from './templates.ts';
import { openAction, ownAction } from './wire-action.ts';
import { contentHash, day, moment, qrId, range, token } from './wire-values.ts';

const scanning: LimitRule = { name: 'cards.scan', points: 3000, seconds: 300 };
const writing: LimitRule = { name: 'cards.write', points: 1200, seconds: 300 };
const reporting: LimitRule = { name: 'cards.report', points: 20, seconds: 3600 };

const handle = '8FF5D3B4-FDC4-4326-9D75-CEACFD700EA3';
const codeExample = {
  is_recorded: true,
  scan_count: 0,
  created_at: 1456457567,
  channel: 0,
  recorded_at: 1456457593,
  card_token: handle,
  unique_id: '3a0137fbecf5a7bfbc25af10c27c54b4',
};
const cardExample = {
  token: handle,
  author: { user_id: 4, email: 't***', profile: { nick: 'test004', avatar: '1a86a0de6143dfa55d87a70ab0f302ce' } },
  read_by: '',
  is_editable: true,
  is_public: true,
  is_banned: false,
  local_template: '%xml_data%',
  resources: [],
  view_count: 1,
  edited_count: 0,
  stars: 0,
  created_at: 1456547164,
  modified_at: 1456547164,
  visible_at: 0,
  first_read_at: null,
};

const template = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .superRefine((value, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (Buffer.byteLength(JSON.stringify(value)) > maxTemplateBytes) return complain('may have 64 KB at most');
    if (readTemplate(value).hashes.length > maxAttachments) complain(`may name ${maxAttachments} files at most`);
  })
  .meta({ examples: ['%xml_data%'] });
const settings = {
  local_template: template,
  is_editable: z.boolean().default(true),
  is_public: z.boolean().default(true),
  visible_at: moment.optional(),
};
const changes = {
  local_template: template.optional(),
  is_editable: z.boolean().optional(),
  is_public: z.boolean().optional(),
  visible_at: moment.optional(),
};
const placed = { token: token.optional() };

type Given = {
  token: string;
  qr_id?: string;
  local_template: string | Record<string, unknown>;
  is_editable: boolean;
  is_public: boolean;
  visible_at?: Date | null;
};

function inputOf({ token, qr_id, local_template, is_editable, is_public, visible_at }: Given) {
  return {
    token,
    qrId: qr_id,
    template: local_template,
    isEditable: is_editable,
    isPublic: is_public,
    visibleAt: visible_at ?? null,
  };
}

/** The token, which the seed has at the top and clients within `card_info`. */
function tokenOf(input: { token?: string; card_info?: { token?: string } }): string {
  const found = input.token ?? input.card_info?.token;
  if (found === undefined) throw missing('token');
  return found;
}

/** Answers 424 with the code, as the contract has it; passes everything else on. */
async function orRecorded(core: Core, qr: string | undefined, work: () => Promise<object>): Promise<object> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StewardError) || error.code !== 'code-recorded' || qr === undefined) throw error;
    return { error: 424, qr_info: await lookAtCode(core, qr) };
  }
}

const qrQuery = openAction({
  name: 'qr_query',
  summary: 'A scan of a printed code: counts it and tells its card; scan_count is from before',
  input: z.object({ qr_id: qrId }),
  limits: [scanning],
  answer: { qr_info: codeExample, card_info: null },
  handle: ({ core, account, input }) => scanCode(core, input.qr_id, account?.id),
});

const cardQuery = openAction({
  name: 'card_query',
  summary: 'Reads a card; qr_id of the code in hand opens one that is not public',
  input: z.object({ token, qr_id: qrId.optional() }),
  limits: [scanning],
  answer: { card_info: cardExample },
  async handle({ core, account, input }) {
    try {
      return { card_info: await readCard(core, input.token, { accountId: account?.id, qrId: input.qr_id }) };
    } catch (error) {
      if (!(error instanceof StewardError) || error.code !== 'card-banned') throw error;
      return { error: 426, ...(await banOf(core, input.token, account?.id)) };
    }
  },
});

/** What the author alone is told of a ban. */
async function banOf(core: Core, token: string, accountId: string | undefined): Promise<object> {
  const card = await findCard(core.db, token);
  if (card.authorId !== accountId) return {};
  if (!card.bannedAt) return { is_deleted: true };
  return { banned_reason: card.bannedReason, appeal_note: card.appealNote };
}

const cardCreateQuery = ownAction({
  name: 'card_create_query',
  summary: 'Tells whether a card could be published so; writes nothing',
  input: z.object({
    card_info: z.object({ token, qr_id: qrId.optional(), ...settings, local_template: template.optional() }),
  }),
  limits: [writing],
  answer: { token: handle },
  handle: ({ core, input: { card_info } }) =>
    orRecorded(core, card_info.qr_id, async () => {
      // The files come between this and publishing, so they are not asked for here.
      await mustBeCreatable(core, { token: card_info.token, qrId: card_info.qr_id });
      return { token: card_info.token };
    }),
});

const cardCreate = ownAction({
  name: 'card_create',
  summary: 'Publishes a card and records it on its code, if it has one',
  input: z.object({ card_info: z.object({ token, qr_id: qrId.optional(), ...settings }) }),
  limits: [writing],
  answer: { card_info: cardExample },
  handle: ({ core, account, input: { card_info }, transaction }) =>
    orRecorded(core, card_info.qr_id, async () => {
      await mustBeCreatable(core, { ...inputOf(card_info) });
      return transaction(async (work) => {
        await createCard(work, account.id, inputOf(card_info));
        return shown(work, card_info.token, account.id);
      });
    }),
});

const cardEdit = ownAction({
  name: 'card_edit',
  summary: 'Changes an own card; what is left out stays',
  input: z.object({ ...placed, card_info: z.object({ ...placed, ...changes }) }),
  limits: [writing],
  answer: { card_info: cardExample },
  async handle({ account, input, transaction }) {
    const found = tokenOf(input);
    const { local_template, is_editable, is_public, visible_at } = input.card_info;
    const change = { template: local_template, isEditable: is_editable, isPublic: is_public, visibleAt: visible_at };
    return transaction(async (work) => {
      await editCard(work, account.id, found, change);
      return shown(work, found, account.id);
    });
  },
});

// Within the transaction: whoever gets no answer has changed nothing.
async function shown({ tx }: Work, token: string, accountId: string): Promise<object> {
  return { card_info: cardInfo(await findCard(tx, token), { accountId }, 'open') };
}

const onToken = z.object({ ...placed, card_info: z.object(placed).optional() });

const cardDelete = ownAction({
  name: 'card_delete',
  summary: 'Takes an own card back: it is shown to nobody until it is restored',
  input: onToken.meta({ examples: [{ token: handle }] }),
  limits: [writing],
  answer: { token: handle },
  handle: async ({ account, input, transaction }) => ({
    token: (await transaction((work) => deleteCard(work, account.id, tokenOf(input)))).handleAsGiven,
  }),
});

const cardRestore = ownAction({
  name: 'card_restore',
  summary: 'Shows an own card again that was taken back',
  input: onToken,
  limits: [writing],
  answer: { token: handle },
  handle: async ({ account, input, transaction }) => ({
    token: (await transaction((work) => restoreOwnCard(work, account.id, tokenOf(input)))).handleAsGiven,
  }),
});

const words = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .refine((text) => !/(?![\n\r\t])\p{Cc}/u.test(text), 'has a character that cannot be shown');

const cardAppeal = ownAction({
  name: 'card_appeal',
  summary: 'Tells staff why the ban of an own card should be lifted',
  input: z.object({ token, words: words(1000).refine((text) => text !== '', 'is empty') }),
  limits: [writing],
  answer: { token: handle },
  handle: async ({ account, input, transaction }) => ({
    token: (await transaction((work) => appealCard(work, account.id, input.token, input.words))).handleAsGiven,
  }),
});

const cardReport = openAction({
  name: 'card_report',
  summary: 'Reports a card to staff; who reports is not kept',
  input: z.object({
    token,
    reason: z.enum(['spam', 'insult', 'indecent', 'privacy', 'other']),
    words: words(500).default(''),
  }),
  limits: [reporting],
  async handle({ input: { token, reason, words }, transaction }) {
    await transaction((work) => reportCard(work, token, { reason, words }));
    return undefined;
  },
});

const myCardList = ownAction({
  name: 'my_card_list',
  summary: 'The own cards, newest first, from one place to another, both counted',
  input: z.object(range),
  answer: { cards: [cardExample], total: 1 },
  handle: ({ core, account, input }) => ownCards(core, account.id, orderly(input)),
});

const myReadHistory = ownAction({
  name: 'my_read_history',
  summary: 'The cards read while signed in, latest first',
  input: z.object(range),
  answer: {
    history: [{ token: handle, first_read_at: 1456547164, last_read_at: 1456547164, card_info: cardExample }],
    total: 1,
  },
  handle: ({ core, account, input }) => readHistory(core, account.id, orderly(input)),
});

function orderly(input: { from: number; to?: number }) {
  if (input.to !== undefined && input.to < input.from)
    throw invalid('to lies before from.', { to: 'lies before from' });
  return input;
}

const historyDelete = ownAction({
  name: 'history_delete',
  summary: 'Forgets that one card was read, or with all: true every one',
  input: z.object({ token: token.optional(), all: z.literal(true).optional() }),
  answer: { count: 1 },
  handle: async ({ account, input, transaction }) => ({
    count: await transaction((work) => forgetReading(work, account.id, input.all ? 'all' : { token: tokenOf(input) })),
  }),
});

const resQuery = openAction({
  name: 'res_query',
  summary: 'Whether a file with this SHA-256 or SHA-1 was uploaded, and its id',
  input: z.object({ hash: contentHash }),
  limits: [scanning],
  answer: {
    res: {
      sha_256: '3120c808d57e9818589b644ae2b6cb956e65f169b1972fa6de745da298a239d7',
      id: '8c28302bcaa2281eb7c0ff3c3abb30df',
    },
  },
  async handle({ core, input }) {
    const { sha256, name } = await findByHash(core, input.hash);
    return { res: { sha_256: sha256, id: name } };
  },
});

const newsQuery = openAction({
  name: 'news_query',
  summary: 'The news of a day',
  input: z.object({ s_date: day }),
  limits: [scanning],
  answer: {
    news: [
      {
        style: { style_id: 0, style_name: 'white' },
        string: 'News Card',
        image: { sha256: '', rid: 'f5f31fe7306de68436e07ef0fd0a47ee' },
        video: null,
        date: '2016-03-28',
        audio: null,
        url: null,
        type: 0,
      },
    ],
  },
  handle: async ({ core, input }) => ({ news: await newsOfDay(core, input.s_date) }),
});

/** The actions of cards, codes, resources and news. */
export const cardActions = [
  qrQuery,
  cardQuery,
  cardCreateQuery,
  cardCreate,
  cardEdit,
  cardDelete,
  cardRestore,
  cardAppeal,
  cardReport,
  myCardList,
  myReadHistory,
  historyDelete,
  resQuery,
  newsQuery,
];
