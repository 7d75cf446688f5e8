// Which rows of the house somebody sees, for what tells of other records: runs, imports, messages. The rule: a role that is bound to a
// record sees only what it started itself, and a role that is not sees only what is about records that it may read.
import { type Actor, may } from '../access.ts';
import type { Registry } from '../registry.ts';

/** Scopes for runs: a narrower role sees those it started. */
export const ownRuns = {
  '*': (actor: Actor) => ({ operatorId: { in: ownId(actor) } }),
};

/** Scopes for what hangs on a run. */
export const ofOwnRuns = {
  '*': (actor: Actor) => ({ run: { operatorId: { in: ownId(actor) } } }),
};

/** Narrows runs and imports to those of records that the actor may read, and to its own. */
export function ofReadableRecords(actor: Actor, registry: Registry): object {
  return readsAll(actor)
    ? {}
    : { OR: [{ resource: { in: readable(actor, registry) } }, { operatorId: { in: ownId(actor) } }] };
}

/** Narrows messages to those about records that the actor may read, and to those about none. */
export function aboutReadableRecords(actor: Actor, registry: Registry): object {
  return readsAll(actor) ? {} : { OR: [{ resource: { in: readable(actor, registry) } }, { resource: null }] };
}

function readsAll(actor: Actor): boolean {
  return may(actor, '*');
}

// Of rows that are narrowed themselves, such as the records of runs, somebody else may have seen more.
function readable(actor: Actor, registry: Registry): string[] {
  return [...registry.resources.values()]
    .filter(({ permissions, narrows }) => may(actor, permissions.read) && !narrows)
    .map(({ model }) => model as string);
}

function ownId(actor: Actor): string[] {
  return actor.kind === 'operator' && actor.id !== null ? [actor.id] : [];
}
