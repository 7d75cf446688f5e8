// Signing in to the workshops API with a key or a credential, and reading tokens. The rule: a whole class behind one address gets in at
// once, because only failures count: by the beginning of the key and by address; every request asks for the present epoch.
import {
  type Core,
  type Row,
  type RowWith,
  readWebToken,
  StewardError,
  signWebToken,
  TooManyError,
} from '../../core/index.ts';
import { loginKeyHash } from './login-keys.ts';
import { managerOf, type SignedInManager, withActor } from './managers.ts';
import { variables } from './variables.ts';

/** Who asks: somebody with a key, or a manager. */
export type Caller =
  | { kind: 'user'; attendee: RowWith<'Attendee', { event: true }> }
  | ({ kind: 'manager' } & SignedInManager);

const purposes = { user: 'workshops.user', manager: 'workshops.manager' } as const;
const minutes = 60;
/** Failures, not attempts. A prefix is the first two characters, so that a sweep stops soon and neighbours hardly notice. */
const perPrefixHere = { name: 'workshops.key-prefix', points: 10, seconds: 10 * minutes };
const perPrefix = { name: 'workshops.key-prefix-all', points: 200, seconds: 10 * minutes };
const perAddress = { name: 'workshops.key-address', points: 150, seconds: 10 * minutes };
const perManagerAddress = { name: 'workshops.manager-address', points: 10, seconds: 15 * minutes };
const prefixLength = 2;

/** Builds the error for somebody whose key, credential or token is not good. */
export const notSignedIn = () => new StewardError('unauthenticated', 401, 'You are not signed in.');

/** Returns a token for a good key. Throws 401 for a wrong one, 429 after too many wrong ones. */
export async function signInAttendee(core: Core, address: string, key: string): Promise<string> {
  const prefix = key.normalize('NFKC').replace(/\s+/g, '').toUpperCase().slice(0, prefixLength);
  const counted = [
    [perPrefixHere, `${address} ${prefix}`],
    [perPrefix, prefix],
    [perAddress, address],
  ] as const;
  await mustBeUnder(core, counted);
  const attendee = await core.db.attendee.findUnique({ where: { identityHash: loginKeyHash(core, key) } });
  if (!attendee) return fail(core, counted);
  return tokenOfAttendee(core, attendee);
}

/** Returns a token for a good credential. Throws as `signInAttendee`. */
export async function signInManager(core: Core, address: string, credential: string): Promise<string> {
  const counted = [[perManagerAddress, address]] as const;
  await mustBeUnder(core, counted);
  const found = await managerOf(core, credential);
  if (!found) return fail(core, counted);
  await core.db.workshopManager.updateMany({ where: { id: found.manager.id }, data: { lastUsedAt: new Date() } });
  return tokenOfManager(core, found.manager);
}

type Counted = readonly (readonly [rule: typeof perPrefix, key: string])[];

async function mustBeUnder(core: Core, counted: Counted): Promise<void> {
  for (const [rule, key] of counted) {
    const { left, retryAfter } = await core.limits.peek(rule, key);
    if (left === 0) throw new TooManyError(retryAfter);
  }
}

async function fail(core: Core, counted: Counted): Promise<never> {
  for (const [rule, key] of counted) await core.limits.penalty(rule, key);
  throw notSignedIn();
}

function tokenOfAttendee(core: Core, { number, epoch }: Row<'Attendee'>): string {
  return signWebToken(core, purposes.user, { subject: String(number), epoch }, secondsOf(core));
}

/** Makes a manager's token. */
export function tokenOfManager(core: Core, { number, epoch }: Row<'WorkshopManager'>): string {
  return signWebToken(core, purposes.manager, { subject: String(number), epoch }, secondsOf(core));
}

function secondsOf({ config }: Core): number {
  return variables.of(config).WORKSHOP_TOKEN_HOURS * 3600;
}

/** Reads the second part of an Authorization header (`Bearer: <token>` of the old client too). Throws 401 unless the token is good now. */
export async function callerOf(core: Core, authorization: string | undefined): Promise<Caller> {
  const token = authorization?.split(' ')[1];
  return (await attendeeOfToken(core, token)) ?? (await managerOfToken(core, token)) ?? refuse();
}

function refuse(): never {
  throw notSignedIn();
}

async function attendeeOfToken(core: Core, token: string | undefined): Promise<Caller | undefined> {
  const said = readWebToken(core, purposes.user, token);
  const number = numberOf(said?.subject);
  if (!said || number === undefined) return undefined;
  const attendee = await core.db.attendee.findUnique({ where: { number }, include: { event: true } });
  const isGood = attendee && attendee.identityHash !== null && attendee.epoch === said.epoch;
  return isGood ? { kind: 'user', attendee } : undefined;
}

async function managerOfToken(core: Core, token: string | undefined): Promise<Caller | undefined> {
  const said = readWebToken(core, purposes.manager, token);
  const number = numberOf(said?.subject);
  if (!said || number === undefined) return undefined;
  const manager = await core.db.workshopManager.findUnique({ where: { number } });
  if (manager?.epoch !== said.epoch) return undefined;
  const found = manager && (await withActor(core, manager));
  return found && { kind: 'manager', ...found };
}

function numberOf(subject: string | undefined): number | undefined {
  return subject !== undefined && /^\d{1,9}$/.test(subject) ? Number(subject) : undefined;
}
