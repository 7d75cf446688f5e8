// Which rows of the house somebody sees, for what tells of other records: runs, imports, messages. The rule: a role that is bound to a
// record sees only what it started itself, and a role that is not sees only what is about records that it may read, or comes from a module
// of which it may read something.
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

/** Narrows messages to those about records that the actor may read; those about none, such as a code to a phone, to the modules it reads. */
export function aboutReadableRecords(actor: Actor, registry: Registry): object {
  if (readsAll(actor)) return {};
  const ofItsModules = readModules(actor, registry).map((name) => ({ kind: { startsWith: `${name}.` } }));
  return { OR: [{ resource: { in: readable(actor, registry) } }, { resource: null, OR: ofItsModules }] };
}

function readsAll(actor: Actor): boolean {
  return may(actor, '*');
}

// Of rows that are narrowed themselves, such as the records of runs, somebody else may have seen more.
function readable(actor: Actor, registry: Registry): string[] {
  return readResources(actor, registry).map(({ model }) => model as string);
}

// Messages are named after the module that sends them, and so are permissions.
function readModules(actor: Actor, registry: Registry): string[] {
  return [...new Set(readResources(actor, registry).map(({ permissions }) => permissions.read.split(':')[0] ?? ''))];
}

function readResources(actor: Actor, registry: Registry) {
  return [...registry.resources.values()].filter(
    ({ permissions, narrows }) => may(actor, permissions.read) && !narrows,
  );
}

function ownId(actor: Actor): string[] {
  return actor.kind === 'operator' && actor.id !== null ? [actor.id] : [];
}
