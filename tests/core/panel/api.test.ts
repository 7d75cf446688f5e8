// The panel's JSON API behind its gate: each call as a stranger's, a weak role's, the right role's, and at its edges.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { markOfAsker } from '../../../src/core/people/asked-link.ts';
import { actorWith } from '../../kit/core.ts';
import { fingerprint } from '../../kit/http.ts';
import { clerk, type Desk, type DeskIds, openDesk, reader, root, scoped } from './api-desk.ts';

let desk: Desk;
let house: Desk['house'];
let as: Desk['as'];
let ids: DeskIds;

beforeAll(async () => {
  desk = await openDesk();
  ({ house, as } = desk);
}, 120_000);
afterAll(() => desk?.close());
beforeEach(async () => {
  ids = await desk.refill();
});

const rowsOf = (json: Record<string, unknown> | undefined) =>
  (json!.rows as { title: string }[]).map((row) => row.title);
const untouched = () => fingerprint(house.core, ['Recipient', 'Campaign', 'Run', 'RunItem', 'Message']);

describe('the state', () => {
  test('a stranger learns nothing from any call', async () => {
    for (const path of ['/state', '/dashboard', '/records/Recipient', `/runs/${ids.ada}`]) {
      const answer = await as(undefined).get(path);
      expect([path, answer.status, answer.json?.code]).toEqual([path, 401, 'unauthenticated']);
    }
  });

  test('a reader is told of what may be read, and of no action or tool', async () => {
    const { json } = await as(reader).get('/state');
    const resources = json?.resources as { model: string; actions: unknown[]; tools: unknown[]; may: object }[];
    expect(resources.map(({ model }) => model)).toEqual(['Campaign', 'Recipient']);
    for (const one of resources) {
      expect([one.actions, one.tools]).toEqual([[], []]);
      expect(one.may).toEqual({ create: false, update: false, delete: false });
    }
    expect(json?.permissions).toEqual(['sample:read']);
    expect(json?.isEmpty).toBe(false);
  });

  test('what is only a part of other records is not in the navigation, and the framework comes last', async () => {
    const { json } = await as(root).get('/state');
    const groups = json?.navigation as { group: string; items: { model: string; label: string }[] }[];
    expect(groups[0]?.group).toBe('Sample');
    expect(groups[0]?.items.map(({ label }) => label)).toEqual(['Campaigns', 'Recipients']);
    const models = groups.flatMap(({ items }) => items.map(({ model }) => model));
    expect(models).toContain('Run');
    expect(models).not.toContain('RunItem');
  });

  test('the theme is kept with the operator, and only a known one', async () => {
    expect((await as(reader).post('/me/theme', { theme: 'dark' })).status).toBe(200);
    const kept = await house.core.db.operator.findUniqueOrThrow({ where: { id: ids.operator } });
    expect(kept.theme).toBe('dark');
    const refused = await as(reader).post('/me/theme', { theme: 'neon', role: 'administrator' });
    expect(refused.status).toBe(400);
    expect(Object.keys(refused.json?.fields as object)).toContain('theme');
  });
});

describe('records', () => {
  test('a list needs the permission, keeps to the scope, and tells its real order', async () => {
    expect((await as(actorWith([])).get('/records/Recipient')).status).toBe(403);
    const own = await as(scoped(ids.autumn)).get('/records/Recipient');
    expect(rowsOf(own.json)).toEqual(['nora@example.org']);
    const all = await as(reader).get('/records/Recipient?sort=email&direction=desc');
    expect(rowsOf(all.json)).toEqual(['nora@example.org', 'bob@example.org', 'ada@example.org']);
    expect(all.json?.sort).toEqual({ column: 'email', direction: 'desc' });
    expect((await as(reader).get('/records/Recipient')).json?.sort).toEqual({ column: 'createdAt', direction: 'desc' });
  });

  test('several values of one filter are taken, an unknown part of the query is refused by name', async () => {
    const both = await as(reader).get('/records/Recipient?f.state.is=added&f.state.is=mailed&f.email.contains=BOB');
    expect(rowsOf(both.json)).toEqual(['bob@example.org']);
    const refused = await as(reader).get('/records/Recipient?f.tokenHash.is=x');
    expect([refused.status, Object.keys(refused.json?.fields as object)]).toEqual([400, ['f.tokenHash.is']]);
    expect((await as(reader).get('/records/WebSession')).status).toBe(404);
    expect((await as(reader).get('/records/__proto__')).status).toBe(404);
  });

  test('options find by text and by ids, and refuse what they do not know', async () => {
    const found = await as(reader).get('/records/Campaign/options?q=spr');
    expect(JSON.parse(found.text)).toEqual([{ id: ids.spring, title: 'Spring' }]);
    const byIds = await as(reader).get(`/records/Campaign/options?ids=${ids.spring}&ids=${ids.autumn}`);
    expect(JSON.parse(byIds.text)).toHaveLength(2);
    expect((await as(reader).get('/records/Campaign/options?where=1')).status).toBe(400);
  });

  test('a record is created and changed by those who may, column by column', async () => {
    const values = { email: 'new@example.org', campaignId: ids.spring };
    expect((await as(reader).post('/records/Recipient', { values })).status).toBe(403);
    const made = await as(clerk).post('/records/Recipient', { values });
    expect([made.status, made.json?.title]).toEqual([200, 'new@example.org']);
    const foreign = await as(clerk).post(`/records/Recipient/${made.json?.id}`, { values: { tokenHash: 'x' } });
    expect([foreign.status, Object.keys(foreign.json?.fields as object)]).toEqual([400, ['tokenHash']]);
    const changed = await as(clerk).post(`/records/Recipient/${made.json?.id}`, { values: { name: 'Neo' } });
    expect([changed.status, changed.json?.title]).toEqual([200, 'Neo']);
  });

  test('a change on top of somebody else’s change is a conflict and changes nothing', async () => {
    const { json } = await as(clerk).get(`/records/Recipient/${ids.ada}`);
    await house.core.db.recipient.update({ where: { id: ids.ada }, data: { name: 'Theirs' } });
    const body = { values: { name: 'Mine' }, version: json?.version };
    const answer = await as(clerk).post(`/records/Recipient/${ids.ada}`, body);
    expect([answer.status, answer.json?.code]).toEqual([409, 'conflict']);
    expect((await house.core.db.recipient.findUniqueOrThrow({ where: { id: ids.ada } })).name).toBe('Theirs');
  });

  test('a file comes as a signed link that ends, and only to those who may read the record', async () => {
    const data = { recipientId: ids.ada, code: 'C', name: 'Ada', issuedOn: new Date('2026-05-03'), pngId: 'abc' };
    const { id } = await house.core.db.certificate.create({ data });
    expect((await as(reader).get(`/records/Certificate/${id}`)).status).toBe(403);
    const { json } = await as(root).get(`/records/Certificate/${id}`);
    const link = new URL((json!.files as { pngId: string }).pngId);
    expect(link.pathname).toBe('/files/abc');
    const signed = Object.fromEntries(link.searchParams);
    const mark = await markOfAsker(house.core, signed.a ?? '');
    expect(house.core.files.isLinkGood('abc', signed, mark)).toBe(true);
    expect(house.core.files.isLinkGood('abd', signed, mark)).toBe(false);
    expect(house.core.files.isLinkGood('abc', signed, 'other rights')).toBe(false);
  });

  test('deleting needs the permission and the scope', async () => {
    const path = `/records/Recipient/${ids.nora}/delete`;
    expect((await as(reader).post(path, {})).status).toBe(403);
    expect((await as(scoped(ids.spring)).post(path, {})).status).toBe(404);
    expect((await as(scoped(ids.autumn)).post(path, {})).status).toBe(200);
    expect(await house.core.db.recipient.count()).toBe(2);
  });
});

describe('bodies', () => {
  const posts = ['/records/Recipient', '/actions/desk.number/start', '/me/theme', '/demo'];
  const bodies: [string, string, string][] = [
    ['broken JSON', 'application/json', '{"values":'],
    ['JSON as text', 'text/plain; x=json', '{"values":{}}'],
    ['a form', 'application/x-www-form-urlencoded', 'values=1'],
    ['XML', 'application/xml', '<a/>'],
    ['a list', 'application/json', '[]'],
    ['null', 'application/json', 'null'],
    ['a prototype', 'application/json', '{"__proto__":{"values":{}}}'],
    ['a NUL', 'application/json', '{"values":{"email":"a\\u0000@example.org"}}'],
    ['too much', 'application/json', `{"values":{"name":"${'x'.repeat(1_100_000)}"}}`],
  ];

  test.each(bodies)('%s is refused everywhere, in words, and changes nothing', async (_name, type, body) => {
    const before = await untouched();
    for (const path of posts) {
      const answer = await as(root).send('POST', path, { body, headers: { 'content-type': type } });
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
      expect(answer.json?.message).toEqual(expect.any(String));
    }
    expect(await untouched()).toBe(before);
  });
});
