// What staff do with recipients: notices, reminders, checks, certificates again, reset, revoke, download.
import { z } from 'zod';
import {
  action,
  type Core,
  invalid,
  type Preview,
  phrase,
  previewMail,
  type Row,
  type RowWith,
  zipStream,
} from '../../core/index.ts';
import { checkRecipient, problemInWords } from './drawing.ts';
import { certificateMessage, resetRecipient, revokeCertificates, sendAgain } from './issuing.ts';
import { certificateMail, noticeMail } from './mails.ts';
import { noticeTo, sendNotice } from './notices.ts';
import { currentCertificate } from './recipient-row.ts';

const withCampaign = { campaign: true } as const;
type Recipient = RowWith<'Recipient', typeof withCampaign>;
const noMailUnderWay = { where: { noticeMessageId: null }, otherwise: 'a notice is on its way' };
const noCertificateUnderWay = { where: { certificateMessageId: null }, otherwise: 'a certificate mail is on its way' };
const counting = { revokedAt: null, supersededAt: null };
const holdsCertificate = { certificates: { some: counting } };
const revokeWords =
  'The verification page shows each as revoked, with the reason, for everybody who looks. This cannot be undone.';
const revokeForm = z.object({
  reason: z
    .string()
    .trim()
    .min(3, 'must say why')
    .max(300)
    .meta({ label: 'Reason', help: 'The public reads it on the verification page.' }),
});

async function previewNotice(row: Recipient, core: Core): Promise<Preview> {
  const message = noticeTo(core, row, 'preview');
  return {
    summary: `The notice goes to ${row.email}`,
    message: await previewMail(core, noticeMail, { ...message, secrets: { link: phrase('(personal link)') } }),
    ...(await warningFor(core, row)),
  };
}

async function warningFor(core: Core, row: Recipient): Promise<Pick<Preview, 'warning'>> {
  const problems = (await checkRecipient(core, row)).map(problemInWords);
  return problems.length > 0 ? { warning: `${problems.join('. ')}.` } : {};
}

const sendNotices = action('Recipient', {
  name: 'send-notice',
  label: { one: 'Send notice', many: 'Send {count} notices' },
  description: 'Each person gets a mail with a new personal link to claim the certificate.',
  permission: 'certificates:send',
  icon: 'Mail',
  inBatches: true,
  sends: true,
  include: withCampaign,
  eligible: [{ where: { state: 'added' }, otherwise: 'was notified already' }, noMailUnderWay],
  preview: (row, { core }) => previewNotice(row, core),
  each: (row, { work, runId }) =>
    sendNotice(work, row.id, { expected: 'added', idempotencyKey: `certificates.notice:${runId}:${row.id}` }),
});

const sendReminders = action('Recipient', {
  name: 'send-reminder',
  label: { one: 'Send notice again', many: 'Send {count} notices again' },
  description:
    'For people who did not claim yet: a new mail with a new link. The old link ends when the new mail leaves.',
  permission: 'certificates:send',
  icon: 'Bell',
  inBatches: true,
  sends: true,
  include: withCampaign,
  eligible: [{ where: { state: 'notified' }, otherwise: 'is not waiting to claim' }, noMailUnderWay],
  preview: (row, { core }) => previewNotice(row, core),
  each: (row, { work, runId }) =>
    sendNotice(work, row.id, { expected: 'notified', idempotencyKey: `certificates.reminder:${runId}:${row.id}` }),
});

const checkNames = action('Recipient', {
  name: 'check-names',
  label: { one: 'Check name', many: 'Check {count} names' },
  description:
    'Looks whether each name and number can be drawn on the certificate and fits. Sends and changes nothing.',
  permission: 'certificates:read',
  icon: 'CheckSquare',
  include: withCampaign,
  eligible: [{ where: { OR: [{ name: { not: '' } }, { number: { not: '' } }] }, otherwise: 'has no name yet' }],
  async each(row, { core }) {
    const problems = (await checkRecipient(core, row)).map(problemInWords);
    if (problems.length > 0) throw invalid(problems.join('. '));
    return undefined;
  },
});

const sendCertificateAgain = action('Recipient', {
  name: 'send-certificate-again',
  label: { one: 'Send certificate again', many: 'Send {count} certificates again' },
  description: 'Mails the certificate once more; where drawing broke off, it is drawn first.',
  permission: 'certificates:send',
  icon: 'Send',
  sends: true,
  include: withCampaign,
  eligible: [
    { where: { state: { in: ['submitted', 'drawn', 'mailed'] } }, otherwise: 'has not claimed yet' },
    noCertificateUnderWay,
    { where: { OR: [{ state: 'submitted' }, holdsCertificate] }, otherwise: 'has no valid certificate' },
  ],
  async preview(row, { core }) {
    const certificate = await currentCertificate(core.db, row.id);
    if (row.state === 'submitted' || !certificate) {
      const summary = phrase(`The certificate of ${row.name} is drawn and goes to ${row.email}`);
      return { summary, ...(await warningFor(core, row)) };
    }
    return {
      summary: `The certificate of ${certificate.name} goes to ${row.email}`,
      message: await previewMail(core, certificateMail, certificateMessage(core, row, certificate)),
    };
  },
  each: (row, { work, runId }) => sendAgain(work, row.id, `certificates.again:${runId}:${row.id}`),
});

const reset = action('Recipient', {
  name: 'reset',
  label: { one: 'Reset', many: 'Reset {count} recipients' },
  description:
    'Back to the beginning: the link ends and a notice can be sent anew. Certificates already issued stay valid until a new one is drawn.',
  permission: 'certificates:manage',
  icon: 'RotateCcw',
  inBatches: true,
  danger: true,
  eligible: [
    { where: { state: { not: 'added' } }, otherwise: 'is at the beginning already' },
    noMailUnderWay,
    noCertificateUnderWay,
  ],
  preview: (row) => ({
    summary: `${row.email} goes back to "added"`,
    changes: [{ label: 'State', from: row.state, to: 'added' }],
  }),
  each: (row, { work }) => resetRecipient(work, row.id),
});

const revoke = action('Recipient', {
  name: 'revoke',
  label: { one: 'Revoke certificate', many: 'Revoke {count} certificates' },
  description: revokeWords,
  permission: 'certificates:revoke',
  icon: 'Slash',
  danger: true,
  eligible: [{ where: holdsCertificate, otherwise: 'has no valid certificate' }, noCertificateUnderWay],
  form: revokeForm,
  preview: (row, { form }) => ({ summary: `The certificate of ${row.name || row.email} is revoked: ${form.reason}` }),
  each: (row, { work, form }) => revokeCertificates(work, row.id, form.reason),
});

const download = action('Recipient', {
  name: 'download-certificates',
  label: { one: 'Download certificate', many: 'Download {count} certificates' },
  description: 'One ZIP with the PNG and the PDF of each valid certificate.',
  permission: 'certificates:read',
  icon: 'Download',
  eligible: [{ where: holdsCertificate, otherwise: 'has no valid certificate' }],
  include: { certificates: { where: counting, orderBy: { createdAt: 'desc' }, take: 1 } },
  async all(rows, { core }) {
    async function* held() {
      for await (const { certificates } of rows) yield* certificates;
    }
    return zipOf(core, held());
  },
});

const revokeOne = action('Certificate', {
  name: 'revoke-certificate',
  label: { one: 'Revoke', many: 'Revoke {count} certificates' },
  description: revokeWords,
  permission: 'certificates:revoke',
  icon: 'Slash',
  danger: true,
  eligible: [
    { where: counting, otherwise: 'does not count any more' },
    { where: { recipient: { certificateMessageId: null } }, otherwise: 'its mail is on its way' },
  ],
  form: revokeForm,
  preview: (row, { form }) => ({ summary: `The certificate of ${row.name} is revoked: ${form.reason}` }),
  each: (row, { work, form }) => revokeCertificates(work, row.recipientId, form.reason),
});

const downloadFiles = action('Certificate', {
  name: 'download-files',
  label: { one: 'Download', many: 'Download {count} certificates' },
  description: 'One ZIP with the PNG and the PDF of each.',
  permission: 'certificates:read',
  icon: 'Download',
  eligible: [{ where: counting, otherwise: 'does not count any more' }],
  all: async (rows, { core }) => zipOf(core, rows),
});

function zipOf(core: Core, certificates: AsyncIterable<Row<'Certificate'>>) {
  async function* entries() {
    for await (const { name, number, pngId, pdfId } of certificates) {
      const title = [number, name].filter(Boolean).join(' ');
      if (pngId) yield { name: `${title}.png`, bytes: await core.files.bytes(pngId) };
      if (pdfId) yield { name: `${title}.pdf`, bytes: await core.files.bytes(pdfId) };
    }
  }
  return { name: 'certificates.zip', type: 'application/zip', content: zipStream(entries()) };
}

/** The actions on recipients in the order in which the panel offers them. */
export const recipientActions = [sendNotices, sendReminders, checkNames, sendCertificateAgain, download, reset, revoke];

/** The actions on certificates. */
export const certificateActions = [downloadFiles, revokeOne];
