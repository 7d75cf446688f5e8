// The panel's JSON API at work: actions and runs, tools, the start page; asked as a browser asks it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import { endAlarm, raiseAlarm } from '../../../src/core/alarms.ts';
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

const untouched = () => fingerprint(house.core, ['Recipient', 'Campaign', 'Run', 'RunItem', 'Message']);

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
    // A body that is far too large is not even read to its end; the answer is the same.
    const huge = await as(clerk).send('POST', path(ids.ada, '/weigh'), multipart([unit, fileOf(2_000_000)]));
    expect([huge.status, huge.json?.fields]).toEqual([heavy.status, heavy.json?.fields]);
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
    expect((await as(reader).get('/dashboard')).json).toEqual({ cards: [], jobs: [], approvals: [], paused: [] });
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

  test('a paused run waits, however many came after it, for who may see runs', async () => {
    const makeRun = (title: string, state: 'paused' | 'finished', minutes: number) =>
      house.core.db.run.create({
        data: {
          idempotencyKey: title,
          action: 'desk.number',
          resource: 'Recipient',
          title,
          state,
          selection: 'all',
          form: {},
          actor: 'Ada',
          total: 1,
          createdAt: new Date(Date.now() - minutes * 60_000),
        },
      });
    const { id } = await makeRun('held', 'paused', 90);
    for (let nth = 1; nth <= 8; nth += 1) await makeRun(`later ${nth}`, 'finished', nth);
    const seen = (await as(root).get('/dashboard')).json as { runs: { id: string }[]; paused: { id: string }[] };
    expect(seen.paused.map((run) => run.id)).toEqual([id]);
    expect(seen.runs.map((run) => run.id)).not.toContain(id);
    expect((await as(reader).get('/dashboard')).json).toMatchObject({ paused: [] });
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
