// What the browser may know of a resource: exactly what this actor may do with it. Built anew for each actor, so nothing else can leak.
import { type Actor, may, scopeFilter } from '../access.ts';
import type { ColumnModel } from '../database/datamodel.ts';
import { actionForm, hasActionForm } from '../doors/action-form.ts';
import type { Registry } from '../registry.ts';
import type { AnyResource, ColumnDeclaration, ComputedColumn, Tone, Tool } from '../resource.ts';
import type { CountedLabel } from '../words/catalogue.ts';
import { phrase } from '../words/catalogue.ts';
import { allColumns, columnsFor, type ResourceColumn } from './columns.ts';
import { type FilterOperation, operationsOf } from './filters.ts';
import { describeForm, type FormField } from './form.ts';

/** One column as the browser draws it. */
export interface ColumnView {
  name: string;
  label: string;
  help?: string;
  type: 'string' | 'number' | 'boolean' | 'dateTime' | 'enum' | 'json' | 'list';
  display: NonNullable<ColumnDeclaration['display']>;
  list: boolean;
  show: boolean;
  search: boolean;
  filter: boolean;
  /** What its filter can do; empty when it cannot be filtered. */
  operations: readonly FilterOperation[];
  sort: boolean;
  create: boolean;
  update: boolean;
  /** Whether the form for a new record must have a value. */
  required: boolean;
  values?: { value: string; label: string; tone?: Tone; group?: string }[];
  /** The model whose records it names; only when the actor may read them. */
  reference?: string;
}

/** A column that is worked out. */
export interface ComputedView {
  name: string;
  label: string;
  list: boolean;
  show: boolean;
  display: NonNullable<ComputedColumn<never>['display']>;
}

/** An action as the browser offers it; `id` is `module.action`. */
export interface ActionView {
  id: string;
  name: string;
  label: CountedLabel;
  description?: string;
  danger: boolean;
  sends: boolean;
  icon?: string;
  kind: 'each' | 'all';
  /** A ready action of the core: the browser has a form of its own for it. */
  ready?: 'export';
  form: FormField[];
}

/** An own screen for one record. */
export interface ToolView {
  name: string;
  label: string;
  component: string;
  opensFirst?: true;
  /** Names of the actions that the screen itself draws. */
  actions: readonly string[];
}

/** A resource as the browser draws it. */
export interface ResourceView {
  model: string;
  label: CountedLabel;
  group: string;
  icon?: string;
  /** The column that names a record; null where the title is made of several. */
  title: string | null;
  columns: ColumnView[];
  computed: ComputedView[];
  sort: { column: string; direction: 'asc' | 'desc' };
  views: { label: string }[];
  actions: ActionView[];
  tools: ToolView[];
  children: { resource: string; by: string; label: string }[];
  empty?: string;
  hasSearch: boolean;
  /** Whether the actor may import spreadsheets into it. */
  canImport?: true;
  may: { create: boolean; update: boolean; delete: boolean };
}

/** Tells whether the actor may read the resource: the permission, and a scope that leaves something to see. */
export function canRead(resource: AnyResource, actor: Actor): boolean {
  return may(actor, resource.permissions.read) && scopeFilter(resource.scopes ?? {}, actor) !== undefined;
}

/** Describes a resource for an actor; undefined when the actor may not know of it. */
export function describeResource(resource: AnyResource, actor: Actor, registry: Registry): ResourceView | undefined {
  if (!canRead(resource, actor)) return undefined;
  const permitted = (permission: string | undefined) => permission !== undefined && may(actor, permission);
  const verbs = {
    create: permitted(resource.permissions.create),
    update: permitted(resource.permissions.update),
    delete: permitted(resource.permissions.delete),
  };
  const columns = describeColumns(resource, actor, registry, verbs);
  const readable = (model: string) => {
    const other = registry.resources.get(model);
    return other !== undefined && canRead(other, actor);
  };
  return {
    model: resource.model,
    label: resource.label,
    group: resource.group,
    ...(resource.icon ? { icon: resource.icon } : {}),
    title: typeof resource.title === 'string' ? resource.title : null,
    columns,
    computed: describeComputed(resource),
    sort: { column: resource.sort[0], direction: resource.sort[1] },
    views: (resource.views ?? []).map(({ label }) => ({ label })),
    actions: describeActions(resource, actor, registry),
    tools: Object.entries((resource.tools ?? {}) as Record<string, Tool<never>>)
      .filter(([, tool]) => may(actor, tool.permission))
      .map(([name, { label, component, opensFirst, actions = [] }]) => ({
        name,
        label,
        component,
        ...(opensFirst ? { opensFirst } : {}),
        actions,
      })),
    children: (resource.children ?? []).filter((child) => readable(child.resource)),
    ...emptyWords(resource, actor, registry),
    hasSearch: columnsFor(resource, actor, 'search').length > 0,
    ...(resource.imports && may(actor, resource.imports.permission) ? { canImport: true as const } : {}),
    may: verbs,
  };
}

function describeColumns(
  resource: AnyResource,
  actor: Actor,
  registry: Registry,
  verbs: { create: boolean; update: boolean },
): ColumnView[] {
  const names = (use: Parameters<typeof columnsFor>[2]) =>
    new Set(columnsFor(resource, actor, use).map((column) => column.name));
  const uses = {
    list: names('list'),
    show: names('show'),
    search: names('search'),
    filter: names('filter'),
    sort: names('sort'),
    create: verbs.create ? names('create') : new Set<string>(),
    update: verbs.update ? names('update') : new Set<string>(),
  };
  return allColumns(resource)
    .filter((column) => Object.values(uses).some((use) => use.has(column.name)))
    .map((column) => {
      const other = column.model.reference ? registry.resources.get(column.model.reference) : undefined;
      return {
        ...describeColumn(column),
        ...(column.declaration.choices ? { values: [...column.declaration.choices(actor, registry)] } : {}),
        list: uses.list.has(column.name),
        show: uses.show.has(column.name),
        search: uses.search.has(column.name),
        filter: uses.filter.has(column.name),
        operations: uses.filter.has(column.name) ? operationsOf(column.model) : [],
        sort: uses.sort.has(column.name),
        create: uses.create.has(column.name),
        update: uses.update.has(column.name),
        ...(other && canRead(other, actor) ? { reference: other.model as string } : {}),
      };
    });
}

// To somebody who sees only part of the rows, "nothing was sent yet" may be untrue.
function emptyWords(resource: AnyResource, actor: Actor, registry: Registry): { empty?: string } {
  const isNarrowed = Object.keys(resource.narrows?.(actor, registry) ?? {}).length > 0;
  const partly = phrase(
    'Only what is about records that you may read stands here, and at present that is nothing. Whoever manages roles can let you read more of them.',
  );
  const empty = isNarrowed ? partly : resource.empty;
  return empty ? { empty } : {};
}

function describeColumn({ name, declaration, model }: ResourceColumn) {
  const { label, help, values } = declaration;
  const members = model.members ?? Object.keys(values ?? {});
  return {
    name,
    label,
    ...(help ? { help } : {}),
    type: model.type as ColumnView['type'],
    display: declaration.display ?? displayOf(model),
    required: model.isRequired && !model.hasDefault && model.type !== 'boolean',
    ...(members.length === 0 ? {} : { values: members.map((value) => ({ value, label: value, ...values?.[value] })) }),
  };
}

function displayOf(model: ColumnModel): ColumnView['display'] {
  switch (model.type) {
    case 'enum':
      return 'state';
    case 'dateTime':
      return model.isDay ? 'date' : 'dateTime';
    case 'number':
    case 'boolean':
    case 'json':
      return model.type;
    default:
      return 'text';
  }
}

function describeComputed(resource: AnyResource): ComputedView[] {
  return Object.entries((resource.computed ?? {}) as Record<string, ComputedColumn<never>>).map(([name, column]) => ({
    name,
    label: column.label,
    list: column.list ?? true,
    show: column.show ?? true,
    display: column.display ?? 'text',
  }));
}

function describeActions(resource: AnyResource, actor: Actor, registry: Registry): ActionView[] {
  return [...registry.actions.values()]
    .filter(({ action, resource: own }) => own === resource && may(actor, action.permission))
    .filter(({ action }) => hasActionForm(action, actor))
    .map(({ id, action }) => ({
      id,
      name: action.name,
      label: action.label,
      ...(action.description ? { description: action.description } : {}),
      danger: action.danger ?? false,
      sends: action.sends ?? false,
      ...(action.icon ? { icon: action.icon } : {}),
      kind: action.each ? 'each' : 'all',
      ...(action.ready ? { ready: action.ready } : {}),
      form: describeForm(actionForm(action, actor)),
    }));
}
