// Addresses that get nothing more: at the making of a message, right before it leaves, by one click, by a reported bounce.
import { randomUUID } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { type RunningDelivery, startDelivery } from '../../../src/core/outbox/deliver.ts';
import { suppress } from '../../../src/core/outbox/suppression.ts';
import { unsubscribeUrl } from '../../../src/core/outbox/unsubscribe.ts';
import { signWebhook } from '../../../src/lib/standard-webhooks.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint, openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';
import { type SmtpSink, startSmtpSink } from '../../kit/smtp-sink.ts';
import {
  channelModule,
  hasEnded,
  messageUntil,
  receipt,
  sendNews,
  sendReceipt,
  settled,
  text,
  webhookSecret,
} from '../channels-fixture.ts';

let kit: TestCore;
let sink: SmtpSink;
let web: TestWeb;
let visitor: Visitor;
const running: RunningDelivery[] = [];

beforeAll(async () => {
  sink = await startSmtpSink();
  kit = await testCore([channelModule], { SMTP_URL: sink.url, MAIL_RATE: '1000', BOUNCE_SECRET: webhookSecret });
  web = await openTestWeb(kit.core);
  visitor = new Visitor(web);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(async () => {
  await web?.close();
  await kit?.close();
  await sink?.stop();
});

const put = (
  address: string,
  reason: 'unsubscribed' | 'bounced' | 'complained' | 'asked',
  channel: 'email' | 'sms' = 'email',
) => kit.core.transaction(systemActor, (work) => suppress(work, { channel, address, reason }));
const message = (id: string) => kit.core.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
const mailsTo = (address: string) => sink.accepted.filter(({ to }) => to.includes(address));
const deliver = () => void running.push(startDelivery(kit.core));
const pathOf = (address: string) => {
  const url = new URL(unsubscribeUrl(kit.core.config, 'email', address));
  return url.pathname + url.search;
};

describe('a suppressed address', () => {
  it('gets no message of its channel, in whatever letters it is written', async () => {
    await put('Gone@Example.org', 'bounced');
    const id = await sendReceipt(kit.core, 'gone@EXAMPLE.org');
    expect(await message(id)).toMatchObject({
      state: 'cancelled',
      reply: 'Not sent: messages to this address came back.',
      secrets: null,
    });
    await put('+31612345678', 'asked', 'sms');
    expect(await message(await text(kit.core, '+31 6 12345678'))).toMatchObject({ state: 'cancelled' });
  });

  it('still gets what is transactional when its holder only unsubscribed', async () => {
    await put('reader@example.org', 'unsubscribed');
    expect(await message(await sendNews(kit.core, 'reader@example.org'))).toMatchObject({ state: 'cancelled' });
    expect(await message(await sendReceipt(kit.core, 'reader@example.org'))).toMatchObject({ state: 'queued' });
  });

  it('makes the record of a run a skipped one, by an error that undoes its work', async () => {
    await put('skipped@example.org', 'complained');
    const idempotencyKey = randomUUID();
    const run = await kit.core.db.run.create({
      data: {
        action: 'x',
        title: 'x',
        resource: 'x',
        actor: 'x',
        selection: 'x',
        form: {},
        idempotencyKey: randomUUID(),
        total: 1,
      },
    });
    const sending = kit.core.transaction(
      systemActor,
      async (work) => {
        await work.tx.setting.create({ data: { key: 'trace', value: 1 } });
        const to = { address: 'skipped@example.org' };
        await work.send(receipt, { to, data: { name: 'Ada' }, secrets: { link: 'x' }, idempotencyKey });
      },
      { runId: run.id },
    );
    await expect(sending).rejects.toMatchObject({ code: 'suppressed', message: 'complained about our messages' });
    expect(await kit.core.db.message.count({ where: { idempotencyKey } })).toBe(0);
    expect(await kit.core.db.setting.count({ where: { key: 'trace' } })).toBe(0);
  });

  it('gets nothing that was waiting already when it was put on the list', async () => {
    const address = 'late@example.org';
    const ids = await Promise.all(Array.from({ length: 5 }, () => sendReceipt(kit.core, address)));
    await put(address, 'asked');
    deliver();
    for (const id of ids) {
      const row = await messageUntil(kit.core, id, hasEnded);
      expect(row).toMatchObject({ state: 'cancelled', reply: 'Not sent: asked for no messages.' });
      expect(settled).toContainEqual(expect.objectContaining({ id, state: 'cancelled' }));
    }
    expect(mailsTo(address)).toHaveLength(0);
  });

  it('gets nothing that is made or claimed after it was put on the list, while much is leaving', async () => {
    const addresses = Array.from({ length: 30 }, (_, i) => `race${i}@example.org`);
    const ids = await Promise.all(addresses.map((address) => sendReceipt(kit.core, address)));
    deliver();
    await Promise.all(addresses.map((address) => put(address, 'asked')));
    const since = (await kit.core.database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0]!.now;
    for (const id of ids) {
      const row = await messageUntil(kit.core, id, hasEnded);
      if (row.claimedAt && row.claimedAt > since) expect(row.state).toBe('cancelled');
      expect(mailsTo(row.toAddress)).toHaveLength(row.state === 'sent' ? 1 : 0);
    }
    for (const address of addresses)
      expect(await message(await sendReceipt(kit.core, address))).toMatchObject({ state: 'cancelled' });
  });

  it('is on the list once, also for twenty at a time, and its lifting is felt', async () => {
    const put20 = await Promise.all(Array.from({ length: 20 }, () => put('twenty@example.org', 'asked')));
    expect(put20.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(put20.map(({ id }) => id)).size).toBe(1);
    await kit.core.db.suppression.delete({ where: { id: put20[0]!.id } });
    expect(await message(await sendReceipt(kit.core, 'twenty@example.org'))).toMatchObject({ state: 'queued' });
  });

  it('stays suppressed when its readable form is erased', async () => {
    const { id } = await put('erased@example.org', 'asked');
    await kit.core.db.suppression.update({ where: { id }, data: { address: null } });
    expect(await message(await sendReceipt(kit.core, 'erased@example.org'))).toMatchObject({ state: 'cancelled' });
  });
});

describe('unsubscribing', () => {
  it('is offered by the headers of a mail that is not transactional, and by no other', async () => {
    const [first, second] = [
      await sendNews(kit.core, 'head@example.org'),
      await sendReceipt(kit.core, 'plain@example.org'),
    ];
    deliver();
    for (const id of [first, second]) await messageUntil(kit.core, id, hasEnded);
    const raw = mailsTo('head@example.org')[0]!.raw;
    const mail = await PostalMime.parse(raw);
    const header = (key: string) => mail.headers.find((one) => one.key === key)?.value;
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    const url = /^<(http:\/\/[^>]+)>$/.exec(header('list-unsubscribe') ?? '')?.[1];
    expect(url).toBeDefined();
    expect(raw).toMatch(/^List-Unsubscribe: <[^\r\n]+>\r\n/m);
    expect(mail.text).toContain('/unsubscribe?t=');
    const answer = await visitor.form(new URL(url!).pathname + new URL(url!).search, {
      'List-Unsubscribe': 'One-Click',
    });
    expect(answer.status).toBe(200);
    expect(await message(await sendNews(kit.core, 'head@example.org'))).toMatchObject({ state: 'cancelled' });
    expect(mailsTo('plain@example.org')[0]!.raw).not.toMatch(/List-Unsubscribe/i);
  });

  it('shows a page that changes nothing, however often it is read', async () => {
    const before = await fingerprint(kit.core, ['Suppression', 'Message', 'AuditEntry']);
    for (let i = 0; i < 5; i += 1) {
      const answer = await visitor.get(pathOf('read@example.org'), { 'accept-language': 'nl' });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('Afmelden');
      expect(answer.text).not.toContain('read@example.org');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    await visitor.send('HEAD', pathOf('read@example.org'));
    expect(await fingerprint(kit.core, ['Suppression', 'Message', 'AuditEntry'])).toBe(before);
  });

  it('works with one click as multipart too, without cookies or origin, again and again, never by a redirect', async () => {
    const body = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
    for (let i = 0; i < 3; i += 1) {
      const answer = await visitor.send('POST', pathOf('click@example.org'), {
        body,
        headers: {
          'content-type': 'multipart/form-data; boundary=b',
          origin: undefined,
          'sec-fetch-site': 'cross-site',
        },
      });
      expect(answer.status).toBe(200);
    }
    expect(await kit.core.db.suppression.count({ where: { address: 'click@example.org' } })).toBe(1);
  });

  it.each(['', 'x', 'v1.AAAA', `v1.${'A'.repeat(100)}`])(
    'answers 404 for the token %j, and changes nothing',
    async (token) => {
      const before = await kit.core.db.suppression.count();
      expect((await visitor.get(`/unsubscribe?t=${token}`)).status).toBe(404);
      expect((await visitor.form(`/unsubscribe?t=${token}`, { 'List-Unsubscribe': 'One-Click' })).status).toBe(404);
      expect(await kit.core.db.suppression.count()).toBe(before);
    },
  );

  it('refuses other input with a 400s', async () => {
    expect((await visitor.get('/unsubscribe')).status).toBe(400);
    expect((await visitor.get(`/unsubscribe?t=${'x'.repeat(2000)}`)).status).toBe(400);
    expect((await visitor.post(pathOf('json@example.org'), {})).status).toBe(415);
    expect((await visitor.send('DELETE', pathOf('json@example.org'))).status).toBe(405);
    expect(await kit.core.db.suppression.count({ where: { address: 'json@example.org' } })).toBe(0);
  });
});

describe('a reported bounce', () => {
  const report = (body: unknown, change: Record<string, string | undefined> = {}) => {
    const raw = JSON.stringify(body);
    const signed = signWebhook(webhookSecret, randomUUID(), new Date(), raw);
    return visitor.send('POST', '/api/bounces', {
      body: raw,
      headers: { 'content-type': 'application/json', ...signed, ...change },
    });
  };
  const sent = async (address: string) => {
    const id = await sendReceipt(kit.core, address);
    deliver();
    await messageUntil(kit.core, id, ({ state }) => state === 'sent');
    return id;
  };

  it('marks the message, tells the module, and suppresses the address, once for twice', async () => {
    const id = await sent('dead@example.org');
    for (let i = 0; i < 2; i += 1) {
      const answer = await report({ kind: 'bounce', message: `<${id}@localhost>`, reason: '550 no\r\nsuch user' });
      expect(answer).toMatchObject({ status: 200, json: { taken: 1, unknown: 0 } });
    }
    const row = await message(id);
    expect(row).toMatchObject({ state: 'bounced', reply: '550 no such user' });
    expect(row.attempts.filter(({ result }) => result === 'bounced')).toHaveLength(1);
    expect(settled.filter((one) => one.id === id).map(({ state }) => state)).toEqual(['sent', 'bounced']);
    expect(await message(await sendReceipt(kit.core, 'dead@example.org'))).toMatchObject({ state: 'cancelled' });
  });

  it('leaves the message alone when it is for a while only, and keeps a complainer’s message as sent', async () => {
    const [soft, loud] = [await sent('soft@example.org'), await sent('loud@example.org')];
    const events = [
      { kind: 'bounce', message: soft, permanent: false, reason: 'mailbox full' },
      { kind: 'complaint', message: loud },
      { kind: 'bounce', address: 'stranger@example.org' },
      { kind: 'bounce', message: 'unheard-of' },
      { kind: 'bounce', address: 'no address' },
    ];
    expect(await report({ events })).toMatchObject({ status: 200, json: { taken: 5, unknown: 2 } });
    expect(await message(soft)).toMatchObject({ state: 'sent' });
    expect(await message(loud)).toMatchObject({ state: 'sent' });
    // The delivery of the first two may be quicker than this look.
    const { state } = await message(await sendReceipt(kit.core, 'soft@example.org'));
    expect(['queued', 'sending', 'sent']).toContain(state);
    expect(await message(await sendReceipt(kit.core, 'loud@example.org'))).toMatchObject({ state: 'cancelled' });
    expect(await message(await sendReceipt(kit.core, 'stranger@example.org'))).toMatchObject({ state: 'cancelled' });
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['no signature', { 'webhook-signature': undefined }],
    ['a wrong signature', { 'webhook-signature': 'v1,AAAA' }],
    ['an old time', { 'webhook-timestamp': '1614265330' }],
    ['another id', { 'webhook-id': 'x' }],
  ])('is refused with %s, and nothing changes', async (_words, change) => {
    const before = await fingerprint(kit.core, ['Suppression', 'Message']);
    const answer = await report({ kind: 'bounce', address: 'forged@example.org' }, change);
    expect(answer.status).toBe(401);
    expect(await fingerprint(kit.core, ['Suppression', 'Message'])).toBe(before);
  });

  it.each([
    {},
    { kind: 'bounce' },
    { kind: 'x', address: 'a@example.org' },
    { events: [] },
    [],
    'x',
    { events: Array(501).fill({ kind: 'bounce', address: 'a@b.c' }) },
  ])('is refused with a 400 when it is %j', async (body) => {
    expect((await report(body)).status).toBe(400);
  });

  it('is not taken at all without a secret in the configuration', async () => {
    const other = await testCore([channelModule]);
    const closed = await openTestWeb(other.core);
    const answer = await new Visitor(closed).post('/api/bounces', { kind: 'bounce', address: 'a@example.org' });
    expect(answer.status).toBe(404);
    await closed.close();
    await other.close();
  });
});
