// Keys for programs: shown once, kept as a keyed hash, never more than what their operator may do at this moment.
import { type Actor, may } from '../access.ts';
import type { Core } from '../core.ts';
import { invalid, notFound } from '../errors.ts';
import type { Row } from '../model.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { OperatorWithRole } from '../web/express.ts';
import type { Work } from '../work.ts';

const keyShape = /^stw_[\w-]{32,64}$/;
const purpose = 'api-key';
const usedEvery = 60_000;

/** Creates a key and returns it; it cannot be read again. Throws `invalid` for a permission that no module declares. */
export async function createApiKey(
  work: Work,
  given: {
    name: string;
    permissions: readonly string[];
    operatorId?: string | null;
    scopeId?: string | null;
    expiresAt?: Date | null;
  },
): Promise<{ id: string; key: string }> {
  const { core } = work;
  const unknown = given.permissions.filter((one) => !core.registry.permissions.has(one));
  if (unknown.length > 0 || given.permissions.length === 0)
    throw invalid(
      unknown.length > 0 ? `There is no permission ${unknown.join(', ')}.` : 'A key needs a permission at least.',
      { permissions: 'do not fit' },
    );
  const key = `stw_${newToken(32)}`;
  const { id } = await work.tx.apiKey.create({
    data: {
      name: given.name,
      hint: `${key.slice(0, 8)}…`,
      keyHash: hashToken(core.config.appKey, purpose, key),
      permissions: [...given.permissions],
      operatorId: given.operatorId ?? null,
      scopeId: given.scopeId ?? null,
      expiresAt: given.expiresAt ?? null,
    },
  });
  await work.audit({
    kind: 'create',
    summary: `API key ${given.name} was made for ${given.permissions.join(', ')}`,
    resource: 'ApiKey',
    recordId: id,
    recordTitle: given.name,
  });
  return { id, key };
}

/** Returns who the key stands for, if it is good now and holds the permission; undefined otherwise, whatever the reason. */
export async function actorOfApiKey(core: Core, key: string, permission?: string): Promise<Actor | undefined> {
  if (!keyShape.test(key)) return undefined;
  const found = await core.db.apiKey.findUnique({
    where: { keyHash: hashToken(core.config.appKey, purpose, key) },
    include: { operator: { include: { role: true } } },
  });
  const actor = found ? actorOfKeyRow(found) : undefined;
  if (!found || !actor || (permission !== undefined && !may(actor, permission))) return undefined;
  const now = new Date();
  if (!found.lastUsedAt || now.getTime() - found.lastUsedAt.getTime() > usedEvery)
    await core.db.apiKey.updateMany({ where: { id: found.id }, data: { lastUsedAt: now } });
  return actor;
}

/** Returns what a key may do at this moment: never more than its operator; undefined when it is revoked, over, or its operator blocked. */
export function actorOfKeyRow(key: Row<'ApiKey'> & { operator: OperatorWithRole | null }): Actor | undefined {
  if (key.revokedAt || (key.expiresAt && key.expiresAt <= new Date())) return undefined;
  const { operator } = key;
  if (key.operatorId && operator?.state !== 'active') return undefined;
  const held = new Set(operator?.role.permissions ?? []);
  const permissions = operator ? key.permissions.filter((one) => held.has('*') || held.has(one)) : key.permissions;
  const isScoped = operator !== null && operator.role.scope !== 'all';
  // A key never reaches past its operator's own record, and a key bound to a record never past that record.
  if (isScoped && key.scopeId !== null && key.scopeId !== operator.scopeId) return undefined;
  return {
    kind: 'apiKey',
    id: key.id,
    name: `API key ${key.name}`,
    permissions: new Set(permissions),
    scope: isScoped ? operator.role.scope : key.scopeId === null ? 'all' : 'key',
    scopeId: key.scopeId ?? operator?.scopeId ?? null,
  };
}

/** Ends a key for good. */
export async function revokeApiKey(work: Work, id: string): Promise<void> {
  const key = await work.tx.apiKey.findUnique({ where: { id } });
  if (!key) throw notFound('This key does not exist.');
  await work.tx.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
  await work.audit({
    kind: 'update',
    summary: `API key ${key.name} was revoked`,
    resource: 'ApiKey',
    recordId: id,
    recordTitle: key.name,
  });
}
