// Enrolling in an activity. The rule: lock the activity, count, insert; nobody is in twice and nobody is one too many.
import { z } from 'zod';
import { conflict, notFound, type Row, type Work } from '../../core/index.ts';
import { lockActivity } from './activities.ts';
import { largestNumber, someText } from './fields.ts';

/** The body of an enrolment. */
export const enrolmentBody = z.object({
  act: z.int('must be a number').min(1, 'must be a number above 0').max(largestNumber, 'is too large'),
  username: someText(64),
  studentid: someText(64),
  phone: someText(20).refine((value) => /^\+?[\d ()-]{5,20}$/.test(value), 'is not a phone number'),
  school: someText(100),
});

/** Enrols somebody. Throws not-found for an activity that is not there or not approved, conflict when closed, full or there already. */
export async function enrol(work: Work, given: z.output<typeof enrolmentBody>): Promise<Row<'ActivityEnrolment'>> {
  const found = await work.tx.activity.findUnique({ where: { number: given.act }, select: { id: true } });
  const activity = found && (await lockActivity(work, found.id));
  if (activity?.state !== 'approved') throw notFound('There is no such activity.');
  if (!isOpen(activity)) throw conflict('The enrolment is closed.');
  const { id: activityId, capacity } = activity;
  const taken = await work.tx.activityEnrolment.count({ where: { activityId } });
  const isThere = await work.tx.activityEnrolment.count({ where: { activityId, studentId: given.studentid } });
  if (isThere > 0) throw conflict('This student is enrolled already.');
  if (capacity !== null && taken >= capacity) throw conflict('There is no place left.');
  const { username: name, studentid: studentId, phone, school } = given;
  return work.tx.activityEnrolment.create({ data: { activityId, name, studentId, phone, school } });
}

/** Tells whether somebody can enrol at this moment, places aside. */
export function isOpen(
  { enrolling, enrolUntil, endsAt }: Pick<Row<'Activity'>, 'enrolling' | 'enrolUntil' | 'endsAt'>,
  now = new Date(),
): boolean {
  return enrolling === 'open' && (enrolUntil ?? endsAt) > now && endsAt > now;
}

/** Takes somebody out of an activity. Returns whether they were in it. */
export async function removeEnrolment(work: Work, activityId: string, number: number): Promise<boolean> {
  const found = await work.tx.activityEnrolment.findUnique({ where: { number } });
  if (found?.activityId !== activityId) return false;
  await work.tx.activityEnrolment.delete({ where: { id: found.id } });
  await work.audit({
    kind: 'delete',
    summary: 'Somebody was taken out of the activity',
    resource: 'ActivityEnrolment',
    recordId: found.id,
    recordTitle: found.name,
  });
  return true;
}
