// The row scopes of the house: a role that sees only part of the records sees none of the house's but the runs it started itself.
import type { Actor } from '../access.ts';

/** Scopes for runs: a narrower role sees those it started. */
export const ownRuns = {
  '*': (actor: Actor) => ({ operatorId: { in: ownId(actor) } }),
};

/** Scopes for what hangs on a run. */
export const ofOwnRuns = {
  '*': (actor: Actor) => ({ run: { operatorId: { in: ownId(actor) } } }),
};

function ownId(actor: Actor): string[] {
  return actor.kind === 'operator' && actor.id !== null ? [actor.id] : [];
}
