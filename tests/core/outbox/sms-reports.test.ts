// What providers report of SMS: who is believed, what it changes, what is never taken back; and alarms that count instead of repeating.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endAlarm, raiseAlarm } from '../../../src/core/alarms.ts';
import { startDelivery } from '../../../src/core/outbox/deliver.ts';
import { askSmsaero, reportSms, smsaeroToken } from '../../../src/core/outbox/sms-reports.ts';
import { signWebhook } from '../../../src/lib/standard-webhooks.ts';
import { twilioSignature } from '../../../src/lib/twilio-signature.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint, openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';
import { type HttpSink, type SinkAnswer, startHttpSink, type TakenRequest } from '../../kit/http-sink.ts';
import { channelModule, hasEnded, messageUntil, settled, text, webhookSecret } from '../channels-fixture.ts';

const publicUrl = 'https://steward.example.org';
let sink: HttpSink;
let answer: (request: TakenRequest) => SinkAnswer = () => ({ status: 200, body: '{}' });
const kits: Record<string, { kit: TestCore; web: TestWeb; visitor: Visitor }> = {};

beforeAll(async () => {
  sink = await startHttpSink((request) => answer(request));
  const common = { SMS_RATE: '1000', SMS_COUNTRY: 'RU', PUBLIC_URL: publicUrl };
  const settings: Record<string, Record<string, string>> = {
    webhook: { SMS_PROVIDER: 'webhook', SMS_WEBHOOK_URL: `${sink.url}/sms`, SMS_WEBHOOK_SECRET: webhookSecret },
    twilio: {
      SMS_PROVIDER: 'twilio',
      SMS_API_URL: sink.url,
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_FROM: '+15005550006',
    },
    smsaero: {
      SMS_PROVIDER: 'smsaero',
      SMS_API_URL: `${sink.url}/v2`,
      SMSAERO_EMAIL: 'a@b.c',
      SMSAERO_API_KEY: 'key',
      SMSAERO_SIGN: 'House',
    },
  };
  for (const [name, own] of Object.entries(settings)) {
    const kit = await testCore([channelModule], { ...common, ...own });
    const web = await openTestWeb(kit.core);
    kits[name] = { kit, web, visitor: new Visitor(web) };
  }
});
beforeEach(() => {
  sink.taken.length = 0;
  settled.length = 0;
});
afterAll(async () => {
  for (const { kit, web } of Object.values(kits)) {
    await web.close();
    await kit.close();
  }
  await sink?.stop();
});

const of = (name: string) => kits[name] as (typeof kits)[string];
const messageOf = (name: string, id: string) => of(name).kit.core.db.message.findUniqueOrThrow({ where: { id } });

async function sent(name: string, reply: string): Promise<string> {
  answer = () => ({ status: name === 'twilio' ? 201 : 200, body: reply });
  const { core } = of(name).kit;
  const id = await text(core, '89091231212');
  const running = startDelivery(core);
  await messageUntil(core, id, hasEnded);
  await running.stop();
  return id;
}

describe('Twilio', () => {
  const path = '/api/sms/reports/twilio';
  const report = (
    fields: Record<string, string>,
    signature = twilioSignature('token', `${publicUrl}${path}`, fields),
  ) =>
    of('twilio').visitor.send('POST', path, {
      body: new URLSearchParams(fields),
      headers: { 'x-twilio-signature': signature },
    });

  it('is told where to report, and is believed by its signature only', async () => {
    const id = await sent('twilio', '{"sid":"SM1","status":"queued"}');
    expect(new URLSearchParams(sink.taken[0]?.body).get('StatusCallback')).toBe(`${publicUrl}${path}`);
    const before = await fingerprint(of('twilio').kit.core, ['Message', 'MessageAttempt']);
    const fields = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+79091231212' };
    expect((await report(fields, 'x')).status).toBe(401);
    expect((await report({ ...fields, MessageStatus: 'sent' })).status).toBe(204);
    expect(await fingerprint(of('twilio').kit.core, ['Message', 'MessageAttempt'])).toBe(before);
    expect((await report(fields)).status).toBe(204);
    expect(await messageOf('twilio', id)).toMatchObject({ state: 'sent', deliveredAt: expect.any(Date) });
  });

  it('does not take a final word back, whatever comes late or twice', async () => {
    const id = await sent('twilio', '{"sid":"SM2","status":"queued"}');
    await report({ MessageSid: 'SM2', MessageStatus: 'delivered' });
    const before = await fingerprint(of('twilio').kit.core, ['Message', 'MessageAttempt']);
    await report({ MessageSid: 'SM2', MessageStatus: 'undelivered', ErrorCode: '30003' });
    await report({ MessageSid: 'SM2', MessageStatus: 'delivered' });
    expect(await fingerprint(of('twilio').kit.core, ['Message', 'MessageAttempt'])).toBe(before);
    expect((await messageOf('twilio', id)).state).toBe('sent');
  });

  it('says that one did not arrive: the message came back and its module knows', async () => {
    const id = await sent('twilio', '{"sid":"SM3","status":"queued"}');
    await report({ MessageSid: 'SM3', MessageStatus: 'undelivered', ErrorCode: '30003' });
    expect(await messageOf('twilio', id)).toMatchObject({ state: 'bounced', reply: 'Twilio: undelivered 30003' });
    expect(settled).toContainEqual(expect.objectContaining({ id, state: 'bounced' }));
  });
});

describe('a gateway of one’s own', () => {
  const report = (body: object, secret = webhookSecret) => {
    const raw = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', ...signWebhook(secret, 'msg_1', new Date(), raw) };
    return of('webhook').visitor.send('POST', '/api/sms/reports', { body: raw, headers });
  };

  it('reports by our id or its own, signed', async () => {
    const id = await sent('webhook', '{"id":"gw-7"}');
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect((await report({ id, state: 'delivered' }, other)).status).toBe(401);
    expect((await report({ id: 'nobody', state: 'delivered' })).json).toEqual({ known: false });
    expect((await report({ id: 'gw-7', state: 'delivered' })).json).toEqual({ known: true });
    expect(await messageOf('webhook', id)).toMatchObject({ deliveredAt: expect.any(Date) });
    expect((await report({ id: '', state: 'delivered' })).status).toBe(400);
  });

  it('settles what was unknown: it has arrived after all', async () => {
    const id = await sent('webhook', '{}');
    const { core } = of('webhook').kit;
    await core.db.message.update({ where: { id }, data: { state: 'unknown' } });
    await reportSms(core, { id, outcome: 'delivered', reason: '' });
    expect(await messageOf('webhook', id)).toMatchObject({ state: 'sent', secrets: null });
    expect(settled).toContainEqual(expect.objectContaining({ id, state: 'sent' }));
  });
});

describe('SMSAero', () => {
  it('signs nothing, so its callback only makes us ask it', async () => {
    const id = await sent('smsaero', '{"success":true,"data":{"id":4711,"status":8}}');
    const { core } = of('smsaero').kit;
    const path = `/api/sms/reports/smsaero/${smsaeroToken(core)}`;
    expect(JSON.parse(sink.taken[0]?.body ?? '{}')).toMatchObject({
      callbackUrl: `${publicUrl}${path}`,
      callbackFormat: 'JSON',
    });
    const { visitor } = of('smsaero');
    expect((await visitor.post('/api/sms/reports/smsaero/guess', { id: 4711, status: 1 })).status).toBe(404);
    expect((await visitor.post(path, { id: 4711, status: 1 })).json).toEqual({ success: true });
    expect((await visitor.send('POST', path, { body: new URLSearchParams({ id: '4711', status: '1' }) })).status).toBe(
      200,
    );
    expect((await messageOf('smsaero', id)).deliveredAt).toBeNull();
    const jobs = await core.database.pool.query(
      `SELECT 1 FROM graphile_worker._private_jobs WHERE key = 'smsaero:4711'`,
    );
    expect(jobs.rowCount).toBe(1);

    const { signal } = new AbortController();
    answer = () => ({ status: 200, body: '{"success":true,"data":{"id":4711,"status":3}}' });
    await askSmsaero.run(core, { id: '4711', times: 0 }, { signal });
    expect((await messageOf('smsaero', id)).deliveredAt).toBeNull();
    answer = ({ path: asked }) => ({
      status: asked === '/v2/sms/status' ? 200 : 500,
      body: '{"success":true,"data":{"id":4711,"status":"1"}}',
    });
    await askSmsaero.run(core, { id: '4711', times: 1 }, { signal });
    expect(await messageOf('smsaero', id)).toMatchObject({ state: 'sent', deliveredAt: expect.any(Date) });
  });
});

describe('an alarm', () => {
  it('counts up while it lasts, also raised at once by many, and begins anew when it was ended', async () => {
    const { db } = of('webhook').kit.core;
    const raise = () => raiseAlarm(db, { key: 'test', summary: 'Something is wrong' });
    await Promise.all(Array.from({ length: 10 }, raise));
    expect(await db.alarm.findMany({ where: { key: 'test' } })).toMatchObject([{ count: 10, endedAt: null }]);
    await endAlarm(db, 'test');
    await raise();
    const rows = await db.alarm.findMany({ where: { key: 'test' }, orderBy: { raisedAt: 'asc' } });
    expect(rows.map(({ count, endedAt }) => [count, endedAt === null])).toEqual([
      [10, false],
      [1, true],
    ]);
  });
});
