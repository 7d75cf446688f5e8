// The second person at the API. The rule: what the house lets nobody do alone in the panel, nobody does alone here either; the call then
// starts the same run that the panel starts, and answers 202.
import { randomUUID } from 'node:crypto';
import { type Actor, Answer, asksSecondPerson, type Core, startRun } from '../../core/index.ts';

/** What is asked for: one of our actions, the records by their ids, and its form. */
export interface Asked {
  action: string;
  ids: readonly string[];
  form?: object;
}

/** Said where the contract lets a reason out and the action's form needs one. */
export const noReason = 'No reason was given.';

/** Does it, or makes it wait for a second person where the house asks for one. */
export async function orSecondPerson(
  core: Core,
  actor: Actor,
  { action, ids, form = {} }: Asked,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const actionId = `clubs.${action}`;
  if (!(await asksSecondPerson(core, actionId, ids.length))) return act();
  const selection = { ids: [...ids] };
  await startRun(core, actor, actionId, { selection, form, expected: ids.length, idempotencyKey: randomUUID() });
  return new Answer(202, { message: 'A second person must confirm this in the panel.' });
}
