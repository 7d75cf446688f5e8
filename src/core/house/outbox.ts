// The outbox in the panel: every message with its state, read as it left, sent again or withdrawn by a person. Texts and secrets are in no list.
import type { Actor } from '../access.ts';
import { action } from '../action.ts';
import type { Core } from '../core.ts';
import type { Asker } from '../files/files.ts';
import type { Row } from '../model.ts';
import { cancelMessage, markMessageSent, resendMessage } from '../outbox/cancel.ts';
import { renderMessage } from '../outbox/outbox.ts';
import { askerOf } from '../people/asked-link.ts';
import { clockTime } from '../records/days.ts';
import { resource } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';
import { aboutReadableRecords } from './own-rows.ts';
import { recordKinds } from './record-kinds.ts';

const permission = 'core:outbox';
const messageStates = {
  queued: { label: 'Waiting', tone: 'quiet' },
  sending: { label: 'Leaving', tone: 'busy' },
  sent: { label: 'Sent', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  unknown: { label: 'Unknown', tone: 'bad' },
  cancelled: { label: 'Withdrawn', tone: 'quiet' },
  bounced: { label: 'Came back', tone: 'bad' },
} as const;

const channelWords = { email: { label: 'E-mail' }, sms: { label: 'SMS' }, webhook: { label: 'Webhook' } } as const;

const resend = action('Message', {
  name: 'resend-message',
  label: { one: 'Send again', many: 'Send {count} messages again' },
  description: 'A message whose state is unknown may have arrived already; then it arrives twice.',
  permission: 'core:send',
  icon: 'Send',
  sends: true,
  eligible: [
    {
      where: { state: { in: ['failed', 'unknown', 'cancelled', 'bounced'] } },
      otherwise: 'is waiting, leaving or sent',
    },
  ],
  preview: (message) => ({
    summary: `“${message.subject || message.kind}” goes to ${message.toAddress} once more.`,
    ...(message.state === 'unknown' ? { warning: 'It may have arrived already.' } : {}),
  }),
  async each(message, { work }) {
    await resendMessage(work, message.id);
    return undefined;
  },
});

const cancel = action('Message', {
  name: 'cancel-message',
  label: { one: 'Withdraw', many: 'Withdraw {count} messages' },
  description: 'Messages that are waiting will not leave.',
  permission: 'core:send',
  icon: 'Slash',
  danger: true,
  eligible: [{ where: { state: 'queued' }, otherwise: 'is not waiting' }],
  async each(message, { work }) {
    await cancelMessage(work, message.id);
    return undefined;
  },
});

const markSent = action('Message', {
  name: 'mark-message-sent',
  label: { one: 'Mark as sent', many: 'Mark {count} messages as sent' },
  description: 'For messages of which you know that they arrived. Nothing is sent.',
  permission: 'core:send',
  icon: 'Check',
  eligible: [{ where: { state: { in: ['unknown', 'failed'] } }, otherwise: 'is neither unknown nor failed' }],
  async each(message, { work }) {
    await markMessageSent(work, message.id);
    return undefined;
  },
});

/** Messages that wait, left, or could not. */
export const messages = resource('Message', {
  label: { one: 'message', many: 'messages' },
  group: 'Work',
  icon: 'Mail',
  title: (row) => row.subject || row.kind,
  permissions: { read: permission, export: 'core:export' },
  narrows: aboutReadableRecords,
  columns: {
    toAddress: { label: 'To', filter: true },
    toName: { label: 'Name', list: false },
    subject: { label: 'Subject', filter: true },
    state: { label: 'State', filter: true, values: messageStates },
    kind: { label: 'Kind', list: false, filter: true },
    channel: { label: 'Channel', filter: true, values: channelWords },
    reply: { label: 'Answer of the server', words: true },
    attemptCount: { label: 'Tries', list: false },
    provider: { label: 'Provider', list: false, filter: true },
    providerId: { label: 'Provider’s id', list: false },
    mailAccountId: { label: 'Mail server', list: false, filter: true },
    resource: { label: 'About', list: false, filter: true, choices: recordKinds },
    recordId: { label: 'Id', list: false, filter: true },
    runId: { label: 'Run', list: false, filter: true },
    notBefore: { label: 'Not before', list: false },
    sentAt: { label: 'Sent', list: false, filter: true, sort: true },
    deliveredAt: { label: 'Arrived', list: false, filter: true },
    parts: { label: 'Parts of the SMS', list: false },
    notAfter: { label: 'Not after', list: false },
    createdAt: { label: 'Made', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Waiting', where: { state: { in: ['queued', 'sending'] } } },
    { label: 'Failed', where: { state: { in: ['failed', 'bounced'] } } },
    { label: 'Unknown', where: { state: 'unknown' } },
    { label: 'Sent', where: { state: 'sent' } },
  ],
  actions: [resend, cancel, markSent],
  tools: {
    read: {
      label: 'Read',
      component: 'MessageReader',
      opensFirst: true,
      permission,
      load: async ({ row, core, actor }) => ({
        to: row.toName ? `${row.toName} <${row.toAddress}>` : row.toAddress,
        state: row.state,
        channel: row.channel,
        provider: row.provider,
        // A captured message never left: here is the only place where its link can be read.
        ...renderMessage(core, row, { reveal: row.provider === 'capture' && (await mayReveal(core, actor, row)) }),
        attachments: attachmentLinks(core, row.attachments, await askerOf(core, actor)),
      }),
      calls: {},
    },
  },
  children: [{ resource: 'MessageAttempt', by: 'messageId', label: 'Tries' }],
  empty: 'Nothing was sent yet.',
});

// Whoever may read messages may read them whole, unless the mail's own declaration is stricter.
async function mayReveal(core: Core, actor: Actor, message: Row<'Message'>): Promise<boolean> {
  const declared = core.registry.mails.get(message.kind);
  return declared?.mayReveal ? declared.mayReveal(core, actor, message) : true;
}

/** Names the attachments, with links that work for a quarter of an hour. */
function attachmentLinks(core: Core, attachments: unknown, asker: Asker): { name: string; link?: string }[] {
  if (!Array.isArray(attachments)) return [];
  return attachments.map((one: { name?: unknown; fileId?: unknown } | null) => ({
    name: String(one?.name ?? ''),
    ...(typeof one?.fileId === 'string' && {
      link: core.files.link(one.fileId, { seconds: 900, download: true, asker }),
    }),
  }));
}

/** Tries to deliver messages, with the provider's answers. */
export const messageAttempts = resource('MessageAttempt', {
  label: { one: 'try', many: 'tries' },
  group: 'Work',
  icon: 'Repeat',
  title: ({ at }) => phrase(`Try of ${minuteOf(at)}`),
  titleIsWords: true,
  permissions: { read: permission },
  narrows: (actor, registry) => ({ message: aboutReadableRecords(actor, registry) }),
  columns: {
    at: { label: 'When', sort: true, filter: true },
    result: {
      label: 'Result',
      filter: true,
      values: {
        accepted: { label: 'Accepted' },
        delivered: { label: 'Delivered' },
        refused: { label: 'Refused' },
        later: { label: 'To be tried again' },
        offline: { label: 'Out of reach' },
        login: { label: 'Login refused' },
        uncertain: { label: 'Uncertain' },
        unknown: { label: 'Unknown' },
        suppressed: { label: 'Suppressed' },
        marked: { label: 'Marked as sent' },
        bounced: { label: 'Came back' },
        delayed: { label: 'Delayed' },
        complained: { label: 'Complained' },
        undelivered: { label: 'Did not arrive' },
      },
    },
    reply: { label: 'Answer', words: true },
    messageId: { label: 'Message', list: false, filter: true },
  },
  sort: ['at', 'desc'],
});

// In the configured zone, as lists show it.
function minuteOf(at: Date): string {
  return clockTime(at).slice(0, 16).replace('T', ' ');
}
