// Accounts of the public: registering, signing in, the profile, bans. The rule: a wrong password and an unknown address are answered
// alike and after the same work.
import {
  addressKey,
  type Core,
  hashPassword,
  isOutdated,
  notFound,
  publicActor,
  type Skip,
  skip,
  verifyPassword,
  type Work,
} from '../../core/index.ts';
import { accountBanned, accountTaken, wrongSignIn } from './refusals.ts';
import { type Account, endSessions, startSession } from './sessions.ts';

const guesses = { name: 'cards.sign-in', points: 10, seconds: 900 };
const guessesOfAll = { name: 'cards.sign-in-account', points: 100, seconds: 3600 };

/** Who is asking, as far as limits and sessions are concerned. */
export interface Caller {
  address: string;
  /** The session cookie that came along. */
  cookie: string | undefined;
}

/** Makes an account and signs it in; returns the cookie's value. Throws account-taken. */
export async function register(
  core: Core,
  { email, pwd }: { email: string; pwd: string },
  caller: Caller,
): Promise<string> {
  const passwordHash = await hashPassword(pwd);
  const nick = [...(email.split('@')[0] ?? email)].slice(0, 24).join('');
  return core.transaction(publicActor, async (work) => {
    const data = [{ email, passwordHash, nick }];
    const [made] = await work.tx.cardAccount.createManyAndReturn({ data, skipDuplicates: true, select: { id: true } });
    if (!made) throw accountTaken();
    return startSession(work, made.id, caller.cookie);
  });
}

/** Signs an account in and returns the cookie's value. Throws wrong-sign-in, account-banned after the right password only, too-many. */
export async function signIn(
  core: Core,
  { email, pwd }: { email: string; pwd: string },
  caller: Caller,
): Promise<string> {
  await core.limits.consume(guesses, `${addressKey(caller.address)} ${email}`);
  await core.limits.consume(guessesOfAll, email);
  const account = await core.db.cardAccount.findUnique({ where: { email } });
  const isRight = await verifyPassword(account?.passwordHash ?? null, pwd);
  if (!account || !isRight) throw wrongSignIn();
  if (account.bannedAt) throw accountBanned();
  await core.limits.reset(guesses, `${addressKey(caller.address)} ${email}`);
  const passwordHash = isOutdated(account.passwordHash) ? await hashPassword(pwd) : undefined;
  return core.transaction(publicActor, async (work) => {
    if (passwordHash) await work.tx.cardAccount.update({ where: { id: account.id }, data: { passwordHash } });
    return startSession(work, account.id, caller.cookie);
  });
}

/** What a profile may be changed to. `avatar`, `banner`: ids of own pictures, null for none, undefined to leave them. */
export interface ProfileChange {
  nick: string;
  mobile: string;
  birthday: Date | null;
  gender: number;
  introduction: string;
  province: string;
  city: string;
  area: string;
  avatar?: string | null;
  banner?: string | null;
}

/** Changes a profile. Throws not-found for a picture that is not this account's own. */
export async function editProfile(work: Work, accountId: string, change: ProfileChange): Promise<void> {
  const { avatar, banner, ...plain } = change;
  const data = {
    ...plain,
    ...(avatar !== undefined && { avatarId: await ownPicture(work, accountId, 'avatar', avatar) }),
    ...(banner !== undefined && { bannerId: await ownPicture(work, accountId, 'banner', banner) }),
  };
  await work.tx.cardAccount.update({ where: { id: accountId }, data });
}

async function ownPicture(work: Work, accountId: string, kind: 'avatar' | 'banner', name: string | null) {
  if (name === null) return null;
  const found = await work.tx.accountPicture.findUnique({ where: { name } });
  if (found?.accountId !== accountId || found.kind !== kind) throw notFound('This picture does not exist.');
  return found.id;
}

/** Finds an account by its number or its address. Throws not-found, also for a banned one. */
export async function findAccount(core: Core, by: { number: number } | { email: string }): Promise<Account> {
  const found = await core.db.cardAccount.findUnique({ where: by });
  if (!found || found.bannedAt) throw notFound('There is no such account.');
  return found;
}

/** Bans an account and ends its sessions at once. */
export async function banAccount(work: Work, id: string, reason: string): Promise<Skip | undefined> {
  const { count } = await work.tx.cardAccount.updateMany({
    where: { id, bannedAt: null },
    data: { bannedAt: new Date(), bannedReason: reason },
  });
  if (count === 0) return skip('is banned already');
  await endSessions(work, id);
  return undefined;
}

/** Lifts an account's ban; its owner signs in anew. */
export async function unbanAccount(work: Work, id: string): Promise<Skip | undefined> {
  const { count } = await work.tx.cardAccount.updateMany({
    where: { id, bannedAt: { not: null } },
    data: { bannedAt: null, bannedReason: '' },
  });
  return count === 0 ? skip('is not banned') : undefined;
}
