// What the house itself knows about people: what it sent them, that they want nothing sent, that they asked, and who works here.
import { renderMessage } from '../outbox/outbox.ts';
import { personalData } from '../personal-data.ts';
import { sameAddress } from '../privacy/person.ts';
import { emptyMessagesById } from '../privacy/traces.ts';

// The text alone: what the HTML says besides is layout.
const readable = ({ subject, text }: { subject: string; text: string }) => ({ subject, text });

const messageData = personalData('Message', {
  label: 'messages',
  keptFor: 'Until the person is erased: that something was sent must be provable.',
  find: ({ email, phone }) => ({
    OR: [
      ...(email ? [{ channel: 'email', toAddress: sameAddress(email) }] : []),
      ...(phone ? [{ channel: 'sms', toAddress: phone }] : []),
    ],
  }),
  export: (row, core) => ({
    channel: row.channel,
    to: row.toAddress,
    name: row.toName,
    ...readable(renderMessage(core, row, { reveal: false })),
    state: row.state,
    'made at': row.createdAt,
    'sent at': row.sentAt,
  }),
  fate: 'emptied; waiting ones are withdrawn. That something was sent stays, to whom and what does not',
  erase: ({ id }, { tx }) => emptyMessagesById(tx, [id]),
});

const suppressionData = personalData('Suppression', {
  label: 'entries of the suppression list',
  keptFor: 'For as long as nothing may be sent to the address.',
  find: ({ email, phone }) => ({
    OR: [
      ...(email ? [{ channel: 'email', address: email }] : []),
      ...(phone ? [{ channel: 'sms', address: phone }] : []),
    ],
  }),
  export: ({ channel, address, reason, note, createdAt }) => ({ channel, address, reason, note, since: createdAt }),
  fate: 'kept as a hash only, so that nothing is sent to the address in future either',
  async erase({ id }, { tx }) {
    await tx.suppression.updateMany({ where: { id }, data: { address: null, note: '' } });
  },
});

const requestData = personalData('PersonRequest', {
  label: 'requests',
  keptFor: 'The addresses until the person is erased; that it was done stays.',
  find: ({ email, phone }) => ({ OR: [...(email ? [{ email }] : []), ...(phone ? [{ phone }] : [])] }),
  export: ({ email, phone, note, createdAt, exportedAt }) => ({
    email,
    phone,
    note,
    'asked at': createdAt,
    'answered at': exportedAt,
  }),
  fate: 'kept without addresses and note, as the proof that it was done',
  async erase({ id }, { tx }) {
    const erasedAt = new Date();
    await tx.personRequest.updateMany({ where: { id }, data: { email: '', phone: '', note: '', erasedAt } });
  },
});

const operatorData = personalData('Operator', {
  label: 'operators of the panel',
  keptFor: 'For as long as the person works here, and until the account is deleted.',
  find: ({ email }) => (email ? { email } : undefined),
  include: { role: true, sessions: true },
  export: ({ email, name, role, state, language, lastSignInAt, createdAt, sessions }) => ({
    email,
    name,
    role: role.name,
    state,
    language,
    since: createdAt,
    'last sign-in': lastSignInAt,
    sessions: sessions.map(({ device, address, startedAt, seenAt }) => ({ device, address, startedAt, seenAt })),
  }),
  keptBecause:
    'Who works here answers for what the audit says they did. Block or delete the operator under People first.',
});

/** What the house declares about people. */
export const privacy = [messageData, suppressionData, requestData, operatorData];
