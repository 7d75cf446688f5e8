// What the module knows about people: who was invited, and the certificates drawn for them. Both go when somebody asks for it.
import { conflict, personalData } from '../../core/index.ts';

/** Drawn certificates; their verification pages then know nothing of them. */
const certificateData = personalData('Certificate', {
  label: 'certificates',
  keptFor: 'Until the recipient is deleted, because a certificate must be verifiable for as long as somebody shows it.',
  find: ({ email }) => (email ? { recipient: { email } } : undefined),
  include: { recipient: { include: { campaign: true } } },
  export: ({ recipient, name, number, code, issuedOn, revokedAt, revokedReason, createdAt }) => ({
    campaign: recipient.campaign.title,
    name,
    number,
    code,
    'issued on': issuedOn,
    'drawn at': createdAt,
    'revoked at': revokedAt,
    'reason of the revocation': revokedReason,
  }),
  files: ({ pngId, pdfId }) => [pngId, pdfId],
  fate: 'deleted with picture and PDF; the verification page will not know them any more',
  async erase({ id }, { tx }) {
    await tx.certificate.deleteMany({ where: { id } });
  },
});

/** People of campaigns. */
const recipientData = personalData('Recipient', {
  label: 'recipients of certificates',
  keptFor: 'Until staff delete the recipient or the campaign.',
  find: ({ email }) => (email ? { email } : undefined),
  include: { campaign: true },
  export: ({ campaign, email, name, number, state, notifiedAt, submittedAt, mailedAt, createdAt }) => ({
    campaign: campaign.title,
    organisation: campaign.organisation,
    email,
    name,
    number,
    state,
    'added at': createdAt,
    'notified at': notifiedAt,
    'name given at': submittedAt,
    'certificate mailed at': mailedAt,
  }),
  fate: 'deleted; their personal links end',
  async erase({ id }, { tx }) {
    // Drawn between the search and now: whoever asks again finds it.
    if ((await tx.certificate.count({ where: { recipientId: id } })) > 0)
      throw conflict('A certificate is being drawn for this person right now. Please try again in a moment.');
    await tx.recipient.deleteMany({ where: { id } });
  },
});

/** Certificates first: they hang on their recipient. */
export const privacy = [certificateData, recipientData];
