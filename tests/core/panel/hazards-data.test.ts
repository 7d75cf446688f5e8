// Hazards to the data: other people's records, columns that are not for one's eyes or hands, oracles, bad input.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { modelOf } from '../../../src/core/database/datamodel.ts';
import { jsonSafe } from '../../../src/core/records/column-values.ts';
import { fingerprint, type Visitor } from '../../kit/http.ts';
import { canary, openTestPanel, type TestPanel } from './kit.ts';

let panel: TestPanel;
let root: Visitor;
let club: Visitor;
const tables = ['Campaign', 'Recipient', 'Operator', 'Role', 'Message', 'Run'];
const api = '/admin/api/resources';

beforeAll(async () => {
  panel = await openTestPanel();
  [root, club] = [await panel.root(), await panel.club()];
});
afterAll(() => panel?.close());

let before = '';
beforeEach(async () => {
  before = await fingerprint(panel.core, tables);
});
async function unchanged(): Promise<void> {
  expect(await fingerprint(panel.core, tables)).toBe(before);
}

const memberEdit = (id: string) => `${api}/Recipient/records/${id}/edit`;
const params = (answer: { json: Record<string, unknown> | undefined }) =>
  (answer.json?.record as { params: Record<string, unknown> } | undefined)?.params;
const recordsOf = (answer: { json: Record<string, unknown> | undefined }) => (answer.json?.records ?? []) as unknown[];
async function version(visitor: Visitor, model: string, id: string): Promise<string> {
  return String(params(await visitor.get(`${api}/${model}/records/${id}/show`))?.version);
}

describe('hazard 2: nobody writes another record by an id in the form', () => {
  test.each(['Recipient', 'Campaign', 'Operator'])('%s: an id that is not the address’s is refused', async (model) => {
    const own = { Recipient: panel.ids.ownMember, Campaign: panel.ids.ownClub, Operator: panel.ids.club }[model]!;
    const other = { Recipient: panel.ids.otherMember, Campaign: panel.ids.otherClub, Operator: panel.ids.root }[model]!;
    const held = await version(root, model, own);
    const post = (visitor: Visitor) =>
      visitor.post(`${api}/${model}/records/${own}/edit`, { id: other, name: 'hacked', version: held });
    expect((await post(panel.stranger())).status).toBe(401);
    expect([400, 403, 404]).toContain((await post(club)).status);
    const refused = await post(root);
    expect([refused.status, Object.keys(refused.json?.fields ?? {})]).toEqual([400, ['id']]);
    await unchanged();
  });

  test("another club's record does not exist, under its own address either", async () => {
    const answer = await club.post(memberEdit(panel.ids.otherMember), {
      name: 'hacked',
      version: new Date().toISOString(),
    });
    const absent = await club.post(memberEdit('01890000-0000-7000-8000-000000000000'), {
      name: 'hacked',
      version: new Date().toISOString(),
    });
    expect([answer.status, answer.json]).toEqual([404, absent.json]);
    await unchanged();
  });

  test('the right role changes its own record', async () => {
    const answer = await club.post(memberEdit(panel.ids.ownMember), {
      id: panel.ids.ownMember,
      name: 'Ada Lovelace',
      version: await version(club, 'Recipient', panel.ids.ownMember),
    });
    expect(answer.status).toBe(200);
    const row = await panel.core.db.recipient.findUniqueOrThrow({ where: { id: panel.ids.ownMember } });
    expect(row.name).toBe('Ada Lovelace');
  });
});

describe('hazard 3: only listed columns are written', () => {
  const writable: Record<string, string[]> = {
    Recipient: ['email', 'name'],
    Campaign: ['title', 'organisation', 'website'],
    Operator: ['name'],
  };
  for (const [model, columns] of Object.entries(writable))
    test(`${model}: of all its columns a form changes exactly ${columns.join(', ')}`, async () => {
      const id = { Recipient: panel.ids.ownMember, Campaign: panel.ids.ownClub, Operator: panel.ids.club }[model]!;
      const table = panel.core.database.pool;
      const read = async () =>
        (await table.query(`SELECT to_jsonb(t) AS row FROM "${model}" t WHERE id = $1`, [id])).rows[0].row;
      const changed: string[] = [];
      for (const column of modelOf(model).columns.values()) {
        const row = await read();
        const byType: Record<string, unknown> = {
          number: 77,
          boolean: true,
          dateTime: '2001-01-01T00:00:00.000Z',
          enum: column.members?.at(-1),
        };
        const value =
          column.reference === 'Campaign' ? panel.ids.otherClub : (byType[column.type] ?? 'written@example.org');
        await root.post(`${api}/${model}/records/${id}/edit`, {
          [column.name]: value,
          version: await version(root, model, id),
        });
        const now = await read();
        for (const name of Object.keys(row))
          if (name !== 'updatedAt' && JSON.stringify(row[name]) !== JSON.stringify(now[name])) changed.push(name);
      }
      expect(changed.sort()).toEqual([...columns].sort());
    });

  test('a column behind a permission is not written by a role without it', async () => {
    const roles = panel.core.db.role;
    await roles.update({ where: { name: 'club' }, data: { permissions: { push: 'test:clubs-write' } } });
    const held = await version(club, 'Campaign', panel.ids.ownClub);
    const row = await panel.core.db.campaign.findUnique({ where: { id: panel.ids.ownClub } });
    const answer = await club.post(`${api}/Campaign/records/${panel.ids.ownClub}/edit`, {
      website: 'https://evil.example',
      version: held,
    });
    await roles.update({
      where: { name: 'club' },
      data: { permissions: ['test:clubs', 'test:members', 'test:members-write'] },
    });
    expect(answer.status).toBe(400);
    expect(await panel.core.db.campaign.findUnique({ where: { id: panel.ids.ownClub } })).toEqual(row);
  });
});

test('hazard 4: no answer to any role holds a secret', async () => {
  const { ids } = panel;
  const paths = [
    '/admin',
    '/admin/login',
    '/admin/api/dashboard',
    '/admin/api/steward/state',
    '/admin/api/steward/dashboard',
  ];
  for (const [model, id] of [
    ['Campaign', ids.ownClub],
    ['Recipient', ids.ownMember],
    ['Operator', ids.club],
  ]) {
    paths.push(
      `/admin/resources/${model}`,
      `${api}/${model}/actions/list`,
      `${api}/${model}/actions/search`,
      `${api}/${model}/search/a`,
    );
    paths.push(`${api}/${model}/records/${id}/show`, `${api}/${model}/records/${id}/edit`);
    paths.push(...['', '/options', `/${id}`].map((rest) => `/admin/api/steward/records/${model}${rest}`));
  }
  for (const visitor of [panel.stranger(), club, root])
    for (const path of paths) {
      const { text } = await visitor.get(path, { 'sec-fetch-mode': path.includes('/api/') ? 'cors' : 'navigate' });
      expect(text).not.toContain(canary);
      expect(text).not.toMatch(/argon2id|tokenHash|passwordHash|keyHash|claimAddress/);
    }
  const edited = await root.post(memberEdit(ids.otherMember), {
    name: 'B',
    version: await version(root, 'Recipient', ids.otherMember),
  });
  expect(edited.text).not.toContain(canary);
  const created = await root.post(`${api}/Recipient/actions/new`, {
    email: 'new@example.org',
    campaignId: ids.ownClub,
  });
  expect(created.status).toBe(200);
  expect(created.text).not.toMatch(/tokenHash/);
});

describe('hazard 6: hidden columns cannot be asked about', () => {
  const listed: Record<string, string[]> = {
    Recipient: ['email', 'name', 'campaignId', 'state', 'createdAt'],
    Campaign: ['title', 'organisation'],
  };
  for (const [model, allowed] of Object.entries(listed))
    test(`${model}: as filter, order and search property only what is listed is accepted`, async () => {
      for (const column of [...modelOf(model).columns.keys(), 'campaign', '__proto__', 'constructor']) {
        if (allowed.includes(column)) continue;
        for (const query of [
          `filters.${column}=x`,
          `filters.${column}~~from=x`,
          `sortBy=${column}`,
          `sortBy=campaign.${column}`,
        ]) {
          const answer = await club.get(`${api}/${model}/actions/list?${query}`);
          expect([query, answer.status]).toEqual([query, 400]);
        }
        const searched = await club.get(`${api}/${model}/actions/search/x?searchProperty=${column}`);
        expect(searched.status).toBe(400);
      }
    });

  test('a filter takes no operators', async () => {
    for (const query of [
      'filters.email={"contains":"a"}',
      'filters.email.contains=a',
      'filters[email]=a',
      'filters.email=a&filters.email=b',
    ]) {
      const answer = await root.get(`${api}/Recipient/actions/list?${query}`);
      const records = recordsOf(answer);
      expect([query, answer.status === 400 || records.length === 0]).toEqual([query, true]);
    }
  });

  test('a listed column filters and sorts', async () => {
    const answer = await club.get(`${api}/Recipient/actions/list?filters.email=ADA&sortBy=email&direction=asc`);
    expect(answer.status).toBe(200);
  });
});

test('hazard 16: a path into a column is refused for every scalar column', async () => {
  for (const column of ['email', 'name'])
    for (const inner of ['set', 'increment', 'push', 'connect.id', '0']) {
      const answer = await root.post(memberEdit(panel.ids.ownMember), {
        [`${column}.${inner}`]: 'x',
        version: await version(root, 'Recipient', panel.ids.ownMember),
      });
      expect([inner, answer.status]).toEqual([inner, 400]);
    }
  const object = await root.post(memberEdit(panel.ids.ownMember), {
    name: { set: 'x' },
    version: await version(root, 'Recipient', panel.ids.ownMember),
  });
  expect(object.status).toBe(400);
  await unchanged();
});

test('hazard 17: a forbidden call has no effect and tells nothing of the record', async () => {
  const forbidden = await club.post(`${api}/Campaign/records/${panel.ids.ownClub}/delete`, {});
  const foreign = await club.post(`${api}/Campaign/records/${panel.ids.otherClub}/delete`, {});
  const absent = await club.post(`${api}/Campaign/records/nothing/delete`, {});
  expect([forbidden.status, foreign.status, absent.status]).toEqual([403, 403, 403]);
  expect([foreign.text, absent.text]).toEqual([forbidden.text, forbidden.text]);
  await unchanged();
});

test('hazard 19: an action answers only on its own kind of route', async () => {
  const { ownMember } = panel.ids;
  const kinds: Record<string, string> = {
    list: 'resource',
    search: 'resource',
    new: 'resource',
    show: 'record',
    edit: 'record',
    delete: 'record',
    bulkDelete: 'bulk',
  };
  const addresses: Record<string, (action: string) => string> = {
    resource: (action) => `${api}/Recipient/actions/${action}`,
    record: (action) => `${api}/Recipient/records/${ownMember}/${action}`,
    bulk: (action) => `${api}/Recipient/bulk/${action}?recordIds=${ownMember}`,
  };
  for (const [action, kind] of Object.entries(kinds))
    for (const [other, address] of Object.entries(addresses))
      if (other !== kind)
        for (const method of ['GET', 'POST']) {
          const answer = method === 'GET' ? await root.get(address(action)) : await root.post(address(action), {});
          expect([action, other, method, answer.status]).toEqual([action, other, method, 404]);
        }
  await unchanged();
});

test('hazard 20: a field cannot pose as a file', async () => {
  const paths = [
    { file: { path: '/proc/self/environ' } },
    { email: { path: '/proc/self/environ' } },
    { 'file.path': '/proc/self/environ' },
  ];
  for (const body of paths) {
    const answer = await root.post(`${api}/Recipient/actions/new`, body);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('PATH=');
  }
  await unchanged();
});

describe('hazard 26: a form that stood open does not overwrite what changed meanwhile', () => {
  test('the second of two forms is refused and the first one’s values stay', async () => {
    const stale = await version(root, 'Recipient', panel.ids.ownMember);
    expect((await root.post(memberEdit(panel.ids.ownMember), { name: 'first', version: stale })).status).toBe(200);
    const late = await root.post(memberEdit(panel.ids.ownMember), {
      email: 'late@example.org',
      name: 'second',
      version: stale,
    });
    expect(late.status).toBe(409);
    expect((await panel.core.db.recipient.findUniqueOrThrow({ where: { id: panel.ids.ownMember } })).name).toBe(
      'first',
    );
  });

  test('a form without a version is refused', async () => {
    const answer = await root.post(memberEdit(panel.ids.ownMember), { name: 'blind' });
    expect(answer.status).toBe(400);
    await unchanged();
  });
});

describe('hazard 27: bad input is the asker’s mistake, never a fault', () => {
  const member = () => panel.ids.ownMember;
  const queries = [
    'filters.unknown=1',
    'filters.state=nonsense',
    'filters.createdAt=2020',
    'filters.createdAt~~from=nonsense',
    'filters.email=%00',
    'page=-1',
    'page=abc',
    'perPage=abc',
    'perPage=10&perPage=20',
    'sortBy=unknown',
    'sortBy=__proto__',
    'direction=sideways',
    'filters.=x',
    '__proto__=1',
    'constructor=1',
    'filters.email=%ED%A0%80',
    'page=99999999999999999999',
    `filters.email=${'x'.repeat(5000)}`,
    'recordIds=1',
    '%',
    '%00=1',
    '=&=',
  ];
  test.each(queries)('list?%s', async (query) => {
    const { status, text } = await root.get(`${api}/Recipient/actions/list?${query}`);
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/Prisma|node_modules|\bat .*\.(?:ts|js):/);
  });

  test('addresses that lead nowhere are 404 JSON', async () => {
    const paths = [
      'Nothing/actions/list',
      'Recipient/actions/nothing',
      'Recipient/actions/__proto__',
      'Recipient/actions/constructor',
      'Recipient/records/99999999999/show',
      'Recipient/records/%00/show',
      'Recipient/records/..%2f..%2fetc/show',
      '__proto__/actions/list',
      'WebSession/actions/list',
      'Recipient/nothing',
      'Recipient/records/x',
    ];
    for (const path of paths) {
      const answer = await root.get(`${api}/${path}`);
      expect([path, answer.status, answer.json?.code]).toEqual([path, 404, 'not-found']);
      expect(answer.text).not.toContain('Campaign');
    }
    expect((await root.get(`${api}/Recipient/records/%/show`)).status).toBeLessThan(500);
    for (const path of [
      '/admin/api/pages/x',
      '/admin/api/',
      '/admin/api',
      '/admin/API/resources/Recipient/actions/list',
    ])
      expect([path, (await root.get(path)).status]).toEqual([path, 404]);
  });

  test('values that do not fit are named', async () => {
    const twice = await root.post(`${api}/Recipient/actions/new`, {
      email: 'ada@example.org',
      campaignId: panel.ids.ownClub,
    });
    const taken = await root.post(`${api}/Recipient/actions/new`, {
      email: 'ada@example.org',
      campaignId: panel.ids.ownClub,
    });
    expect([twice.status, taken.status].every((status) => status === 200 || status === 409)).toBe(true);
    expect(taken.status).toBe(409);
    const nowhere = await root.post(`${api}/Recipient/actions/new`, { email: 'x@example.org', campaignId: 'nowhere' });
    expect([nowhere.status, Object.keys(nowhere.json?.fields ?? {})]).toEqual([400, ['campaignId']]);
    const unknown = await root.post(`${api}/Recipient/actions/new`, { email: 'x@example.org', tokenHash: 'x' });
    expect([unknown.status, Object.keys(unknown.json?.fields ?? {})]).toEqual([400, ['tokenHash']]);
    for (const body of [
      '[]',
      '1',
      'null',
      '"x"',
      '{"email":"a\\u0000b"}',
      '{"__proto__":{"x":1}}',
      '{"email":"\\ud800"}',
    ]) {
      const answer = await root.send('POST', `${api}/Recipient/actions/new`, {
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect([body, answer.status]).toEqual([body, 400]);
    }
    expect(member()).toBeTruthy();
  });

  test('a filter of days that makes no sense does not fail open', async () => {
    const answer = await root.get(`${api}/Recipient/actions/list?filters.createdAt=2020`);
    expect(answer.status === 400 || recordsOf(answer).length === 0).toBe(true);
  });
});

test('hazard 28: a page has 1 to 500 records, whatever is asked', async () => {
  for (const [given, perPage] of [
    ['-1', 1],
    ['-1000000', 1],
    ['0', 1],
    ['1000000000', 500],
  ] as const) {
    const answer = await root.get(`${api}/Recipient/actions/list?perPage=${given}`);
    expect((answer.json as { meta?: { perPage: number } }).meta?.perPage).toBe(perPage);
  }
  for (const given of ['NaN', '1,2', '1e3', ''])
    expect((await root.get(`${api}/Recipient/actions/list?perPage=${given}`)).status).toBe(400);
});

describe('hazard 29: many at once', () => {
  test('own, foreign, absent and repeated ids each get their own outcome', async () => {
    const mine = await panel.core.db.recipient.create({
      data: { campaignId: panel.ids.ownClub, email: 'gone@example.org' },
    });
    const absent = '01890000-0000-7000-8000-000000000000';
    const answer = await club.post(
      `${api}/Recipient/bulk/bulkDelete?recordIds=${mine.id},${panel.ids.otherMember},${absent},${mine.id}`,
      {},
    );
    expect(answer.json).toMatchObject({ requested: 3, done: 1, failed: [panel.ids.otherMember, absent] });
    expect(await panel.core.db.recipient.count({ where: { id: panel.ids.otherMember } })).toBe(1);
    expect(await panel.core.db.recipient.count({ where: { id: mine.id } })).toBe(0);
  });

  test('more than 500 ids, none, or the name twice are refused', async () => {
    for (const query of [
      `recordIds=${Array.from({ length: 501 }, (_, i) => `a${i}`).join(',')}`,
      '',
      'recordIds=',
      'recordIds=a&recordIds=b',
    ]) {
      const answer = await root.post(`${api}/Recipient/bulk/bulkDelete?${query}`, {});
      expect(answer.status).toBe(400);
    }
    await unchanged();
  });
});

test('hazard 30: every resource lists its rows, whatever types its columns have', async () => {
  const { db } = panel.core;
  await db.storedFile.create({ data: { key: 'x', name: 'x', type: 'x', size: 1, sha256: 'x' } });
  await db.message.create({ data: { kind: 'x', toAddress: 'x@example.org', text: 'x', idempotencyKey: 'x' } });
  await db.mailAccount.create({ data: { name: 'x', host: 'x', fromAddress: 'x@example.org', passwordSealed: canary } });

  for (const model of panel.core.registry.resources.keys()) {
    const answer = await root.get(`${api}/${model}/actions/list`);
    expect([model, answer.status]).toEqual([model, 200]);
  }
});

test('hazard 30: a whole number that JSON cannot hold is told as text', () => {
  expect(JSON.parse(JSON.stringify({ value: jsonSafe(9_007_199_254_740_993n) }))).toEqual({
    value: '9007199254740993',
  });
});
