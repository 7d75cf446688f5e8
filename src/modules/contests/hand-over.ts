// Handing participants' data to the operator, through the outbox: it signs, backs off by the class of the error and survives a crash. The
// rule: each participant once; what may have arrived is sent again only by a person, under the same id.
import {
  conflict,
  markMessageSent,
  open,
  type Row,
  type RowWith,
  resendMessage,
  type Skip,
  skip,
  type Work,
} from '../../core/index.ts';
import { secretPurpose } from './contests.ts';
import { operatorHook } from './mails.ts';
import { dayInWords } from './person-form.ts';

/** Relations that a hand-over needs. */
export const withContest = { contest: true } as const;

/** A participant with the contest. */
export type ParticipantRow = RowWith<'Participant', typeof withContest>;

/** Returns the data as the operator takes them: the eight fields of the seed. */
export function operatorData(participant: Row<'Participant'>): Record<string, string | number> {
  return {
    first_name: participant.firstName,
    second_name: participant.secondName,
    patronymic: participant.patronymic,
    birthday: dayInWords(participant.birthday),
    district_id: participant.districtId,
    address: participant.address,
    email: participant.email,
    phone: participant.phone,
  };
}

/** Puts a participant's data on their way to the operator; skips with the reason whom it does not concern (any more). */
export async function sendToOperator(work: Work, id: string, runId: string): Promise<Skip | undefined> {
  const participant = await lockParticipant(work, id);
  if (!participant) return skip('does not exist any more');
  if (participant.status) return skip('was sent already');
  if (participant.handOver === 'waiting') return skip('is on its way');
  if (participant.handOver === 'unknown') return skip('may have arrived already');
  const { operatorUrl, operatorSecret, operatorKnowsRepeats } = participant.contest;
  if (!operatorUrl) throw conflict('This contest has no operator’s address.');
  const { appKey } = work.core.config;
  const handOverId = await work.post(operatorHook, {
    url: operatorUrl,
    data: operatorData(participant),
    knowsRepeats: operatorKnowsRepeats,
    ...(operatorSecret ? { secret: open(appKey, secretPurpose, operatorSecret) } : {}),
    record: { resource: 'Participant', id },
    idempotencyKey: `contests.hand-over:${id}:${runId}`,
  });
  await work.tx.participant.update({ where: { id }, data: { handOver: 'waiting', handOverId } });
  return undefined;
}

/** Sends the data once more that may have arrived, as the same message: an operator who looks at ids knows it. */
export async function sendAgainToOperator(work: Work, id: string): Promise<Skip | undefined> {
  const participant = await lockParticipant(work, id);
  if (participant?.handOver !== 'unknown' || !participant.handOverId) return skip('is not unknown any more');
  await resendMessage(work, participant.handOverId);
  await work.tx.participant.update({ where: { id }, data: { handOver: 'waiting' } });
  return undefined;
}

/** Writes down that the operator has the data, by a person who knows. */
export async function markHandedOver(work: Work, id: string): Promise<Skip | undefined> {
  const participant = await lockParticipant(work, id);
  if (participant?.handOver !== 'unknown' || !participant.handOverId) return skip('is not unknown any more');
  await markMessageSent(work, participant.handOverId);
  return undefined;
}

/** Locks and returns a participant with the contest; null when there is none. */
export async function lockParticipant(work: Work, id: string): Promise<ParticipantRow | null> {
  await work.tx.$queryRaw`SELECT 1 FROM "Participant" WHERE id = ${id} FOR UPDATE`;
  return work.tx.participant.findUnique({ where: { id }, include: withContest });
}
