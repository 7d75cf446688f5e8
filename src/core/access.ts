// Who may do what: actors, permissions, row scope. Denied unless a declaration and a role say otherwise.
import { forbidden } from './errors.ts';
import type { Language } from './words/language.ts';

/** Whoever acts: an operator in the panel, a program with an API key, a member of the public, or Steward itself. */
export interface Actor {
  readonly kind: 'operator' | 'apiKey' | 'public' | 'system';
  /** Operator or API key id; null for the public and the system. */
  readonly id: string | null;
  /** As the audit shows it. */
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
  /** "all", or the name of a row scope that resources declare. */
  readonly scope: string;
  /** The record that a narrower scope is bound to. */
  readonly scopeId: string | null;
  /** What an operator reads; absent where nobody chose. */
  readonly language?: Language;
}

/** Steward's own work: jobs, start-up, command line. It may do everything. */
export const systemActor: Actor = {
  kind: 'system',
  id: null,
  name: 'Steward',
  permissions: new Set(['*']),
  scope: 'all',
  scopeId: null,
};

/** A caller of the public API without a key. */
export const publicActor: Actor = {
  kind: 'public',
  id: null,
  name: 'Public',
  permissions: new Set(),
  scope: 'none',
  scopeId: null,
};

/** Returns the id of the record that a narrower role is bound to; an empty one, which no record has, where it is bound to none. */
export function boundId({ scopeId }: Actor): string {
  return scopeId ?? '';
}

/** Tells whether the actor holds the permission; `*` holds every one. */
export function may(actor: Actor, permission: string): boolean {
  return actor.permissions.has(permission) || actor.permissions.has('*');
}

/** Throws `forbidden` unless the actor holds the permission. */
export function mustMay(actor: Actor, permission: string): void {
  if (!may(actor, permission)) throw forbidden();
}

/** The filter that narrows a resource to what the actor may know of; undefined means nothing at all. The scope `*` is for every narrower role, `all` for those that are not bound. */
export function scopeFilter(
  scopes: Readonly<Record<string, (actor: Actor) => object>>,
  actor: Actor,
): object | undefined {
  if (actor.scope === 'all') return Object.hasOwn(scopes, 'all') ? scopes.all?.(actor) : {};
  // Role names come from people: one called "constructor" must not find what every object inherits.
  const name = Object.hasOwn(scopes, actor.scope) ? actor.scope : '*';
  const scope = Object.hasOwn(scopes, name) ? scopes[name] : undefined;
  if (!scope || actor.scopeId === null) return undefined;
  return scope(actor);
}
