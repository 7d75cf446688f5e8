// The public doors: the six routes of the wire contract, the claim page's own two, and verification.
import { z } from 'zod';
import { type LimitRule, route, unauthenticated } from '../../core/index.ts';
import { campaignOfKey, maxPictureBytes, setTemplate } from './campaigns.ts';
import { type ClaimResult, findByToken, submitName } from './claim.ts';
import { claimedPicture, claimStatus } from './claim-page.ts';
import { no, ok, type WireAnswer } from './envelope.ts';
import { noticeProgress, startNotices } from './notice-run.ts';
import { configureCampaign } from './organiser-config.ts';
import { addRecipients } from './recipients.ts';
import { readEntries } from './recipients-list.ts';
import { verificationRoutes } from './verification-routes.ts';

// Whole schools and offices come from one address, so these stop floods, not people.
const reading: LimitRule = { name: 'certificates.read', points: 3000, seconds: 300 };
const claiming: LimitRule = { name: 'certificates.claim', points: 3000, seconds: 300 };
const organising: LimitRule = { name: 'certificates.organise', points: 600, seconds: 300 };

const key = '3Zk9…';
/** A field that the contract takes in any shape and answers with a sentence; the schema says only what belongs there. */
const said = (description: string, ...examples: unknown[]) => z.unknown().optional().meta({ description, examples });
const organiserKey = said("The organiser's key.", key);
const link = said("The token of the person's link.", 'pQ2m…');
/** The original's word for "not you", which its front ends show. */
const refused = no(1, '网络异常');
const alreadyMailed = 'You have submitted your information already, please check your email';

/** What a submitted name is answered with. */
function answerClaim(result: ClaimResult): WireAnswer {
  switch (result.kind) {
    case 'mailed':
      return ok(
        null,
        'You have submitted your information successfully, the certificate is sent to you, please check your email',
      );
    case 'on-its-way':
      return ok(null, 'You have submitted your information successfully, the certificate is on its way to you');
    case 'bad-name':
      return no(
        1,
        result.reason === 'the name is missing' ? 'Name is required' : `Name cannot be used: ${result.reason}`,
      );
    case 'unknown-token':
      return no(2, 'Token is not available, please use the link in your latest email');
    case 'already-mailed':
      return no(3, alreadyMailed);
    case 'failed':
      return no(4, `The certificate could not be made or sent: ${result.reason}`);
  }
}

const getUserInfo = route({
  method: 'get',
  path: '/api/getUserInfo',
  summary: 'Who a link belongs to',
  query: z.looseObject({ token: link }),
  limits: [reading],
  docs: { answer: ok({ email: 'ada@example.org', name: 'Ada' }) },
  async handle({ query, core }) {
    const row = await findByToken(core, query.token);
    if (!row) return no(1, 'user not in server');
    return row.state === 'mailed' ? no(1, alreadyMailed) : ok({ email: row.email, name: row.name });
  },
});

const submitUserInfo = route({
  method: 'post',
  path: '/api/submitUserInfo',
  summary: 'Stores the name and mails the certificate',
  body: z.looseObject({ token: link, name: said('1 to 100 visible characters.', 'Ada Lovelace') }),
  docs: {
    description:
      'Code 1: the name does not fit; 2: the token is not good; 3: mailed already; 4: drawing or mailing failed.',
    answer: answerClaim({ kind: 'mailed' }),
  },
  accepts: ['any-json'],
  maxBytes: 64_000,
  limits: [claiming],
  handle: async ({ body, core }) => answerClaim(await submitName(core, body.token, body.name)),
});

const addUserData = route({
  method: 'post',
  path: '/api/addUserData',
  summary: 'Adds recipients',
  body: z.looseObject({
    token: organiserKey,
    email: said('Addresses, each with a number after a comma if there is one.', [
      'ada@example.org',
      'bob@example.org,42',
    ]),
  }),
  docs: { answer: ok({ added: 1, skipped: [{ line: 2, reason: 'is there already' }] }, 'update emails successfully') },
  accepts: ['any-json'],
  maxBytes: 2_000_000,
  limits: [organising],
  async handle({ body, core }) {
    const organiser = await campaignOfKey(core, body.token);
    if (!organiser) return refused;
    if (!Array.isArray(body.email)) return no(1, 'email must be a list such as ["a@example.org", "b@example.org,42"]');
    const list = readEntries(body.email);
    const { added, skipped } = await core.transaction(organiser.actor, (work) =>
      addRecipients(work, organiser.campaign.id, list),
    );
    return ok({ added, skipped: skipped.map(({ line, reason }) => ({ line, reason })) }, 'update emails successfully');
  },
});

const uploadImage = route({
  method: 'post',
  path: '/api/uploadImage',
  summary: "Replaces the campaign's picture",
  body: z.looseObject({}),
  docs: {
    headers: { Token: "The organiser's key." },
    files: { template: 'PNG, JPEG or WebP, 10 MB and 40 megapixels at most.' },
    answer: ok(null, 'upload successfully'),
  },
  accepts: ['multipart'],
  maxBytes: maxPictureBytes + 100_000,
  maxFiles: 1,
  limits: [organising],
  async admits({ header, core }) {
    const organiser = await campaignOfKey(core, header('token'));
    if (!organiser) throw unauthenticated(refused.message);
    return organiser;
  },
  async handle({ caller: organiser, files, core }) {
    const file = files.find(({ field }) => field === 'template');
    if (!file) return no(1, 'the file field "template" is missing');
    await core.transaction(organiser.actor, (work) => setTemplate(work, organiser.campaign.id, file.bytes));
    return ok(null, 'upload successfully');
  },
});

const updateOrgConfig = route({
  method: 'post',
  path: '/api/updateOrgConfig',
  summary: "Changes the campaign's organisation, positions and mail server",
  body: z.looseObject({
    token: organiserKey,
    name: said('The organisation.', 'Green Hands'),
    website: said('Its address.', 'https://example.org'),
    name_horizontal_pos: said('Where the name is drawn, in pixels of the template.', 375),
    name_vertical_pos: said('Where the name is drawn, in pixels of the template.', 600),
    username: said('The sender at the mail server.', 'office@example.org'),
    password: said('Its password; it is never given out again.'),
  }),
  docs: {
    description: 'Absent and empty values keep the old ones.',
    answer: ok(null, 'update config successfully'),
  },
  accepts: ['any-json'],
  limits: [organising],
  async handle({ body, core }) {
    const organiser = await campaignOfKey(core, body.token);
    if (!organiser) return refused;
    await core.transaction(organiser.actor, (work) => configureCampaign(work, organiser.campaign, body));
    return ok(null, 'update config successfully');
  },
});

const email = route({
  method: 'post',
  path: '/api/email',
  summary: 'Starts the notices, or tells how far they are',
  body: z.looseObject({ token: organiserKey, action: said('send or query', 'query') }),
  docs: { answer: ok(null, 'start send email jobs successfully') },
  accepts: ['any-json'],
  limits: [organising],
  async handle({ body, core }) {
    const organiser = await campaignOfKey(core, body.token);
    if (!organiser) return refused;
    if (body.action === 'send') {
      await startNotices(core, organiser.actor, organiser.campaign.id);
      return ok(null, 'start send email jobs successfully');
    }
    if (body.action === 'query') return ok(await noticeProgress(core, organiser.campaign.id));
    return no(1, 'action must be send or query');
  },
});

const status = route({
  method: 'post',
  path: '/api/certificates/claim',
  summary: 'What the claim page shows for a link; changes nothing',
  body: z.looseObject({ token: link }),
  accepts: ['any-json'],
  maxBytes: 10_000,
  limits: [reading],
  handle: async ({ body, core }) => (await claimStatus(core, body.token)) ?? no(1, 'user not in server'),
});

const picture = route({
  method: 'post',
  path: '/api/certificates/claim/picture',
  summary: "The claimed certificate's picture, for whoever holds the link",
  body: z.looseObject({ token: link }),
  accepts: ['any-json'],
  maxBytes: 10_000,
  limits: [reading],
  handle: async ({ body, core }) => (await claimedPicture(core, body.token)) ?? no(1, 'no certificate yet'),
});

/** All routes of the module. */
export const routes = [
  getUserInfo,
  submitUserInfo,
  addUserData,
  uploadImage,
  updateOrgConfig,
  email,
  status,
  picture,
  ...verificationRoutes,
];
