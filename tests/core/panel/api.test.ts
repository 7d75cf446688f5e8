// The panel's JSON API behind its gate: each call as a stranger's, a weak role's, the right role's, and at its edges.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Actor } from '../../../src/core/access.ts';
import { action, skip } from '../../../src/core/action.ts';
import { endAlarm, raiseAlarm } from '../../../src/core/alarms.ts';
import { defineModule } from '../../../src/core/module.ts';
import { buildPanelApi } from '../../../src/core/panel/api.ts';
import { resource, toolCall } from '../../../src/core/resource.ts';
import { lastErrorHandler } from '../../../src/core/web/errors.ts';
import { newApp, type OperatorWithRole } from '../../../src/core/web/express.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint, openApp, type TestWeb, Visitor } from '../../kit/http.ts';
import {
  campaigns,
  certificates as sampleCertificates,
  recipients as sampleRecipients,
} from '../../kit/sample-module.ts';

const number = action('Recipient', {
  name: 'number',
  label: { one: 'Give a number', many: 'Give {count} numbers' },
  permission: 'desk:act',
  eligible: [{ where: { number: '' }, otherwise: 'already has a number' }],
  form: z.object({ prefix: z.string().max(5).meta({ label: 'Prefix' }) }),
  preview: (row, { form }) => ({ summary: `${row.email} gets ${form.prefix}-1` }),
  async each(row, { form, work }) {
    if (row.email.startsWith('no')) return skip('said no');
    await work.tx.recipient.update({ where: { id: row.id }, data: { number: `${form.prefix}-1` } });
    return undefined;
  },
});

const recipients = resource('Recipient', {
  ...sampleRecipients,
  actions: [number],
  tools: {
    notes: {
      label: 'Notes',
      component: 'MessageReader',
      permission: 'desk:tool',
      load: async ({ row, actor }) => ({ email: row.email, reader: actor.name }),
      calls: {
        rename: toolCall({
          input: z.strictObject({ name: z.string().min(1, 'is missing') }),
          async handle({ row, input, work }) {
            await work.tx.recipient.update({ where: { id: row.id }, data: { name: input.name } });
            return { name: input.name };
          },
        }),
        weigh: toolCall({
          input: z.strictObject({ unit: z.string() }),
          file: { field: 'thing', maxBytes: 1000 },
          handle: async ({ input, file }) => ({ weight: `${file?.bytes.length} ${input.unit}`, name: file?.name }),
        }),
      },
    },
  },
});

const certificates = resource('Certificate', {
  ...sampleCertificates,
  columns: { ...sampleCertificates.columns, pngId: { label: 'Picture', display: 'file' } },
});

const desk = defineModule({
  name: 'desk',
  label: 'Desk',
  permissions: {
    'sample:read': 'See',
    'sample:write': 'Change',
    'sample:private': 'See numbers',
    'sample:certificates': 'See certificates',
    'desk:act': 'Act',
    'desk:tool': 'Use the tool',
    'desk:figures': 'See figures',
  },
  scopes: { 'sample-campaign': { label: 'One campaign', resource: 'Campaign' } },
  resources: [campaigns, recipients, certificates],
  cards: [
    {
      title: 'Good',
      permission: 'desk:figures',
      overTime: { label: 'Recipients', model: 'Recipient', at: 'createdAt' },
      load: async () => ({ figures: [{ label: 'One', value: 1 }] }),
    },
    { title: 'Broken', permission: 'desk:figures', load: async () => Promise.reject(new Error('the secret cause')) },
  ],
  async demo(core) {
    await core.db.campaign.create({ data: { slug: 'demo', title: 'Demo', organisation: 'O' } });
  },
});

let house: TestCore;
let web: TestWeb;
let ids: { spring: string; autumn: string; ada: string; bob: string; nora: string; operator: string };

const reader = actorWith(['sample:read']);
const clerk = actorWith(['sample:read', 'sample:write', 'desk:act', 'desk:tool', 'desk:figures']);
const root = actorWith(['*']);
const scoped = (scopeId: string): Actor => ({ ...clerk, scope: 'sample-campaign', scopeId });

/** A visitor whom the gate has let in as this actor. The gate itself has its own tests. */
function as(actor: Actor | undefined): Visitor {
  const visitor = new Visitor(web);
  const send = visitor.send.bind(visitor);
  visitor.send = (method, path, options = {}) => {
    current = actor;
    return send(method, path, options);
  };
  return visitor;
}
let current: Actor | undefined;

beforeAll(async () => {
  house = await testCore([desk]);
  const app = newApp(0);
  app.use(async (request, _response, next) => {
    request.actor = current;
    request.operator = (await house.core.db.operator.findFirst({ include: { role: true } })) as OperatorWithRole;
    next();
  });
  app.use('/', buildPanelApi(house.core));
  app.use(lastErrorHandler(house.core));
  web = await openApp(app);
}, 120_000);
afterAll(async () => {
  await web?.close();
  await house?.close();
});

beforeEach(async () => {
  const { db } = house.core;
  await db.$executeRawUnsafe('TRUNCATE "Run", "RunItem", "Certificate", "Recipient", "Campaign", "Setting" CASCADE');
  await db.operator.deleteMany({});
  const role = await db.role.findFirstOrThrow();
  const operator = await db.operator.create({
    data: { id: clerk.id as string, email: 'olga@example.org', name: 'Olga', roleId: role.id },
  });
  const spring = await db.campaign.create({ data: { slug: 'spring', title: 'Spring', organisation: 'O' } });
  const autumn = await db.campaign.create({ data: { slug: 'autumn', title: 'Autumn', organisation: 'O' } });
  const person = (email: string, campaignId: string, given = '') =>
    db.recipient.create({ data: { email, campaignId, number: given } });
  const [ada, bob, nora] = await Promise.all([
    person('ada@example.org', spring.id),
    person('bob@example.org', spring.id, 'B-7'),
    person('nora@example.org', autumn.id),
  ]);
  ids = { spring: spring.id, autumn: autumn.id, ada: ada.id, bob: bob.id, nora: nora.id, operator: operator.id };
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
    const signed = { e: link.searchParams.get('e') ?? '', s: link.searchParams.get('s') ?? '' };
    expect(house.core.files.isLinkGood('abc', signed)).toBe(true);
    expect(house.core.files.isLinkGood('abd', signed)).toBe(false);
  });

  test('deleting needs the permission and the scope', async () => {
    const path = `/records/Recipient/${ids.nora}/delete`;
    expect((await as(reader).post(path, {})).status).toBe(403);
    expect((await as(scoped(ids.spring)).post(path, {})).status).toBe(404);
    expect((await as(scoped(ids.autumn)).post(path, {})).status).toBe(200);
    expect(await house.core.db.recipient.count()).toBe(2);
  });
});

describe('actions and runs', () => {
  const ask = (extra: object = {}) => ({ selection: { all: true }, form: { prefix: 'A' }, ...extra });

  test('a preview counts, gives reasons, shows one record, and writes nothing', async () => {
    expect((await as(reader).post('/actions/desk.number/preview', ask())).status).toBe(403);
    const before = await untouched();
    const { json } = await as(clerk).post('/actions/desk.number/preview', ask({ sample: 0 }));
    expect(json).toMatchObject({ total: 3, eligible: 2, skipped: [{ reason: 'already has a number', count: 1 }] });
    expect((json!.sample as { preview: object }).preview).toMatchObject({
      summary: expect.stringContaining('gets A-1'),
    });
    expect((await as(scoped(ids.autumn)).post('/actions/desk.number/preview', ask())).json).toMatchObject({ total: 1 });
    expect(await untouched()).toBe(before);
  });

  test('a start does what was previewed once, however often it is pressed', async () => {
    const start = ask({ expected: 2, idempotencyKey: 'click-0001' });
    const [one, two] = await Promise.all([
      as(clerk).post('/actions/desk.number/start', start),
      as(clerk).post('/actions/desk.number/start', start),
    ]);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.json?.runId).toBe(two.json?.runId);
    expect(await house.core.db.run.count()).toBe(1);
    const run = await as(clerk).get(`/runs/${one.json?.runId}`);
    expect(run.json).toMatchObject({ state: 'finished', counts: { done: 1, skipped: 2, failed: 0 } });
    const skipped = await as(clerk).get(`/runs/${one.json?.runId}/items?outcome=skipped`);
    const reasons = (skipped.json!.items as { reason: string }[]).map(({ reason }) => reason);
    expect([skipped.json?.total, reasons.sort()]).toEqual([2, ['already has a number', 'said no']]);
  });

  test('a start that expects another number does nothing and says the new one', async () => {
    const before = await untouched();
    const start = ask({ expected: 3, idempotencyKey: 'click-0002' });
    const answer = await as(clerk).post('/actions/desk.number/start', start);
    expect([answer.status, answer.json?.message]).toEqual([409, expect.stringContaining('2')]);
    expect(await untouched()).toBe(before);
  });

  test.each([
    ['a form that does not fit', ask({ form: { prefix: 'too long' }, expected: 2, idempotencyKey: 'click-0003' })],
    ['no key', ask({ expected: 2 })],
    ['a selection of nothing', { selection: { ids: [] }, form: {}, expected: 0, idempotencyKey: 'click-0004' }],
    ['an unknown part', ask({ expected: 2, idempotencyKey: 'click-0005', where: {} })],
  ])('%s is refused with the field’s name', async (_name, body) => {
    const before = await untouched();
    const answer = await as(clerk).post('/actions/desk.number/start', body);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json?.fields as object).length).toBeGreaterThan(0);
    expect(await untouched()).toBe(before);
  });

  test('a run is seen and steered only by those who may; other verbs do not exist', async () => {
    const start = ask({ expected: 2, idempotencyKey: 'click-0006' });
    const { json } = await as(clerk).post('/actions/desk.number/start', start);
    const stranger = { ...reader, id: '0190a000-0000-7000-8000-0000000000ff' };
    for (const path of [`/runs/${json?.runId}`, `/runs/${json?.runId}/items`])
      expect((await as(stranger).get(path)).status).toBe(404);
    expect((await as(stranger).post(`/runs/${json?.runId}/retry`, {})).status).toBe(404);
    expect((await as(clerk).post(`/runs/${json?.runId}/explode`, {})).status).toBe(404);
    expect((await as(clerk).get(`/runs/${json?.runId}/items?page=0`)).status).toBe(400);
  });

  test('an unknown action is not found, and no action runs by reading', async () => {
    expect((await as(root).post('/actions/desk.nothing/preview', ask())).status).toBe(404);
    expect((await as(root).get('/actions/desk.number/start')).status).toBe(404);
  });
});

describe('tools', () => {
  const path = (id: string, rest = '') => `/tools/Recipient/${id}/notes${rest}`;
  const multipart = (parts: string[]) => ({
    body: `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  const fileOf = (size: number, field = 'thing') =>
    `Content-Disposition: form-data; name="${field}"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${'x'.repeat(size)}`;
  const unit = 'Content-Disposition: form-data; name="input"\r\n\r\n{"unit":"g"}';

  test('loading needs the permission and the scope', async () => {
    expect((await as(reader).get(path(ids.ada))).status).toBe(403);
    expect((await as(scoped(ids.autumn)).get(path(ids.ada))).status).toBe(404);
    expect((await as(clerk).get(path(ids.ada))).json).toEqual({ email: 'ada@example.org', reader: 'Olga Operator' });
  });

  test('a call checks its input, keeps to the scope, and writes', async () => {
    const before = await untouched();
    const fault = await as(clerk).post(path(ids.ada, '/rename'), { name: '' });
    expect([fault.status, fault.json?.fields]).toEqual([400, { name: 'is missing' }]);
    expect((await as(scoped(ids.autumn)).post(path(ids.ada, '/rename'), { name: 'X' })).status).toBe(404);
    expect((await as(reader).post(path(ids.ada, '/rename'), { name: 'X' })).status).toBe(403);
    for (const call of ['nothing', 'constructor', '__proto__'])
      expect((await as(clerk).post(path(ids.ada, `/${call}`), { name: 'X' })).status).toBe(404);
    expect(await untouched()).toBe(before);
    expect((await as(clerk).post(path(ids.ada, '/rename'), { name: 'Ada' })).json).toEqual({ name: 'Ada' });
    expect((await house.core.db.recipient.findUniqueOrThrow({ where: { id: ids.ada } })).name).toBe('Ada');
  });

  test('a file comes along within its limit and under its own field only', async () => {
    const weighed = await as(clerk).send('POST', path(ids.ada, '/weigh'), multipart([unit, fileOf(12)]));
    expect(weighed.json).toEqual({ weight: '12 g', name: 'a.txt' });
    const heavy = await as(clerk).send('POST', path(ids.ada, '/weigh'), multipart([unit, fileOf(1001)]));
    expect([heavy.status, Object.keys(heavy.json?.fields as object)]).toEqual([400, ['thing']]);
    const foreign = await as(clerk).send('POST', path(ids.ada, '/weigh'), multipart([unit, fileOf(5, 'path')]));
    expect(foreign.status).toBe(400);
    const unwanted = await as(clerk).send('POST', path(ids.ada, '/rename'), multipart([unit, fileOf(5)]));
    expect(unwanted.status).toBe(415);
  });
});

describe('the start page', () => {
  test('a card that fails does not take the others with it, and tells no cause', async () => {
    const answer = await as(clerk).get('/dashboard');
    const cards = answer.json?.cards as { title: string; figures: unknown[]; error?: string }[];
    expect(cards.map(({ title }) => title)).toEqual(['Good', 'Broken']);
    expect(cards[0]?.figures).toHaveLength(1);
    expect(cards[1]?.error).toMatch(/could not/);
    expect(answer.text).not.toContain('secret cause');
    expect(answer.json).not.toHaveProperty('outbox');
    expect((await as(reader).get('/dashboard')).json).toEqual({ cards: [], approvals: [] });
    expect((await as(root).get('/dashboard')).json).toMatchObject({ runs: [], outbox: { counts: {} } });
  });

  test('alarms stand first while there are any, with how often', async () => {
    const cards = async () => (await as(root).get('/dashboard')).json?.cards as { title: string }[] | undefined;
    const titles = async () => (await cards())?.map(({ title }) => title);
    expect(await titles()).toEqual(['Good', 'Broken']);
    for (const summary of ['The mail server is away.', 'The mail server is still away.'])
      await raiseAlarm(house.core.db, { key: 'smtp', summary });
    expect(await titles()).toEqual(['Alarms', 'Good', 'Broken']);
    expect((await cards())?.[0]).toMatchObject({
      figures: [],
      waiting: [{ summary: 'The mail server is still away.', note: '2 times', tone: 'bad' }],
    });
    await endAlarm(house.core.db, 'smtp');
    expect(await titles()).toEqual(['Good', 'Broken']);
  });

  test('the last days are counted for who sees all records, and not told to who sees some', async () => {
    const daysFor = async (actor: Actor) => {
      const { json } = await as(actor).get('/dashboard');
      const cards = json?.cards as { overTime?: { label: string; days: { count: number }[] } }[] | undefined;
      return cards?.[0]?.overTime;
    };
    const seen = await daysFor(clerk);
    expect(seen?.label).toBe('Recipients');
    expect(seen?.days.reduce((sum, { count }) => sum + count, 0)).toBe(await house.core.db.recipient.count());
    expect(await daysFor(scoped(ids.spring))).toBeUndefined();
  });

  test('only who may do everything loads the demo, and only once', async () => {
    expect((await as(clerk).post('/demo', {})).status).toBe(403);
    expect(await house.core.db.campaign.count()).toBe(2);
    expect((await as(root).post('/demo', {})).status).toBe(200);
    expect((await as(root).post('/demo', {})).status).toBe(409);
    expect(await house.core.db.campaign.count()).toBe(3);
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
