// Sign-ins of the public. The rule: a new cookie at every sign-in, kept only as a hash, and worth nothing once its account is banned.
import { type Core, hashToken, newToken, type Row, type Work } from '../../core/index.ts';
import { accountBanned } from './refusals.ts';

/** The account that somebody is signed in to. */
export type Account = Row<'CardAccount'>;

/** The cookie's name on the wire. */
const cookieName = 'sessionid';

const days = 14;
const purpose = 'cards.session';

/** Starts a session for an account under the account's row lock, ends the one it replaces, and returns the cookie's value. */
export async function startSession(work: Work, accountId: string, replaced?: string): Promise<string> {
  const { tx, core } = work;
  await tx.$queryRaw`select 1 from "CardAccount" where "id" = ${accountId} for update`;
  const account = await tx.cardAccount.findUniqueOrThrow({ where: { id: accountId } });
  if (account.bannedAt) throw accountBanned();
  if (replaced) await endSession(work, replaced);
  const value = newToken();
  const expiresAt = new Date(Date.now() + days * 86_400_000);
  const tokenHash = hashToken(core.config.appKey, purpose, value);
  await tx.cardSession.create({ data: { accountId, tokenHash, expiresAt } });
  await tx.cardAccount.update({ where: { id: accountId }, data: { lastLoginAt: new Date() } });
  return value;
}

/** Returns the account that a cookie's value stands for; undefined for none, an ended one, and a banned account. */
export async function accountOfSession(core: Core, value: string | undefined): Promise<Account | undefined> {
  if (!value || !/^[\w-]{20,64}$/.test(value)) return undefined;
  const tokenHash = hashToken(core.config.appKey, purpose, value);
  const found = await core.db.cardSession.findUnique({ where: { tokenHash }, include: { account: true } });
  return found && found.expiresAt > new Date() && !found.account.bannedAt ? found.account : undefined;
}

/** Ends the session of a cookie's value. */
export async function endSession({ tx, core }: Pick<Work, 'tx' | 'core'>, value: string): Promise<void> {
  await tx.cardSession.deleteMany({ where: { tokenHash: hashToken(core.config.appKey, purpose, value) } });
}

/** Ends every session of an account. */
export async function endSessions({ tx }: Pick<Work, 'tx'>, accountId: string): Promise<void> {
  await tx.cardSession.deleteMany({ where: { accountId } });
}

/** Reads the session's value from a Cookie header (RFC 6265). */
export function sessionCookie(header: string | undefined): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}

/** Writes the Set-Cookie header; without a value it takes the cookie back. */
export function writeCookie(core: Core, value: string | undefined): string {
  const secure = core.config.publicUrl.startsWith('https:') ? '; Secure' : '';
  const seconds = value === undefined ? 0 : days * 86_400;
  return `${cookieName}=${value ?? ''}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}
