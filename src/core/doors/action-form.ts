// Which form an action has for an actor. Its rule: what somebody may not choose is neither offered nor accepted.
import type { z } from 'zod';
import type { Actor } from '../access.ts';
import type { AnyAction } from '../action.ts';
import { forbidden } from '../errors.ts';

/** Tells whether there is a form for the actor: an action may have nothing to offer to somebody. */
export function hasActionForm(action: AnyAction, actor: Actor): boolean {
  return !action.formFor || action.formFor(actor) !== undefined;
}

/** Returns the action's form for the actor; undefined where it has none. Throws forbidden where there is nothing that they may choose. */
export function actionForm(action: AnyAction, actor: Actor): z.ZodObject | undefined {
  if (!action.formFor) return action.form;
  const form = action.formFor(actor);
  if (!form) throw forbidden();
  return form;
}
