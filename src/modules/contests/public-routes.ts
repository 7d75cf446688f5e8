// The doors of the wire contract, once for the current contest under the seed's addresses and once for any other by its short name.
import { z } from 'zod';
import {
  Answer,
  addressKey,
  type Core,
  invalid,
  type LimitRule,
  notFound,
  route,
  TooManyError,
} from '../../core/index.ts';
import { type Contest, currentContest, findContest } from './contests.ts';
import { register } from './registration.ts';
import { checkCode, requestCode } from './verification.ts';
import { findWinners, listWinners } from './winners.ts';
import { languageOf, say } from './words.ts';

// Whole offices come from one address, so this stops floods, not people.
const flood: LimitRule = { name: 'contests.flood', points: 3000, seconds: 300 };
const looking: LimitRule = { name: 'contests.look', points: 60, seconds: 60 };

/** What every handler needs of a request. */
interface Asked {
  core: Core;
  address: string;
  language: string;
  header(name: string): string | undefined;
  params: { slug?: string } | undefined;
}

/** A request with its contest and the language of its answers. */
interface Visit {
  contest: Contest;
  language: string;
  caller: { language: string; address: string };
}

async function visited(asked: Asked, isChange: boolean): Promise<Visit> {
  const { core, params } = asked;
  const slug = params?.slug;
  const contest = slug === undefined && isChange ? await currentContest(core) : await findContest(core, slug);
  const language = languageOf(asked.header('accept-language'), asked.language, contest.language);
  return { contest, language, caller: { language, address: addressKey(asked.address) } };
}

/** Says "too many" in the caller's language. */
async function inWords<T>(language: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof TooManyError) throw new TooManyError(error.retryAfter, say(language, 'tooMany'));
    throw error;
  }
}

const said = (description: string, ...examples: unknown[]) => z.unknown().optional().meta({ description, examples });
const phone = said('As people type it: 89091231212, +7 909 123-12-12, 79091231212.', '89091231212');
const anyBody = ['json', 'form', 'multipart'] as const;
const slugParam = z.object({ slug: z.string() });

/** The two addresses of one door. */
const twice = (path: string) =>
  [
    { path: `/api/participants/${path}`, params: undefined },
    { path: `/api/contests/:slug/participants/${path}`, params: slugParam },
  ] as const;

const phoneVerify = twice('phone_verify/').map(({ path, params }) =>
  route({
    method: 'post',
    path,
    ...(params ? { params } : {}),
    summary: 'Sends a code to a phone by SMS',
    body: z.looseObject({ phone }),
    accepts: anyBody,
    maxBytes: 20_000,
    maxFiles: 0,
    limits: [flood],
    docs: {
      description: 'The answer is the same for a phone that is registered already; its owner gets an SMS that says so.',
      answer: { success: true, sending: '89091231212' },
    },
    async handle(asked) {
      const { contest, language, caller } = await visited(asked as Asked, true);
      const given = asked.body.phone;
      const outcome = await inWords(language, () => requestCode(asked.core, contest, given, caller));
      if (outcome === 'registered' && contest.tellsRegistered) return { detail: say(language, 'phoneKnown') };
      return { success: true, sending: String(given).trim() };
    },
  }),
);

const codeVerify = twice('code/verify/').map(({ path, params }) =>
  route({
    method: 'post',
    path,
    ...(params ? { params } : {}),
    summary: 'Checks the code that a phone has got',
    body: z.looseObject({ phone, code: said('As a text or a number.', '0417', 417) }),
    accepts: anyBody,
    maxBytes: 20_000,
    maxFiles: 0,
    limits: [flood],
    docs: { answer: { verify: true, message: 'Номер телефона подтвержден' } },
    async handle(asked) {
      const { contest, language, caller } = await visited(asked as Asked, true);
      const { phone: given, code } = asked.body;
      const verify = await inWords(language, () => checkCode(asked.core, contest, { phone: given, code }, caller));
      return { verify, message: say(language, verify ? 'verified' : 'codeWrong') };
    },
  }),
);

const create = twice('create/').map(({ path, params }) =>
  route({
    method: 'post',
    path,
    ...(params ? { params } : {}),
    summary: 'Registers a participant whose phone was verified within the last hour',
    body: z.looseObject({
      first_name: said('At most 50 characters.', 'Анна'),
      second_name: said('The family name.', 'Иванова'),
      patronymic: said('May be empty.', 'Петровна'),
      birthday: said('dd.mm.yyyy', '20.05.1985'),
      address: said('At most 250 characters.', 'Петропавловск-Камчатский, ул. Ленинская, 1'),
      email: said('Once in a contest.', 'anna@example.org'),
      phone,
      district_id: said('By default the one of the contest.', 41),
    }),
    accepts: anyBody,
    maxBytes: 50_000,
    maxFiles: 0,
    limits: [flood],
    docs: {
      description: 'Other fields are ignored. Faults: 400 with a list of sentences by field.',
      answer: { status: 200, created: true, phone_number: '89091231212' },
    },
    async handle(asked) {
      const { contest, language } = await visited(asked as Asked, true);
      await register(asked.core, contest, asked.body, language);
      return { status: 200, created: true, phone_number: String(asked.body.phone).trim() };
    },
  }),
);

const winners = twice('winners').map(({ path, params }) =>
  route({
    method: 'get',
    path,
    ...(params ? { params } : {}),
    summary: 'The winners, masked; with `phone` those whose number ends in these four digits',
    query: z.looseObject({
      phone: said('The last four digits.', '0123'),
      page: said('From 1; 100 winners a page, see the Link header.', 1),
    }),
    docs: {
      answer: [
        {
          prize: 'Велосипед',
          first_name: 'Анна',
          patronymic: 'Петровна',
          second_name: 'И',
          phone: '+7 (9**) *** 0123',
        },
      ],
    },
    async handle(asked) {
      const { contest, language, caller } = await visitWinners(asked as Asked);
      return inWords(language, async () => {
        await asked.core.limits.consume(looking, caller.address);
        const { phone: lastFour, page } = asked.query;
        if (lastFour === undefined) return pageOfWinners(asked.core, contest, path, page, language);
        if (typeof lastFour !== 'string' || !/^[0-9]{4}$/.test(lastFour)) throw invalid(say(language, 'lastFour'));
        return findWinners(asked.core, contest, lastFour);
      });
    },
  }),
);

// Before there is any contest the list is simply empty, as it is before the results are published.
async function visitWinners(asked: Asked): Promise<Visit> {
  return visited(asked, asked.params?.slug === undefined);
}

async function pageOfWinners(core: Core, contest: Contest, path: string, given: unknown, language: string) {
  if (given !== undefined && (typeof given !== 'string' || !/^[1-9]\d{0,5}$/.test(given)))
    throw invalid(say(language, 'page'));
  const page = Number(given ?? 1);
  const { winners: list, last } = await listWinners(core, contest, page);
  const address = `${core.config.publicUrl}${path.replace(':slug', contest.slug)}`;
  const link = (to: number, rel: string) => `<${address}?page=${to}>; rel="${rel}"`;
  const links = [
    link(1, 'first'),
    ...(page > 1 ? [link(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next')] : []),
    link(last, 'last'),
  ];
  return new Answer(200, list, { Link: links.join(', ') });
}

const about = [
  { path: '/api/contests/current', params: undefined },
  { path: '/api/contests/:slug', params: slugParam },
].map(({ path, params }) =>
  route({
    method: 'get',
    path,
    ...(params ? { params } : {}),
    summary: 'What the public pages need to know of a contest',
    limits: [flood],
    docs: {
      answer: { slug: 'quiz', title: 'City quiz', isOpen: true, isPublished: false, codeLength: 4, resendSeconds: 60 },
    },
    async handle(asked) {
      const { contest } = await visited(asked as unknown as Asked, params === undefined);
      const { slug, title, isOpen, publishedAt, codeLength, phoneSeconds, language } = contest;
      return {
        slug,
        title,
        isOpen,
        isPublished: publishedAt !== null,
        codeLength,
        resendSeconds: phoneSeconds,
        language,
      };
    },
  }),
);

/** The doors of the wire contract. */
export const contractRoutes = [...phoneVerify, ...codeVerify, ...create, ...winners, ...about];

/** Throws not-found outside of development: the stand-in for the operator takes what anybody sends. */
export function mustBeDevelopment(core: Core): void {
  if (core.config.mode === 'production') throw notFound('There is no such address.');
}
