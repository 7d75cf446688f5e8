// Activities: announced by anybody, shown to the public once staff have approved them. The rule: what a club changes goes back to
// the reviewer; what staff change is approved by them.
import { type Row, type Skip, skip, type Work } from '../../core/index.ts';
import { type ActivityValues, mustFitTogether, writtenColumns } from './activity-fields.ts';
import { claimUploads, removeFilesOf } from './uploads.ts';

/** An activity's row. */
export type Activity = Row<'Activity'>;

/** Who changes an activity: its club, or staff. */
export type ChangedBy = 'club' | 'staff';

/** What a new activity needs; the rest is empty. */
export type NewActivity = Partial<ActivityValues> &
  Pick<ActivityValues, 'name' | 'startsAt' | 'endsAt' | 'type' | 'shownFrom' | 'shownUntil'>;

/** Announces an activity; it waits for review. Throws invalid naming the column. */
export async function publishActivity(work: Work, values: NewActivity, clubId: string | null): Promise<Activity> {
  mustFitTogether(values);
  const made = await work.tx.activity.create({ data: { ...values, clubId } });
  const files = await claimPictures(work, made.id, values);
  await work.audit({ kind: 'create', summary: 'An activity was announced', ...recordOf(made) });
  return work.tx.activity.update({ where: { id: made.id }, data: files });
}

/** Changes an activity. By its club it goes back to the reviewer. Throws invalid naming the column. */
export async function changeActivity(
  work: Work,
  id: string,
  values: Partial<ActivityValues>,
  by: ChangedBy,
): Promise<Activity | null> {
  const activity = await lockActivity(work, id);
  if (!activity) return null;
  mustFitTogether({ ...activity, ...values });
  const files = await claimPictures(work, id, differing(activity, values));
  const data = { ...values, ...files, editedAt: new Date() };
  const isApproved = by === 'staff' && activity.state === 'approved';
  const state = by === 'club' ? { state: 'pending' as const, rejection: '' } : {};
  const changed = await work.tx.activity.update({ where: { id }, data: { ...data, ...state } });
  await work.audit({ kind: 'update', summary: 'The activity was changed', ...recordOf(activity) });
  return isApproved ? keepApproved(work, changed) : changed;
}

/** Approves an activity as it is now. Skips one that is approved already. */
export async function approveActivity(work: Work, id: string): Promise<Skip | undefined> {
  const activity = await lockActivity(work, id);
  if (!activity) return skip('does not exist any more');
  if (activity.state === 'approved') return skip('is approved already');
  const decided = { state: 'approved' as const, rejection: '', decidedAt: new Date(), decidedBy: work.actor.name };
  await keepApproved(work, await work.tx.activity.update({ where: { id }, data: decided }));
  await work.audit({ kind: 'update', summary: 'The activity was approved', ...recordOf(activity) });
  return undefined;
}

/** Rejects an activity with a reason, which its club reads. Skips one that is rejected already. */
export async function rejectActivity(work: Work, id: string, reason: string): Promise<Skip | undefined> {
  const activity = await lockActivity(work, id);
  if (!activity) return skip('does not exist any more');
  if (activity.state === 'rejected') return skip('is rejected already');
  const decided = { state: 'rejected' as const, decidedAt: new Date(), decidedBy: work.actor.name };
  await work.tx.activity.update({ where: { id }, data: { ...decided, rejection: reason } });
  await work.audit({ kind: 'update', summary: 'The activity was rejected', ...recordOf(activity) });
  return undefined;
}

/** Closes the enrolment. Skips an activity where nobody can enrol. */
export async function closeEnrolment(work: Work, id: string): Promise<Skip | undefined> {
  const activity = await lockActivity(work, id);
  if (!activity) return skip('does not exist any more');
  if (activity.enrolling !== 'open') return skip('is not open for enrolment');
  await work.tx.activity.update({ where: { id }, data: { enrolling: 'closed' } });
  await work.audit({ kind: 'update', summary: 'The enrolment was closed', ...recordOf(activity) });
  return undefined;
}

/** Deletes an activity with its pictures and everybody who enrolled. Returns whether there was one. */
export async function deleteActivity(work: Work, id: string): Promise<boolean> {
  const activity = await lockActivity(work, id);
  if (!activity) return false;
  await removeFilesOf(work, ownerOf(id));
  await work.tx.activity.delete({ where: { id } });
  await work.audit({ kind: 'delete', summary: 'The activity was deleted', ...recordOf(activity) });
  return true;
}

/** Locks an activity's row until the end of the transaction and returns it as it is then; null when it is gone. */
export async function lockActivity(work: Work, id: string): Promise<Activity | null> {
  await work.tx.$queryRaw`SELECT 1 FROM "Activity" WHERE id = ${id} FOR UPDATE`;
  return work.tx.activity.findUnique({ where: { id } });
}

// What the reviewer saw is kept, so that the next edit can be compared with it; pictures that are in neither go.
async function keepApproved(work: Work, activity: Activity): Promise<Activity> {
  const approvedValues = Object.fromEntries(writtenColumns.map((column) => [column, plain(activity[column])]));
  await removeFilesOf(work, ownerOf(activity.id), [activity.posterId, activity.qrcodeId]);
  return work.tx.activity.update({ where: { id: activity.id }, data: { approvedValues } });
}

/** Returns a column's value as JSON keeps it. */
export function plain(value: ActivityValues[keyof ActivityValues]): string | number | string[] | null {
  return value instanceof Date ? value.toISOString() : value;
}

function differing(activity: Activity, { poster, qrcode }: Partial<ActivityValues>): Partial<ActivityValues> {
  return {
    ...(poster !== undefined && poster !== activity.poster ? { poster } : {}),
    ...(qrcode !== undefined && qrcode !== activity.qrcode ? { qrcode } : {}),
  };
}

async function claimPictures(work: Work, id: string, { poster, qrcode }: Partial<ActivityValues>) {
  const named = { ...(poster ? { poster } : {}), ...(qrcode ? { qrcode } : {}) };
  const ids = await claimUploads(work, ownerOf(id), named);
  return {
    ...(poster === undefined ? {} : { posterId: ids.poster ?? null }),
    ...(qrcode === undefined ? {} : { qrcodeId: ids.qrcode ?? null }),
  };
}

function ownerOf(id: string) {
  return { resource: 'Activity', recordId: id };
}

function recordOf({ id, name }: Pick<Activity, 'id' | 'name'>) {
  return { resource: 'Activity', recordId: id, recordTitle: name };
}
