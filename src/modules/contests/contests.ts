// Contests as records: which one the seed's routes serve, how one is made and changed. The rule: at most one is current.
import {
  type Core,
  conflict,
  invalid,
  mustBeCallable,
  notFound,
  type Row,
  seal,
  systemActor,
  type Work,
} from '../../core/index.ts';
import { isWebhookSecret } from '../../lib/standard-webhooks.ts';

/** The row of a contest. */
export type Contest = Row<'Contest'>;

/** The purpose under which operators' secrets are sealed. */
export const secretPurpose = 'contests.operator';

/** Returns the contest of a short name, or the current one. Throws not-found. */
export async function findContest(core: Core, slug: string | undefined): Promise<Contest> {
  const contest =
    slug === undefined
      ? await core.db.contest.findFirst({ where: { isCurrent: true } })
      : await core.db.contest.findUnique({ where: { slug: /^[a-z0-9-]{1,80}$/.test(slug) ? slug : '' } });
  if (!contest) throw notFound('There is no such contest.');
  return contest;
}

/** Returns the current contest; on an installation without any contest the first one is made, so that a front end works at once. */
export async function currentContest(core: Core): Promise<Contest> {
  const current = await core.db.contest.findFirst({ where: { isCurrent: true } });
  if (current || (await core.db.contest.count()) > 0) return current ?? findContest(core, undefined);
  const data = { slug: 'contest', title: 'Contest', isCurrent: true };
  await core.transaction(systemActor, ({ tx }) => tx.contest.createMany({ data: [data], skipDuplicates: true }));
  return findContest(core, undefined);
}

/** Makes a contest; the first one becomes the current one. Throws invalid, conflict. */
export async function createContest(
  work: Work,
  values: Partial<Contest> & { title: string },
): Promise<{ id: string; slug: string }> {
  const { title, slug: given, operatorSecret, ...rest } = values;
  const slug = given || (await freeSlug(work, title));
  const isFirst = (await work.tx.contest.count()) === 0;
  const data = { ...checked(work, rest), ...sealed(work, operatorSecret), title, slug };
  if (await work.tx.contest.findUnique({ where: { slug } }))
    throw conflict('There is a contest with this short name.', { slug: 'is already taken' });
  return work.tx.contest.create({ data: { ...data, isCurrent: isFirst }, select: { id: true, slug: true } });
}

/** Changes a contest. Throws invalid naming the field. */
export async function updateContest(work: Work, id: string, values: Partial<Contest>): Promise<void> {
  const { operatorSecret, ...rest } = values;
  await work.tx.contest.update({ where: { id }, data: { ...checked(work, rest), ...sealed(work, operatorSecret) } });
}

/** Makes this contest the one that the seed's routes serve. */
export async function makeCurrent(work: Work, id: string): Promise<void> {
  await work.tx.contest.updateMany({ where: { isCurrent: true }, data: { isCurrent: false } });
  await work.tx.contest.update({ where: { id }, data: { isCurrent: true } });
}

/** Shows the winners to the public, or hides them again. */
export async function publishResults(work: Work, id: string, isPublic: boolean): Promise<void> {
  await work.tx.contest.update({ where: { id }, data: { publishedAt: isPublic ? new Date() : null } });
}

/** Deletes a contest without participants and draws. Throws conflict. */
export async function deleteContest(work: Work, id: string): Promise<void> {
  const [people, draws] = await Promise.all([
    work.tx.participant.count({ where: { contestId: id } }),
    work.tx.draw.count({ where: { contestId: id } }),
  ]);
  if (people + draws > 0) throw conflict('This contest has participants or draws; it stays.');
  await work.tx.contest.delete({ where: { id } });
}

function checked<T extends Partial<Contest>>(work: Work, values: T): T {
  if (values.operatorUrl)
    mustBeCallable(values.operatorUrl, work.core.config.outgoingLoopback ? 'loopback' : 'public', 'operatorUrl');
  return values;
}

// Empty keeps what is there; "none" takes it away.
function sealed(work: Work, secret: string | null | undefined): { operatorSecret?: string | null } {
  const given = secret?.trim() ?? '';
  if (given === '') return {};
  if (given === 'none') return { operatorSecret: null };
  if (!isWebhookSecret(given))
    throw invalid('This is not a secret.', { operatorSecret: 'must be 24 to 64 bytes in base64, as in whsec_…' });
  return { operatorSecret: seal(work.core.config.appKey, secretPurpose, given) };
}

async function freeSlug(work: Work, title: string): Promise<string> {
  const base =
    title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'contest';
  for (let n = 1; ; n += 1) {
    const slug = n === 1 ? base : `${base}-${n}`;
    if (!(await work.tx.contest.findUnique({ where: { slug }, select: { id: true } }))) return slug;
  }
}
