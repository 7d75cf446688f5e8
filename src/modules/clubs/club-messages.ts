// Messages of staff to clubs. The rule: a message and everybody it goes to are written together or not at all.
import { z } from 'zod';
import { invalid, type Transaction, type Work } from '../../core/index.ts';
import { letterTo } from './decisions.ts';
import { largestNumber, someText, text } from './fields.ts';
import { messageMail } from './mails.ts';

/** The body of a message. */
export const messageBody = z.object({
  subject: someText(60),
  body: text(150).refine((value) => value !== '', 'is missing'),
  pcuserId: z
    .array(
      z.int('must be numbers').min(1, 'must be numbers above 0').max(largestNumber, 'is too large'),
      'must be a list',
    )
    .min(1, 'is empty')
    .max(1_000, 'has more than 1,000 clubs'),
});

/** Writes a message to clubs by their numbers. Throws invalid when one of them does not exist. */
export async function writeMessage(work: Work, given: z.output<typeof messageBody>): Promise<{ id: string }> {
  const clubs = await clubsOf(work.tx, given.pcuserId);
  const { subject, body } = given;
  const recipients = { create: clubs.map(({ id }) => ({ clubId: id })) };
  const message = await work.tx.clubMessage.create({ data: { subject, body, recipients } });
  await work.audit({ kind: 'create', summary: `A message to ${clubs.length} clubs was written`, ...recordOf(message) });
  return message;
}

/** Returns the clubs of these numbers. Throws invalid when one of them does not exist. */
export async function clubsOf(tx: Transaction, given: readonly number[]): Promise<{ id: string }[]> {
  const numbers = [...new Set(given)];
  const clubs = await tx.club.findMany({ where: { number: { in: numbers } }, select: { id: true } });
  if (clubs.length !== numbers.length)
    throw invalid('One of these clubs does not exist.', { pcuserId: 'names a club that does not exist' });
  return clubs;
}

/** Adds a club to the message of a run, which its first club makes; with `byMail` the club gets it by mail as well. */
export async function messageClub(
  work: Work,
  clubId: string,
  runId: string,
  given: { subject: string; body: string; byMail: boolean },
): Promise<void> {
  const { subject, body } = given;
  await work.tx.clubMessage.createMany({ data: [{ subject, body, runId }], skipDuplicates: true });
  const { id: messageId } = await work.tx.clubMessage.findUniqueOrThrow({ where: { runId } });
  await work.tx.clubMessageRecipient.createMany({ data: [{ messageId, clubId }], skipDuplicates: true });
  if (!given.byMail) return;
  const club = await work.tx.club.findUniqueOrThrow({ where: { id: clubId } });
  await work.send(messageMail, {
    ...letterTo(club),
    data: { subject, body, panel: `${work.core.config.publicUrl}/admin` },
    idempotencyKey: `clubs.message:${runId}:${clubId}`,
  });
}

/** Deletes a message for all clubs. */
export async function deleteMessage(work: Work, id: string): Promise<void> {
  const message = await work.tx.clubMessage.findUnique({ where: { id } });
  if (!message) return;
  await work.tx.clubMessage.delete({ where: { id } });
  await work.audit({ kind: 'delete', summary: 'A message to clubs was deleted', ...recordOf(message) });
}

function recordOf({ id, subject }: { id: string; subject: string }) {
  return { resource: 'ClubMessage', recordId: id, recordTitle: subject };
}
