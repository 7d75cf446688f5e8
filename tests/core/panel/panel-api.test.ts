// The panel's own API behind the gate: row scope, hidden columns, stale forms, bad input. Every role on everything: tests/abuse/matrix.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelOf } from '../../../src/core/database/datamodel.ts';
import { type Answered, fingerprint, type Visitor } from '../../kit/http.ts';
import { openTestPanel, type TestPanel } from './kit.ts';

let panel: TestPanel;
const visitors: Record<string, Visitor> = {};
const api = '/admin/api/steward';
const absent = '01890000-0000-7000-8000-000000000000';
const tables = ['Campaign', 'Recipient', 'Operator', 'Role', 'ApiKey', 'MailAccount', 'Message', 'Run'];

beforeAll(async () => {
  panel = await openTestPanel();
  Object.assign(visitors, { stranger: panel.stranger(), club: await panel.club(), root: await panel.root() });
});
afterAll(() => panel?.close());

describe('row scope', () => {
  const idsOf = ({ json }: Answered) => ((json?.records ?? []) as { id: string }[]).map(({ id }) => id);

  test('a role that is bound to a club sees and counts only that club', async () => {
    const [club, root] = [visitors.club!, visitors.root!];
    const { ownMember, otherMember } = panel.ids;
    const list = await club.get('/admin/api/resources/Recipient/actions/list');
    expect(idsOf(list)).toEqual([ownMember]);
    expect((list.json as { meta?: { total: number } }).meta?.total).toBe(1);
    expect(idsOf(await club.get('/admin/api/resources/Recipient/actions/search/example'))).toEqual([ownMember]);
    const other = `/admin/api/resources/Recipient/records/${otherMember}/show`;
    expect([(await club.get(other)).status, (await root.get(other)).status]).toEqual([404, 200]);
  });
});

describe('hidden columns', () => {
  test('hazard 3: of all columns a form changes exactly the listed ones, each refused one by its name', async () => {
    const root = visitors.root!;
    const path = `${api}/records/Recipient/${panel.ids.ownMember}`;
    const accepted: string[] = [];
    for (const column of modelOf('Recipient').columns.values()) {
      const { json } = await root.get(path);
      const before = await fingerprint(panel.core, ['Recipient']);
      const answer = await root.post(path, { values: { [column.name]: 'ada@example.org' }, version: json?.version });
      if (answer.status === 200) accepted.push(column.name);
      else {
        expect([answer.status, Object.keys(answer.json?.fields ?? {})]).toEqual([400, [column.name]]);
        expect(await fingerprint(panel.core, ['Recipient'])).toBe(before);
      }
    }
    expect(accepted.sort()).toEqual(['email', 'name']);
  });

  test('hazard 6: no filter, order or search over what is not listed', async () => {
    const listed = ['email', 'name', 'campaignId', 'state', 'createdAt'];
    for (const column of [...modelOf('Recipient').columns.keys(), 'campaign', '__proto__', 'campaign.claimAddress']) {
      if (listed.includes(column)) continue;
      for (const query of [`f.${column}.is=x`, `f.${column}.contains=x`, `f.${column}.empty=true`, `sort=${column}`])
        expect([query, (await visitors.root!.get(`${api}/records/Recipient?${query}`)).status]).toEqual([query, 400]);
    }
  });

  test('hazard 16: values are plain', async () => {
    const path = `${api}/records/Recipient/${panel.ids.ownMember}`;
    const version = (await visitors.root!.get(path)).json?.version;
    const before = await fingerprint(panel.core, tables);
    for (const values of [
      { name: { set: 'x' } },
      { 'name.set': 'x' },
      { name: ['x'] },
      { campaign: { connect: { id: 'x' } } },
      { id: panel.ids.otherMember },
    ])
      expect((await visitors.root!.post(path, { values, version })).status).toBe(400);
    expect(await fingerprint(panel.core, tables)).toBe(before);
  });
});

describe('hazard 2 and 26', () => {
  test("hazard 2: another club's record cannot be told from an absent one", async () => {
    const before = await fingerprint(panel.core, tables);
    const of = async (id: string) => {
      const read = await visitors.club!.get(`${api}/records/Recipient/${id}`);
      const write = await visitors.club!.post(`${api}/records/Recipient/${id}`, {
        values: { name: 'x' },
        version: new Date(0).toISOString(),
      });
      const gone = await visitors.club!.post(`${api}/records/Recipient/${id}/delete`, {});
      return [read, write, gone].map(({ status, text }) => [status, text]);
    };
    expect(await of(panel.ids.otherMember)).toEqual(await of(absent));
    expect(await fingerprint(panel.core, tables)).toBe(before);
  });

  test('hazard 26: of two forms that were open the later is refused', async () => {
    const path = `${api}/records/Recipient/${panel.ids.ownMember}`;
    const version = (await visitors.root!.get(path)).json?.version;
    expect((await visitors.root!.post(path, { values: { name: 'first' }, version })).status).toBe(200);
    expect((await visitors.root!.post(path, { values: { name: 'second' }, version })).status).toBe(409);
    expect((await panel.core.db.recipient.findUniqueOrThrow({ where: { id: panel.ids.ownMember } })).name).toBe(
      'first',
    );
  });
});

test('hazard 27 and 28: no input is a fault', async () => {
  const gets = [
    'records/Recipient?page=-1',
    'records/Recipient?page=abc',
    'records/Recipient?perPage=-100000',
    'records/Recipient?perPage=1e9',
    'records/Recipient?perPage=1&perPage=2',
    'records/Recipient?q=%00',
    'records/Recipient?q=%ED%A0%80',
    'records/Recipient?f.createdAt.from=x',
    'records/Recipient?f.state.is=x',
    'records/Recipient?__proto__=1',
    'records/Recipient?sort=__proto__',
    'records/Recipient/%00',
    'records/Recipient/%',
    'records/__proto__',
    'records/constructor',
    'records/Nothing',
    'runs/x',
    'runs/%00',
    `runs/${absent}`,
    'tools/Campaign/x/y',
    'tools/__proto__/x/y',
    'nothing',
    '',
    'records/Recipient?q=%25_%5C',
    'records/Recipient/options?ids=%00',
    'records/Recipient/options?q[]=x',
    'records/Recipient?view=99',
    'records/Recipient?view=x',
  ];
  for (const path of gets) {
    const { status, text } = await visitors.root!.get(`${api}/${path}`);
    expect([path, status < 500]).toEqual([path, true]);
    expect(text).not.toMatch(/Prisma|node_modules|\bat .*\.(?:ts|js):/);
  }
  const posts = [
    'records/Recipient',
    `records/Recipient/${panel.ids.ownMember}`,
    'actions/x/preview',
    'actions/core.block/preview',
    'actions/core.block/start',
    `runs/${absent}/pause`,
    'runs/x/explode',
    'tools/Campaign/x/y/z',
    'me/theme',
  ];
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '{"values":null}',
    '{"values":{"email":"a\\u0000"}}',
    '{"selection":{"ids":[1]}}',
    '{"selection":{"all":true,"q":{}},"form":{}}',
    '{"theme":{}}',
    `{"values":{"email":"${'x'.repeat(100_000)}"}}`,
  ];
  for (const path of posts)
    for (const body of bodies) {
      const answer = await visitors.root!.send('POST', `${api}/${path}`, {
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect([path, body.slice(0, 40), answer.status >= 400 && answer.status < 500]).toEqual([
        path,
        body.slice(0, 40),
        true,
      ]);
      expect(answer.text).not.toMatch(/Prisma|node_modules/);
    }
});
