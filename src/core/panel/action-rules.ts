// What AdminJS's own seven verbs mean here: on which kind of route, by which method, with which permission. The rest does not exist.
import { type Actor, may } from '../access.ts';
import type { AnyResource } from '../resource.ts';

export type RouteKind = 'resource' | 'record' | 'bulk';
type Verb = keyof AnyResource['permissions'];

/** One of AdminJS's built-in actions. */
export interface ActionRule {
  kind: RouteKind;
  verb: Verb;
  methods: readonly ('GET' | 'POST')[];
}

/** All seven built-in actions; nothing is left to AdminJS's default, which is "allowed". */
export const actionRules: Readonly<Record<string, ActionRule>> = Object.assign(Object.create(null), {
  list: { kind: 'resource', verb: 'read', methods: ['GET'] },
  search: { kind: 'resource', verb: 'read', methods: ['GET'] },
  show: { kind: 'record', verb: 'read', methods: ['GET'] },
  new: { kind: 'resource', verb: 'create', methods: ['POST'] },
  edit: { kind: 'record', verb: 'update', methods: ['GET', 'POST'] },
  delete: { kind: 'record', verb: 'delete', methods: ['POST'] },
  bulkDelete: { kind: 'bulk', verb: 'delete', methods: ['POST'] },
} satisfies Record<string, ActionRule>);

/** Tells whether the actor may do this with the resource; a verb that the declaration leaves out is nobody's. */
export function mayDo(actor: Actor | undefined, resource: AnyResource, rule: ActionRule): boolean {
  const read = resource.permissions.read;
  const needed: string | undefined = resource.permissions[rule.verb];
  return actor !== undefined && needed !== undefined && may(actor, read) && may(actor, needed);
}
