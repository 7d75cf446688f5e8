// Who may hand out what: nobody gives, takes or touches more than he holds himself. Without it a right to manage operators would be every right.
import { type Actor, may } from '../access.ts';
import { conflict, forbidden } from '../errors.ts';
import type { Transaction } from '../model.ts';

/** Tells whether the actor holds all these permissions, and sees everything that their scope shows. */
export function holdsAll(actor: Actor, role: { permissions: readonly string[]; scope: string }): boolean {
  const isWider = role.permissions.some((permission) => !may(actor, permission));
  return !isWider && (actor.scope === 'all' || actor.scope === role.scope);
}

/** Throws forbidden unless the actor holds all these permissions, and sees everything that their scope shows. */
export function mustHoldAll(actor: Actor, role: { permissions: readonly string[]; scope: string }): void {
  if (!holdsAll(actor, role)) throw forbidden('You cannot give or change rights that you do not have yourself.');
}

/** Throws forbidden when the operator may do something that the actor may not. */
export async function mustOutrank(tx: Transaction, actor: Actor, operatorId: string): Promise<void> {
  const operator = await tx.operator.findUnique({ where: { id: operatorId }, include: { role: true } });
  if (operator) mustHoldAll(actor, operator.role);
}

/** Throws conflict when nobody with every right would be left who can sign in. Locks the roles, so that two at once cannot both pass. */
export async function mustKeepAdministrator(tx: Transaction): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Role" WHERE '*' = ANY(permissions) ORDER BY id FOR UPDATE`;
  const left = await tx.operator.count({
    where: { state: 'active', role: { is: { permissions: { has: '*' }, scope: 'all' } } },
  });
  if (left === 0) throw conflict('Somebody with every right must stay, who can sign in.');
}
