// Which columns of a resource an actor may list, see, search, filter, sort and write. The one allow-list of the data gate.
import { type Actor, may } from '../access.ts';
import { type ColumnModel, isSecretColumn, modelOf } from '../database/datamodel.ts';
import type { AnyResource, ColumnDeclaration } from '../resource.ts';

/** A declared column together with what the database says of it. */
export interface ResourceColumn {
  name: string;
  declaration: ColumnDeclaration;
  model: ColumnModel;
}

/** What somebody wants to do with a column. */
export type ColumnUse = 'list' | 'show' | 'search' | 'filter' | 'sort' | 'create' | 'update';

/** Returns all declared columns that may be read by somebody: never secrets, whoever asks. */
export function declaredColumns(resource: AnyResource): ResourceColumn[] {
  return allColumns(resource).filter((column) => !isSecretColumn(column.model));
}

/** Returns the columns that the actor may use so. */
export function columnsFor(resource: AnyResource, actor: Actor, use: ColumnUse): ResourceColumn[] {
  const writing = use === 'create' || use === 'update';
  return (writing ? allColumns(resource) : declaredColumns(resource)).filter(
    ({ declaration }) =>
      (declaration[use] ?? (use === 'list' || use === 'show')) &&
      (declaration.permission === undefined || may(actor, declaration.permission)),
  );
}

/** Returns what the page and form of one record may contain: shown columns and those that its form changes. */
export function recordColumns(resource: AnyResource, actor: Actor): ResourceColumn[] {
  const names = new Set([...columnsFor(resource, actor, 'show'), ...columnsFor(resource, actor, 'update')].map(nameOf));
  return declaredColumns(resource).filter((column) => names.has(column.name));
}

/** Returns the column if the actor may use it so; the name comes from outside and may be anything. */
export function columnFor(
  resource: AnyResource,
  actor: Actor,
  use: ColumnUse,
  name: string,
): ResourceColumn | undefined {
  return columnsFor(resource, actor, use).find((column) => column.name === name);
}

/** Returns every declared column, those too that are only ever written. */
export function allColumns(resource: AnyResource): ResourceColumn[] {
  const model = modelOf(resource.model);
  return Object.entries(resource.columns as Record<string, ColumnDeclaration>).flatMap(([name, declaration]) => {
    const column = model.columns.get(name);
    return column && declaration ? [{ name, declaration, model: column }] : [];
  });
}

function nameOf(column: ResourceColumn): string {
  return column.name;
}
