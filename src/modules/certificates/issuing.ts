// From a stored name to a mailed certificate. Each step commits by itself, so a break leaves a state from which the next try goes on.
import { z } from 'zod';
import {
  type Core,
  conflict,
  job,
  newCode,
  phrase,
  type Row,
  type Skip,
  StewardError,
  skip,
  systemActor,
  type Work,
} from '../../core/index.ts';
import { dayIn } from './dates.ts';
import { drawFor } from './drawing.ts';
import { mailAccountFor } from './mail-account.ts';
import { certificateMail } from './mails.ts';
import { currentCertificate, lockRecipient, type RecipientRow } from './recipient-row.ts';
import { verifyUrl } from './verify-url.ts';

const codeLength = 16;
const maxRounds = 5;

/** Draws and mails the certificate of one recipient; waiting doubles are one. */
export const issueCertificateJob = job({
  name: 'certificates.issue-certificate',
  data: z.object({ recipientId: z.string() }),
  run: (core, { recipientId }) => issueCertificate(core, recipientId),
});

/** Asks for the certificate of this recipient to be drawn, if need be, and mailed. */
export async function askForCertificate(work: Work, recipientId: string): Promise<void> {
  await work.enqueue(issueCertificateJob, { recipientId }, { key: `certificates.issue:${recipientId}` });
}

/**
 * Brings a submitted or drawn recipient as far as the outbox. What goes wrong stands on the recipient afterwards.
 * `isMailed: false` stops at the drawn certificate.
 */
export async function issueCertificate(
  core: Core,
  recipientId: string,
  options: { isMailed: boolean } = { isMailed: true },
): Promise<void> {
  try {
    for (let round = 0; round < maxRounds; round += 1) if (await issueOnce(core, recipientId, options.isMailed)) return;
    throw conflict('The name changed while the certificate was drawn.');
  } catch (error) {
    const known = error instanceof StewardError;
    const problem = known ? error.message : phrase('Drawing failed. It is tried again by itself.');
    await core.db.recipient.updateMany({
      where: { id: recipientId, state: { in: ['submitted', 'drawn'] }, certificateMessageId: null },
      data: { problem },
    });
    // What the person or the organiser must mend is not mended by trying again.
    if (!known || error.status >= 500) throw error;
  }
}

async function issueOnce(core: Core, recipientId: string, isMailed: boolean): Promise<boolean> {
  const row = await core.db.recipient.findUnique({ where: { id: recipientId }, include: { campaign: true } });
  if (!row || row.certificateMessageId) return true;
  if (row.state === 'drawn' && !isMailed) return true;
  if (row.state === 'drawn') return core.transaction(systemActor, (work) => mailDrawn(work, recipientId));
  if (row.state !== 'submitted') return true;
  const code = newCode(codeLength);
  const issuedOn = dayIn(core.config.timeZone, new Date());
  const { png, pdf } = await drawFor(core, row, { code, issuedOn });
  const [pngFile, pdfFile] = await Promise.all([
    core.files.keep({ name: `certificate-${code}.png`, type: 'image/png', content: png }),
    core.files.keep({ name: `certificate-${code}.pdf`, type: 'application/pdf', content: pdf }),
  ]);
  const drawn = { code, issuedOn, name: row.name, number: row.number, pngId: pngFile.id, pdfId: pdfFile.id };
  return core.transaction(systemActor, (work) => storeAndMail(work, row, drawn, isMailed));
}

type Drawn = Pick<Row<'Certificate'>, 'code' | 'issuedOn' | 'name' | 'number'> & { pngId: string; pdfId: string };

async function storeAndMail(work: Work, seen: RecipientRow, drawn: Drawn, isMailed: boolean): Promise<boolean> {
  const row = await lockRecipient(work.tx, seen.id);
  if (!row) return true;
  if (row.state !== 'submitted' || row.certificateMessageId) return row.state !== 'drawn';
  if (row.name !== seen.name || row.number !== seen.number) return false;
  await work.tx.certificate.updateMany({
    where: { recipientId: row.id, revokedAt: null, supersededAt: null },
    data: { supersededAt: new Date() },
  });
  const certificate = await work.tx.certificate.create({ data: { ...drawn, recipientId: row.id } });
  const owner = { resource: 'Certificate', recordId: certificate.id };
  await work.core.files.claim(work.tx, drawn.pngId, owner);
  await work.core.files.claim(work.tx, drawn.pdfId, owner);
  await work.tx.recipient.update({ where: { id: row.id }, data: { state: 'drawn', problem: null } });
  if (isMailed) await mailCertificate(work, row, certificate, `certificates.certificate:${certificate.id}`);
  return true;
}

async function mailDrawn(work: Work, recipientId: string): Promise<boolean> {
  const row = await lockRecipient(work.tx, recipientId);
  if (row?.state !== 'drawn' || row.certificateMessageId) return true;
  const certificate = await currentCertificate(work.tx, row.id);
  if (!certificate) throw conflict('The certificate was revoked.');
  await mailCertificate(work, row, certificate, `certificates.certificate:${certificate.id}:${newCode(12)}`);
  return true;
}

async function mailCertificate(
  work: Work,
  row: RecipientRow,
  certificate: Row<'Certificate'>,
  idempotencyKey: string,
): Promise<void> {
  const id = await work.send(certificateMail, {
    ...certificateMessage(work.core, row, certificate),
    idempotencyKey,
    mailAccountId: await mailAccountFor(work.tx, row.campaign),
  });
  await work.tx.recipient.update({ where: { id: row.id }, data: { certificateMessageId: id, problem: null } });
}

/** Builds the mail that brings a certificate. */
export function certificateMessage(core: Core, row: RecipientRow, certificate: Row<'Certificate'>) {
  const { campaign } = row;
  const attachment = (fileId: string | null, name: string) => (fileId ? [{ fileId, name }] : []);
  return {
    to: { address: row.email, name: certificate.name },
    language: campaign.language,
    data: {
      campaign: campaign.title,
      organisation: campaign.organisation,
      website: campaign.website,
      name: certificate.name,
      verifyUrl: verifyUrl(core, certificate.code),
      certificateId: certificate.id,
    },
    record: { resource: 'Recipient', id: row.id },
    attachments: [
      ...attachment(certificate.pngId, 'certificate.png'),
      ...attachment(certificate.pdfId, 'certificate.pdf'),
    ],
  };
}

/** Mails the certificate again, or draws it where the first try broke. Says why when there is nothing to send. */
export async function sendAgain(work: Work, recipientId: string, idempotencyKey: string): Promise<Skip | undefined> {
  const row = await lockRecipient(work.tx, recipientId);
  if (!row) throw conflict('This recipient is gone.');
  if (row.certificateMessageId) return skip('a certificate mail is on its way');
  if (row.state === 'submitted') {
    await work.tx.recipient.update({ where: { id: row.id }, data: { problem: null } });
    await askForCertificate(work, row.id);
    return undefined;
  }
  const certificate = await currentCertificate(work.tx, row.id);
  if (!certificate || (row.state !== 'drawn' && row.state !== 'mailed')) return skip('has no valid certificate');
  await mailCertificate(work, row, certificate, idempotencyKey);
  return undefined;
}

/** Takes back what a recipient holds; the certificates stay and tell the reason, the link ends. */
export async function revokeCertificates(work: Work, recipientId: string, reason: string): Promise<Skip | undefined> {
  const row = await lockRecipient(work.tx, recipientId);
  if (!row) throw conflict('This recipient is gone.');
  if (row.certificateMessageId) return skip('a certificate mail is on its way');
  const where = { recipientId, revokedAt: null, supersededAt: null };
  const { count } = await work.tx.certificate.updateMany({
    where,
    data: { revokedAt: new Date(), revokedReason: reason },
  });
  if (count === 0) return skip('has no valid certificate');
  // The old link must not bring a new certificate.
  await work.tx.recipient.update({ where: { id: recipientId }, data: { tokenHash: null, tokenExpiresAt: null } });
  return undefined;
}

/** Puts a recipient back to `added`: the old link ends, and the next notice brings a new one. Certificates stay as they are. */
export async function resetRecipient({ tx }: Work, id: string): Promise<Skip | undefined> {
  const { count } = await tx.recipient.updateMany({
    where: { id, certificateMessageId: null, noticeMessageId: null },
    data: {
      state: 'added',
      tokenHash: null,
      tokenExpiresAt: null,
      problem: null,
      notifiedAt: null,
      submittedAt: null,
      mailedAt: null,
    },
  });
  if (count > 0) return undefined;
  if (!(await tx.recipient.findUnique({ where: { id } }))) throw conflict('This recipient is gone.');
  return skip('a mail is on its way');
}
