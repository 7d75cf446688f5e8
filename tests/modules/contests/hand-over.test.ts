// Handing data to an operator whose server hangs, redirects, refuses, is busy, breaks off or talks nonsense: each once, signed, nothing
// doubled in silence, every try in the log.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { previewAction, systemActor } from '../../../src/core/index.ts';
import { settleOrphans } from '../../../src/core/outbox/settle.ts';
import { isSignedWebhook } from '../../../src/lib/standard-webhooks.ts';
import { updateContest } from '../../../src/modules/contests/contests.ts';
import { Visitor } from '../../kit/http.ts';
import { type HttpSink, type SinkAnswer, startHttpSink, type TakenRequest } from '../../kit/http-sink.ts';
import { until } from '../../kit/until.ts';
import { addPeople, type House, makeContest, openHouse, runOn } from './contests-house.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let house: House;
let sink: HttpSink;
let answer: (request: TakenRequest, times: number) => SinkAnswer;
let next = 0;

beforeAll(async () => {
  sink = await startHttpSink((request, times) => answer(request, times));
  house = await openHouse({ OUTGOING_LOOPBACK: 'true', WEBHOOK_RATE: '1000' });
  await house.startWorker();
});
afterEach(() => {
  sink.taken.length = 0;
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

/** Makes so many participants of a contest with this operator. */
async function people(count: number, values: Record<string, unknown> = {}) {
  const contest = await makeContest(house, { operatorUrl: `${sink.url}/operator`, ...values });
  const made = await addPeople(house, contest.id, count, next);
  next += count;
  return { contest, ids: made.map(({ id }) => id) };
}

const rowOf = (id: string) => house.core.db.participant.findUniqueOrThrow({ where: { id } });
const logOf = (id: string) => house.core.db.handOver.findMany({ where: { participantId: id }, orderBy: { at: 'asc' } });
const settled = (id: string) => until(async () => !['none', 'waiting'].includes((await rowOf(id)).handOver));
/** Lets what waits for its next try leave now. */
const hurry = () => house.core.db.message.updateMany({ where: { state: 'queued' }, data: { notBefore: new Date(0) } });

describe('the data', () => {
  it('go as the seed’s form, once, however often somebody presses', async () => {
    answer = () => ({ status: 201, body: '{"id":7}' });
    const { ids } = await people(3);
    const [first = ''] = ids;
    expect((await runOn(house, 'send-data', ids)).map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    await Promise.all(ids.map(settled));
    const row = await rowOf(first);
    expect(row).toMatchObject({ status: true, handOver: 'sent' });
    expect(row.handedOverAt).toBeInstanceOf(Date);
    const taken = sink.taken.find(({ body }) => body.includes(encodeURIComponent(row.email)));
    expect(taken).toMatchObject({ method: 'POST', path: '/operator' });
    expect(taken?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(taken?.headers['idempotency-key']).toBe(row.handOverId);
    expect(Object.entries(Object.fromEntries(new URLSearchParams(taken?.body)))).toEqual([
      ['first_name', row.firstName],
      ['second_name', row.secondName],
      ['patronymic', row.patronymic],
      ['birthday', '20.05.1985'],
      ['district_id', '41'],
      ['address', row.address],
      ['email', row.email],
      ['phone', row.phone],
    ]);
    expect(await logOf(first)).toMatchObject([
      { result: 'accepted', httpStatus: 201, response: '{"id":7}', email: row.email },
    ]);
    const preview = await previewAction(house.core, systemActor, 'contests.send-data', { selection: { ids } });
    expect(preview).toMatchObject({ eligible: 0, skipped: [{ reason: 'was sent already', count: 3 }] });
    expect(sink.taken).toHaveLength(3);
  });

  it('are signed by Standard Webhooks where there is a secret, which nobody reads again', async () => {
    answer = () => ({ status: 200 });
    const { contest, ids } = await people(1);
    await house.core.transaction(systemActor, (work) => updateContest(work, contest.id, { operatorSecret: secret }));
    await runOn(house, 'send-data', ids);
    await settled(ids[0] ?? '');
    const [taken] = sink.taken;
    const header = (name: string) => String(taken?.headers[name]);
    const headers = {
      'webhook-id': header('webhook-id'),
      'webhook-timestamp': header('webhook-timestamp'),
      'webhook-signature': header('webhook-signature'),
    };
    expect(isSignedWebhook(secret, headers, taken?.body ?? '')).toBe(true);
    const kept = await house.core.db.contest.findUniqueOrThrow({ where: { id: contest.id } });
    expect(kept.operatorSecret).not.toContain(secret.slice(6, 30));
    expect(house.logged.join()).not.toContain(secret);
  });

  it('of two runs at the same moment leave once', async () => {
    answer = () => ({ status: 200 });
    const { ids } = await people(10);
    // One that comes too late finds nobody left, and is refused; on a busy machine both may be put off.
    const runs: Awaited<ReturnType<typeof runOn>>[] = [];
    while (runs.flat().length === 0)
      for (const end of await Promise.allSettled([runOn(house, 'send-data', ids), runOn(house, 'send-data', ids)]))
        if (end.status === 'fulfilled') runs.push(end.value);
    await Promise.all(ids.map(settled));
    expect(sink.taken).toHaveLength(10);
    expect(runs.flat().filter(({ outcome }) => outcome === 'done')).toHaveLength(10);
  });
});

describe('an operator who', () => {
  const once: [what: string, answer: SinkAnswer, state: string, result: string, httpStatus: number | null][] = [
    ['refuses the data', { status: 400, body: '{"email":["bad"]}' }, 'failed', 'rejected', 400],
    ['does not know us', { status: 401, body: 'who?' }, 'failed', 'rejected', 401],
    ['is gone', { status: 404 }, 'failed', 'rejected', 404],
    [
      'sends us elsewhere',
      { status: 302, headers: { Location: 'http://127.0.0.1/secret' } },
      'failed',
      'rejected',
      302,
    ],
    ['says yes in nonsense', { status: 200, body: '\u0000<html>\ud800…' }, 'sent', 'accepted', 200],
    ['hangs up without an answer', (response) => void response.socket?.destroy(), 'unknown', 'unknown', null],
    ['lets a machine in between time out', { status: 504, body: 'gateway' }, 'unknown', 'unknown', 504],
  ];
  it.each(once)('%s is asked once; the state says so', async (_what, given, state, result, httpStatus) => {
    answer = () => given;
    const { ids } = await people(1);
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await settled(id);
    expect(await rowOf(id)).toMatchObject({ handOver: state, status: state === 'sent' });
    expect(await logOf(id)).toMatchObject([{ result, httpStatus }]);
    expect(sink.taken).toHaveLength(1);
    expect(sink.taken[0]?.path).toBe('/operator');
  });

  it('never answers is asked once and shown as unknown', async () => {
    answer = () => () => {};
    const { ids } = await people(1);
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await settled(id);
    expect(await rowOf(id)).toMatchObject({ handOver: 'unknown', status: false });
    await hurry();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sink.taken).toHaveLength(1);
  });

  const passing: [what: string, answer: SinkAnswer][] = [
    ['is busy (429)', { status: 429, headers: { 'Retry-After': '1' }, body: 'slow down' }],
    ['has a fault (500)', { status: 500, body: 'x'.repeat(5_000) }],
    ['is being mended (503)', { status: 503 }],
  ];
  it.each(passing)('%s is asked again by itself with the same id and bytes', async (_what, given) => {
    answer = (_request, times) => (times === 1 ? given : { status: 201, body: 'ok' });
    const { ids } = await people(1);
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await until(async () => (await logOf(id)).length === 1);
    expect(await logOf(id)).toMatchObject([{ result: 'later' }]);
    expect((await rowOf(id)).handOver).toBe('waiting');
    const preview = await previewAction(house.core, systemActor, 'contests.send-data', { selection: { ids } });
    expect(preview.skipped).toEqual([{ reason: 'is on its way', count: 1 }]);
    await hurry();
    await settled(id);
    expect(await rowOf(id)).toMatchObject({ handOver: 'sent', status: true });
    expect((await logOf(id)).map(({ result }) => result)).toEqual(['later', 'accepted']);
    expect(new Set(sink.taken.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
  });

  it('is not there is asked again: nothing had left', async () => {
    answer = () => ({ status: 200 });
    const { ids } = await people(1, { operatorUrl: 'http://127.0.0.1:1/' });
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await until(async () => (await logOf(id)).length === 1);
    expect(await logOf(id)).toMatchObject([
      { result: 'later', httpStatus: null, response: 'The server does not take calls.' },
    ]);
    expect((await rowOf(id)).handOver).toBe('waiting');
  });

  it('knows repeats is asked again after a lost answer', async () => {
    answer = (_request, times) => (times === 1 ? (response) => void response.socket?.destroy() : { status: 200 });
    const { ids } = await people(1, { operatorKnowsRepeats: true });
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await until(async () => (await logOf(id)).length === 1);
    await hurry();
    await settled(id);
    expect(await rowOf(id)).toMatchObject({ handOver: 'sent' });
    expect(sink.taken).toHaveLength(2);
  });

  it('has refused may be asked anew by a person, who has corrected the data', async () => {
    answer = (_request, times) => (times === 1 && sink.taken.length === 1 ? { status: 400 } : { status: 200 });
    const { ids } = await people(1);
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await settled(id);
    expect((await rowOf(id)).handOver).toBe('failed');
    await house.core.db.participant.update({ where: { id }, data: { address: 'ул. Новая, 1' } });
    await runOn(house, 'send-data', ids);
    await until(async () => (await rowOf(id)).status);
    expect(new URLSearchParams(sink.taken[1]?.body).get('address')).toBe('ул. Новая, 1');
  });

  it('answers at length has 100 characters in the list and all of it in the file', async () => {
    const long = `начало ${'я'.repeat(300)} конец`;
    answer = () => ({ status: 200, body: long });
    const { ids } = await people(1);
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await settled(id);
    const [entry] = await logOf(id);
    expect(entry?.response).toBe(long.slice(0, 100));
    expect(entry?.wholeResponse).toBe(long);
  });
});

describe('what may have arrived', () => {
  const unknown = async () => {
    answer = () => (response) => void response.socket?.destroy();
    const { ids } = await people(1);
    const [id = ''] = ids;
    await runOn(house, 'send-data', ids);
    await settled(id);
    return { ids, id };
  };

  it('is not sent again by the ordinary action, only by a person, under the same id', async () => {
    const { ids, id } = await unknown();
    const preview = await previewAction(house.core, systemActor, 'contests.send-data', { selection: { ids } });
    expect(preview).toMatchObject({ eligible: 0, skipped: [{ reason: 'may have arrived already' }] });
    answer = () => ({ status: 200 });
    await runOn(house, 'send-data-again', ids);
    await until(async () => (await rowOf(id)).status);
    expect(new Set(sink.taken.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(sink.taken).toHaveLength(2);
  });

  it('is marked as arrived by a person who knows, and nothing is sent', async () => {
    const { ids, id } = await unknown();
    await runOn(house, 'mark-data-sent', ids);
    expect(await rowOf(id)).toMatchObject({ status: true, handOver: 'sent' });
    expect(sink.taken).toHaveLength(1);
  });

  it('after a process died in the middle is unknown, with a row in the log', async () => {
    answer = () => ({ status: 200 });
    const { ids } = await people(1);
    const [id = ''] = ids;
    await house.stopWorker();
    await runOn(house, 'send-data', ids);
    const { handOverId } = await rowOf(id);
    await house.core.db.message.update({
      where: { id: handOverId ?? '' },
      data: { state: 'sending', claimedBy: 'dead/1', claimedAt: new Date(Date.now() - 3_600_000) },
    });
    await settleOrphans(house.core, 60);
    expect(await rowOf(id)).toMatchObject({ handOver: 'unknown', status: false });
    expect(await logOf(id)).toMatchObject([{ result: 'unknown', httpStatus: null }]);
    await house.startWorker();
  });
});

describe('an operator’s address', () => {
  it.each([
    ['http://operator.example.org/'],
    ['https://127.0.0.1/'],
    ['https://[::ffff:127.0.0.1]/'],
    ['https://0x7f.1/'],
    ['https://169.254.169.254/latest/meta-data/'],
    ['https://[::]/'],
    ['https://10.0.0.1/'],
    ['https://user:password@example.org/'],
    ['ftp://example.org/'],
    ['javascript:alert(1)'],
    ['not an address'],
  ])('%s is refused by name, and nothing is kept', async (operatorUrl) => {
    const strict = await strictHouse();
    const contest = await makeContest(strict);
    const change = strict.core.transaction(systemActor, (work) => updateContest(work, contest.id, { operatorUrl }));
    await expect(change).rejects.toMatchObject({ status: 400, fields: { operatorUrl: expect.any(String) } });
    expect((await strict.core.db.contest.findUniqueOrThrow({ where: { id: contest.id } })).operatorUrl).toBeNull();
  });

  it('whose name leads into the own network gets nothing', async () => {
    const strict = await strictHouse();
    await strict.startWorker();
    const contest = await makeContest(strict, { operatorUrl: `https://localhost:${sink.port}/operator` });
    const [person] = await addPeople(strict, contest.id, 1);
    await runOn(strict, 'send-data', [person?.id ?? '']);
    await until(async () => (await strict.core.db.handOver.count()) === 1);
    expect(await strict.core.db.handOver.findFirst()).toMatchObject({
      result: 'rejected',
      response: 'The address leads into a private network.',
    });
    expect(sink.taken).toEqual([]);
  });
});

let strict: Promise<House> | undefined;
const strictHouse = () => (strict ??= openHouse({ OUTGOING_LOOPBACK: 'false' }));
afterAll(async () => (await strict)?.close());

it('the stand-in plays the operator over real HTTP and keeps the signature', async () => {
  const { contest, ids } = await people(1, { operatorUrl: `${house.web.url}/api/test/create/` });
  await house.core.transaction(systemActor, (work) => updateContest(work, contest.id, { operatorSecret: secret }));
  await runOn(house, 'send-data', ids);
  await settled(ids[0] ?? '');
  const row = await rowOf(ids[0] ?? '');
  expect(row.status).toBe(true);
  const sending = await house.core.db.testSending.findFirstOrThrow({ where: { email: row.email } });
  expect(sending).toMatchObject({
    firstName: row.firstName,
    birthday: '20.05.1985',
    phone: row.phone,
    signature: expect.stringMatching(/^v1,/),
  });
  expect((await new Visitor(house.web).get('/api/test/create/')).status).toBe(405);
});
