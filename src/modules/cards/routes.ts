// The public doors: the action endpoint, the uploads, and the pictures, sounds and films themselves.
import { z } from 'zod';
import {
  Answer,
  type Core,
  type LimitRule,
  notFound,
  route,
  StewardError,
  type UploadedFile,
} from '../../core/index.ts';
import { accountActions } from './account-wire.ts';
import { cardActions } from './card-wire.ts';
import { wireEnvelope } from './envelope.ts';
import { sendMedia } from './media-answer.ts';
import { findPicture, maxPictureBytes, wearPicture } from './pictures.ts';
import { missing, notSignedIn } from './refusals.ts';
import { findReadable, keepResource, maxResourceBytes } from './resources.ts';
import { type Account, accountOfSession, sessionCookie, writeCookie } from './sessions.ts';
import { type AnyWireAction, callAction, WithCookie } from './wire-action.ts';

const acting: LimitRule = { name: 'cards.act', points: 6000, seconds: 300 };
const uploading: LimitRule = { name: 'cards.upload', points: 600, seconds: 300 };
const loading: LimitRule = { name: 'cards.load', points: 12_000, seconds: 300 };

/** Every action of the endpoint by its name. */
export const wireActions: ReadonlyMap<string, AnyWireAction> = new Map(
  [...accountActions, ...cardActions].map((action) => [action.name, action as AnyWireAction]),
);

const cookieHeader = { Cookie: 'sessionid, as signing in sets it.' };
const version = z
  .unknown()
  .optional()
  .meta({ description: 'Of the client; not looked at.', examples: [2] });

const courtesy = route({
  method: 'post',
  path: '/api/courtesy',
  summary: 'All actions of accounts, cards, codes, resources and news',
  body: z.unknown(),
  accepts: ['any-json'],
  maxBytes: 200_000,
  refusesForeign: true,
  limits: [acting],
  docs: {
    description:
      'Always HTTP 200; `error` 0 or a code: 400 not JSON, 401 a field does not fit, 402 a field is missing, 403 not signed in, 404 unknown action or object, 405 account taken, 406 wrong e-mail or password, 407 account banned, 423 code unknown, 424 code recorded, 425 not the author or not editable, 426 card banned, 429 too often, 430 file missing, 434 token exists, 503 fault.',
    headers: cookieHeader,
    variants: [...wireActions.values()].map(({ name, summary, needsSession, input, answer }) => ({
      name,
      summary: needsSession ? `${summary}. Needs a session.` : `${summary}.`,
      body: z.object({ action: z.literal(name), version, ...input.shape }),
      answer: answer ?? {},
    })),
  },
  async handle({ body, core, address, header }) {
    const cookie = sessionCookie(header('cookie'));
    const result = await callAction(core, wireActions, body, { address, cookie });
    if (!(result instanceof WithCookie)) return result ?? {};
    return new Answer(200, wireEnvelope.success({}).body, { 'Set-Cookie': writeCookie(core, result.cookie) });
  },
});

interface UploadKind {
  kind: string;
  /** Names of the file's field. */
  fields: readonly string[];
  words: string;
  maxBytes: number;
  keep(core: Core, account: Account, file: UploadedFile): Promise<{ id: string; sha_256?: string }>;
}

function uploadRoute({ kind, fields, words, maxBytes, keep }: UploadKind) {
  const [field = kind] = fields;
  return route({
    method: 'post',
    path: `/upload/${kind}`,
    summary: `Uploads ${words}`,
    body: z.looseObject({}),
    accepts: ['multipart'],
    maxBytes: maxBytes + 100_000,
    maxFiles: 1,
    refusesForeign: true,
    limits: [uploading],
    docs: {
      headers: cookieHeader,
      files: { [field]: `The file; the field may also be called ${fields.join(' or ')}.` },
      answer: { id: '59d632f13aef67deace793df18174dc0' },
    },
    async admits({ core, header }) {
      const account = await accountOfSession(core, sessionCookie(header('cookie')));
      if (!account) throw notSignedIn();
      return account;
    },
    async handle({ core, files, caller: account }) {
      const file = files.find((one) => fields.includes(one.field));
      if (!file) throw missing(field);
      return keep(core, account, file);
    },
  });
}

const uploads = [
  uploadRoute({
    kind: 'avatar',
    fields: ['avatar', 'avater'],
    words: 'an avatar of 300 × 300 pixels or more, which is worn at once',
    maxBytes: maxPictureBytes,
    keep: async (core, account, { bytes }) => ({ id: await wearPicture(core, account, 'avatar', bytes) }),
  }),
  uploadRoute({
    kind: 'banner',
    fields: ['banner'],
    words: 'a banner, 1200 pixels wide or wider, which is worn at once',
    maxBytes: maxPictureBytes,
    keep: async (core, account, { bytes }) => ({ id: await wearPicture(core, account, 'banner', bytes) }),
  }),
  uploadRoute({
    kind: 'card_res',
    fields: ['res', 'card_res'],
    words: 'a picture, sound or film for a card, 20 MB at most; the same content has the same id',
    maxBytes: maxResourceBytes,
    async keep(core, account, file) {
      const { name, sha256 } = await keepResource(core, file, { accountId: account.id });
      return { id: name, sha_256: sha256 };
    },
  }),
];

// What is loaded as a picture or film is answered with the status that loaders know. A name is checked before it is looked up, and
// never becomes a path.
async function orAbsent(load: () => Promise<Answer>): Promise<Answer> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof StewardError) || error.status !== 404) throw error;
    return new Answer(404, { error: 404, message: error.message });
  }
}

function named(text: string, shape: RegExp): RegExpExecArray {
  const found = shape.exec(text);
  if (!found) throw notFound('This file does not exist.');
  return found;
}

const avatar = route({
  method: 'get',
  path: '/static/avatar/:file',
  summary: 'An avatar as a square of 300, 150 or 60 pixels: <id>_300.png',
  params: z.object({ file: z.string() }),
  limits: [loading],
  docs: { produces: 'image/png' },
  handle: ({ core, params, header }) =>
    orAbsent(async () => {
      const [file, name = '', size = ''] = named(params.file, /^([0-9a-f]{32})_(300|150|60)\.png$/);
      const { id } = await findPicture(core, 'avatar', name, size);
      return sendMedia(core, { fileId: id, mediaType: 'image/png', name: file, seconds: 3600 }, header('range'));
    }),
});

const banner = route({
  method: 'get',
  path: '/static/banner/:file',
  summary: 'A banner, 1200 pixels wide: <id>_1200.jpg',
  params: z.object({ file: z.string() }),
  limits: [loading],
  docs: { produces: 'image/jpeg' },
  handle: ({ core, params, header }) =>
    orAbsent(async () => {
      const [file, name = '', size = ''] = named(params.file, /^([0-9a-f]{32})_(1200)\.jpg$/);
      const { id } = await findPicture(core, 'banner', name, size);
      return sendMedia(core, { fileId: id, mediaType: 'image/jpeg', name: file, seconds: 3600 }, header('range'));
    }),
});

const cardRes = route({
  method: 'get',
  path: '/static/card_res/:id',
  summary: 'A picture, sound or film of a card or of news, for whoever may see them',
  params: z.object({ id: z.string() }),
  query: z.object({ qr_id: z.string().max(200).optional().meta({ description: 'Of the code of a private card.' }) }),
  limits: [loading],
  docs: { produces: 'application/octet-stream', headers: { ...cookieHeader, Range: 'A part in bytes.' } },
  handle: ({ core, params, query, header }) =>
    orAbsent(async () => {
      const [wanted] = named(params.id, /^[0-9a-f]{32}$/);
      const account = await accountOfSession(core, sessionCookie(header('cookie')));
      const { fileId, mediaType, name } = await findReadable(core, wanted, {
        accountId: account?.id,
        qrId: query.qr_id,
      });
      // Short: a ban must be felt.
      return sendMedia(core, { fileId, mediaType, name, seconds: 60 }, header('range'));
    }),
});

/** All routes of the module. */
export const routes = [courtesy, ...uploads, avatar, banner, cardRes];
