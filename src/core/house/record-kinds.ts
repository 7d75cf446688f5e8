// The kinds of records that there are, for columns that name one: people read "recipient" or "enrolment", whatever the model is called.
import type { Actor } from '../access.ts';
import type { Registry } from '../registry.ts';
import type { Choice } from '../resource.ts';

/** Returns every kind of records with its label. What is named is no secret: it stands beside rows that the actor may read. */
export function recordKinds(_actor: Actor, registry: Registry): Choice[] {
  return [...registry.resources.values()].map(({ model, label }) => ({ value: model, label: label.one }));
}
