// Checks of a resource's import: that what it fills, asks and compares are declared columns. See checks.ts.

import type { DataModel } from '../database/datamodel.ts';
import type { AnyImport, ImportColumn } from '../imports/declaration.ts';
import type { ModuleDeclaration } from '../module.ts';
import type { AnyResource } from '../resource.ts';
import { permissionProblem } from './modules.ts';
import { type Problem, problem } from './problem.ts';

/** Returns the mistakes of a resource's import; none where it has none. */
export function checkImport(
  resource: AnyResource,
  model: DataModel,
  where: string,
  modules: readonly ModuleDeclaration[],
): Problem[] {
  const declaration = resource.imports as AnyImport | undefined;
  if (!declaration) return [];
  const place = `${where}.imports`;
  const columns = declaration.columns as Record<string, ImportColumn>;
  const known = new Set([...Object.keys(columns), ...Object.keys(declaration.ask ?? {})]);
  return [
    ...permissionProblem(modules, `${place}.permission`, declaration.permission),
    ...[...known].filter((name) => !Object.hasOwn(resource.columns, name)).map((name) => undeclared(place, name)),
    ...(declaration.matchBy as readonly string[])
      .filter((name) => !known.has(name))
      .map((name) => unmatched(place, name)),
    ...Object.entries(columns).flatMap(([name, spec]) => checkColumn(model, `${place}.columns.${name}`, name, spec)),
  ];
}

function undeclared(place: string, name: string): Problem {
  const hint =
    'Add it to the resource’s `columns` (with `list: false`, if it is not to be shown), or leave it out of the import.';
  return problem('E090', `${place}.${name}`, `The resource declares no column ${name}.`, hint);
}

function unmatched(place: string, name: string): Problem {
  const hint = 'Add it to the import’s `columns` or `ask`, or leave it out of `matchBy`.';
  return problem('E091', `${place}.matchBy`, `No row ever says ${name}.`, hint);
}

function checkColumn(model: DataModel, place: string, name: string, { lookUp }: ImportColumn): Problem[] {
  const column = model.columns.get(name);
  if (column?.type === 'json' || column?.type === 'bytes')
    return [problem('E092', place, 'A cell cannot hold such a value.', 'Leave it out of the import.')];
  if (lookUp && !column?.reference)
    return [problem('E093', place, '`lookUp` is for foreign keys only.', 'Leave it out.')];
  return [];
}
