// On whose behalf a run works: read anew as it goes on, so that rights which end meanwhile end the run's work too.

import { type Actor, systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import type { Row, Transaction } from '../model.ts';
import { actorOfKeyRow } from '../people/api-keys.ts';
import { actorOfOperator } from '../people/operators.ts';

/** The row of a run. */
export type Run = Row<'Run'>;

/** The row of one record of a run. */
export type RunItem = Row<'RunItem'>;

/** Who started a run, as its idempotency key begins: the kind and the id of the actor. */
export interface Owner {
  kind: Actor['kind'];
  id: string | null;
}

/** Returns the key under which this actor's click is kept: two people may send the same one. */
export function ownedKey(actor: Actor, idempotencyKey: string): string {
  return `${actor.kind}:${actor.id ?? ''}:${idempotencyKey}`;
}

/** Returns who started a run. */
export function ownerOf(run: Pick<Run, 'idempotencyKey'>): Owner {
  const [kind, id] = run.idempotencyKey.split(':');
  return { kind: kind as Owner['kind'], id: id || null };
}

/** Returns the owner as an actor with the rights of this moment, or undefined when they may do nothing any more. */
export async function actorOf(core: Core, owner: Owner): Promise<Actor | undefined> {
  if (owner.kind === 'system') return systemActor;
  if (owner.kind === 'public' || owner.id === null) return undefined;
  if (owner.kind === 'apiKey') {
    const include = { operator: { include: { role: true } } };
    const key = await core.db.apiKey.findUnique({ where: { id: owner.id }, include });
    return key ? actorOfKeyRow(key) : undefined;
  }
  const operator = await core.db.operator.findUnique({ where: { id: owner.id }, include: { role: true } });
  return operator?.state === 'active' ? actorOfOperator(operator) : undefined;
}

/** Returns a mark that changes whenever the owner's rights do: one cheap query, asked within each record's transaction. */
export async function rightsMark(tx: Transaction, owner: Owner): Promise<string> {
  if (owner.id === null) return '';
  const rows = await tx.$queryRaw<{ mark: string }[]>`
    SELECT concat_ws('|', k."revokedAt", k."expiresAt" <= now(), k.permissions, k."scopeId",
      o.state, o.epoch, o."roleId", o."scopeId", r."updatedAt", r.permissions, r.scope) AS mark
    FROM (SELECT ${owner.id}::text AS id) one
    LEFT JOIN "ApiKey" k ON k.id = one.id
    LEFT JOIN "Operator" o ON o.id = coalesce(k."operatorId", one.id)
    LEFT JOIN "Role" r ON r.id = o."roleId"`;
  return rows[0]?.mark ?? '';
}
