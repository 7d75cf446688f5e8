// The form of an export: it begins with what the list shows, and asks only what the chosen kind of file needs.
import type { ActionView, FormField } from '../types.ts';

type Values = Record<string, unknown>;

/** Returns the export among a resource's actions, if the operator may export. */
export function exportOf(actions: ActionView[]): ActionView | undefined {
  return actions.find(({ ready }) => ready === 'export');
}

/** Returns the other actions: those that are about a single record as well. */
export function ownActions(actions: ActionView[]): ActionView[] {
  return actions.filter(({ ready }) => ready !== 'export');
}

/** Returns the fields that matter for these values: a ready-made file needs nothing more, a workbook no separator. */
export function exportFields(fields: FormField[], values: Values): FormField[] {
  if (values.preset) return fields.filter(({ name }) => name === 'preset');
  const isCsv = values.format === 'csv';
  return (
    fields
      .filter(({ name }) => isCsv || (name !== 'separator' && name !== 'bom'))
      // All but the ready-made file always have a value: there is nothing to leave out.
      .map((field) => ({ ...field, required: field.name !== 'preset' }))
  );
}

/** Returns what the form begins with from what the list shows: its columns and its order, as far as they can be exported. */
export function exportValues(
  action: ActionView | undefined,
  list: { columns: string[]; sort?: { column: string; direction: 'asc' | 'desc' } },
): Values {
  const can = (field: string, value: string) =>
    action?.form.find(({ name }) => name === field)?.options?.some((one) => one.value === value) ?? false;
  const columns = list.columns.filter((name) => can('columns', name));
  const { sort } = list;
  return {
    ...(columns.length > 0 ? { columns } : {}),
    ...(sort && can('sort', sort.column) ? { sort: sort.column, direction: sort.direction } : {}),
  };
}
