// Operators and roles: who may sign in to the panel. Each change of password, role or state raises the epoch, which ends sessions.
import { type Actor, systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { conflict, invalid, notFound, StewardError } from '../errors.ts';
import type { Transaction } from '../model.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { OperatorWithRole } from '../web/express.ts';
import { type Language, readLanguage } from '../words/language.ts';
import type { Work } from '../work.ts';
import { hashPassword, passwordProblem } from './passwords.ts';

/** What a one-time link is for. */
export type LinkPurpose = 'set-password' | 'reset-password';

/** The role that may do everything. It exists from the first start. */
const administratorRole = 'administrator';

const setupKey = 'setup-link';
const hour = 3_600_000;
const emailShape = /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@"(),:;<>[\\\]]{1,190}$/;

/** Returns what the operator may do, as the role says at this moment. `language`: what they read where they did not choose. */
export function actorOfOperator(operator: OperatorWithRole, language?: Language): Actor {
  const chosen = readLanguage(operator.language) ?? language;
  return {
    kind: 'operator',
    id: operator.id,
    name: operator.name || operator.email,
    permissions: new Set(operator.role.permissions),
    scope: operator.role.scope,
    scopeId: operator.scopeId,
    ...(chosen ? { language: chosen } : {}),
  };
}

/** Returns who an operator is at this moment; undefined for one who is blocked or does not exist. */
export async function operatorActor(core: Pick<Core, 'db'>, id: string): Promise<Actor | undefined> {
  const operator = await core.db.operator.findUnique({ where: { id }, include: { role: true } });
  return operator?.state === 'active' ? actorOfOperator(operator) : undefined;
}

/** Returns an e-mail address as it is kept: trimmed, composed, in small letters. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** Tells whether this is an e-mail address as operators have them. */
export function isEmail(email: string): boolean {
  return emailShape.test(email);
}

/** Creates the administrator role and the roles that modules bring, where they are missing; existing ones stay as staff left them. */
export async function ensureHouse(core: Core): Promise<void> {
  const brought = core.modules.flatMap((module) => Object.entries(module.roles ?? {}));
  await core.db.role.createMany({
    data: [
      { name: administratorRole, permissions: ['*'] },
      ...brought.map(([name, { permissions, scope }]) => ({ name, permissions: [...permissions], scope })),
    ],
    skipDuplicates: true,
  });
}

/** Creates an operator and returns the id. Throws `invalid` for a bad address, role or password, `conflict` for a taken one. */
export async function createOperator(
  work: Work,
  given: { email: string; name?: string; roleName: string; password?: string; accountName?: string; scopeId?: string },
): Promise<{ id: string }> {
  const email = normaliseEmail(given.email);
  const name = given.name?.trim() ?? '';
  if (!isEmail(email)) throw invalid('This is not an e-mail address.', { email: 'is not an e-mail address' });
  mustBePlainText(name, 'name');
  const role = await work.tx.role.findUnique({ where: { name: given.roleName } });
  if (!role) throw invalid(`There is no role "${given.roleName}".`, { role: 'does not exist' });
  const passwordHash =
    given.password === undefined ? null : await hashOfNew(given.password, [email, name, given.accountName ?? '']);
  if (await work.tx.operator.findUnique({ where: { email } }))
    throw conflict('There is an operator with this e-mail address already.', { email: 'is already taken' });
  const accountName = given.accountName?.trim() || null;
  const operator = await work.tx.operator.create({
    data: { email, name, accountName, passwordHash, roleId: role.id, scopeId: given.scopeId ?? null },
  });
  await work.audit({
    kind: 'create',
    summary: `Operator ${name || email} was created with the role ${role.name}`,
    resource: 'Operator',
    recordId: operator.id,
    recordTitle: name || email,
  });
  return { id: operator.id };
}

/** Gives the operator a new password and ends all sessions. Throws `invalid` when the password is too weak. */
export async function setPassword(work: Work, operatorId: string, password: string): Promise<void> {
  const operator = await work.tx.operator.findUnique({ where: { id: operatorId } });
  if (!operator) throw notFound('This operator does not exist.');
  const hints = [operator.email, operator.name, operator.accountName ?? ''];
  await work.tx.operator.update({
    where: { id: operatorId },
    data: { passwordHash: await hashOfNew(password, hints), passwordUntil: null, epoch: { increment: 1 } },
  });
  await work.tx.oneTimeLink.updateMany({ where: { operatorId, usedAt: null }, data: { usedAt: new Date() } });
  await work.audit({ kind: 'update', summary: 'A new password was set', ...recordOf(operator) });
}

/** Locks the operator out at once: sessions, one-time links and API keys end. */
export async function blockOperator(work: Work, operatorId: string): Promise<void> {
  const now = new Date();
  const operator = await work.tx.operator.update({
    where: { id: operatorId },
    data: { state: 'blocked', epoch: { increment: 1 } },
  });
  await work.tx.oneTimeLink.updateMany({ where: { operatorId, usedAt: null }, data: { usedAt: now } });
  await work.tx.apiKey.updateMany({ where: { operatorId, revokedAt: null }, data: { revokedAt: now } });
  await work.audit({ kind: 'update', summary: 'The operator was blocked', ...recordOf(operator) });
}

/** Changes an operator's role, ending all sessions, so that nobody works on with rights that are gone. */
export async function changeRole(work: Work, operatorId: string, roleId: string): Promise<void> {
  const operator = await work.tx.operator.update({
    where: { id: operatorId },
    data: { roleId, epoch: { increment: 1 } },
    include: { role: true },
  });
  await work.audit({ kind: 'update', summary: `The role is now ${operator.role.name}`, ...recordOf(operator) });
}

/** Makes a link that works once within so many hours, and returns its address. Earlier unused links of the purpose end. */
export async function oneTimeLink(
  work: Work,
  operatorId: string,
  purpose: LinkPurpose,
  hours: number,
): Promise<string> {
  const token = newToken(32);
  await work.tx.oneTimeLink.updateMany({ where: { operatorId, purpose, usedAt: null }, data: { usedAt: new Date() } });
  await work.tx.oneTimeLink.create({
    data: {
      operatorId,
      purpose,
      tokenHash: hashToken(work.core.config.appKey, 'one-time-link', token),
      expiresAt: new Date(Date.now() + hours * hour),
    },
  });
  return linkAddress(work.core, token);
}

/** Finds whose link this is, without using it up; undefined for one that is unknown, used, expired, or of a blocked operator. */
export async function ownerOfLink(
  core: Core,
  token: string,
): Promise<{ linkId: string; id: string; email: string; name: string } | undefined> {
  const link = await core.db.oneTimeLink.findUnique({
    where: { tokenHash: hashToken(core.config.appKey, 'one-time-link', token) },
    include: { operator: true },
  });
  if (!link || link.usedAt || link.expiresAt <= new Date() || link.operator.state !== 'active') return undefined;
  return { linkId: link.id, id: link.operator.id, email: link.operator.email, name: link.operator.name };
}

/** Uses the link up and sets the operator's password. Throws `invalid` when the link is not good or the password is weak. */
export async function useOneTimeLink(work: Work, token: string, password: string): Promise<{ id: string }> {
  const owner = await ownerOfLink(work.core, token);
  if (!owner) throw staleLink();
  // A weak password must not cost the link, so this comes before the link is marked; two requests at once: one finds no row.
  const { count } = await work.tx.oneTimeLink.updateMany({
    where: { id: owner.linkId, usedAt: null, expiresAt: { gt: new Date() } },
    data: { usedAt: new Date() },
  });
  if (count !== 1) throw staleLink();
  await setPassword(work, owner.id, password);
  return { id: owner.id };
}

// Operators of modules, such as a club's, do not run the installation: with nobody but them nobody could ever set it up.
async function hasAdministrator(tx: Transaction): Promise<boolean> {
  return (await tx.operator.count({ where: { role: { permissions: { has: '*' } } } })) > 0;
}

/** Makes the link by which the first person sets up the installation; undefined once somebody may do everything. An earlier one ends. */
export async function setupLink(core: Core): Promise<string | undefined> {
  if (await hasAdministrator(core.db)) return undefined;
  const token = newToken(32);
  const value = {
    tokenHash: hashToken(core.config.appKey, 'setup-link', token),
    expiresAt: new Date(Date.now() + 24 * hour).toISOString(),
  };
  await core.db.setting.upsert({ where: { key: setupKey }, create: { key: setupKey, value }, update: { value } });
  return linkAddress(core, token);
}

/** Tells whether the token is that of the set-up link, still good, and nobody has set up the installation yet. */
export async function isSetupToken(core: Core, token: string): Promise<boolean> {
  const setting = await core.db.setting.findUnique({ where: { key: setupKey } });
  const kept = setting?.value as { tokenHash?: unknown; expiresAt?: unknown } | undefined;
  if (!kept || typeof kept.tokenHash !== 'string' || typeof kept.expiresAt !== 'string') return false;
  if (kept.tokenHash !== hashToken(core.config.appKey, 'setup-link', token)) return false;
  return new Date(kept.expiresAt) > new Date() && !(await hasAdministrator(core.db));
}

/** Makes the first operator by the set-up link, which ends with it. Of two people at once one succeeds. */
export async function setUp(
  core: Core,
  given: { token: string; email: string; name: string; password: string },
): Promise<{ id: string }> {
  if (!(await isSetupToken(core, given.token))) throw staleLink();
  return core.transaction(systemActor, async (work) => {
    const { count } = await work.tx.setting.deleteMany({ where: { key: setupKey } });
    if (count !== 1 || (await hasAdministrator(work.tx))) throw staleLink();
    return createOperator(work, { ...given, roleName: administratorRole });
  });
}

function staleLink(): StewardError {
  return new StewardError('stale-link', 400, 'This link was used already or is too old. Ask for a new one.');
}

function linkAddress(core: Core, token: string): string {
  return `${core.config.publicUrl}/admin/setup?link=${token}`;
}

async function hashOfNew(password: string, hints: string[]): Promise<string> {
  const problem = passwordProblem(password, hints.filter(Boolean));
  if (problem) throw invalid(problem, { password: problem });
  return hashPassword(password);
}

function mustBePlainText(text: string, field: string): void {
  if (text.length > 100) throw invalid('The name is too long.', { [field]: 'may have 100 characters at most' });
  if (/[\0-\x1f\x7f]/.test(text))
    throw invalid('The name has a character that cannot be typed.', { [field]: 'does not fit' });
}

/** Returns an operator as the record that an audit entry is about. */
export function recordOf(operator: { id: string; name: string; email: string }) {
  return { resource: 'Operator', recordId: operator.id, recordTitle: operator.name || operator.email };
}
