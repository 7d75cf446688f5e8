// Records for the panel: lists, pages, forms. Everything that is allowed or refused is decided by the data gate, records.ts.
import { z } from 'zod';
import { may } from '../access.ts';
import { tableOf } from '../database/tables.ts';
import { invalid } from '../errors.ts';
import { askerOf } from '../people/asked-link.ts';
import { columnsFor } from '../records/columns.ts';
import { titleInWords, viewInWords } from '../records/in-words.ts';
import { parseListQuery } from '../records/list-query.ts';
import {
  createRecord,
  deleteRecord,
  listRecords,
  type RecordView,
  readRecord,
  recordOptions,
  updateRecord,
} from '../records/records.ts';
import type { AnyResource } from '../resource.ts';
import { eligibleWhere } from '../runs/eligible.ts';
import { readBodyAs, resourceNamed, valuesSchema } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';
import type { ListAnswer, RecordWithFiles } from './api-shapes.ts';

export const recordCalls: readonly ApiCall[] = [
  { method: 'get', path: '/records/:model', handle: list },
  { method: 'get', path: '/records/:model/options', handle: options },
  {
    method: 'get',
    path: '/records/:model/:id',
    handle: read,
  },
  { method: 'post', path: '/records/:model', handle: create },
  { method: 'post', path: '/records/:model/:id', handle: update },
  { method: 'post', path: '/records/:model/:id/delete', handle: remove },
];

function resourceOf({ core, part }: ApiContext) {
  return resourceNamed(core, part('model'));
}

async function list(call: ApiContext): Promise<ListAnswer> {
  const { core, actor, request } = call;
  const resource = resourceOf(call);
  const query = parseListQuery(resource, actor, request.query);
  const page = await listRecords(core, actor, resource, query);
  const [column, direction] = resource.sort;
  const withFiles = await fileLinks(call, resource);
  const rows = page.rows.map((row) => withFiles(forReader(call, resource, row)));
  return { ...page, rows, sort: query.sort ?? { column, direction } };
}

async function read(call: ApiContext): Promise<RecordWithFiles> {
  const resource = resourceOf(call);
  const record = await readRecord(call.core, call.actor, resource, call.part('id'));
  const withFiles = await fileLinks(call, resource);
  return { ...withFiles(forReader(call, resource, record)), ready: await readyActions(call, resource, record.id) };
}

function forReader({ core, request: { words } }: ApiContext, resource: AnyResource, record: RecordView): RecordView {
  return words ? viewInWords(core.registry, words, resource, record) : record;
}

/** Returns the actions of the actor that would take this record now, so that its page offers one of those first. */
async function readyActions({ core, actor }: ApiContext, resource: AnyResource, id: string): Promise<string[]> {
  const own = [...core.registry.actions.values()].filter((one) => one.resource === resource);
  const allowed = own.filter(({ action }) => may(actor, action.permission));
  const counts = await Promise.all(
    allowed.map(({ action }) => tableOf(core.db, resource.model).count({ where: eligibleWhere(action, { id }) })),
  );
  return allowed.filter((_, at) => (counts[at] ?? 0) > 0).map((one) => one.id);
}

/** Returns what adds links to the files that a record's columns name; they work for a quarter of an hour. */
async function fileLinks(
  { core, actor }: ApiContext,
  resource: AnyResource,
): Promise<(record: RecordView) => RecordWithFiles> {
  const named = columnsFor(resource, actor, 'show').filter(({ declaration }) => declaration.display === 'file');
  if (named.length === 0) return (record) => record;
  const asker = await askerOf(core, actor);
  return (record) => {
    const links = named.flatMap(({ name }) => {
      const id = record.values[name];
      const isThere = typeof id === 'string' && id !== '';
      return isThere ? [[name, core.files.link(id, { seconds: 900, asker })] as const] : [];
    });
    return links.length > 0 ? { ...record, files: Object.fromEntries(links) } : record;
  };
}

const optionsSchema = z.strictObject({
  q: z.string().max(200).optional(),
  ids: z.union([z.string(), z.array(z.string())]).optional(),
});

async function options(call: ApiContext) {
  const { core, actor, request } = call;
  const parsed = optionsSchema.safeParse({ ...request.query });
  if (!parsed.success)
    throw invalid('The query does not fit.', { query: 'has an unknown part or a part of another shape' });
  const { q, ids } = parsed.data;
  const resource = resourceOf(call);
  const found = await recordOptions(core, actor, resource, {
    ...(q === undefined ? {} : { q }),
    ...(ids === undefined ? {} : { ids: [ids].flat() }),
  });
  const { words } = request;
  return words ? found.map((one) => ({ ...one, title: titleInWords(words, resource, one.title) })) : found;
}

async function create(call: ApiContext) {
  const { values } = await readBodyAs(call.request, z.strictObject({ values: valuesSchema }));
  return createRecord(call.core, call.actor, resourceOf(call), values);
}

/** The mark of the consequences that were told and accepted. */
const accepted = z.string().max(64).optional();
const updateSchema = z.strictObject({ values: valuesSchema, version: z.string().max(40).optional(), accepted });

async function update(call: ApiContext) {
  const { values, version, accepted: told } = await readBodyAs(call.request, updateSchema);
  return updateRecord(call.core, call.actor, resourceOf(call), call.part('id'), values, version, told);
}

async function remove(call: ApiContext): Promise<void> {
  const { accepted: told } = await readBodyAs(call.request, z.strictObject({ accepted }));
  await deleteRecord(call.core, call.actor, resourceOf(call), call.part('id'), told);
}
