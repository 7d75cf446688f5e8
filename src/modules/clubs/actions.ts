// What staff do with clubs: approve, refuse, suspend, renew, write to them; and what a club asks for itself.
import { z } from 'zod';
import { action, type Core, type Preview, phrase, previewMail, type Row } from '../../core/index.ts';
import { messageClub } from './club-messages.ts';
import { approvalData, approveClub, letterTo, refusalData, refuseClub } from './decisions.ts';
import { type Duplicate, duplicatesOf } from './duplicates.ts';
import { approvalMail, messageMail, refusalMail, suspensionMail } from './mails.ts';
import { askRenewal, renewClub, suspendClub } from './renewal.ts';
import { approvalEnd, settingsOf } from './settings.ts';
import { writeTime } from './times.ts';

type Club = Row<'Club'>;

const hidden = { password: phrase('(initial password)'), link: phrase('(personal link)') };
const reason = z
  .string()
  .trim()
  .min(3, 'must say why')
  .max(500)
  .meta({ label: 'Reason', help: 'The club reads it in the mail.', widget: 'longText' });

function looksLike({ name, reasons }: Duplicate): string {
  const labels = reasons.join(', ');
  return phrase(`Looks like ${name} (${labels})`);
}

async function previewApproval(club: Club, core: Core): Promise<Preview> {
  const doubles = await duplicatesOf(core, club);
  return {
    summary: `${club.name} becomes a club with an account of its own; the mail goes to ${club.email}`,
    message: await previewMail(core, approvalMail, {
      ...letterTo(club),
      data: approvalData({ core }, club),
      secrets: hidden,
    }),
    ...(doubles.length > 0 ? { warning: doubles.map(looksLike).join('; ') } : {}),
  };
}

const approve = action('Club', {
  name: 'approve-club',
  label: { one: 'Approve', many: 'Approve {count} clubs' },
  description:
    'Each becomes an operator bound to its own records and is mailed an initial password and a link to choose its own.',
  permission: 'clubs:review',
  icon: 'Check',
  sends: true,
  eligible: [{ where: { state: { not: 'approved' } }, otherwise: 'is approved already' }],
  preview: (club, { core }) => previewApproval(club, core),
  each: (club, { work }) => approveClub(work, club.id),
});

const refuse = action('Club', {
  name: 'refuse-club',
  label: { one: 'Refuse', many: 'Refuse {count} clubs' },
  description: 'Each is mailed the reason and may apply anew. The account of one that was approved ends at once.',
  permission: 'clubs:review',
  icon: 'X',
  danger: true,
  sends: true,
  eligible: [{ where: { state: { not: 'refused' } }, otherwise: 'is refused already' }],
  form: z.object({ reason }),
  preview: async (club, { core, form }) => ({
    summary: `${club.name} is refused; the mail goes to ${club.email}`,
    message: await previewMail(core, refusalMail, { ...letterTo(club), data: refusalData(club, form.reason) }),
  }),
  each: (club, { work, form }) => refuseClub(work, club.id, form.reason),
});

const suspend = action('Club', {
  name: 'suspend-club',
  label: { one: 'Suspend', many: 'Suspend {count} clubs' },
  description: 'They are signed out at once, by panel and API. “Renew” lets them in again with the password they have.',
  permission: 'clubs:review',
  icon: 'PauseCircle',
  danger: true,
  sends: true,
  eligible: [{ where: { state: 'approved' }, otherwise: 'is not approved' }],
  form: z.object({ reason }),
  preview: async (club, { core, form }) => ({
    summary: `${club.name} is suspended; the mail goes to ${club.email}`,
    message: await previewMail(core, suspensionMail, {
      ...letterTo(club),
      data: { club: club.name, reason: form.reason },
    }),
  }),
  each: (club, { work, form }) => suspendClub(work, club.id, form.reason),
});

const renew = action('Club', {
  name: 'renew-club',
  label: { one: 'Renew', many: 'Renew {count} clubs' },
  description: 'They go on for another term, as the settings say; suspended ones may sign in again.',
  permission: 'clubs:review',
  icon: 'RefreshCw',
  eligible: [{ where: { state: { in: ['approved', 'suspended'] } }, otherwise: 'was never approved' }],
  async preview(club, { core }) {
    const { renewalMonths } = await settingsOf(core.db);
    const now = new Date();
    const end = approvalEnd(club.approvedUntil && club.approvedUntil > now ? club.approvedUntil : now, renewalMonths);
    return {
      summary: `${club.name} goes on ${end ? `until ${writeTime(end).slice(0, 10)}` : 'without an end'}`,
      changes: [
        {
          label: 'Approved until',
          kind: 'moment',
          from: club.approvedUntil?.toISOString() ?? '',
          to: end?.toISOString() ?? '',
        },
      ],
    };
  },
  each: (club, { work }) => renewClub(work, club.id),
});

const ask = action('Club', {
  name: 'ask-renewal',
  label: { one: 'Ask for renewal', many: 'Ask for {count} renewals' },
  description:
    'Staff see that the club wants to go on. Until they decide it goes on as it is, also past the end of its term.',
  permission: 'clubs:own',
  icon: 'Flag',
  eligible: [
    { where: { state: 'approved', approvedUntil: { not: null } }, otherwise: 'has no approval that ends' },
    { where: { renewalAskedAt: null }, otherwise: 'asked already' },
  ],
  each: (club, { work }) => askRenewal(work, club.id),
});

const write = action('Club', {
  name: 'write-message',
  label: { one: 'Write a message', many: 'Write a message to {count} clubs' },
  description: 'They read it in the panel and by the API; also by mail, if you like.',
  permission: 'clubs:message',
  icon: 'MessageSquare',
  sends: true,
  eligible: [{ where: { state: { in: ['approved', 'suspended'] } }, otherwise: 'is no club (yet)' }],
  form: z.object({
    subject: z.string().trim().min(1, 'is missing').max(60).meta({ label: 'Subject' }),
    body: z.string().trim().min(1, 'is missing').max(150).meta({ label: 'Text', widget: 'longText' }),
    byMail: z.boolean().default(true).meta({ label: 'Also by mail' }),
  }),
  preview: async (club, { core, form: { subject, body, byMail } }) => ({
    summary: byMail ? `${club.name} reads it in the panel and at ${club.email}` : `${club.name} reads it in the panel`,
    ...(byMail
      ? {
          message: await previewMail(core, messageMail, {
            ...letterTo(club),
            data: { subject, body, panel: `${core.config.publicUrl}/admin` },
          }),
        }
      : {}),
  }),
  async each(club, { work, form, runId }) {
    await messageClub(work, club.id, runId, form);
    return undefined;
  },
});

/** The actions on clubs in the order in which the panel offers them. */
export const clubActions = [approve, refuse, write, renew, suspend, ask];
