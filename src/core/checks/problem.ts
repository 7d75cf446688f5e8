// What a mistake in a declaration is, and the mistakes that several checks find. See checks.ts.
import type { DataModel } from '../database/datamodel.ts';
import type { ModuleDeclaration } from '../module.ts';
import type { AnyResource } from '../resource.ts';

/** A mistake in a declaration. */
export interface Problem {
  /** Lasting name such as `steward.E012`. */
  id: string;
  /** Where it is, for example `certificates: Recipient.columns.email`. */
  where: string;
  message: string;
  /** What to do about it. */
  hint: string;
}

/** A resource while it is checked, with all that is known around it. */
export interface Checked {
  resource: AnyResource;
  model: DataModel;
  /** Prefix of each place, for example `certificates: Recipient`. */
  where: string;
  modules: readonly ModuleDeclaration[];
}

/** Builds a problem; `id` without its prefix. */
export function problem(id: string, where: string, message: string, hint: string): Problem {
  return { id: `steward.${id}`, where, message, hint };
}

/** Returns the problem for a row scope that no module declares. */
export function scopeProblem(where: string, scope: string): Problem {
  const hint = 'Add it to `scopes` of a module with the resource that binds it, or correct the name.';
  return problem('E017', where, `No module declares the row scope ${scope}.`, hint);
}

/** Returns the problem for a function that must answer at once: a promise would count as true, or as a value. */
export function asyncProblem(where: string): Problem {
  const message = 'This function must not be async: its promise would be taken for the answer itself.';
  return problem('E016', where, message, 'Load what it needs elsewhere and keep the function plain.');
}

/** Tells whether a function is asynchronous by its declaration. */
export function isAsync(fn: unknown): boolean {
  return typeof fn === 'function' && fn.constructor.name === 'AsyncFunction';
}
