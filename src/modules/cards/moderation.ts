// Reports of readers and what staff do about them. The rule: the count of open reports changes together with the reports.
import { conflict, notFound, type Row, type Skip, skip, type Work } from '../../core/index.ts';
import { cardBanned } from './refusals.ts';
import { plainHandle } from './wire-values.ts';

/** A reader's reason. */
export type Reason = Row<'CardReport'>['reason'];

/** Keeps a report of a card; it names nobody. Throws not-found, card-banned. */
export async function reportCard(work: Work, token: string, report: { reason: Reason; words: string }): Promise<void> {
  const handle = plainHandle(token);
  const card = handle && (await work.tx.greetingCard.findUnique({ where: { handle } }));
  if (!card) throw notFound('There is no such card.');
  if (card.bannedAt || card.deletedAt) throw cardBanned();
  await work.tx.cardReport.create({ data: { cardId: card.id, ...report } });
  await work.tx.greetingCard.update({ where: { id: card.id }, data: { openReports: { increment: 1 } } });
}

/** Bans a card with a reason that its author is told, and closes its reports. */
export async function banCard(work: Work, id: string, reason: string): Promise<Skip | undefined> {
  await lockCard(work, id);
  const { count } = await work.tx.greetingCard.updateMany({
    where: { id, bannedAt: null },
    data: { bannedAt: new Date(), bannedReason: reason, appealNote: '', appealedAt: null },
  });
  if (count === 0) return skip('is banned already');
  await closeReports(work, id, `Banned: ${reason}`);
  return undefined;
}

/** Lifts a card's ban. What its author took back stays taken back. */
export async function restoreCard(work: Work, id: string): Promise<Skip | undefined> {
  await lockCard(work, id);
  const { count } = await work.tx.greetingCard.updateMany({
    where: { id, bannedAt: { not: null } },
    data: { bannedAt: null, bannedReason: '', appealedAt: null },
  });
  return count === 0 ? skip('is not banned') : undefined;
}

/** Closes a card's reports without a ban. */
export async function dismissReports(work: Work, id: string, outcome: string): Promise<Skip | undefined> {
  await lockCard(work, id);
  return (await closeReports(work, id, outcome)) === 0 ? skip('has no open report') : undefined;
}

async function closeReports({ tx }: Work, cardId: string, outcome: string): Promise<number> {
  const { count } = await tx.cardReport.updateMany({
    where: { cardId, handledAt: null },
    data: { handledAt: new Date(), outcome },
  });
  await tx.greetingCard.update({ where: { id: cardId }, data: { openReports: { decrement: count } } });
  return count;
}

// A report that is being written at this moment waits for the row, and is then counted anew.
async function lockCard({ tx }: Work, id: string): Promise<void> {
  const [found] = await tx.$queryRaw<unknown[]>`select 1 from "GreetingCard" where "id" = ${id} for update`;
  if (!found) throw conflict('This card is gone.');
}
