// Links by mail: inviting an operator, and a new password for one who forgot it. The link is made in the transaction that writes the message.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { systemActor } from '../access.ts';
import { action } from '../action.ts';
import { job } from '../job.ts';
import type { Row } from '../model.ts';
import { oneTimeLink } from '../people/operators.ts';
import type { Work } from '../work.ts';
import { mustOutrank } from './grants.ts';
import { invitation, passwordReset } from './mails.ts';

type Operator = Pick<Row<'Operator'>, 'id' | 'email' | 'name' | 'language'>;

const invitationHours = 7 * 24;
const resetHours = 1;
const permission = 'core:operators';

/** Writes the invitation of an operator into the outbox. `key` makes it the same message when it is written again. */
export async function sendInvitation(work: Work, operator: Operator, key: string): Promise<void> {
  const link = await oneTimeLink(work, operator.id, 'set-password', invitationHours);
  await work.send(invitation, { ...letter(work, operator, link), idempotencyKey: `core.invitation:${key}` });
}

/** Writes the link for a new password into the outbox. */
async function sendPasswordReset(work: Work, operator: Operator, key: string, language?: string): Promise<void> {
  const link = await oneTimeLink(work, operator.id, 'reset-password', resetHours);
  await work.send(passwordReset, {
    ...letter(work, operator, link, language),
    idempotencyKey: `core.password-reset:${key}`,
  });
}

// Whoever did not choose a language yet gets the one of whoever sends it.
function letter(work: Work, { id, email, name, language }: Operator, link: string, otherwise?: string) {
  return {
    language: language ?? otherwise ?? work.actor.language ?? 'en',
    to: { address: email, name },
    data: { name, house: new URL(work.core.config.publicUrl).host },
    secrets: { link },
    record: { resource: 'Operator', id },
  };
}

/** Sends a link to whoever signs in with this address; to nobody when there is no such person. */
export const sendResetJob = job({
  name: 'core.send-reset',
  data: z.object({ email: z.string(), language: z.string().optional() }),
  async run(core, { email, language }) {
    const operator = await core.db.operator.findUnique({ where: { email } });
    if (operator?.state !== 'active') return;
    await core.transaction(systemActor, async (work) => {
      await sendPasswordReset(work, operator, randomUUID(), language);
      await work.audit({ kind: 'action', summary: 'A link for a new password was asked for', ...recordOf(operator) });
    });
  },
});

/** Sends operators who never chose a password another invitation. */
export const invite = action('Operator', {
  name: 'invite',
  label: { one: 'Send the invitation again', many: 'Send {count} invitations again' },
  description: 'Each gets a link by mail to choose a password. It works once, for seven days; earlier links end.',
  permission,
  icon: 'Mail',
  sends: true,
  eligible: [
    { where: { state: 'active' }, otherwise: 'is blocked' },
    { where: { passwordHash: null }, otherwise: 'has a password already' },
  ],
  preview: ({ email }) => ({ summary: `The invitation goes to ${email}.` }),
  async each(operator, { work, runId }) {
    await mustOutrank(work.tx, work.actor, operator.id);
    await sendInvitation(work, operator, `${runId}:${operator.id}`);
    return undefined;
  },
});

/** Sends operators a link for a new password. */
export const sendReset = action('Operator', {
  name: 'send-password-link',
  label: { one: 'Send a link for a new password', many: 'Send {count} links for new passwords' },
  description: 'The present password stays good until a new one is chosen. The link works once, for one hour.',
  permission,
  icon: 'Key',
  sends: true,
  eligible: [
    { where: { state: 'active' }, otherwise: 'is blocked' },
    { where: { passwordHash: { not: null } }, otherwise: 'has no password yet' },
  ],
  preview: ({ email }) => ({ summary: `The link goes to ${email}.` }),
  async each(operator, { work, runId }) {
    await mustOutrank(work.tx, work.actor, operator.id);
    await sendPasswordReset(work, operator, `${runId}:${operator.id}`);
    return undefined;
  },
});

function recordOf({ id, name, email }: Operator) {
  return { resource: 'Operator', recordId: id, recordTitle: name || email };
}
