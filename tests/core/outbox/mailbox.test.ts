// The bounce mailbox: reports of many servers' manners read over IMAP, once, and believed only about messages of ours.

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alarmsCard } from '../../../src/core/house/alarms.ts';
import { readBounceMail } from '../../../src/core/outbox/bounce-mail.ts';
import { startDelivery } from '../../../src/core/outbox/deliver.ts';
import { readMailbox } from '../../../src/core/outbox/mailbox.ts';
import { readBounceMailbox } from '../../../src/core/outbox/mailbox-job.ts';
import { type MailboxConfig, readMailboxUrl } from '../../../src/core/outbox/settings.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint } from '../../kit/http.ts';
import { type ImapSink, startImapServer } from '../../kit/imap-server.ts';
import { startSmtpSink } from '../../kit/smtp-sink.ts';
import { channelModule, messageUntil, sendReceipt, settled } from '../channels-fixture.ts';
import { hostile, type Meaning, report, reports } from './bounce-corpus.ts';

const foreignId = '0190a000-0000-7000-8000-00000000beef';
const meaningOf = (bounce: Awaited<ReturnType<typeof readBounceMail>>): Meaning =>
  !bounce
    ? undefined
    : bounce.kind === 'complaint'
      ? 'complaint'
      : bounce.permanent
        ? 'dead'
        : bounce.returned
          ? 'lost'
          : 'late';

describe('a report', () => {
  it.each(reports)('%s', async (_, mail, meaning) => {
    const bounce = await readBounceMail(Buffer.from(mail(foreignId)));
    expect([meaningOf(bounce), bounce?.message]).toEqual([meaning, meaning && foreignId]);
    expect(bounce?.address).toBeUndefined();
  });

  it.each(hostile)('is not read from %s', async (_, mail) => {
    expect(await readBounceMail(Buffer.from(mail(foreignId), 'latin1'))).toBeUndefined();
  });

  it('is read from the first part of a mail that returns ten megabytes', async () => {
    const [, mail] = reports[0]!;
    const long = Buffer.from(mail(foreignId).replace('Hello Ada', 'x'.repeat(10_000_000)));
    expect(meaningOf(await readBounceMail(long))).toBe('dead');
  });
});

describe('the mailbox', () => {
  let kit: TestCore;
  let imap: ImapSink;
  beforeAll(async () => {
    imap = await startImapServer();
    kit = await testCore([channelModule], { BOUNCE_MAILBOX_URL: imap.url });
  });
  afterAll(async () => {
    await imap.stop();
    await kit.close();
  });
  beforeEach(async () => {
    await kit.core.db.message.deleteMany();
    await kit.core.db.suppression.deleteMany();
    settled.length = 0;
  });

  const sentTo = async (address: string) => {
    const id = await sendReceipt(kit.core, address);
    await kit.core.db.message.update({ where: { id }, data: { state: 'sent', sentAt: new Date() } });
    return id;
  };
  const read = () => readBounceMailbox.run(kit.core, {}, { signal: new AbortController().signal });
  const message = (id: string) => kit.core.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
  const alarm = () => kit.core.db.alarm.findFirst({ where: { key: 'bounce-mailbox', endedAt: null } });

  it('marks what came back, tells its module, and keeps dead addresses from being written to', async () => {
    const ids: Record<string, string> = {};
    for (const [n, [name, mail]] of reports.entries()) {
      ids[name] = await sentTo(`r${n}@example.net`);
      imap.deliver(mail(ids[name]));
    }
    await read();
    const suppressed = new Map((await kit.core.db.suppression.findMany()).map((row) => [row.address, row.reason]));
    for (const [n, [name, , meaning]] of reports.entries()) {
      const { state, attempts } = await message(ids[name]!);
      const isBack = meaning === 'dead' || meaning === 'lost';
      expect([name, state]).toEqual([name, isBack ? 'bounced' : 'sent']);
      const results = { dead: ['bounced'], lost: ['bounced'], late: ['delayed'], complaint: ['complained'] };
      expect([name, attempts.map(({ result }) => result)]).toEqual([name, meaning ? results[meaning] : []]);
      const stop = meaning === 'dead' ? 'bounced' : meaning === 'complaint' ? 'complained' : undefined;
      expect([name, suppressed.get(`r${n}@example.net`)]).toEqual([name, stop]);
    }
    const back = reports.filter(([, , meaning]) => meaning === 'dead' || meaning === 'lost');
    expect(settled.filter(({ state }) => state === 'bounced')).toHaveLength(back.length);
    expect(imap.flags()).toEqual(
      reports.map(([, , meaning]) => (meaning ? ['StewardRead', '\\Seen'].sort() : ['StewardRead'])),
    );
  });

  it('reads each mail once, and a report that comes twice changes nothing', async () => {
    const id = await sentTo('twice@example.net');
    const [, mail] = reports[0]!;
    imap.deliver(mail(id));
    imap.deliver(mail(id));
    await read();
    await read();
    expect((await message(id)).attempts).toHaveLength(1);
    expect(settled.filter((one) => one.id === id)).toHaveLength(1);
    const before = imap.flags().length;
    const seen: Uint8Array[] = [];
    await readMailbox(kit.core.config.bounceMailbox!, async (raw) => seen.push(raw) > 0);
    expect([before > 0, seen]).toEqual([true, []]);
  });

  it('read by two at once comes to the same', async () => {
    const id = await sentTo('both@example.net');
    imap.deliver(reports[0]![1](id));
    await Promise.all([read(), read()]);
    expect((await message(id)).attempts).toHaveLength(1);
    expect(settled.filter((one) => one.id === id)).toHaveLength(1);
  });

  it('does not believe a report about a message that was never sent, whatever address it names', async () => {
    await sentTo('victim@example.net');
    const before = await fingerprint(kit.core, ['Message', 'MessageAttempt', 'Suppression']);
    const forged = reports.map(([, mail]) => mail(foreignId).replaceAll('ada@example.net', 'victim@example.net'));
    for (const raw of [...forged, ...hostile.map(([, mail]) => mail(foreignId))]) imap.deliver(raw || 'X: y\r\n\r\n');
    imap.deliver(
      report({ groups: [['Final-Recipient: rfc822; victim@example.net', 'Action: failed', 'Status: 5.1.1']] }),
    );
    await read();
    expect(await fingerprint(kit.core, ['Message', 'MessageAttempt', 'Suppression'])).toBe(before);
    expect(imap.flags().filter((flags) => !flags.includes('StewardRead'))).toEqual([]);
  });

  it('leaves a mail unmarked whose report could not be written down, and reads it the next time', async () => {
    const id = await sentTo('later@example.net');
    imap.deliver(reports[0]![1](id));
    const box = kit.core.config.bounceMailbox!;
    const failing = readMailbox(box, async () => {
      throw new Error('the database is away');
    });
    await expect(failing).rejects.toThrow('the database is away');
    expect(imap.flags().at(-1)).toEqual([]);
    await read();
    expect((await message(id)).state).toBe('bounced');
  });

  it('that refuses the login or is away raises an alarm that is told on the dashboard, until it is read again', async () => {
    const right = kit.core.config.bounceMailbox!;
    const wrong: [MailboxConfig, string][] = [
      [{ ...right, password: 'wrong' }, 'The mailbox refuses our login.'],
      [{ ...right, folder: 'Nowhere' }, 'The mailbox has no folder Nowhere.'],
      [{ ...right, port: 1 }, 'The mailbox cannot be reached.'],
    ];
    for (const [at, [box, words]] of wrong.entries()) {
      kit.core.config.bounceMailbox = box;
      await read();
      const summary = `The bounce mailbox is not read: ${words}`;
      expect(await alarm()).toMatchObject({ summary, count: at + 1 });
      const card = await alarmsCard.load(kit.core, actorWith(['core:alarms']));
      expect(card.waiting).toMatchObject([{ summary }]);
    }
    kit.core.config.bounceMailbox = right;
    await read();
    expect(await alarm()).toBeNull();
  });

  it('that keeps no words of ours has its mails marked as seen', async () => {
    const other = await startImapServer({ keepsWords: false });
    const id = await sentTo('plain@example.net');
    other.deliver(reports[0]![1](id));
    let reads = 0;
    const box = readMailboxUrl(other.url)!;
    for (let n = 0; n < 2; n += 1) await readMailbox(box, async () => Boolean(++reads));
    expect([reads, other.flags()]).toEqual([1, [['\\Seen']]]);
    await other.stop();
  });
});

describe('a mailbox elsewhere', () => {
  let server: Server;
  let said = '';
  beforeAll(async () => {
    // It offers no encryption; what it is told without one is kept.
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
      socket.on('data', (chunk) => {
        said += chunk.toString('latin1');
        const tag = /^(\S+) /.exec(chunk.toString('latin1'))?.[1];
        socket.write(`* CAPABILITY IMAP4rev1\r\n${tag} OK done\r\n`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  });
  afterAll(() => server.close());

  it('gets no password without encryption', async () => {
    const { port } = server.address() as AddressInfo;
    // A name for this machine that does not look like one.
    const box = { host: '0.0.0.0', port, tls: false, user: 'u', password: 'hush-hush', folder: 'INBOX' };
    await expect(readMailbox(box, async () => true)).rejects.toThrow('The mailbox cannot be reached.');
    expect(said).not.toContain('hush-hush');
    expect(said).not.toMatch(/LOGIN|AUTHENTICATE/i);
  });
});

describe('the return path', () => {
  it('carries the id of each message, and its report finds the way back', async () => {
    const smtp = await startSmtpSink();
    const kit = await testCore([channelModule], { SMTP_URL: smtp.url, BOUNCE_ADDRESS: 'bounces@example.org' });
    const delivery = startDelivery(kit.core);
    const id = await sendReceipt(kit.core, 'ada@example.net');
    await messageUntil(kit.core, id, ({ state }) => state === 'sent');
    await delivery.stop();
    const [mail] = smtp.accepted;
    expect(mail?.from).toBe(`bounces+${id.replaceAll('-', '')}@example.org`);
    expect(mail?.raw).toMatch(/^From: Steward <steward@localhost>/m);
    const back = report({ headers: [`To: ${mail?.from}`], groups: [[], ['Action: failed', 'Status: 5.1.1']] });
    expect(await readBounceMail(Buffer.from(back))).toMatchObject({ message: id, permanent: true });
    await kit.close();
    await smtp.stop();
  });
});

describe('BOUNCE_MAILBOX_URL', () => {
  it.each<[string, Partial<MailboxConfig> | undefined]>([
    ['imaps://me:pw@mail.example.org/INBOX', { host: 'mail.example.org', port: 993, tls: true, folder: 'INBOX' }],
    ['imaps://me@example.org:p@ss@mail.example.org', { user: 'me@example.org', password: 'p@ss', folder: 'INBOX' }],
    ['imap://me:a%3Ab%25@[::1]:1143/Back%20mails/In', { host: '::1', port: 1143, tls: false, password: 'a:b%' }],
    ['imaps://mail.example.org', undefined],
    ['imaps://me@mail.example.org', undefined],
    ['pop3://me:pw@mail.example.org', undefined],
    ['imaps://me:%zz@mail.example.org', undefined],
  ])('%s', (written, wanted) => {
    const read = readMailboxUrl(written);
    if (wanted) expect(read).toMatchObject(wanted);
    else expect(read).toBeUndefined();
  });
});
