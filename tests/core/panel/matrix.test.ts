// Who may call what: every role on every resource, action, kind of route and method, worked out from the declarations.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { houseModule } from '../../../src/core/house/module.ts';
import { buildRegistry } from '../../../src/core/registry.ts';
import type { AnyResource } from '../../../src/core/resource.ts';
import { fingerprint, type Visitor } from '../../kit/http.ts';
import { openTestPanel, type TestPanel, testModule } from './kit.ts';

let panel: TestPanel;
const visitors: Record<string, Visitor> = {};
const tables = ['Campaign', 'Recipient', 'Operator', 'Role', 'ApiKey', 'MailAccount', 'Message', 'Run'];
const resources = [...buildRegistry([houseModule, testModule]).resources.values()];
const held: Record<string, readonly string[]> = {
  stranger: [],
  club: testModule.roles!.club!.permissions,
  root: ['*'],
};

beforeAll(async () => {
  panel = await openTestPanel();
  Object.assign(visitors, { stranger: panel.stranger(), club: await panel.club(), root: await panel.root() });
});
afterAll(() => panel?.close());

// Said here anew and not taken from the code under test.
const verbs: Record<string, { kind: string; verb: keyof AnyResource['permissions']; methods: string[] }> = {
  list: { kind: 'resource', verb: 'read', methods: ['GET'] },
  search: { kind: 'resource', verb: 'read', methods: ['GET'] },
  new: { kind: 'resource', verb: 'create', methods: ['POST'] },
  show: { kind: 'record', verb: 'read', methods: ['GET'] },
  edit: { kind: 'record', verb: 'update', methods: ['GET', 'POST'] },
  delete: { kind: 'record', verb: 'delete', methods: ['POST'] },
  bulkDelete: { kind: 'bulk', verb: 'delete', methods: ['POST'] },
  archive: { kind: 'none', verb: 'read', methods: [] },
};
const absent = '01890000-0000-7000-8000-000000000000';
const addresses: Record<string, (model: string, action: string) => string> = {
  resource: (model, action) => `/admin/api/resources/${model}/actions/${action}`,
  'resource with words': (model, action) => `/admin/api/resources/${model}/actions/${action}/words`,
  'old search': (model) => `/admin/api/resources/${model}/search/words`,
  record: (model, action) => `/admin/api/resources/${model}/records/${absent}/${action}`,
  bulk: (model, action) => `/admin/api/resources/${model}/bulk/${action}?recordIds=${absent}`,
};

const idsOf = (answer: { json: Record<string, unknown> | undefined }) =>
  ((answer.json?.records ?? []) as { id: string }[]).map(({ id }) => id);

/** What must come back: the reason is the first that applies. */
function expected(role: string, resource: AnyResource, action: string, address: string, method: string): number[] {
  if (role === 'stranger') return [401];
  const mayHave = (permission: string | undefined) =>
    permission !== undefined && held[role]!.some((one) => one === '*' || one === permission);
  const { kind, verb, methods } = verbs[action]!;
  const isSearch = action === 'search' && address === 'resource with words';
  if (!mayHave(resource.permissions.read) || (kind !== address && !isSearch)) return [404];
  if (!methods.includes(method)) return [405];
  if (!mayHave(resource.permissions[verb])) return [403];
  if (kind === 'record') return [404, ...(method === 'POST' ? [400] : [])];
  return action === 'new' ? [400] : kind === 'bulk' ? [404] : [200];
}

describe('hazard 5: nothing is open that the declarations do not open', () => {
  for (const role of ['stranger', 'club', 'root'])
    for (const resource of resources)
      test(`${role} on ${resource.model}: every action on every kind of route by GET and POST`, async () => {
        const before = await fingerprint(panel.core, tables);
        for (const action of Object.keys(verbs))
          for (const [address, path] of Object.entries(addresses))
            for (const method of ['GET', 'POST']) {
              const visitor = visitors[role]!;
              const answer =
                method === 'GET'
                  ? await visitor.get(path(resource.model, action))
                  : await visitor.post(path(resource.model, action), {});
              const right = expected(role, resource, action, address, method);
              expect([action, address, method, right.includes(answer.status) ? right : answer.status]).toEqual([
                action,
                address,
                method,
                right,
              ]);
            }
        expect(await fingerprint(panel.core, tables)).toBe(before);
      });

  test('models without a declaration do not exist', async () => {
    for (const model of ['WebSession', 'OneTimeLink', 'Setting', 'RateLimit', 'SendingClock', 'Instance'])
      for (const path of Object.values(addresses))
        expect((await visitors.root!.get(path(model, 'list'))).status).toBe(404);
  });

  test('row scope: a role that is bound to a club sees and counts only that club', async () => {
    const list = await visitors.club!.get('/admin/api/resources/Recipient/actions/list');
    expect(idsOf(list)).toEqual([panel.ids.ownMember]);
    expect((list.json as { meta?: { total: number } }).meta?.total).toBe(1);
    const found = await visitors.club!.get('/admin/api/resources/Recipient/actions/search/example');
    expect(idsOf(found)).toEqual([panel.ids.ownMember]);
    expect(
      (await visitors.club!.get(`/admin/api/resources/Recipient/records/${panel.ids.otherMember}/show`)).status,
    ).toBe(404);
    expect(
      (await visitors.root!.get(`/admin/api/resources/Recipient/records/${panel.ids.otherMember}/show`)).status,
    ).toBe(200);
  });
});
