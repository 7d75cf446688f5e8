// Bridges AdminJS's "current admin", which it writes into pages, and our actor, which must never get there.
import type { Actor } from '../access.ts';
import { actorOfOperator } from '../people/operators.ts';
import type { OperatorWithRole } from '../web/express.ts';

/** What AdminJS may know, and show, of who is signed in. */
export interface PanelAdmin {
  id: string;
  name: string;
  email: string;
  title: string;
  role: string;
}

const actors = new WeakMap<object, Actor>();

/** Builds what AdminJS gets for the operator of one request. */
export function adminOf(operator: OperatorWithRole): PanelAdmin {
  const name = operator.name || operator.email;
  const admin = { id: operator.id, name, email: operator.email, title: operator.role.name, role: operator.role.name };
  actors.set(admin, actorOfOperator(operator));
  return admin;
}

/** Returns the actor behind a current admin of `adminOf`; undefined for anything else, which may then do nothing. */
export function actorOfAdmin(admin: unknown): Actor | undefined {
  return typeof admin === 'object' && admin !== null ? actors.get(admin) : undefined;
}
