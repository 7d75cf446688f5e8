// Who calls the API: nobody, a club, or an administrator. The rule (hazards 40 and 47): only our own signed token says so, it is
// compared with the account as it is at this moment, and no other header of the caller counts.
import {
  type Actor,
  type Arrival,
  accountOf,
  actorOfOperator,
  type Core,
  may,
  publicActor,
  type Row,
  readWebToken,
  signWebToken,
  unauthenticated,
} from '../../core/index.ts';
import { clubScope } from './decisions.ts';

/** Somebody who signed in: role 1 is a club, 2 an administrator. */
export type SignedIn = { actor: Actor; account: string } & ({ role: 1; club: Row<'Club'> } | { role: 2; club: null });

/** Whoever calls. */
export type Caller = SignedIn | { role: 0; actor: Actor };

type Operator = NonNullable<Awaited<ReturnType<typeof operatorOf>>>;

const purpose = 'clubs.session';
const sessionSeconds = 14 * 24 * 60 * 60;
/** What administrators of this API hold, beside the permissions of the single verbs. */
export const administers = 'clubs:administer';

/** Returns the token of an Authorization header: raw or after "Bearer"; the words null and undefined are none. */
export function tokenOf(header: string | undefined): string | undefined {
  const token = (header ?? '').trim().replace(/^Bearer\s+/i, '');
  return ['', 'null', 'undefined', 'Bearer'].includes(token) ? undefined : token;
}

/** Returns who calls; a token that is not good, or no longer, makes nobody. */
export async function callerOf(core: Core, header: string | undefined): Promise<Caller> {
  const token = readWebToken(core, purpose, tokenOf(header));
  const operator = token?.id === undefined ? null : await operatorOf(core, token.id);
  if (!token || !operator || operator.epoch !== token.epoch || accountOf(operator) !== token.subject) return nobody;
  return (await signedInAs(core, operator)) ?? nobody;
}

const nobody: Caller = { role: 0, actor: publicActor };

/** Returns whom an operator is to this API; undefined for a blocked one and for one that is neither club nor administrator. */
export async function signedInAs(core: Core, operator: Operator): Promise<SignedIn | undefined> {
  if (operator.state !== 'active' || (operator.passwordUntil && operator.passwordUntil <= new Date())) return undefined;
  const actor = actorOfOperator(operator);
  const account = accountOf(operator);
  if (actor.scope === 'all') return may(actor, administers) ? { role: 2, actor, account, club: null } : undefined;
  if (actor.scope !== clubScope || actor.scopeId === null) return undefined;
  const club = await core.db.club.findUnique({ where: { id: actor.scopeId } });
  if (club?.state !== 'approved' || club.operatorId !== operator.id) return undefined;
  return { role: 1, actor, account, club };
}

/** Signs a token for an account: 14 days, and no longer than an initial password is good. */
export function newToken(core: Core, operator: Operator): string {
  const { id, epoch, passwordUntil } = operator;
  const left = passwordUntil ? (passwordUntil.getTime() - Date.now()) / 1000 : sessionSeconds;
  const seconds = Math.max(1, Math.min(sessionSeconds, left));
  return signWebToken(core, purpose, { subject: accountOf(operator), epoch, id }, seconds);
}

/** Builds a route's `admits` for administrators with the permission. */
export function administrators(permission: string) {
  return async ({ core, header }: Arrival): Promise<Actor> => {
    const caller = await callerOf(core, header('authorization'));
    if (caller.role !== 2 || !may(caller.actor, permission)) throw notYou();
    return caller.actor;
  };
}

/** Builds a route's `admits` for clubs, and for administrators with the permission. */
export function clubsAndAdministrators(permission: string) {
  return async ({ core, header }: Arrival): Promise<SignedIn> => {
    const caller = await callerOf(core, header('authorization'));
    if (caller.role === 0 || (caller.role === 2 && !may(caller.actor, permission))) throw notYou();
    return caller;
  };
}

/** Builds the error for everybody whom an address is not for; the contract answers a club and a stranger alike. */
export function notYou() {
  return unauthenticated('This needs a token that is good for it.');
}

function operatorOf(core: Core, id: string) {
  return core.db.operator.findUnique({ where: { id }, include: { role: true } });
}
