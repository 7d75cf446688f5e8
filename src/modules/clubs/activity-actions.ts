// What is done with activities: approve, reject, close the enrolment; and taking people out of them.
import { z } from 'zod';
import { action, type Preview, type Row, type Skip, type Work } from '../../core/index.ts';
import { approveActivity, closeEnrolment, rejectActivity } from './activities.ts';
import { differencesOf } from './activity-difference.ts';
import { removeEnrolment } from './enrolments.ts';

function previewApproval(activity: Row<'Activity'>): Preview {
  const changes = differencesOf(activity).map(({ label, kind, before, after }) => ({
    label,
    kind,
    from: before,
    to: after,
  }));
  const isEdit = activity.approvedValues !== null;
  return {
    summary: isEdit
      ? `${activity.name} is shown again, with ${changes.length === 0 ? 'nothing changed' : 'these changes'}`
      : `${activity.name} is shown to everybody`,
    ...(changes.length > 0 ? { changes } : {}),
    ...(activity.endsAt < new Date() ? { warning: 'It is over already.' } : {}),
  };
}

const approve = action('Activity', {
  name: 'approve-activity',
  label: { one: 'Approve', many: 'Approve {count} activities' },
  description: 'Everybody sees them from the time they give on.',
  permission: 'clubs:moderate',
  icon: 'Check',
  eligible: [{ where: { state: { not: 'approved' } }, otherwise: 'is approved already' }],
  preview: previewApproval,
  each: (activity, { work }) => approveActivity(work, activity.id),
});

const reject = action('Activity', {
  name: 'reject-activity',
  label: { one: 'Reject', many: 'Reject {count} activities' },
  description: 'They are not shown (any more). The club reads the reason in the panel and may change the activity.',
  permission: 'clubs:moderate',
  icon: 'X',
  danger: true,
  eligible: [{ where: { state: { not: 'rejected' } }, otherwise: 'is rejected already' }],
  form: z.object({
    reason: z.string().trim().min(3, 'must say why').max(500).meta({ label: 'Reason', widget: 'longText' }),
  }),
  preview: (activity, { form }) => ({ summary: `${activity.name} is rejected: ${form.reason}` }),
  each: (activity, { work, form }) => rejectActivity(work, activity.id, form.reason),
});

const close = action('Activity', {
  name: 'close-enrolment',
  label: { one: 'Close the enrolment', many: 'Close {count} enrolments' },
  description: 'Nobody can enrol any more; who is in stays in.',
  permission: 'clubs:publish',
  icon: 'Lock',
  eligible: [{ where: { enrolling: 'open' }, otherwise: 'is not open for enrolment' }],
  each: (activity, { work }) => closeEnrolment(work, activity.id),
});

const takeOut = action('ActivityEnrolment', {
  name: 'remove-enrolment',
  label: { one: 'Take out', many: 'Take {count} people out' },
  description: 'Their places are free again. This cannot be undone.',
  permission: 'clubs:enrolments',
  icon: 'UserMinus',
  danger: true,
  each: async (person, { work }): Promise<Skip | undefined> => takeOutOne(work, person),
});

async function takeOutOne(work: Work, person: Row<'ActivityEnrolment'>): Promise<undefined> {
  await removeEnrolment(work, person.activityId, person.number);
  return undefined;
}

/** The actions on activities. */
export const activityActions = [approve, reject, close];

/** The actions on people who enrolled. */
export const enrolmentActions = [takeOut];
