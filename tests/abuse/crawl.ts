// Everything that can be asked of the house, worked out from its declarations, and whatever of the canaries comes back.
import { randomUUID } from 'node:crypto';
import type { Core } from '../../src/core/core.ts';
import { buildOpenApi, type OpenApiDocument } from '../../src/core/doors/openapi.ts';
import { exampleOf, type JsonSchema } from '../../src/core/doors/openapi-schema.ts';
import type { AnyResource } from '../../src/core/resource.ts';
import { unzip } from '../core/spreadsheet-reading.ts';
import type { Answered, Visitor } from '../kit/http.ts';
import { type AbuseHouse, type Caller, holds, type Role } from './abuse-house.ts';
import type { Canary } from './canaries.ts';

/** One request. `whole`: models of which code is handed whole rows here, under the permission beside them. */
export interface Ask {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  /** What kind of answer it is, for the control. */
  kind: string;
  whole?: { models: string[]; permission: string };
}

/** What came out where. */
export interface Find {
  ask: Ask;
  canary: Canary;
}

const api = '/admin/api/steward';

/** Returns what the panel can be asked of a resource's two rows. */
export function asksOf(resource: AnyResource, ids: readonly string[], isOpen: boolean): Ask[] {
  const model = String(resource.model);
  const admin = `/admin/api/resources/${model}`;
  const get = (kind: string, path: string): Ask => ({ kind, method: 'GET', path });
  const post = (kind: string, path: string, body: unknown): Ask => ({ kind, method: 'POST', path, body });
  const asks = [
    get('list', `${admin}/actions/list`),
    get('record', `${api}/records/${model}/${ids[0]}`),
    ...Object.entries(resource.tools ?? {}).map(([tool, { permission }]) => ({
      ...get('tool', `${api}/tools/${model}/${ids[0]}/${tool}`),
      whole: { models: [model], permission },
    })),
  ];
  // Whoever may not read the resource is refused before anything of it is looked up, which the matrix tries: some of the addresses do.
  if (!isOpen) return asks.slice(-1);
  return [
    ...asks,
    get('search', `${admin}/actions/search/qz`),
    get('page', `/admin/resources/${model}`),
    get('list', `${api}/records/${model}?perPage=100`),
    get('search', `${api}/records/${model}?q=qz`),
    get('options', `${api}/records/${model}/options?q=qz`),
    ...(resource.views ?? []).map((_, index) => get('list', `${api}/records/${model}?view=${index}`)),
    post('refusal', `${api}/records/${model}`, { values: { qz: 1 } }),
    post('refusal', `${admin}/actions/new`, {}),
    ...ids.flatMap((id) => [
      get('record', `${admin}/records/${id}/show`),
      get('record', `${admin}/records/${id}/edit`),
      get('bulk', `${admin}/bulk/bulkDelete?recordIds=${id}`),
      get('record', `${api}/records/${model}/${id}`),
      get('options', `${api}/records/${model}/options?ids=${id}`),
      post('form', `${admin}/records/${id}/edit`, {}),
      post('form', `${api}/records/${model}/${id}`, { values: {}, version: new Date(0).toISOString() }),
      ...Object.entries(resource.tools ?? {}).flatMap(([tool, { permission, calls }]) => [
        { ...get('tool', `${api}/tools/${model}/${id}/${tool}`), whole: { models: [model], permission } },
        ...Object.keys(calls).map((call) => ({
          ...post('tool', `${api}/tools/${model}/${id}/${tool}/${call}`, {}),
          whole: { models: [model], permission },
        })),
      ]),
    ]),
  ];
}

/** Returns what the panel can be asked beside its resources. */
export function otherAsks({ own, other, core }: AbuseHouse, role: Role): Ask[] {
  const get = (kind: string, path: string): Ask => ({ kind, method: 'GET', path });
  const importing = core.registry.resources.get('Recipient')?.imports?.permission ?? '';
  const whole = { models: ['Import', 'ImportRow'], permission: importing };
  return [
    get('page', '/admin'),
    get('page', '/admin/login'),
    get('list', '/admin/api/dashboard'),
    get('state', `${api}/state`),
    get('dashboard', `${api}/dashboard`),
    get('record', `${api}/me/account`),
    get('list', `${api}/second-person`),
    ...[own, other].flatMap(({ Run, Import }) => [
      get('run', `${api}/runs/${Run}`),
      get('run', `${api}/runs/${Run}/items`),
      get('run', `${api}/runs/${Run}/plan`),
      { ...get('import', `${api}/imports/${Import}`), whole },
      { ...get('import', `${api}/imports/${Import}/rows`), whole },
    ]),
    ...[...core.registry.actions.values()].flatMap(({ id, action, resource }, index): Ask[] => {
      if (!holds(role, action.permission) && index % 8 > 0) return [];
      const model = String(resource.model);
      const form = action.form ? exampleOf(schemaOf(core, id)) : {};
      return [own, other].map((ids) => ({
        kind: 'preview',
        method: 'POST',
        path: `${api}/actions/${id}/preview`,
        body: { selection: { ids: [ids[model]] }, form },
        whole: { models: [model], permission: action.permission },
      }));
    }),
  ];
}

const documents = new WeakMap<Core, OpenApiDocument>();

function documentOf(core: Core): OpenApiDocument {
  const known = documents.get(core) ?? buildOpenApi(core);
  documents.set(core, known);
  return known;
}

interface Body {
  content: Record<string, { schema: JsonSchema; example?: unknown }>;
}

function schemaOf(core: Core, action: string): JsonSchema {
  const body = documentOf(core).paths[`/api/actions/${action.replace('.', '/')}`]?.post?.requestBody as Body;
  const { properties } = body.content['application/json']!.schema as { properties: Record<string, JsonSchema> };
  return properties.form ?? {};
}

/** Returns what every address of the public API can be asked, with values in the place of its parameters. */
export function apiAsks(core: Core, values: Readonly<Record<string, readonly string[]>>): Ask[] {
  return Object.entries(documentOf(core).paths).flatMap(([address, verbs]) =>
    Object.entries(verbs).flatMap(([verb, operation]) => {
      const method = verb.toUpperCase() as Ask['method'];
      const content = Object.values((operation.requestBody as Body | undefined)?.content ?? {})[0];
      const choices = (content?.schema.oneOf ?? content?.schema.anyOf ?? [content?.schema ?? {}]) as JsonSchema[];
      return filled(address, values).flatMap((path) =>
        choices.map((schema): Ask => ({ kind: 'api', method, path, ...(content ? { body: exampleOf(schema) } : {}) })),
      );
    }),
  );
}

function filled(address: string, values: Readonly<Record<string, readonly string[]>>): string[] {
  const name = /\{(\w+)\}/.exec(address)?.[1];
  if (!name) return [address];
  const folder = address.split('/{')[0] ?? '';
  return (values[`${folder} ${name}`] ?? values[name] ?? ['1']).flatMap((value) =>
    filled(address.replace(`{${name}}`, encodeURIComponent(value)), values),
  );
}

/** Sends a request as somebody. */
export function send(
  visitor: Visitor,
  { method, path, body, kind }: Ask,
  headers: Record<string, string | undefined> = {},
) {
  const mode = { 'sec-fetch-mode': kind === 'page' ? 'navigate' : 'cors' };
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const options = { headers: { ...mode, ...json, ...headers } };
  return visitor.send(method, path, body === undefined ? options : { ...options, body: JSON.stringify(body) });
}

/** Returns the canaries in an answer, its headers included. */
export function findsIn({ canaries }: AbuseHouse, ask: Ask, { text, headers }: Answered): Find[] {
  const said = `${text}\n${[...headers].flat().join('\n')}`;
  return canaries.found(said).map((canary) => ({ ask, canary }));
}

/** Makes every file that a caller may export, in both formats with all columns, and returns the canaries in them. */
export async function exportAll(house: AbuseHouse, caller: Caller): Promise<Find[]> {
  const { visitor, role } = caller;
  const exports = [...house.core.registry.actions.values()].filter(
    ({ action, resource }) =>
      action.ready === 'export' && holds(role, action.permission) && holds(role, resource.permissions.read),
  );
  const { json } = await visitor.get(`${api}/state`);
  const forms = ((json?.resources ?? []) as { actions: { id: string; form: FormFieldSeen[] }[] }[]).flatMap(
    ({ actions }) => actions,
  );
  const finds: Find[] = [];
  // One after the other: runs and the audit are among what is exported, and each export adds to them.
  for (const { id } of exports) {
    const columns = forms.find((one) => one.id === id)?.form.find(({ name }) => name === 'columns')?.options;
    for (const format of columns ? ['csv', 'xlsx'] : []) {
      const form = { format, columns: columns?.map(({ value }) => value) };
      const path = `${api}/actions/${id}/start`;
      const bytes = await madeFile(house, visitor, path, { selection: { all: true }, form });
      if (bytes.length === 0) continue;
      const text = format === 'csv' ? bytes.toString('utf8') : [...unzip(bytes).values()].join('\n');
      const ask: Ask = { kind: format, method: 'POST', path };
      finds.push(...house.canaries.found(text).map((canary) => ({ ask, canary })));
    }
  }
  return finds;
}

interface FormFieldSeen {
  name: string;
  options?: { value: string }[];
}

async function madeFile({ core }: AbuseHouse, visitor: Visitor, path: string, asked: object): Promise<Buffer> {
  const { json: preview } = await visitor.post(path.replace(/start$/, 'preview'), asked);
  const started = await visitor.post(path, { ...asked, expected: preview?.eligible, idempotencyKey: randomUUID() });
  if (started.status !== 200) throw new Error(`${path}: ${started.status} ${started.text}`);
  const { fileId } = await core.db.run.findUniqueOrThrow({ where: { id: String(started.json?.runId) } });
  return fileId === null ? Buffer.alloc(0) : core.files.bytes(fileId);
}
