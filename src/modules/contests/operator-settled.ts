// What became of the data that were on their way to the operator: each try is a row of the operator log, the end is the participant's state.
import type { SettledMessage, TriedMessage, Work } from '../../core/index.ts';

const longestResponse = 100_000;
const shownResponse = 100;
const results = {
  accepted: 'accepted',
  refused: 'rejected',
  suppressed: 'rejected',
  later: 'later',
  offline: 'later',
  login: 'later',
  uncertain: 'unknown',
} as const;

/** Writes a try into the operator log, with the whole answer and its first 100 characters. */
export async function operatorTried(work: Work, tried: TriedMessage): Promise<void> {
  const participant = tried.recordId ? await work.tx.participant.findUnique({ where: { id: tried.recordId } }) : null;
  if (!participant) return;
  // NUL and halves of characters cannot be kept.
  const whole = (tried.answer?.text ?? tried.reply)
    .slice(0, longestResponse)
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
  await work.tx.handOver.create({
    data: {
      participantId: participant.id,
      contestId: participant.contestId,
      email: participant.email,
      result: results[tried.kind],
      httpStatus: tried.answer?.status ?? null,
      response: [...whole].slice(0, shownResponse).join('').slice(0, shownResponse),
      wholeResponse: whole,
      messageId: tried.id,
    },
  });
}

const ends = {
  sent: { handOver: 'sent', status: true },
  failed: { handOver: 'failed' },
  bounced: { handOver: 'failed' },
  unknown: { handOver: 'unknown' },
  cancelled: { handOver: 'none' },
} as const;

/** Writes down how the hand-over ended; one that was accepted stamps its time. */
export async function operatorSettled(work: Work, { id, state, recordId }: SettledMessage): Promise<void> {
  if (!recordId) return;
  const stamp = state === 'sent' ? { handedOverAt: new Date() } : {};
  await work.tx.participant.updateMany({ where: { id: recordId, handOverId: id }, data: { ...stamp, ...ends[state] } });
}
