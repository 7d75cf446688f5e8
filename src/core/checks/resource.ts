// Checks of one resource against the datamodel and the modules' permissions and scopes. See checks.ts.
import type { Actor } from '../access.ts';
import { allModels, type ColumnModel, isSecretColumn } from '../database/datamodel.ts';
import type { ModuleDeclaration } from '../module.ts';
import { titleColumns } from '../records/view.ts';
import type { AnyResource, ColumnDeclaration } from '../resource.ts';
import { checkActions, checkTools } from './actions.ts';
import { checkColumn } from './columns.ts';
import { checkExports } from './exports.ts';
import { checkImport } from './imports.ts';
import { permissionProblem } from './modules.ts';
import { asyncProblem, type Checked, isAsync, type Problem, problem, scopeProblem } from './problem.ts';
import { whereProblems } from './where.ts';

/** Returns the mistakes of one resource. */
export function checkResource(
  resource: AnyResource,
  module: ModuleDeclaration,
  modules: readonly ModuleDeclaration[],
): Problem[] {
  const where = `${module.name}: ${String(resource.model)}`;
  const model = allModels().get(resource.model);
  if (model?.columns.get('id')?.type !== 'string')
    return [
      problem(
        'E005',
        where,
        `There is no model ${String(resource.model)} with a text column id.`,
        'Look into prisma/schema and run prisma generate.',
      ),
    ];
  const checked: Checked = { resource, model, where, modules };
  return [
    ...checkPermissions(checked),
    ...Object.entries(resource.columns as Record<string, ColumnDeclaration>).flatMap(([name, column]) =>
      checkColumn(checked, name, column),
    ),
    ...checkNaming(checked),
    ...checkScopes(checked),
    ...checkRequired(checked),
    ...checkParts(checked),
    ...checkExports(checked),
    ...checkActions(checked),
    ...checkTools(checked),
    ...checkImport(resource, model, where, modules),
  ];
}

function checkPermissions({ resource, where, modules }: Checked): Problem[] {
  const permissions = (resource.permissions ?? {}) as Record<string, unknown>;
  if (!permissions.read)
    return [
      problem(
        'E011',
        where,
        'It has no permission for reading.',
        'Give `permissions.read`; without it nobody could be refused.',
      ),
    ];
  return Object.entries(permissions)
    .filter(([, permission]) => permission !== undefined)
    .flatMap(([verb, permission]) => permissionProblem(modules, `${where}.permissions.${verb}`, permission));
}

function checkNaming({ resource, model, where }: Checked): Problem[] {
  const problems: Problem[] = [];
  const [sorted, direction] = resource.sort ?? [];
  if (!model.columns.has(sorted) || (direction !== 'asc' && direction !== 'desc'))
    problems.push(
      problem(
        'E008',
        `${where}.sort`,
        `It cannot be sorted by ${String(sorted)} ${String(direction)}.`,
        'Name a column of the model and asc or desc.',
      ),
    );
  if (typeof resource.title === 'string' && !model.columns.has(resource.title))
    return [
      ...problems,
      problem(
        'E007',
        `${where}.title`,
        `The model has no column ${resource.title}.`,
        'Name a column, or give a function of a row.',
      ),
    ];
  if (isAsync(resource.title)) return [...problems, asyncProblem(`${where}.title`)];
  const hidden = titleColumns(resource)
    .map((name) => model.columns.get(name))
    .filter((column): column is ColumnModel => column !== undefined && isSecretColumn(column));
  if (typeof resource.title === 'string' && hidden.length > 0)
    problems.push(problem('E018', `${where}.title`, 'Records would be named by a secret.', 'Choose another column.'));
  return problems;
}

function checkScopes({ resource, where, modules, model }: Checked): Problem[] {
  const actor: Actor = {
    kind: 'operator',
    id: 'id',
    name: 'check',
    permissions: new Set(),
    scope: 'check',
    scopeId: 'id',
  };
  return Object.entries(resource.scopes ?? {}).flatMap(([name, scope]) => {
    const place = `${where}.scopes.${name}`;
    // "*" is every narrower role at once; "key" is an API key bound to one record.
    const isKnown = name === '*' || name === 'key' || modules.some((one) => Object.hasOwn(one.scopes ?? {}, name));
    if (isAsync(scope)) return [asyncProblem(place)];
    const wrong = whereProblems(model.name, (scope as (actor: Actor) => unknown)(actor));
    return [
      ...(isKnown ? [] : [scopeProblem(place, name)]),
      ...wrong.map((message) =>
        problem('E015', place, `Its filter does not fit: ${message}.`, 'Use columns and relations of the model.'),
      ),
    ];
  });
}

function checkRequired({ resource, model, where }: Checked): Problem[] {
  if (!resource.permissions?.create || resource.write?.create) return [];
  const columns = resource.columns as Record<string, ColumnDeclaration>;
  return [...model.columns.values()]
    .filter((column) => column.isRequired && !column.hasDefault && !columns[column.name]?.create)
    .map(({ name }) =>
      problem(
        'E030',
        `${where}.columns.${name}`,
        'New records need it, and their form does not have it.',
        'Set create on it, give it a default in the schema, or write by a hook.',
      ),
    );
}

function checkParts({ resource, model, where, modules }: Checked): Problem[] {
  const views = (resource.views ?? []).flatMap((view) =>
    whereProblems(model.name, view.where).map((message) =>
      problem(
        'E026',
        `${where}.views “${view.label}”`,
        `Its filter does not fit: ${message}.`,
        'Use columns and relations of the model.',
      ),
    ),
  );
  const children = (resource.children ?? [])
    .filter((child) => {
      const isShown = modules.some((one) => one.resources.some((other) => other.model === child.resource));
      return !isShown || allModels().get(child.resource)?.columns.get(child.by)?.type !== 'string';
    })
    .map((child) =>
      problem(
        'E023',
        `${where}.children “${child.label}”`,
        `There is no resource ${child.resource} with a column ${child.by}.`,
        'Name a declared resource and its foreign key.',
      ),
    );
  return [...views, ...children, ...checkChildFilters(resource, where, modules)];
}

function checkChildFilters(resource: AnyResource, where: string, modules: readonly ModuleDeclaration[]): Problem[] {
  return (resource.children ?? []).flatMap((child) => {
    const other = modules.flatMap((one) => one.resources).find((one) => one.model === child.resource);
    const column = (other?.columns as Record<string, ColumnDeclaration> | undefined)?.[child.by];
    if (!other || column?.filter) return [];
    return [
      problem(
        'E023',
        `${where}.children “${child.label}”`,
        `${child.resource} cannot be filtered by ${child.by}.`,
        `Set filter on ${child.resource}.columns.${child.by}.`,
      ),
    ];
  });
}
