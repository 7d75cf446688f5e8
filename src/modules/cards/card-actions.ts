// What staff do with cards: ban with a reason, restore, close reports without a ban.
import { z } from 'zod';
import { action } from '../../core/index.ts';
import { banCard, dismissReports, restoreCard } from './moderation.ts';

const reason = z
  .string()
  .trim()
  .min(3, 'must say why')
  .max(300)
  .meta({ label: 'Reason', help: 'Its author reads it and may answer.' });
const excerpt = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text) || '—';

const ban = action('GreetingCard', {
  name: 'ban-card',
  label: { one: 'Ban', many: 'Ban {count} cards' },
  description: 'Nobody sees a banned card or its files. Its open reports are closed.',
  permission: 'cards:moderate',
  icon: 'Slash',
  danger: true,
  eligible: [{ where: { bannedAt: null }, otherwise: 'is banned already' }],
  form: z.object({ reason }),
  preview: ({ text, openReports }, { form }) => ({
    summary: `“${excerpt(text)}” is banned: ${form.reason}`,
    ...(openReports > 0 && { changes: [{ label: 'Open reports', from: String(openReports), to: '0' }] }),
  }),
  each: (row, { work, form }) => banCard(work, row.id, form.reason),
});

const restore = action('GreetingCard', {
  name: 'restore-card',
  label: { one: 'Restore', many: 'Restore {count} cards' },
  description: 'Lifts the ban. What its author took back stays taken back.',
  permission: 'cards:moderate',
  icon: 'RotateCcw',
  eligible: [{ where: { bannedAt: { not: null } }, otherwise: 'is not banned' }],
  preview: ({ text, bannedReason, appealNote }) => ({
    summary: `“${excerpt(text)}” was banned: ${bannedReason}`,
    ...(appealNote && { warning: `Its author says: ${appealNote}` }),
  }),
  each: (row, { work }) => restoreCard(work, row.id),
});

const dismiss = action('GreetingCard', {
  name: 'dismiss-reports',
  label: { one: 'Close reports', many: 'Close the reports of {count} cards' },
  description: 'The cards stay as they are; their open reports are marked as looked at.',
  permission: 'cards:moderate',
  icon: 'Check',
  eligible: [{ where: { openReports: { gt: 0 } }, otherwise: 'has no open report' }],
  form: z.object({ outcome: z.string().trim().max(300).default('Nothing wrong').meta({ label: 'What was found' }) }),
  preview: ({ text, openReports }, { form }) => ({
    summary: `${openReports} ${openReports === 1 ? 'report' : 'reports'} of “${excerpt(text)}”: ${form.outcome}`,
  }),
  each: (row, { work, form }) => dismissReports(work, row.id, form.outcome),
});

/** The actions on cards in the order in which the panel offers them. */
export const cardActions = [ban, restore, dismiss];
