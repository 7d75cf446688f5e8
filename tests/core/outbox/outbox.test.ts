// The outbox against a real SMTP server: what leaves, what waits, what fails, and what is never guessed.
import { randomUUID } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../../src/core/core.ts';
import { readAddress } from '../../../src/core/outbox/address.ts';
import { cancelMessage, cancelMessagesOfRun, markMessageSent, resendMessage } from '../../../src/core/outbox/cancel.ts';
import { claimMessages } from '../../../src/core/outbox/claim.ts';
import { type RunningDelivery, startDelivery } from '../../../src/core/outbox/deliver.ts';
import { renderMessage } from '../../../src/core/outbox/outbox.ts';
import { retryPauses, settleDelivery, settleOrphans } from '../../../src/core/outbox/settle.ts';
import { controlRun, readRun, runAction } from '../../../src/core/runs/run.ts';
import { seal } from '../../../src/core/tokens.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { type Behaviour, type SmtpSink, startSmtpSink } from '../../kit/smtp-sink.ts';
import {
  addRecipients,
  notice,
  openSmallCore,
  type SmallCore,
  settledCalls,
  systemActor,
  until,
} from '../runs/fixture.ts';
import { jobsOf } from './reading.ts';

let database: TestDatabase;
let sink: SmtpSink;
let small: SmallCore;
const behaviour = new Map<string, (times: number) => Behaviour | undefined>();
const running: RunningDelivery[] = [];
const opened: SmallCore[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  sink = await startSmtpSink({ behave: (to, times) => behaviour.get(to)?.(times) });
  small = await openSmallCore(database.connection, { smtpUrl: sink.url });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await small.core.db.message.updateMany({ where: { state: 'queued' }, data: { state: 'cancelled' } });
  await small.core.db.sendingClock.deleteMany({});
});
afterAll(async () => {
  await small?.close();
  await sink?.stop();
  await database?.drop();
});

function deliverWith(core: Core): void {
  running.push(startDelivery(core));
}

async function open(settings: object): Promise<Core> {
  const one = await openSmallCore(database.connection, settings);
  opened.push(one);
  return one.core;
}

async function send(core: Core, address: string, extra: object = {}): Promise<string> {
  return core.transaction(systemActor, (work) =>
    work.send(notice, {
      to: { address, name: 'Ada' },
      data: { name: 'Ada & <b>' },
      secrets: { link: 'https://example.org/?token=SECRET123&x=1' },
      idempotencyKey: randomUUID(),
      ...extra,
    }),
  );
}

const message = (id: string) =>
  small.core.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: { orderBy: { at: 'asc' } } } });
const mailsTo = (address: string) => sink.accepted.filter(({ to }) => to.includes(address));

describe('putting a message in the outbox', () => {
  it('keeps the rendered text without its secret, and commits with the transaction only', async () => {
    const { core } = small;
    const id = await send(core, 'kept@example.org');
    const kept = await message(id);
    expect(kept).toMatchObject({
      state: 'queued',
      subject: 'Hello Ada & <b>',
      toAddress: 'kept@example.org',
      data: { name: 'Ada & <b>' },
    });
    expect(kept.html).toContain('Ada &amp; &lt;b&gt;');
    expect(JSON.stringify(kept)).not.toContain('SECRET123');
    const rollback = core.transaction(systemActor, async (work) => {
      await work.send(notice, {
        to: { address: 'gone@example.org' },
        data: { name: 'x' },
        secrets: { link: 'y' },
        idempotencyKey: randomUUID(),
      });
      throw new Error('no');
    });
    await expect(rollback).rejects.toThrow('no');
    expect(await core.db.message.count({ where: { toAddress: 'gone@example.org' } })).toBe(0);
  });

  it('is one message for one key, also for 20 at once', async () => {
    const idempotencyKey = randomUUID();
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => send(small.core, 'once@example.org', { idempotencyKey })),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await small.core.db.message.count({ where: { idempotencyKey } })).toBe(1);
  });

  it('speaks the language asked for, else English', async () => {
    expect((await message(await send(small.core, 'z@example.org', { language: 'zh-CN' }))).subject).toBe(
      '你好 Ada & <b>',
    );
    expect((await message(await send(small.core, 'n@example.org', { language: 'nl' }))).subject).toBe(
      'Hello Ada & <b>',
    );
  });

  it.each([
    'a@example.org,b@example.org',
    'b@x.org\r\nBcc: evil@example.org',
    '"quoted"@example.org',
    'Name <a@example.org>',
    'a@example..org',
    'a b@example.org',
    '@example.org',
    'a@',
    `${'a'.repeat(65)}@example.org`,
    'a@[127.0.0.1]',
    'a@-x.org',
  ])('refuses %j as an address', async (address) => {
    await expect(send(small.core, address)).rejects.toMatchObject({
      code: 'invalid',
      fields: { to: 'is not an e-mail address' },
    });
  });

  it('takes long endings, plus signs and domains of other scripts', () => {
    expect(readAddress(' ada+x@museum.technology ')).toBe('ada+x@museum.technology');
    expect(readAddress('ada@münchen.de')).toBe('ada@xn--mnchen-3ya.de');
    expect(readAddress('ada@例え.jp')).toBe('ada@xn--r8jz45g.jp');
  });
});

describe('delivery', () => {
  it('hands the message over once, with its secret, and then forgets the secret', async () => {
    const id = await send(small.core, 'one@example.org');
    deliverWith(small.core);
    const sent = await until(
      () => message(id),
      ({ state }) => state === 'sent',
    );
    expect(sent).toMatchObject({
      provider: 'smtp',
      secrets: null,
      attemptCount: 1,
      reply: expect.stringContaining('250'),
    });
    expect(sent.attempts.map(({ result }) => result)).toEqual(['accepted']);
    const [mail] = mailsTo('one@example.org');
    expect(mailsTo('one@example.org')).toHaveLength(1);
    expect(mail).toMatchObject({
      messageId: `<${id}@steward.test>`,
      to: ['one@example.org'],
      from: 'house@steward.test',
    });
    const parsed = await PostalMime.parse(mail!.raw);
    expect(parsed.subject).toBe('Hello Ada & <b>');
    expect(parsed.text).toContain('https://example.org/?token=SECRET123&x=1');
    expect(parsed.html).toContain('href="https://example.org/?token=SECRET123&#38;x=1"');
    expect(parsed.to).toEqual([{ name: 'Ada', address: 'one@example.org' }]);
    expect(renderMessage(small.core, sent, { reveal: true }).text).toContain('••••••');
  });

  it.each([
    'Eve" <evil@example.org>, x',
    'evil@example.org, other@example.org',
    'Eve\r\nBcc: evil@example.org',
    '=?utf-8?q?a=2C_b=40c.d?=',
  ])('has exactly one recipient, also for somebody called %j', async (name) => {
    const address = `${randomUUID()}@example.org`;
    const id = await send(small.core, address, { to: { address, name }, data: { name } });
    deliverWith(small.core);
    await until(
      () => message(id),
      ({ state }) => state === 'sent',
    );
    const [mail] = mailsTo(address);
    expect(mail?.to).toEqual([address]);
    const parsed = await PostalMime.parse(mail!.raw);
    expect(parsed.to?.map((one) => one.address)).toEqual([address]);
    expect([parsed.cc, parsed.bcc]).toEqual([undefined, undefined]);
  });

  it('sends attachments, and fails for good when one is gone', async () => {
    const file = await small.core.files.keep({
      name: 'a.txt',
      type: 'text/plain',
      content: Buffer.from('attached words'),
    });
    const id = await send(small.core, 'files@example.org', { attachments: [{ fileId: file.id, name: 'letter.txt' }] });
    const lost = await send(small.core, 'lost@example.org', { attachments: [{ fileId: randomUUID(), name: 'x.txt' }] });
    deliverWith(small.core);
    await until(
      () => message(id),
      ({ state }) => state === 'sent',
    );
    const parsed = await PostalMime.parse(mailsTo('files@example.org')[0]!.raw);
    expect(parsed.attachments.map(({ filename }) => filename)).toEqual(['letter.txt']);
    expect(Buffer.from(parsed.attachments[0]!.content as ArrayBuffer).toString()).toBe('attached words');
    await until(
      () => message(lost),
      ({ state }) => state === 'failed',
    );
    expect(mailsTo('lost@example.org')).toHaveLength(0);
  });

  it('keeps messages readable instead, where no mail server is configured', async () => {
    const core = await open({ smtpUrl: undefined });
    const id = await send(core, 'captured@example.org');
    deliverWith(core);
    const kept = await until(
      () => message(id),
      ({ state }) => state === 'sent',
    );
    expect(kept.provider).toBe('capture');
    expect(renderMessage(core, kept, { reveal: true }).text).toContain('SECRET123');
    expect(renderMessage(core, kept, { reveal: false }).text).not.toContain('SECRET123');
    expect(mailsTo('captured@example.org')).toHaveLength(0);
  });

  it.each([
    [{ at: 'rcpt', code: 550, text: 'No such user here' }, 'failed', 'refused'],
    [{ at: 'data', code: 552, text: 'Message too large' }, 'failed', 'refused'],
    [{ at: 'rcpt', code: 450, text: 'Greylisted, try later' }, 'queued', 'later'],
    [{ at: 'data', code: 451, text: 'Try again' }, 'queued', 'later'],
    [{ at: 'rcpt', code: 421, text: 'Closing' }, 'queued', undefined],
    [{ drop: 'before-data' }, 'queued', 'offline'],
    [{ drop: 'after-data' }, 'unknown', 'uncertain'],
    [{ silent: true }, 'unknown', 'uncertain'],
  ] as const)('after %j the message is %s', async (plan, state, result) => {
    const address = `${randomUUID()}@example.org`;
    behaviour.set(address, () => plan as Behaviour);
    const id = await send(small.core, address);
    const neighbour = await send(small.core, `n-${address}`);
    deliverWith(small.core);
    const ended = await until(
      () => message(id),
      ({ attempts, state: now }) => attempts.length > 0 && now !== 'sending',
    );
    expect(ended.state).toBe(state);
    if (result) expect(ended.attempts[0]?.result).toBe(result);
    if ('text' in plan) expect(ended.reply).toContain(plan.text);
    if (state === 'queued') expect(ended.notBefore.getTime() - Date.now()).toBeGreaterThan(5_000);
    // One bad address does not stop the others.
    await until(
      () => message(neighbour),
      (one) => one.state === 'sent',
    );
  });

  it('tries again after a temporary refusal, and gives up after the last pause', async () => {
    const address = 'grey@example.org';
    behaviour.set(address, (times) => (times < 3 ? { at: 'rcpt', code: 450, text: 'Greylisted' } : undefined));
    const id = await send(small.core, address);
    deliverWith(small.core);
    for (const tries of [1, 2]) {
      await until(
        () => message(id),
        ({ attempts, state }) => attempts.length === tries && state === 'queued',
      );
      await small.core.db.message.update({ where: { id }, data: { notBefore: new Date() } });
    }
    await until(
      () => message(id),
      ({ state }) => state === 'sent',
    );
    expect(mailsTo(address)).toHaveLength(1);
    behaviour.set('never@example.org', () => ({ at: 'rcpt', code: 450, text: 'Never' }));
    const hopeless = await send(small.core, 'never@example.org');
    await small.core.db.message.update({ where: { id: hopeless }, data: { attemptCount: retryPauses.length } });
    expect(
      await until(
        () => message(hopeless),
        ({ state }) => state === 'failed',
      ),
    ).toMatchObject({ reply: expect.stringContaining('Never') });
  });

  it('pauses a server that refuses our login, raises an alarm and costs the message no try', async () => {
    const guarded = await startSmtpSink({ login: { user: 'right', password: 'right' } });
    const { core } = small;
    const account = await core.db.mailAccount.create({
      data: {
        name: 'Campaign',
        host: '127.0.0.1',
        port: guarded.port,
        tls: false,
        username: 'right',
        passwordSealed: seal(core.config.appKey, 'mail-account', 'wrong'),
        fromAddress: 'campaign@example.org',
        fromName: 'Campaign, the first',
      },
    });
    try {
      const id = await send(core, 'login@example.org', { mailAccountId: account.id });
      const other = await send(core, 'other@example.org');
      deliverWith(core);
      const refused = await until(
        () => message(id),
        ({ attempts, state: now }) => attempts.length > 0 && now !== 'sending',
      );
      expect(refused).toMatchObject({ state: 'queued', attemptCount: 0 });
      expect(refused.attempts[0]).toMatchObject({ result: 'login', reply: expect.stringContaining('535') });
      expect(await core.db.alarm.count({ where: { key: `login:account:${account.id}`, endedAt: null } })).toBe(1);
      const clock = await core.db.sendingClock.findUniqueOrThrow({ where: { key: `account:${account.id}` } });
      expect(clock.nextAt.getTime() - Date.now()).toBeGreaterThan(60_000);
      await until(
        () => message(other),
        ({ state }) => state === 'sent',
      );
      const passwordSealed = seal(core.config.appKey, 'mail-account', 'right');
      await core.db.mailAccount.update({ where: { id: account.id }, data: { passwordSealed } });
      await core.db.sendingClock.deleteMany({ where: { key: `account:${account.id}` } });
      await until(
        () => message(id),
        ({ state }) => state === 'sent',
      );
      expect(guarded.accepted).toHaveLength(1);
      expect(guarded.accepted[0]?.from).toBe('campaign@example.org');
      expect(await core.db.alarm.count({ where: { key: `login:account:${account.id}`, endedAt: null } })).toBe(0);
    } finally {
      await Promise.all(running.splice(0).map((one) => one.stop()));
      await guarded.stop();
    }
  });

  it('waits while a server is out of reach, without hammering it, and delivers when it is back', async () => {
    const away = await startSmtpSink();
    const { port, url } = away;
    await away.stop();
    const core = await open({ smtpUrl: url });
    const ids = await Promise.all(Array.from({ length: 12 }, (_, i) => send(core, `away${i}@example.org`)));
    deliverWith(core);
    await until(
      () => core.db.messageAttempt.count({ where: { messageId: { in: ids } } }),
      (count) => count > 0,
    );
    const clock = await core.db.sendingClock.findUniqueOrThrow({ where: { key: 'smtp' } });
    expect(clock.nextAt.getTime()).toBeGreaterThan(Date.now());
    // Only what was in flight when the server was found away has cost a try.
    expect(await core.db.messageAttempt.count({ where: { messageId: { in: ids } } })).toBeLessThanOrEqual(4);
    const back = await startSmtpSink({ port });
    await core.db.sendingClock.deleteMany({ where: { key: 'smtp' } });
    await core.db.message.updateMany({ where: { id: { in: ids } }, data: { notBefore: new Date(0) } });
    await until(
      () => core.db.message.count({ where: { id: { in: ids }, state: 'sent' } }),
      (count) => count === 12,
    );
    expect(back.accepted).toHaveLength(12);
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await back.stop();
  });

  it('keeps the global rate over two instances: no two claims within one interval', async () => {
    const mailRate = 20;
    const [one, two] = [await open({ smtpUrl: sink.url, mailRate }), await open({ smtpUrl: sink.url, mailRate })];
    const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => send(one, `rate${i}@example.org`)));
    deliverWith(one);
    deliverWith(two);
    await until(
      () => one.db.message.count({ where: { id: { in: ids }, state: 'sent' } }),
      (count) => count === 30,
    );
    const rows = await one.db.message.findMany({ where: { id: { in: ids } } });
    const claimed = rows.map(({ claimedAt }) => claimedAt!.getTime()).sort((a, b) => a - b);
    const gaps = claimed.slice(1).map((at, i) => at - claimed[i]!);
    // The clock is read a moment before the claim is stamped, in whole milliseconds.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 / mailRate - 5);
    expect(new Set(rows.map(({ claimedBy }) => claimedBy!.split('/')[0])).size).toBe(2);
    expect(ids.every((id) => sink.accepted.filter(({ messageId }) => messageId.includes(id)).length === 1)).toBe(true);
  });

  it('claims each message once for many at a time; without skipping locked rows two would get the same', async () => {
    const { core } = small;
    const other = await open({ smtpUrl: sink.url });
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => send(core, `claim${i}@example.org`)));
    const claimed: string[] = [];
    const taker = async (by: Core) => {
      for (let empty = 0; empty < 3; ) {
        const claim = await claimMessages(by);
        if ('messages' in claim) claimed.push(...claim.messages.map(({ id }) => id));
        else if (claim.waitMs >= 1000) empty += 1;
      }
    };
    await Promise.all([core, other, core, other, core].map(taker));
    expect(claimed.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
    // The control: a plain look sees the same first row from everywhere.
    const id = await send(core, 'control@example.org');
    const plain = () => core.db.message.findFirst({ where: { id, state: 'queued' } });
    expect((await Promise.all([plain(), plain()])).map((row) => row?.id)).toEqual([id, id]);
    await core.db.message.updateMany({ where: { state: 'sending' }, data: { state: 'cancelled' } });
  });
});

describe('after a crash', () => {
  const claimOne = async (core: Core, id: string) => {
    const claim = await until(
      () => claimMessages(core),
      (one) => 'messages' in one,
    );
    const found = 'messages' in claim ? claim.messages[0]! : undefined;
    expect(found?.id).toBe(id);
    return found!;
  };
  const accepted = { kind: 'accepted', reply: '250 OK', provider: 'smtp', providerId: 'x' } as const;

  it('what a dead process was sending is unknown; its late word still counts, a newer claim counts more', async () => {
    const core = await open({ smtpUrl: sink.url });
    const id = await send(core, 'crash@example.org');
    const claim = await claimOne(core, id);
    expect(await settleOrphans(core, 0)).toBe(0);
    await core.db.instance.delete({ where: { id: core.instanceId } });
    await settleOrphans(small.core, 0);
    expect((await message(id)).state).toBe('unknown');
    expect(settledCalls.filter((one) => one.id === id).map(({ state }) => state)).toEqual(['unknown']);
    await settleDelivery(core, claim, accepted);
    expect((await message(id)).state).toBe('sent');
    expect(settledCalls.filter((one) => one.id === id).map(({ state }) => state)).toEqual(['unknown', 'sent']);
  });

  it('a late acceptance keeps a message that staff put in the queue again from leaving twice', async () => {
    const core = await open({ smtpUrl: sink.url });
    const id = await send(core, 'late@example.org');
    const claim = await claimOne(core, id);
    await core.db.instance.delete({ where: { id: core.instanceId } });
    await settleOrphans(small.core, 0);
    await core.transaction(systemActor, (work) => resendMessage(work, id));
    await settleDelivery(core, claim, accepted);
    expect((await message(id)).state).toBe('sent');
  });

  it('a late refusal does not touch a newer claim', async () => {
    const core = await open({ smtpUrl: sink.url });
    const id = await send(core, 'newer@example.org');
    const first = await claimOne(core, id);
    await core.db.instance.delete({ where: { id: core.instanceId } });
    await settleOrphans(small.core, 0);
    await core.transaction(systemActor, (work) => resendMessage(work, id));
    const second = await claimOne(small.core, id);
    await settleDelivery(core, first, { ...accepted, kind: 'refused' });
    expect(await message(id)).toMatchObject({ state: 'sending', claimedBy: second.token });
    await settleDelivery(small.core, second, accepted);
    expect((await message(id)).state).toBe('sent');
  });

  it('a broken callback does not make the message forget that it left', async () => {
    const { core } = small;
    const id = await send(core, 'callback@example.org', { data: { name: 'callback-breaks' } });
    await settleDelivery(core, await claimOne(core, id), accepted);
    expect((await message(id)).state).toBe('sent');
    expect(await jobsOf(core, 'core.call-settled')).toEqual([{ messageId: id }]);
  });
});

describe('what staff do', () => {
  it('withdraw a waiting message, send a failed one again, mark an unknown one as sent; nothing else is touched', async () => {
    const { core } = small;
    const act = (what: typeof resendMessage, id: string) => core.transaction(systemActor, (work) => what(work, id));
    const id = await send(core, 'staff@example.org');
    await expect(act(resendMessage, id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(act(markMessageSent, id)).rejects.toMatchObject({ code: 'conflict' });
    await act(cancelMessage, id);
    expect((await message(id)).state).toBe('cancelled');
    expect(settledCalls.filter((one) => one.id === id).map(({ state }) => state)).toEqual(['cancelled']);
    await expect(act(cancelMessage, id)).rejects.toMatchObject({ code: 'conflict' });
    await act(resendMessage, id);
    deliverWith(core);
    await until(
      () => message(id),
      ({ state }) => state === 'sent',
    );
    await expect(act(resendMessage, id)).rejects.toMatchObject({ code: 'conflict' });
    await core.db.message.update({ where: { id }, data: { state: 'unknown' } });
    await act(markMessageSent, id);
    expect((await message(id)).attempts.map(({ result }) => result)).toEqual(['accepted', 'marked']);
    await expect(act(cancelMessage, randomUUID())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('cancel a run: its waiting messages never leave; pause a run: they wait', async () => {
    const { core } = small;
    const { ids } = await addRecipients(
      core,
      Array.from({ length: 6 }, (_, i) => ({ email: `run${i}-${randomUUID()}@example.org` })),
    );
    const { runId } = await runAction(core, systemActor, 'trial.notify', {
      selection: { ids },
      idempotencyKey: randomUUID(),
    });
    expect(await readRun(core, systemActor, runId)).toMatchObject({ state: 'finished', deliveries: { queued: 6 } });
    await controlRun(core, systemActor, runId, 'pause');
    expect(
      'messages' in
        (await until(
          () => claimMessages(core),
          (claim) => !('waitMs' in claim) || claim.waitMs === 1000,
        )),
    ).toBe(false);
    await controlRun(core, systemActor, runId, 'cancel');
    deliverWith(core);
    await cancelMessagesOfRun.run(core, { runId }, { signal: new AbortController().signal });
    expect(await readRun(core, systemActor, runId)).toMatchObject({
      state: 'cancelled',
      deliveries: { cancelled: 6, sent: 0 },
    });
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(
      rows.every(({ problem, state }) => problem === 'cancelled: The run was cancelled.' && state === 'added'),
    ).toBe(true);
  });
});
