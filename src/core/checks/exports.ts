// Checks of a resource's ready-made files. See checks.ts.
import { systemActor } from '../access.ts';
import type { ExportPreset } from '../resource.ts';
import { exportColumns } from '../spreadsheets/export-columns.ts';
import { type Checked, type Problem, problem } from './problem.ts';

/** Returns the mistakes of a resource's exports. */
export function checkExports({ resource, model, where }: Checked): Problem[] {
  const presets = (resource.exports ?? []) as readonly ExportPreset<never>[];
  const known = new Set(exportColumns(resource, systemActor).map(({ name }) => name));
  const problems = presets.flatMap((preset, at) => {
    const place = `${where}.exports.${preset.name}`;
    const asked = preset.columns.map((one) => (typeof one === 'string' ? one : one.column));
    const unknown = asked.filter((name) => !known.has(name));
    const found: Problem[] = unknown.map((name) =>
      problem('E033', place, `There is no column ${name} to export.`, 'Name columns that lists or pages show.'),
    );
    if (asked.length === 0) found.push(problem('E033', place, 'It has no columns.', 'Name at least one.'));
    if (preset.sort && !model.columns.has(preset.sort[0]))
      found.push(problem('E033', place, `There is no column ${preset.sort[0]} to sort by.`, 'Name one of the model.'));
    if (presets.findIndex(({ name }) => name === preset.name) !== at)
      found.push(problem('E033', place, 'Its name is there twice.', 'Give each ready-made file its own name.'));
    return found;
  });
  if (presets.length > 0 && !resource.permissions.export)
    problems.push(problem('E033', `${where}.exports`, 'Nobody may export these records.', 'Set `permissions.export`.'));
  return problems;
}
