// What happens to a recipient when one of its mails has left or could not. Each bears being told twice.
import { phrase, type SettledMessage, type Work } from '../../core/index.ts';
import { currentCertificate, lockRecipient, type RecipientRow } from './recipient-row.ts';

/** Moves a recipient after a notice: once it left, its link is the valid one; a failed notice leaves the old link alone. */
export async function noticeSettled(work: Work, message: SettledMessage): Promise<void> {
  const row = message.recordId ? await lockRecipient(work.tx, message.recordId) : undefined;
  if (!row) return;
  const arrived = message.state === 'sent' || message.state === 'unknown';
  const waiting = row.state === 'added' || row.state === 'notified';
  await work.tx.recipient.update({
    where: { id: row.id },
    data: {
      ...(row.noticeMessageId === message.id && { noticeMessageId: null }),
      ...(waiting && { problem: problemOf(message) }),
      ...(waiting && arrived && { state: 'notified', notifiedAt: new Date(), ...newLink(row, message) }),
    },
  });
}

function newLink(row: RecipientRow, message: SettledMessage) {
  const { tokenHash } = message.data;
  if (typeof tokenHash !== 'string') return {};
  return { tokenHash, tokenExpiresAt: new Date(Date.now() + row.campaign.linkDays * 86_400_000) };
}

/** Moves a recipient after the certificate's mail: sent means mailed, anything else keeps `drawn` and says why. */
export async function certificateSettled(work: Work, message: SettledMessage): Promise<void> {
  const row = message.recordId ? await lockRecipient(work.tx, message.recordId) : undefined;
  if (!row) return;
  const mine = row.certificateMessageId === message.id;
  const current = await currentCertificate(work.tx, row.id);
  // After a changed name, a reset or a revocation this mail speaks of a certificate that no longer counts.
  const counts = (row.state === 'drawn' || row.state === 'mailed') && current?.id === message.data.certificateId;
  const sent = message.state === 'sent';
  await work.tx.recipient.update({
    where: { id: row.id },
    data: {
      ...(mine && { certificateMessageId: null }),
      ...(counts && (mine || sent || message.state === 'bounced') && { problem: problemOf(message) }),
      ...(counts && sent && { state: 'mailed', mailedAt: new Date() }),
    },
  });
}

function problemOf(message: SettledMessage): string | null {
  if (message.state === 'sent') return null;
  if (message.state === 'unknown') return phrase('The answer of the mail server was lost: the mail may have arrived');
  if (message.state === 'cancelled') return phrase(`The mail was cancelled: ${message.reply ?? ''}`).slice(0, 500);
  if (message.state === 'bounced')
    return phrase(`The mail came back: ${message.reply ?? 'no reason given'}`).slice(0, 500);
  return phrase(`The mail was not accepted: ${message.reply ?? 'no reason given'}`).slice(0, 500);
}
