// Who may call what of the panel: every role on every resource and action, on every kind of route and by every method. Roles, resources,
// actions and what must happen are worked out from the declarations of all modules. What is refused is tried on records that are there,
// and changes nothing; a gate that was left open on purpose shows that an open one would be seen.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allModels } from '../../src/core/database/datamodel.ts';
import { buildPanel } from '../../src/core/panel/index.ts';
import type { AnyResource } from '../../src/core/resource.ts';
import { wholeDump } from '../kit/dump.ts';
import { openTestWeb, type TestWeb, Visitor } from '../kit/http.ts';
import { type AbuseHouse, declaredRoles, holds, inParallel, openAbuseHouse, type Role } from './abuse-house.ts';

type Verb = keyof AnyResource['permissions'];

interface Call {
  method: string;
  path: string;
  body?: unknown;
  right: readonly number[];
}

// Said here anew and not taken from the code under test.
const builtIn: Record<string, { kind: string; verb: Verb; methods: string[] }> = {
  list: { kind: 'resource', verb: 'read', methods: ['GET'] },
  search: { kind: 'resource', verb: 'read', methods: ['GET'] },
  new: { kind: 'resource', verb: 'create', methods: ['POST'] },
  show: { kind: 'record', verb: 'read', methods: ['GET'] },
  edit: { kind: 'record', verb: 'update', methods: ['GET', 'POST'] },
  delete: { kind: 'record', verb: 'delete', methods: ['POST'] },
  bulkDelete: { kind: 'bulk', verb: 'delete', methods: ['POST'] },
};
const absent = '01890000-0000-7000-8000-000000000000';
const addresses: Record<string, (model: string, action: string, id: string) => string> = {
  resource: (model, action) => `/admin/api/resources/${model}/actions/${action}`,
  'resource with words': (model, action) => `/admin/api/resources/${model}/actions/${action}/words`,
  'old search': (model) => `/admin/api/resources/${model}/search/words`,
  record: (model, action, id) => `/admin/api/resources/${model}/records/${id}/${action}`,
  bulk: (model, action, id) => `/admin/api/resources/${model}/bulk/${action}?recordIds=${id}`,
};
const otherMethods = ['PUT', 'DELETE', 'HEAD', 'PATCH'];
const stranger: Role = { name: 'stranger', permissions: [], scope: 'all' };
const open = [200, 400, 404, 409];

let house: AbuseHouse;
let tables: string[];
const visitors = new Map<string, Visitor>();
let turn = 0;
/** One after the other, so that far pairs are all tried by somebody and the time does not grow with their square. */
const next = <T>(all: readonly T[]): T => all[turn++ % all.length] as T;

beforeAll(async () => {
  house = await openAbuseHouse();
  tables = [...allModels().values()]
    .map(({ table }) => table)
    .filter((one) => !['WebSession', 'RateLimit'].includes(one));
  visitors.set(stranger.name, new Visitor(house.web));
  for (const role of [...declaredRoles, changing]) visitors.set(role.name, (await house.engage(role)).visitor);
}, 120_000);
afterAll(() => house?.close());

/** What must come back from one of AdminJS's own actions: the first reason that applies. */
function rightOf(role: Role, resource: AnyResource, action: string, address: string, method: string): Right {
  const refused = (status: number): Right => ({ isAllowed: false, right: [status] });
  if (otherMethods.includes(method)) return refused(405);
  if (role === stranger) return refused(401);
  const said = builtIn[action];
  const isSearch = action === 'search' && address === 'resource with words';
  if (!holds(role, resource.permissions.read) || !said || (said.kind !== address && !isSearch)) return refused(404);
  if (!said.methods.includes(method)) return refused(405);
  if (!holds(role, resource.permissions[said.verb])) return refused(403);
  // For a bound role there may be nothing of it to see.
  const right = { resource: [200, 404], record: method === 'POST' ? [400, 404] : [200, 404], bulk: [404] }[said.kind];
  return { isAllowed: true, right: action === 'new' ? [400] : (right ?? []) };
}

interface Right {
  isAllowed: boolean;
  right: readonly number[];
}

function call(role: Role, resource: AnyResource, action: string, address: string, method: string): Call {
  const { isAllowed, right } = rightOf(role, resource, action, address, method);
  // What is refused must be refused for what is there; what is allowed must not take it away.
  const id = isAllowed && method === 'POST' ? absent : (house.own[resource.model] ?? absent);
  const path = addresses[address]!(String(resource.model), action, id);
  return { method, path, right, ...(method === 'GET' || method === 'HEAD' ? {} : { body: { nothing: 1 } }) };
}

/** Calls of AdminJS's API. */
function adminCalls(role: Role, resource: AnyResource): Call[] {
  const isFar = !holds(role, resource.permissions.read);
  const actions = isFar ? [next(Object.keys(builtIn)), next(Object.keys(builtIn))] : Object.keys(builtIn);
  return actions.flatMap((action) => {
    const { kind } = builtIn[action]!;
    const wrong = Object.keys(addresses).filter((address) => address !== kind);
    return [
      call(role, resource, action, kind, 'GET'),
      call(role, resource, action, kind, 'POST'),
      call(role, resource, action, kind, next(otherMethods)),
      call(role, resource, action, next(wrong), next(['GET', 'POST'])),
    ];
  });
}

/** Calls of AdminJS's API for what we declare beside it: those names are none of its. */
function customCalls(role: Role, resource: AnyResource): Call[] {
  const names = [...(resource.actions ?? []).map(({ name }) => name), ...Object.keys(resource.tools ?? {}), 'archive'];
  return names.map((name) => call(role, resource, name, next(['record', 'bulk', 'resource']), next(['GET', 'POST'])));
}

/** Calls of the panel's own API. */
function stewardCalls(role: Role, resource: AnyResource): Call[] {
  const api = '/admin/api/steward';
  const model = String(resource.model);
  const real = house.own[model] ?? absent;
  const made = (verb: string | undefined, method: string, rest: (id: string) => string, body?: unknown): Call => {
    const mayIt = holds(role, resource.permissions.read) && holds(role, verb);
    const right = role === stranger ? [401] : mayIt ? open : [403, 404];
    return {
      method,
      path: `${api}${rest(mayIt && method === 'POST' ? absent : real)}`,
      right,
      ...(body ? { body } : {}),
    };
  };
  const { permissions } = resource;
  const calls = [
    made(permissions.read, 'GET', () => `/records/${model}`),
    made(permissions.read, 'GET', () => `/records/${model}/options`),
    made(permissions.read, 'GET', (id) => `/records/${model}/${id}`),
    made(permissions.create, 'POST', () => `/records/${model}`, { values: { nothing: 1 } }),
    made(permissions.update, 'POST', (id) => `/records/${model}/${id}`, { values: {}, version: 'x' }),
    made(permissions.delete, 'POST', (id) => `/records/${model}/${id}/delete`, {}),
    // For those who may, a file that cannot be made: a sample would be kept.
    made(resource.imports?.permission, 'POST', () => `/imports/of/${model}/sample`, {
      format: [permissions.read, resource.imports?.permission].every((one) => holds(role, one)) ? 'nothing' : 'csv',
    }),
    ...Object.entries(resource.tools ?? {}).flatMap(([tool, { permission, calls: parts }]) => [
      made(permission, 'GET', (id) => `/tools/${model}/${id}/${tool}`),
      ...Object.keys(parts).map((part) =>
        made(permission, 'POST', (id) => `/tools/${model}/${id}/${tool}/${part}`, {}),
      ),
    ]),
  ];
  return holds(role, permissions.read) ? calls : [next(calls), next(calls)];
}

/** Starts of declared actions by those who may not. */
function startCalls(role: Role, only?: string): Call[] {
  return [...house.core.registry.actions.values()]
    .filter(({ action }) => !holds(role, action.permission) && (only === undefined || action.permission === only))
    .filter((_, index) => only !== undefined || (index + turn) % 3 === 0)
    .map(({ id, resource }) => ({
      method: 'POST',
      path: `/admin/api/steward/actions/${id}/start`,
      body: {
        selection: { ids: [house.own[resource.model]] },
        form: {},
        expected: 1,
        idempotencyKey: `matrix-${role.name.replace(/\W/g, '-')}`,
      },
      right: role === stranger ? [401] : [403],
    }));
}

/** Makes the calls and returns every answer that is not right. */
async function wrongAnswers(visitor: Visitor, calls: readonly Call[]): Promise<string[]> {
  const wrong: string[] = [];
  await inParallel(calls, async ({ method, path, body, right }) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = body === undefined ? { headers } : { headers, body: JSON.stringify(body) };
    const { status, text } = await visitor.send(method, path, options);
    if (!right.includes(status))
      wrong.push(`${method} ${path}: ${status}, not ${right.join(' or ')} ${text.slice(0, 120)}`);
  });
  return wrong;
}

const callsOn = (role: Role, resource: AnyResource): Call[] => [
  ...adminCalls(role, resource),
  ...customCalls(role, resource),
  ...stewardCalls(role, resource),
];

describe('every resource, action, kind of route and method', () => {
  for (const role of [stranger, ...declaredRoles])
    test(`${role.name}`, async () => {
      const before = await wholeDump(house.core, tables);
      const calls = [...house.core.registry.resources.values()].flatMap((resource) => callsOn(role, resource));
      expect(await wrongAnswers(visitors.get(role.name)!, [...calls, ...startCalls(role)])).toEqual([]);
      expect(await wholeDump(house.core, tables)).toBe(before);
    });
});

/** A role whose permissions are changed while somebody is signed in with it: rights are read anew at each request. */
const changing: Role = { name: 'changing', permissions: [], scope: 'all' };

async function change(permissions: readonly string[]): Promise<Role> {
  await house.core.db.role.update({
    where: { name: changing.name },
    data: { permissions: [...permissions], updatedAt: new Date(0) },
  });
  return { ...changing, permissions };
}

test('each permission opens what names it and nothing else, alone and as the only one that is missing', async () => {
  const { registry } = house.core;
  for (const permission of registry.permissions.keys()) {
    const near = [...registry.resources.values()].filter(
      ({ permissions, imports, tools }) =>
        Object.values(permissions).includes(permission) ||
        imports?.permission === permission ||
        Object.values(tools ?? {}).some((tool) => tool.permission === permission),
    );
    await change([]);
    const before = await wholeDump(house.core, tables);
    for (const held of [[permission], [...registry.permissions.keys()].filter((one) => one !== permission)]) {
      const role = await change(held);
      const calls = near.flatMap((resource) => [
        ...Object.entries(builtIn).map(([action, { kind, methods }]) =>
          call(role, resource, action, kind, methods.at(-1)!),
        ),
        ...stewardCalls(role, resource),
      ]);
      const wrong = await wrongAnswers(visitors.get(changing.name)!, [...calls, ...startCalls(role, permission)]);
      expect([permission, held.length, wrong]).toEqual([permission, held.length, []]);
    }
    await change([]);
    expect(await wholeDump(house.core, tables)).toBe(before);
  }
});

test('models without a declaration do not exist', async () => {
  for (const { name } of allModels().values())
    if (!house.core.registry.resources.has(name))
      for (const path of Object.values(addresses))
        expect([name, (await visitors.get('administrator')!.get(path(name, 'list', absent))).status]).toEqual([
          name,
          404,
        ]);
});

test('the control: a gate that asks for reading where it should ask for deleting is seen', async () => {
  const { core } = house;
  const news = core.registry.resources.get('NewsItem')!;
  const leftOpen = { ...news, permissions: { ...news.permissions, delete: news.permissions.read } };
  const registry = { ...core.registry, resources: new Map([...core.registry.resources, ['NewsItem', leftOpen]]) };
  const broken = { ...core, registry };
  const web: TestWeb = await openTestWeb(broken, await buildPanel(broken, { componentsFile: import.meta.filename }));
  const role = await change([news.permissions.read]);
  const before = await wholeDump(core, tables);
  const visitor = new Visitor(web);
  visitor.cookie = visitors.get(changing.name)!.cookie;
  const wrong = await wrongAnswers(visitor, callsOn(role, news));
  await web.close();
  const deleting = wrong.filter((one) => /^POST .*(delete|bulkDelete.*): 200, not 403/.test(one));
  expect(deleting.length).toBeGreaterThan(0);
  expect(await wholeDump(core, tables)).not.toBe(before);
});
