// SMS and webhooks against real HTTP servers: what leaves, how it is signed, what waits, what is final, what is never guessed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningDelivery, startDelivery } from '../../../src/core/outbox/deliver.ts';
import { renderMessage } from '../../../src/core/outbox/outbox.ts';
import { readPhone } from '../../../src/core/outbox/phone.ts';
import { settleOrphans } from '../../../src/core/outbox/settle.ts';
import { isSignedWebhook } from '../../../src/lib/standard-webhooks.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { type HttpSink, type SinkAnswer, startHttpSink, type TakenRequest } from '../../kit/http-sink.ts';
import { channelModule, hasEnded, messageUntil, post, settled, text, webhookSecret } from '../channels-fixture.ts';

let sink: HttpSink;
let answer: (request: TakenRequest, times: number) => SinkAnswer = () => ({ status: 200, body: '{}' });
const kit: Record<'captured' | 'webhook' | 'twilio' | 'smsaero', TestCore> = {} as never;
const running: RunningDelivery[] = [];

beforeAll(async () => {
  sink = await startHttpSink((request, times) => answer(request, times));
  const fast = { SMS_RATE: '1000', WEBHOOK_RATE: '1000', OUTGOING_LOOPBACK: 'true', SMS_COUNTRY: 'RU' };
  kit.captured = await testCore([channelModule], fast);
  kit.webhook = await testCore([channelModule], {
    ...fast,
    SMS_PROVIDER: 'webhook',
    SMS_WEBHOOK_URL: `${sink.url}/sms`,
    SMS_WEBHOOK_SECRET: webhookSecret,
  });
  kit.twilio = await testCore([channelModule], {
    ...fast,
    SMS_PROVIDER: 'twilio',
    SMS_API_URL: sink.url,
    TWILIO_ACCOUNT_SID: 'AC123',
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+15005550006',
  });
  kit.smsaero = await testCore([channelModule], {
    ...fast,
    SMS_PROVIDER: 'smsaero',
    SMS_API_URL: `${sink.url}/v2`,
    SMSAERO_EMAIL: 'house@example.org',
    SMSAERO_API_KEY: 'key',
    SMSAERO_SIGN: 'House',
  });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  for (const { core } of Object.values(kit)) {
    await core.db.message.updateMany({ where: { state: 'queued' }, data: { state: 'cancelled' } });
    await core.db.sendingClock.deleteMany({});
  }
  sink.taken.length = 0;
  answer = () => ({ status: 200, body: '{}' });
});
afterAll(async () => {
  for (const one of Object.values(kit)) await one.close();
  await sink?.stop();
});

async function outcome(name: keyof typeof kit, id: string, isSo = hasEnded as Parameters<typeof messageUntil>[2]) {
  running.push(startDelivery(kit[name].core));
  return messageUntil(kit[name].core, id, isSo);
}
const tried = ({ tries, state }: { tries: number; state: string }) => tries > 0 && state !== 'sending';

describe('an SMS', () => {
  it('is kept and readable without a provider, its secret sealed', async () => {
    const { core } = kit.captured;
    const id = await text(core, '8 (909) 123-12-12');
    expect(await outcome('captured', id)).toMatchObject({
      state: 'sent',
      provider: 'capture',
      channel: 'sms',
      toAddress: '+79091231212',
    });
    const row = await core.db.message.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify(row)).not.toContain('424242');
    expect(renderMessage(core, row, { reveal: true }).text).toBe('Hello Ada, your code is 424242');
    expect(settled).toContainEqual(expect.objectContaining({ name: 'channel.code', id, state: 'sent' }));
  });

  it('speaks the language asked for', async () => {
    const id = await text(kit.captured.core, '+79091231212', { language: 'ru' });
    const row = await kit.captured.core.db.message.findUniqueOrThrow({ where: { id } });
    expect(row.text).toMatch(/^Ada, ваш код: /);
  });

  it('goes to a gateway as signed JSON, and keeps the id of its answer', async () => {
    answer = () => ({ status: 202, body: '{"id": 4711}' });
    const id = await text(kit.webhook.core, '+31612345678');
    expect(await outcome('webhook', id)).toMatchObject({
      state: 'sent',
      provider: 'sms:webhook',
      providerId: '4711',
      secrets: null,
    });
    expect(sink.taken).toHaveLength(1);
    const [{ path, headers, body }] = sink.taken as [TakenRequest];
    expect(path).toBe('/sms');
    expect(JSON.parse(body)).toEqual({ id, to: '+31612345678', text: 'Hello Ada, your code is 424242' });
    expect(headers['webhook-id']).toBe(id);
    expect(isSignedWebhook(webhookSecret, headers as Record<string, string>, body)).toBe(true);
  });

  it('is accepted by any 2xx, also one that says nothing sensible', async () => {
    answer = () => ({ status: 200, body: '\u0000<html>garbage' });
    expect(await outcome('webhook', await text(kit.webhook.core, '+31612345678'))).toMatchObject({
      state: 'sent',
      providerId: null,
    });
  });

  it.each<[words: string, answer: () => SinkAnswer, state: string]>([
    ['400', () => ({ status: 400, body: 'bad number' }), 'failed'],
    ['a redirect', () => ({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }), 'failed'],
    ['a connection that breaks off', () => (response) => void response.socket?.destroy(), 'unknown'],
  ])('after %s is final', async (_words, given, state) => {
    answer = given;
    const row = await outcome('webhook', await text(kit.webhook.core, '+31612345678'));
    expect(row.state).toBe(state);
    expect(sink.taken).toHaveLength(1);
  });

  it.each<[words: string, status: number, headers: Record<string, string>]>([
    ['500', 500, {}],
    ['429', 429, { 'Retry-After': '120' }],
  ])('waits after %s with the same id, and waits as long as it is told to', async (_words, status, headers) => {
    answer = (_request, times) => (times === 1 ? { status, headers } : { status: 200, body: '{}' });
    const { core } = kit.webhook;
    const id = await text(core, '+31612345678');
    const waiting = await outcome('webhook', id, tried);
    expect(waiting.state).toBe('queued');
    const pause = waiting.notBefore.getTime() - waiting.attempts[0]!.at.getTime();
    expect(pause).toBeGreaterThan(status === 429 ? 110_000 : 5_000);
    await core.db.sendingClock.deleteMany({});
    await core.db.message.update({ where: { id }, data: { notBefore: new Date(0) } });
    await messageUntil(core, id, ({ state }) => state === 'sent');
    expect(sink.taken.map(({ headers: one }) => one['webhook-id'])).toEqual([id, id]);
  });

  it('waits, and stops the others, when the gateway refuses our login', async () => {
    answer = () => ({ status: 401 });
    const { core } = kit.webhook;
    const row = await outcome('webhook', await text(core, '+31612345678'), tried);
    expect(row).toMatchObject({ state: 'queued', attemptCount: 0 });
    expect(await core.db.alarm.count({ where: { key: 'login:sms:webhook', endedAt: null } })).toBe(1);
  });

  it('goes to Twilio as its form', async () => {
    answer = () => ({ status: 201, body: '{"sid":"SM1","status":"queued","error_code":null}' });
    const id = await text(kit.twilio.core, '+31612345678');
    expect(await outcome('twilio', id)).toMatchObject({ state: 'sent', providerId: 'SM1' });
    const [{ path, headers, body }] = sink.taken as [TakenRequest];
    expect(path).toBe('/2010-04-01/Accounts/AC123/Messages.json');
    expect(headers.authorization).toBe(`Basic ${Buffer.from('AC123:token').toString('base64')}`);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      To: '+31612345678',
      From: '+15005550006',
      Body: 'Hello Ada, your code is 424242',
    });
  });

  it.each<[provider: 'twilio' | 'smsaero', status: number, body: string, state: string]>([
    ['twilio', 400, '{"code":21211,"message":"Invalid To"}', 'failed'],
    ['twilio', 201, 'garbage', 'unknown'],
    ['twilio', 502, '', 'unknown'],
    ['twilio', 503, '', 'queued'],
    ['twilio', 401, '{"message":"Authenticate"}', 'queued'],
    ['smsaero', 200, '{"success":true,"data":{"id":98,"status":0},"message":null}', 'sent'],
    ['smsaero', 200, '{"success":true,"data":[{"id":"99","status":3}]}', 'sent'],
    ['smsaero', 200, '{"success":true,"data":{"id":98,"status":6}}', 'failed'],
    ['smsaero', 400, '{"success":false,"data":{"number":["incorrect"]},"message":"Validation error."}', 'failed'],
    [
      'smsaero',
      200,
      '{"success":false,"data":null,"message":"Your request was made with invalid credentials."}',
      'queued',
    ],
    ['smsaero', 200, '{"result":"reject","reason":"blocked"}', 'failed'],
    ['smsaero', 200, '{"success":true}', 'unknown'],
    ['smsaero', 504, '', 'unknown'],
  ])('%s answering %i %s means %s', async (provider, status, body, state) => {
    answer = () => ({ status, body });
    const row = await outcome(provider, await text(kit[provider].core, '+79091231212'), tried);
    expect(row.state).toBe(state);
    expect(sink.taken).toHaveLength(1);
  });

  it('goes to SMSAero as its JSON, the number in digits', async () => {
    answer = () => ({ status: 200, body: '{"success":true,"data":{"id":98,"status":0}}' });
    expect(await outcome('smsaero', await text(kit.smsaero.core, '89091231212'))).toMatchObject({ providerId: '98' });
    const [{ path, body }] = sink.taken as [TakenRequest];
    expect(path).toBe('/v2/sms/send');
    expect(JSON.parse(body)).toEqual({ number: '79091231212', sign: 'House', text: 'Hello Ada, your code is 424242' });
  });

  it.each([
    '',
    '12',
    '+',
    'Ada',
    '+31612345678,+31612345679',
    '+31612345678\r\nBcc: 1',
    '06-12345678 ext 5',
    '1'.repeat(60),
  ])('is refused for %j, naming the field', async (to) => {
    await expect(text(kit.captured.core, to)).rejects.toMatchObject({
      code: 'invalid',
      fields: { to: 'is not a phone number' },
    });
  });

  it('reads numbers as people type them', () => {
    for (const typed of ['89091231212', '79091231212', '+7 909 123-12-12', '9091231212', '８９０９１２３１２１２'])
      expect(readPhone(typed, 'RU')).toEqual({ e164: '+79091231212', country: 'RU' });
    expect(readPhone('79091231212')?.e164).toBe('+79091231212');
    expect(readPhone('0031612345678', 'NL')?.e164).toBe('+31612345678');
    expect(readPhone('0612345678')).toBeUndefined();
  });
});

describe('a webhook', () => {
  it('is signed by Standard Webhooks and carries type, time and data', async () => {
    const id = await post(kit.captured.core, `${sink.url}/hook`);
    expect(await outcome('captured', id)).toMatchObject({ state: 'sent', channel: 'webhook', secrets: null });
    const [{ headers, body }] = sink.taken as [TakenRequest];
    expect(isSignedWebhook(webhookSecret, headers as Record<string, string>, body)).toBe(true);
    expect(headers['webhook-id']).toBe(id);
    const { timestamp, ...rest } = JSON.parse(body);
    expect(rest).toEqual({ type: 'entry.accepted', data: { number: 7, text: 'Ünï' } });
    expect(Number.isNaN(Date.parse(timestamp))).toBe(false);
    expect(settled).toContainEqual(expect.objectContaining({ name: 'channel.entry', id, state: 'sent' }));
  });

  it('is sent again with the same id and bytes after a lost answer, signed anew', async () => {
    answer = (_request, times) => (times === 1 ? (response) => void response.socket?.destroy() : { status: 204 });
    const { core } = kit.captured;
    const id = await post(core, `${sink.url}/hook`);
    expect((await outcome('captured', id, tried)).state).toBe('queued');
    await core.db.message.update({ where: { id }, data: { notBefore: new Date(0) } });
    await messageUntil(core, id, ({ state }) => state === 'sent');
    const [first, second] = sink.taken as [TakenRequest, TakenRequest];
    expect(second.body).toBe(first.body);
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(isSignedWebhook(webhookSecret, second.headers as Record<string, string>, second.body)).toBe(true);
  });

  it.each<[status: number, state: string]>([
    [302, 'failed'],
    [404, 'failed'],
    [410, 'failed'],
    [429, 'queued'],
    [500, 'queued'],
    [504, 'queued'],
  ])('answered with %i is %s', async (status, state) => {
    answer = () => ({ status, headers: { Location: `${sink.url}/elsewhere`, 'Retry-After': '3' } });
    expect((await outcome('captured', await post(kit.captured.core, `${sink.url}/hook`), tried)).state).toBe(state);
    expect(sink.taken).toHaveLength(1);
  });

  it('does not wait because another receiver is away', async () => {
    const gone = await startHttpSink();
    await gone.stop();
    const { core } = kit.captured;
    const away = await post(core, gone.url);
    expect((await outcome('captured', away, tried)).state).toBe('queued');
    await messageUntil(core, await post(core, `${sink.url}/hook`), ({ state }) => state === 'sent');
  });

  it.each(['http://example.org/', 'https://10.0.0.1/', 'https://169.254.169.254/', 'ftp://x', ''])(
    'to %j is refused when it is made, naming the field',
    async (url) => {
      await expect(post(kit.captured.core, url)).rejects.toMatchObject({
        code: 'invalid',
        fields: { url: expect.any(String) },
      });
    },
  );

  it('to this machine is refused unless the configuration allows it', async () => {
    const { core } = kit.captured;
    const strict = { ...core, config: { ...core.config, outgoingLoopback: false } };
    const id = await post(core, `${sink.url}/hook`);
    running.push(startDelivery(strict));
    expect(await messageUntil(core, id, hasEnded)).toMatchObject({ state: 'failed' });
    expect(sink.taken).toHaveLength(0);
  });

  it('refuses a secret that is none, and more than 20 kB', async () => {
    const { core } = kit.captured;
    await expect(post(core, sink.url, { secret: 'short' })).rejects.toMatchObject({
      fields: { secret: expect.any(String) },
    });
    const data = { number: 1, text: 'x'.repeat(30_000) };
    await expect(post(core, sink.url, { data })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('what a dead process was sending', () => {
  it('is unknown when it is an SMS, and waits again when it is a webhook', async () => {
    const { core } = kit.captured;
    const ids = [await text(core, '+79091231212'), await post(core, `${sink.url}/hook`)];
    await core.db.message.updateMany({
      where: { id: { in: ids } },
      data: { state: 'sending', claimedBy: 'dead/x', claimedAt: new Date(Date.now() - 60_000) },
    });
    expect(await settleOrphans(core, 5)).toBe(2);
    const rows = await core.db.message.findMany({ where: { id: { in: ids } }, orderBy: { channel: 'asc' } });
    expect(rows.map(({ channel, state, claimedBy }) => [channel, state, claimedBy === null])).toEqual([
      ['sms', 'unknown', false],
      ['webhook', 'queued', true],
    ]);
  });
});

describe('several processes', () => {
  it('send each SMS once, whatever the rate', async () => {
    const { core } = kit.webhook;
    const ids: string[] = [];
    for (let n = 0; n < 25; n += 1) ids.push(await text(core, '+31612345678'));
    running.push(startDelivery(core), startDelivery({ ...core, instanceId: 'another' }));
    for (const id of ids) await messageUntil(core, id, hasEnded);
    const sent = sink.taken.map(({ body }) => JSON.parse(body).id as string);
    expect(sent.sort()).toEqual([...ids].sort());
  });
});
