// What became of the news of the results that was on its way to a participant. The rule: only the message that the participant's row
// names may change it.
import type { SettledMessage, Work } from '../../core/index.ts';

const ends = {
  sent: { notice: 'sent', noticeProblem: null },
  failed: { notice: 'failed' },
  bounced: { notice: 'failed', toldAt: null },
  unknown: { notice: 'unknown' },
  cancelled: { notice: 'none' },
} as const;

/** Writes down how a notice ended; one that has left stamps when the person was told. */
export async function noticeSettled(work: Work, { id, state, recordId, reply }: SettledMessage): Promise<void> {
  if (!recordId) return;
  const told = state === 'sent' ? { toldAt: new Date() } : { noticeProblem: reply?.slice(0, 300) ?? null };
  await work.tx.participant.updateMany({ where: { id: recordId, noticeId: id }, data: { ...told, ...ends[state] } });
}
