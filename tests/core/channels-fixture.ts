// A module that sends by every channel, and what the tests of the channels do with it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '../../src/core/access.ts';
import type { Core } from '../../src/core/core.ts';
import { mail } from '../../src/core/mail.ts';
import { defineModule } from '../../src/core/module.ts';
import type { Message } from '../../src/core/outbox/delivery.ts';
import { sms } from '../../src/core/sms.ts';
import { webhook } from '../../src/core/webhook.ts';

export const webhookSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
export const settled: { name: string; id: string; state: string; reply: string | null }[] = [];

const note = (name: string) => async (_work: unknown, message: { id: string; state: string; reply: string | null }) =>
  void settled.push({ name, id: message.id, state: message.state, reply: message.reply });

export const codeSms = sms<{ name: string }>({
  name: 'channel.code',
  label: 'Code',
  texts: { en: 'Hello {{ name }}, your code is {{ code }}', ru: '{{ name }}, ваш код: {{ code }}' },
  example: { name: 'Ada', code: '123456' },
  settled: note('channel.code'),
});

export const news = mail<{ name: string }>({
  name: 'channel.news',
  label: 'News',
  transactional: false,
  texts: {
    en: { subject: 'News for {{ name }}', text: 'Hi {{ name }}. Leave: {{ unsubscribe }}', html: '<p>{{ name }}</p>' },
  },
  example: { name: 'Ada' },
  settled: note('channel.news'),
});

export const receipt = mail<{ name: string }>({
  name: 'channel.receipt',
  label: 'Receipt',
  texts: {
    en: {
      subject: 'Receipt for {{ name }}',
      text: 'Thanks {{ name }}: {{ link }}',
      html: '<a href="{{ link }}">x</a>',
    },
    zh: { subject: '{{ name }} 的收据', text: '{{ name }} {{ link }}' },
  },
  example: { name: 'Ada', link: 'https://example.org/receipt' },
  settled: note('channel.receipt'),
});

export const entryHook = webhook<{ number: number; text: string }>({
  name: 'channel.entry',
  label: 'Entry',
  type: 'entry.accepted',
  example: { number: 1, text: 'x' },
  settled: note('channel.entry'),
});

export const channelModule = defineModule({
  name: 'channel',
  label: 'Channels',
  permissions: {},
  resources: [],
  mails: [news, receipt],
  sms: [codeSms],
  webhooks: [entryHook],
});

/** Sends an SMS and returns the message's id. */
export function text(core: Core, to: string, extra: object = {}): Promise<string> {
  return core.transaction(systemActor, (work) =>
    work.text(codeSms, {
      to,
      data: { name: 'Ada' },
      secrets: { code: '424242' },
      idempotencyKey: randomUUID(),
      ...extra,
    }),
  );
}

/** Sends the mail that people can leave. */
export function sendNews(core: Core, address: string, extra: object = {}): Promise<string> {
  return core.transaction(systemActor, (work) =>
    work.send(news, { to: { address }, data: { name: 'Ada' }, idempotencyKey: randomUUID(), ...extra }),
  );
}

/** Sends the mail that always comes. */
export function sendReceipt(core: Core, address: string, extra: object = {}): Promise<string> {
  const secrets = { link: 'https://example.org/own' };
  return core.transaction(systemActor, (work) =>
    work.send(receipt, { to: { address }, data: { name: 'Ada' }, secrets, idempotencyKey: randomUUID(), ...extra }),
  );
}

/** Posts a webhook. */
export function post(core: Core, url: string, extra: object = {}): Promise<string> {
  return core.transaction(systemActor, (work) =>
    work.post(entryHook, {
      url,
      data: { number: 7, text: 'Ünï' },
      secret: webhookSecret,
      idempotencyKey: randomUUID(),
      ...extra,
    }),
  );
}

/** Waits until a message is so; fails with what it last was. */
export async function messageUntil(core: Core, id: string, isSo: (message: Message & { tries: number }) => boolean) {
  const end = Date.now() + 20_000;
  for (;;) {
    const row = await core.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
    if (isSo({ ...row, tries: row.attempts.length })) return row;
    if (Date.now() > end) throw new Error(`Still not so: ${JSON.stringify(row)}`);
    await sleep(25);
  }
}

export const hasEnded = ({ state }: Message) => !['queued', 'sending'].includes(state);
