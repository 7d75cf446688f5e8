// Signing in, and the pictures that anybody may upload and see.
import { z } from 'zod';
import {
  Answer,
  addressKey,
  type Core,
  checkPassword,
  checkSecondFactor,
  fileHeaders,
  findAccount,
  invalid,
  type LimitRule,
  notFound,
  route,
  StewardError,
} from '../../core/index.ts';
import { nothing } from './envelope.ts';
import { fileNameShape } from './fields.ts';
import { callerOf, newToken, type SignedIn, signedInAs, tokenOf } from './session.ts';
import { keepUpload, maxImageBytes } from './uploads.ts';

// Whole campuses come from one address, so these stop floods, not people.
const asking: LimitRule = { name: 'clubs.session', points: 600, seconds: 300 };
const uploading: LimitRule = { name: 'clubs.upload', points: 120, seconds: 3600 };
const watching: LimitRule = { name: 'clubs.static', points: 6000, seconds: 300 };

const signInBody = z.object(
  {
    account: z.string('must be a text').max(255, 'is too long'),
    password: z.string('must be a text').max(1000, 'is too long'),
    code: z.string('must be a text').max(40, 'is too long').default(''),
  },
  'and password are missing',
);

const session = route({
  method: 'post',
  path: '/api/session',
  summary: 'Signs in by a token or an account with its password',
  body: z.unknown().optional(),
  accepts: ['any-json'],
  maxBytes: 10_000,
  limits: [asking],
  ignoresBody: async ({ core, header }) => (await callerOf(core, header('authorization'))).role !== 0,
  exposes: ['X-Role'],
  docs: {
    description:
      'A good token in the header is enough, and comes back. Else the body: {account, password}, with the code of the second factor where there is one. 204: they do not fit together. The header X-Role of the answer is 1 for a club, 2 for an administrator.',
    headers: { Authorization: 'The token, raw or after "Bearer".' },
    answer: { id: 7, name: 'Canal Rowing Club', logo: '5d41402abc4b2a76b9719d911017c592.png', token: 'eyJ…' },
  },
  async handle({ body, header, core, address }) {
    const caller = await callerOf(core, header('authorization'));
    if (caller.role !== 0) return welcome(caller, tokenOf(header('authorization')) ?? '');
    const given = signInBody.safeParse(body);
    if (!given.success) {
      const issue = given.error.issues[0];
      throw invalid('Send account and password.', {
        [String(issue?.path[0] ?? 'account')]: issue?.message ?? 'is missing',
      });
    }
    return signIn(core, given.data, address);
  },
});

async function signIn(core: Core, given: z.output<typeof signInBody>, address: string): Promise<Answer> {
  try {
    const operator = await checkPassword(core, given.account.trim(), given.password, addressKey(address));
    const caller = await signedInAs(core, operator);
    if (!caller) return nothing();
    await checkSecondFactor(core, operator, given.code);
    const fresh = await findAccount(core, caller.account);
    return fresh ? welcome(caller, newToken(core, fresh)) : nothing();
  } catch (error) {
    if (error instanceof StewardError && error.code === 'wrong-pair') return nothing();
    throw error;
  }
}

function welcome({ role, club, actor }: SignedIn, token: string): Answer {
  const { number: id, name, logo } = club ?? { number: 0, name: actor.name, logo: '' };
  return new Answer(200, { id, name, logo, token }, { 'X-Role': String(role) });
}

const images = route({
  method: 'post',
  path: '/api/images',
  summary: 'Uploads a picture to be named in an application or an activity',
  body: z.looseObject({}),
  accepts: ['multipart'],
  maxBytes: maxImageBytes + 20_000,
  maxFiles: 1,
  limits: [uploading],
  docs: {
    description: 'It is written anew. What nothing names within 24 hours goes.',
    files: { file: 'PNG, JPEG, WebP or GIF, 5 MB and 40 megapixels at most.' },
    answer: { filename: '5d41402abc4b2a76b9719d911017c592.png' },
  },
  async handle({ files, core }) {
    const file = files.find(({ field }) => field === 'file');
    if (!file) throw invalid('The file is missing.', { file: 'is missing' });
    return { filename: await keepUpload(core, file.bytes) };
  },
});

const picture = route({
  method: 'get',
  path: '/static/:filename',
  summary: 'A picture of an approved club or activity',
  params: z.object({ filename: z.string() }),
  limits: [watching],
  docs: { produces: 'image/png', description: 'Evidence is never among them.' },
  async handle({ params, core, header }) {
    const fileId = fileNameShape.test(params.filename) ? await publicPicture(core, params.filename) : undefined;
    if (!fileId) throw notFound('There is no such picture.');
    const file = await core.files.find(fileId);
    const headers: Record<string, string> = {
      ...fileHeaders(file, false),
      'Cross-Origin-Resource-Policy': 'cross-origin',
      // What is taken back must be gone soon.
      'Cache-Control': 'public, max-age=300',
    };
    if (header('if-none-match') === headers.ETag) return new Answer(304, null, headers);
    return new Answer(200, await core.files.bytes(fileId), headers);
  },
});

/** Returns the kept file of a logo, poster or QR code that belongs to something public. Evidence is not even looked for. */
async function publicPicture(core: Core, name: string): Promise<string | undefined> {
  const club = await core.db.club.findFirst({
    where: { logo: name, logoId: { not: null }, state: 'approved' },
    select: { logoId: true },
  });
  if (club?.logoId) return club.logoId;
  const activity = await core.db.activity.findFirst({
    where: { state: 'approved', OR: [{ poster: name }, { qrcode: name }] },
    select: { poster: true, posterId: true, qrcodeId: true },
  });
  return (activity?.poster === name ? activity.posterId : activity?.qrcodeId) ?? undefined;
}

/** The routes of signing in and of pictures. */
export const sessionRoutes = [session, images, picture];
