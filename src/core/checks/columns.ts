// Checks of a resource's single columns: that they exist, keep no visible secret, and can do what is said of them. See checks.ts.

import { isSecretColumn } from '../database/datamodel.ts';
import type { ColumnDeclaration } from '../resource.ts';
import { permissionProblem } from './modules.ts';
import { type Checked, type Problem, problem } from './problem.ts';

/** Returns the mistakes of one declared column. */
export function checkColumn(
  { resource, model, where: place, modules }: Checked,
  name: string,
  said: ColumnDeclaration,
): Problem[] {
  const where = `${place}.columns.${name}`;
  const column = model.columns.get(name);
  if (!column)
    return [
      problem(
        'E006',
        where,
        `The model has no column ${name}.`,
        'Correct the name; relations are named by their foreign key.',
      ),
    ];
  const isSeen = said.list !== false || said.show !== false || said.search || said.filter || said.sort;
  const problems: Problem[] = [];
  if (isSecretColumn(column) && isSeen)
    problems.push(
      problem(
        'E018',
        where,
        'Its name says that it keeps a secret, and it would be visible.',
        'Leave it out, or write it by a tool or a write hook only.',
      ),
    );
  const writes = (said.create && !resource.write?.create) || (said.update && !resource.write?.update);
  if (isSecretColumn(column) && writes)
    problems.push(
      problem('E032', where, 'A secret would be kept as it was typed.', 'Write it by a hook that seals or hashes it.'),
    );
  if (said.search && (column.type !== 'string' || !model.searchable.has(name)))
    problems.push(
      problem(
        'E009',
        where,
        'It cannot be searched without a trigram index.',
        `Add @@index([${name}(ops: raw("gin_trgm_ops"))], type: Gin) to the model, or take search away.`,
      ),
    );
  if ((said.create || said.update) && (column.isId || column.isUpdatedAt || column.type === 'bytes'))
    problems.push(problem('E028', where, 'It cannot be written by people.', 'Take create and update away.'));
  if (said.filter && (column.type === 'json' || column.type === 'bytes'))
    problems.push(problem('E029', where, 'A column of this type cannot be filtered.', 'Take filter away.'));
  if (said.sort && (column.type === 'json' || column.type === 'list'))
    problems.push(problem('E029', where, 'A column of this type cannot be sorted.', 'Take sort away.'));
  const strangers = column.members
    ? Object.keys(said.values ?? {}).filter((one) => !column.members?.includes(one))
    : [];
  if (strangers.length > 0)
    problems.push(
      problem(
        'E006',
        `${where}.values`,
        `The enumeration has no ${strangers.join(', ')}.`,
        `Its members are ${column.members?.join(', ')}.`,
      ),
    );
  const refers = said.filter || said.create || said.update || said.list !== false || said.show !== false;
  if (
    column.reference &&
    refers &&
    !modules.some((one) => one.resources.some((other) => other.model === column.reference))
  )
    problems.push(
      problem(
        'E022',
        where,
        `It names a ${column.reference}, which no module shows.`,
        `Declare a resource for ${column.reference}, or leave the column out.`,
      ),
    );
  if (said.permission !== undefined) problems.push(...permissionProblem(modules, where, said.permission));
  if (resource.computed && Object.hasOwn(resource.computed, name))
    problems.push(problem('E027', where, 'A worked-out column has the same name.', 'Rename the worked-out one.'));
  return problems;
}
