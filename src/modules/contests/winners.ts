// Winners: from a list by participants' numbers, or from a draw; shown to the public masked, once the results are published.
// The rule: one prize a person, and the public never gets a whole name, phone or address.
import {
  type Core,
  conflict,
  insertRecords,
  invalid,
  phrase,
  type Row,
  type Transaction,
  type Work,
} from '../../core/index.ts';
import type { Contest } from './contests.ts';

/** A winner as the public sees one. */
export interface PublicWinner {
  prize: string;
  first_name: string;
  patronymic: string;
  /** The first letter only. */
  second_name: string;
  /** `+7 (9**) *** 0123`. */
  phone: string;
}

/** How many winners a page of the public list has. */
export const perPage = 100;

type Winner = Partial<Row<'Winner'>>;

/** Says of each row of a list why its participant cannot get a prize; undefined where they can. */
export async function checkWinners(tx: Transaction, rows: Winner[]): Promise<(string | undefined)[]> {
  const ids = rows.flatMap(({ participantId }) => (participantId ? [participantId] : []));
  const found = await tx.participant.findMany({ where: { id: { in: ids } }, select: { id: true, contestId: true } });
  const contests = new Map(found.map(({ id, contestId }) => [id, contestId]));
  return rows.map(({ participantId = '', contestId }) =>
    contestId && contests.get(participantId) !== contestId ? phrase('is no participant of this contest') : undefined,
  );
}

/** Gives prizes to participants, in this order, and returns the winners' ids. Throws invalid for a stranger. */
export async function addWinners(
  work: Work,
  rows: Winner[],
  source: Row<'Winner'>['source'] = 'list',
): Promise<{ id: string }[]> {
  const ids = rows.map(({ participantId = '' }) => participantId);
  const found = await work.tx.participant.findMany({
    where: { id: { in: ids } },
    select: { id: true, contestId: true },
  });
  const contests = new Map(found.map(({ id, contestId }) => [id, contestId]));
  const data = rows.map(({ participantId = '', prize = '' }) => {
    const contestId = contests.get(participantId);
    if (!contestId) throw invalid('There is no such participant.', { participantId: 'does not exist' });
    return { participantId, contestId, prize, source };
  });
  return insertRecords(work.tx, 'Winner', data);
}

/** Takes a prize back. Throws conflict when it comes from a draw, whose protocol would say otherwise. */
export async function deleteWinner(work: Work, row: Row<'Winner'>): Promise<void> {
  if (row.source === 'draw')
    throw conflict('This prize comes from a draw. Mark the person there as a no-show, with the reason.');
  await work.tx.winner.delete({ where: { id: row.id } });
}

const shown = {
  prize: true,
  participant: { select: { firstName: true, patronymic: true, secondName: true, phone: true, lastFour: true } },
} as const;

/** Returns the winners whose phone ends in these four digits; none before the results are published. */
export async function findWinners(core: Core, contest: Contest, lastFour: string): Promise<PublicWinner[]> {
  if (!contest.publishedAt) return [];
  const where = { contestId: contest.id, participant: { lastFour } };
  const rows = await core.db.winner.findMany({ where, select: shown, orderBy: { number: 'asc' }, take: perPage });
  return rows.map(masked);
}

/** Returns one page of all winners and the number of the last page; none before the results are published. */
export async function listWinners(
  core: Core,
  contest: Contest,
  page: number,
): Promise<{ winners: PublicWinner[]; last: number }> {
  if (!contest.publishedAt) return { winners: [], last: 1 };
  const where = { contestId: contest.id };
  const [rows, count] = await Promise.all([
    core.db.winner.findMany({
      where,
      select: shown,
      orderBy: { number: 'asc' },
      skip: (page - 1) * perPage,
      take: perPage,
    }),
    core.db.winner.count({ where }),
  ]);
  return { winners: rows.map(masked), last: Math.max(1, Math.ceil(count / perPage)) };
}

interface Shown {
  prize: string;
  participant: { firstName: string; patronymic: string; secondName: string; phone: string; lastFour: string };
}

function masked({ prize, participant }: Shown): PublicWinner {
  const { firstName, patronymic, secondName, phone, lastFour } = participant;
  return {
    prize,
    first_name: firstName,
    patronymic,
    second_name: [...secondName][0] ?? '',
    phone: phone.startsWith('+7') ? `+7 (${phone[2]}**) *** ${lastFour}` : `*** ${lastFour}`,
  };
}
