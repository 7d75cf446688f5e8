// The checks at start: every mistake in the declarations at once, each with an id, a place and a hint. Nothing here needs a database.

import type { ModuleDeclaration } from '../module.ts';
import { checkModules } from './modules.ts';
import type { Problem } from './problem.ts';
import { checkResource } from './resource.ts';

export type { Problem } from './problem.ts';

/** Returns every mistake in the modules' declarations; empty when they are sound. */
export function checkDeclarations(modules: readonly ModuleDeclaration[]): Problem[] {
  return [
    ...checkModules(modules),
    ...modules.flatMap((module) =>
      (module.resources ?? []).flatMap((resource) => checkResource(resource, module, modules)),
    ),
  ];
}

/** Writes the problems as people read them, a block each. */
export function describeProblems(problems: readonly Problem[]): string {
  const blocks = problems.map(({ id, where, message, hint }) => `  ${id}  ${where}\n    ${message}\n    → ${hint}`);
  return `The declarations have ${problems.length} mistake(s):\n${blocks.join('\n')}`;
}
