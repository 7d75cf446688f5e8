// Notices: a mail with a personal link. The link is new with each notice; only its hash is kept, and only once the mail left.
import {
  type Core,
  conflict,
  hashToken,
  type MailInput,
  newToken,
  type Skip,
  skip,
  type Work,
} from '../../core/index.ts';
import { mailAccountFor } from './mail-account.ts';
import { type NoticeData, noticeMail } from './mails.ts';
import { lockRecipient, type RecipientRow } from './recipient-row.ts';

const purpose = 'certificates.claim';
const tokenBytes = 24;

/** Returns what is kept of a link's token. */
export function claimTokenHash(core: Core, token: string): string {
  return hashToken(core.config.appKey, purpose, token);
}

/** Returns the address of the campaign's claim page with a token in it. */
function claimLink(core: Core, campaign: { claimAddress: string }, token: string): string {
  const link = new URL(campaign.claimAddress || `${core.config.publicUrl}/certificates/`);
  link.searchParams.set('token', token);
  return link.href;
}

/** Puts a notice with a new link in the outbox, or says why not. `expected` is the state that the caller chose people by. */
export async function sendNotice(
  work: Work,
  recipientId: string,
  options: { expected: 'added' | 'notified'; idempotencyKey: string },
): Promise<Skip | undefined> {
  const row = await lockRecipient(work.tx, recipientId);
  if (!row) throw conflict('This recipient is gone.');
  if (row.noticeMessageId) return skip('a notice is on its way');
  if (row.state !== options.expected) return skip(`is ${row.state} already`);
  const message = noticeTo(work.core, row, newToken(tokenBytes), await mailAccountFor(work.tx, row.campaign));
  const id = await work.send(noticeMail, { ...message, idempotencyKey: options.idempotencyKey });
  await work.tx.recipient.update({ where: { id: row.id }, data: { noticeMessageId: id, problem: null } });
  return undefined;
}

/** Builds the notice for a person; the link is a secret that the outbox seals. */
export function noticeTo(
  core: Core,
  row: RecipientRow,
  token: string,
  mailAccountId: string | null = null,
): Omit<MailInput<NoticeData>, 'idempotencyKey'> {
  const { campaign } = row;
  return {
    to: { address: row.email, name: row.name },
    language: campaign.language,
    data: {
      campaign: campaign.title,
      organisation: campaign.organisation,
      website: campaign.website,
      name: row.name,
      days: campaign.linkDays,
      tokenHash: claimTokenHash(core, token),
    },
    secrets: { link: claimLink(core, campaign, token) },
    record: { resource: 'Recipient', id: row.id },
    mailAccountId,
  };
}
