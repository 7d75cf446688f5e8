// Applying as a club, and what administrators do with applications.
import { z } from 'zod';
import { invalid, type LimitRule, type Row, route, Skip } from '../../core/index.ts';
import { applicationBody, applyAsClub } from './applications.ts';
import { approveClub, refuseClub } from './decisions.ts';
import { done, listOf, nothing, unchanged } from './envelope.ts';
import { recordNumber, text } from './fields.ts';
import { noReason, orSecondPerson } from './second-person.ts';
import { administrators } from './session.ts';
import { writeTime } from './times.ts';

const applying: LimitRule = { name: 'clubs.apply', points: 60, seconds: 3600 };
const reviews = 'clubs:review';

/** How the contract counts the states: 0 open, 1 approved, 2 not (any more). */
const verifiedOf = { pending: 0, approved: 1, refused: 2, suspended: 2 } as const;

const apply = route({
  method: 'post',
  path: '/api/pcusers',
  summary: 'Applies as a club',
  body: applicationBody,
  accepts: ['any-json'],
  maxBytes: 20_000,
  limits: [applying],
  docs: { description: 'logo and evidence are names that POST /images gave. 400 names the field at fault.' },
  async handle({ body, core, actor, language }) {
    await core.transaction(actor, (work) => applyAsClub(work, body, language));
    return done();
  },
});

const list = route({
  method: 'get',
  path: '/api/pcusers',
  summary: 'Clubs: approved ones (0), or open and then refused ones (1)',
  query: z.object({ type: z.enum(['0', '1'], 'must be 0 or 1') }),
  docs: { headers: { Authorization: 'An administrator’s token.' } },
  admits: administrators(reviews),
  async handle({ query, core }) {
    const find = (states: Row<'Club'>['state'][]) =>
      core.db.club.findMany({ where: { state: { in: states } }, orderBy: { number: 'asc' } });
    const clubs =
      query.type === '0'
        ? await find(['approved'])
        : [...(await find(['pending'])), ...(await find(['refused', 'suspended']))];
    return listOf(
      clubs.map((club) => ({
        id: club.number,
        name: club.name,
        logo: club.logo,
        verified: verifiedOf[club.state],
        register_time: registeredAt(club),
      })),
    );
  },
});

const show = route({
  method: 'get',
  path: '/api/pcusers/:id',
  summary: 'One club',
  params: z.object({ id: recordNumber }),
  docs: { headers: { Authorization: 'An administrator’s token.' } },
  admits: administrators(reviews),
  async handle({ params, core }) {
    const club = await core.db.club.findUnique({ where: { number: params.id } });
    if (!club) return nothing();
    const { name, email, logo, evidence, info, state } = club;
    const account = state === 'approved' ? email : '';
    return { name, email, logo, evidence, info, account, registerTime: registeredAt(club) };
  },
});

const decide = route({
  method: 'put',
  path: '/api/pcusers',
  summary: 'Approves (1) or refuses (2) a club',
  query: z.object({ id: recordNumber, verify: z.enum(['1', '2'], 'must be 1 or 2') }),
  body: z.record(z.string(), z.unknown()).nullish(),
  accepts: ['any-json'],
  maxBytes: 20_000,
  docs: {
    headers: { Authorization: 'An administrator’s token.' },
    description:
      'A refusal may say why: {"refuseInfo": "…"}. The club gets a mail. 304: it is so already; 202: the house asks for a second person, who confirms it in the panel.',
  },
  admits: administrators(reviews),
  async handle({ query, body, caller: actor, core }) {
    const reason = reasonOf(body ?? {});
    const club = await core.db.club.findUnique({ where: { number: query.id } });
    if (!club) return nothing();
    const isApproval = query.verify === '1';
    if (verifiedOf[club.state] === Number(query.verify)) return unchanged();
    const asked = isApproval
      ? { action: 'approve-club', ids: [club.id] }
      : { action: 'refuse-club', ids: [club.id], form: { reason: reason || noReason } };
    return orSecondPerson(core, actor, asked, async () => {
      const outcome = await core.transaction(actor, (work) =>
        isApproval ? approveClub(work, club.id) : refuseClub(work, club.id, reason),
      );
      return outcome instanceof Skip ? unchanged() : done();
    });
  },
});

// The original matched the key without regard to case, and its front ends rely on it.
function reasonOf(body: Record<string, unknown>): string {
  const key = Object.keys(body).find((name) => name.toLowerCase() === 'refuseinfo');
  const reason = text(500).safeParse(key === undefined ? '' : body[key]);
  if (reason.success) return reason.data;
  throw invalid('The reason does not fit.', { refuseInfo: reason.error.issues[0]?.message ?? 'does not fit' });
}

function registeredAt({ state, decidedAt, appliedAt }: Row<'Club'>): string {
  return writeTime(state === 'approved' ? (decidedAt ?? appliedAt) : appliedAt);
}

/** The routes of clubs. */
export const clubRoutes = [apply, list, show, decide];
