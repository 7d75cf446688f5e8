// The data gate under AdminJS: its Prisma adapter, of which only the shape is kept. Every read and write goes through records.ts.
import { Resource } from '@adminjs/prisma';
import { type ActionContext, BaseRecord, type Filter } from 'adminjs';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { type ColumnModel, modelOf } from '../database/datamodel.ts';
import { forbidden, invalid, notFound, StewardError } from '../errors.ts';
import { columnsFor, declaredColumns } from '../records/columns.ts';
import { operationsOf } from '../records/filters.ts';
import { type ListQuery, parseListQuery } from '../records/list-query.ts';
import {
  createRecord,
  deleteRecord,
  listRecords,
  type RecordView,
  readRecord,
  updateRecord,
} from '../records/records.ts';
import type { AnyResource } from '../resource.ts';
import { actorOfAdmin } from './current-admin.ts';
import { versionField } from './payload.ts';

type Paging = { limit?: number; offset?: number; sort?: { sortBy?: string; direction?: 'asc' | 'desc' } };
type AdapterArguments = ConstructorParameters<typeof Resource>[0];

/** A resource as AdminJS sees it: columns that were declared and are no secrets, rows that the current admin may see. */
export class GatedResource extends Resource {
  readonly #core: Core;
  readonly #declaration: AnyResource;

  constructor(core: Core, declaration: AnyResource) {
    super(adapterArguments(core, declaration));
    this.#core = core;
    this.#declaration = declaration;
  }

  override async count(filter: Filter, context?: ActionContext): Promise<number> {
    const actor = actorOf(context);
    const query = this.#query(actor, filter, { limit: 1 });
    return (await listRecords(this.#core, actor, this.#declaration, query)).total;
  }

  override async find(filter: Filter, paging: Paging, context?: ActionContext): Promise<BaseRecord[]> {
    const actor = actorOf(context);
    const { rows } = await listRecords(this.#core, actor, this.#declaration, this.#query(actor, filter, paging));
    return rows.map((view) => this.#record(view));
  }

  override async findOne(id: string, context?: ActionContext): Promise<BaseRecord> {
    const actor = actorOf(context);
    const view = await readRecord(this.#core, actor, this.#declaration, String(id));
    return this.#record(view, context?.resource !== undefined && context.resource !== this);
  }

  override async findMany(ids: (string | number)[], context?: ActionContext): Promise<BaseRecord[]> {
    const found: BaseRecord[] = [];
    for (const id of new Set(ids.map(String))) {
      const record = await this.findOne(id, context).catch(absentAsUndefined);
      if (record) found.push(record);
    }
    // AdminJS would answer an empty set with an error that is nobody's fault but looks like ours.
    if (found.length === 0) throw notFound();
    return found;
  }

  override async create(values: Record<string, unknown>, context?: ActionContext): Promise<Record<string, unknown>> {
    const actor = actorOf(context);
    return paramsOf(await createRecord(this.#core, actor, this.#declaration, plain(values)));
  }

  override async update(
    id: string,
    values: Record<string, unknown> = {},
    context?: ActionContext,
  ): Promise<Record<string, unknown>> {
    const actor = actorOf(context);
    const { [versionField]: version, ...changes } = plain(values);
    // Without the version a form that stood open would write old values over newer ones (hazard 26).
    if (modelOf(this.#declaration.model).version && typeof version !== 'string')
      throw invalid('Please reload the record and try again.', { [versionField]: 'is missing' });
    return paramsOf(await updateRecord(this.#core, actor, this.#declaration, String(id), changes, version as string));
  }

  override async delete(id: string, context?: ActionContext): Promise<void> {
    await deleteRecord(this.#core, actorOf(context), this.#declaration, String(id));
  }

  #query(actor: Actor, filter: Filter, { limit = 10, offset = 0, sort }: Paging): ListQuery {
    const params: Record<string, unknown> = { page: Math.floor(offset / limit) + 1, perPage: limit };
    if (sort?.sortBy && columnsFor(this.#declaration, actor, 'sort').some(({ name }) => name === sort.sortBy))
      Object.assign(params, { sort: sort.sortBy, direction: sort.direction ?? 'asc' });
    for (const [column, { value }] of Object.entries(filter?.filters ?? {}))
      Object.assign(params, this.#filterParams(column, value));
    return parseListQuery(this.#declaration, actor, params);
  }

  #filterParams(column: string, value: unknown): Record<string, unknown> {
    const model = modelOf(this.#declaration.model).columns.get(column);
    const operation = model && operationsOf(model).includes('contains') ? 'contains' : 'is';
    if (typeof value === 'string') return { [`f.${column}.${operation}`]: value };
    const range = Object.entries((value ?? {}) as Record<string, unknown>);
    return Object.fromEntries(range.map(([end, limit]) => [`f.${column}.${end}`, limit]));
  }

  // A record that another resource only points to is an id and a title, never its columns (hazard 4).
  #record(view: RecordView, isForeign = false): BaseRecord {
    const params = isForeign ? { id: view.id, title: view.title } : paramsOf(view);
    return new BaseRecord(params, this);
  }
}

function absentAsUndefined(error: unknown): undefined {
  if (error instanceof StewardError && error.status === 404) return undefined;
  throw error;
}

function paramsOf(view: RecordView): Record<string, unknown> {
  const version = view.version === undefined ? {} : { [versionField]: view.version };
  return { ...view.values, id: view.id, ...version };
}

function actorOf(context: ActionContext | undefined): Actor {
  const actor = actorOfAdmin(context?.currentAdmin);
  if (!actor) throw forbidden();
  return actor;
}

// AdminJS hands over flat forms; what it or we put there under other names than columns is not for the database.
function plain(values: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, ...rest } = values;
  return rest;
}

function adapterArguments(core: Core, declaration: AnyResource): AdapterArguments {
  const { columns } = modelOf(declaration.model);
  const shown = new Set(declaredColumns(declaration).map(({ name }) => name));
  const fields = [...columns.values()].filter((column) => column.isId || shown.has(column.name)).map(fieldOf);
  const enums = [...columns.values()].flatMap(({ prismaType, members }) =>
    members ? [{ name: prismaType, values: members.map((name) => ({ name })) }] : [],
  );
  return {
    model: { name: declaration.model, fields },
    client: core.db,
    clientModule: { Prisma: { dmmf: { datamodel: { models: [], enums } } } },
  } as unknown as AdapterArguments;
}

// AdminJS cannot show BigInt, Decimal, Bytes or lists (hazard 30); the values arrive as text or JSON anyway.
function fieldOf(column: ColumnModel): Record<string, unknown> {
  const { name, isId, isRequired, prismaType } = column;
  const known =
    ['String', 'Int', 'Float', 'Boolean', 'DateTime', 'Json'].includes(prismaType) || column.type === 'enum';
  const type = column.type === 'list' ? 'Json' : known ? prismaType : 'String';
  return { name, type, kind: column.type === 'enum' ? 'enum' : 'scalar', isId, isRequired, isList: false };
}
