// Checks of a resource's actions and tools. See checks.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AnyAction } from '../action.ts';
import { projectRoot } from '../project.ts';
import { describeForm } from '../records/form.ts';
import type { Tool } from '../resource.ts';
import { permissionProblem } from './modules.ts';
import { type Checked, type Problem, problem } from './problem.ts';
import { whereProblems } from './where.ts';

/** Returns the mistakes of a resource's actions. */
export function checkActions(checked: Checked): Problem[] {
  return ((checked.resource.actions ?? []) as AnyAction[]).flatMap((action) => checkAction(checked, action));
}

function checkAction({ resource, model, where: place, modules }: Checked, action: AnyAction): Problem[] {
  const where = `${place}.actions.${action.name}`;
  const problems: Problem[] = permissionProblem(modules, where, action.permission);
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(action.name))
    problems.push(problem('E012', where, 'Its name is not in kebab-case.', 'For example send-notice.'));
  if (Boolean(action.each) === Boolean(action.all))
    problems.push(
      problem(
        'E013',
        where,
        `It has ${action.each ? 'both' : 'neither'} each ${action.each ? 'and' : 'nor'} all.`,
        'Give `each` for one record at a time, or `all` for one file from many.',
      ),
    );
  if (action.model !== resource.model)
    problems.push(
      problem(
        'E031',
        where,
        `It is an action on ${String(action.model)}.`,
        'List it with the resource of its own model.',
      ),
    );
  for (const [index, rule] of (action.eligible ?? []).entries())
    for (const message of whereProblems(model.name, rule.where))
      problems.push(
        problem(
          'E015',
          `${where}.eligible[${index}]`,
          `Its filter does not fit: ${message}.`,
          'Use columns and relations of the model.',
        ),
      );
  try {
    describeForm(action.form);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'Its form cannot be described.';
    problems.push(problem('E014', `${where}.form`, message, 'Use texts, numbers, flags, choices, days and times.'));
  }
  return problems;
}

/** Returns the mistakes of a resource's tools. */
export function checkTools({ resource, where: place, modules }: Checked): Problem[] {
  return Object.entries((resource.tools ?? {}) as Record<string, Tool<never>>).flatMap(([name, tool]) => {
    const where = `${place}.tools.${name}`;
    const problems = permissionProblem(modules, where, tool.permission);
    const known = panelComponents();
    if (known && !known.has(tool.component))
      problems.push(
        problem(
          'E021',
          where,
          `There is no component ${tool.component} in admin/.`,
          'Export it from a file there, or correct the name.',
        ),
      );
    const unknown = (tool.actions ?? []).filter((action) => !resource.actions?.some((one) => one.name === action));
    problems.push(
      ...unknown.map((action) =>
        problem('E037', `${where}.actions`, `The resource has no action ${action}.`, 'Correct the name.'),
      ),
    );
    return problems;
  });
}

let components: ReadonlySet<string> | undefined;

/** Returns the names of the panel's components; undefined where the browser's sources are not installed, only their bundle. */
function panelComponents(): ReadonlySet<string> | undefined {
  const folder = path.join(projectRoot, 'admin');
  if (!existsSync(folder)) return undefined;
  components ??= new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx'))
      .flatMap((file) => [
        ...readFileSync(path.join(folder, file), 'utf8').matchAll(/\b(?:function|const|class)\s+([A-Z]\w*)/g),
      ])
      .map((match) => match[1] as string),
  );
  return components;
}
