// Addresses that get no messages any more, in the panel: staff add somebody who asked, and lift what was a mistake.
import { z } from 'zod';
import { conflict } from '../errors.ts';
import { suppress } from '../outbox/suppression.ts';
import { resource } from '../resource.ts';

const permission = 'core:suppressions';
const reasons = {
  unsubscribed: { label: 'Unsubscribed', tone: 'quiet' },
  bounced: { label: 'Came back', tone: 'bad' },
  complained: { label: 'Complained', tone: 'bad' },
  asked: { label: 'Asked for it', tone: 'quiet' },
} as const;

/** The suppression list. */
export const suppressions = resource('Suppression', {
  label: { one: 'suppressed address', many: 'suppressed addresses' },
  group: 'Work',
  icon: 'Slash',
  title: (row) => row.address ?? '(erased)',
  permissions: { read: permission, create: permission, delete: permission },
  columns: {
    address: {
      label: 'Address',
      help: 'An e-mail address, or a phone number such as +31612345678.',
      filter: true,
      create: true,
      rule: z.string().trim().min(3, 'is missing').max(320),
    },
    channel: {
      label: 'Channel',
      filter: true,
      create: true,
      values: { email: { label: 'E-mail' }, sms: { label: 'SMS' } },
      rule: z.enum(['email', 'sms']),
    },
    reason: {
      label: 'Why',
      help: 'Who only unsubscribed still gets what they ask for themselves.',
      filter: true,
      create: true,
      values: reasons,
    },
    note: { label: 'Note', create: true, rule: z.string().trim().max(500) },
    createdAt: { label: 'Since', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  write: {
    async create(work, { channel, address, reason, note }) {
      const entry = { channel: channel === 'sms' ? ('sms' as const) : ('email' as const), address: address ?? '' };
      const { id, isNew } = await suppress(work, { ...entry, reason: reason ?? 'asked', note: note ?? '' });
      if (!isNew) throw conflict('This address is on the list already.', { address: 'is on the list already' });
      return { id };
    },
  },
  empty: 'Everybody gets their messages.',
});
