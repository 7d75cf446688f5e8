// How activities and the people who enrolled in them appear in the panel, to staff and to the club whose they are.
import { z } from 'zod';
import { boundId, countOf, forbidden, type Row, resource, type Work } from '../../core/index.ts';
import { changeActivity, deleteActivity, type NewActivity, publishActivity } from './activities.ts';
import { activityActions, enrolmentActions } from './activity-actions.ts';
import { campusValues, columnLabels, enrollingValues, typeValues } from './activity-words.ts';
import { clubScope } from './decisions.ts';
import { isAddress } from './fields.ts';
import { activityReviewTool } from './tools.ts';

const group = 'Clubs';
const read = 'clubs:read';
const publishes = 'clubs:publish';
const write = { create: true, update: true } as const;
const upTo = (most: number) => z.string().trim().max(most, 'is too long');

/** Announces for the club itself, or by staff for the club that they chose. */
function announce(work: Work, values: Partial<Row<'Activity'>>): Promise<{ id: string }> {
  const { clubId = null, ...rest } = values;
  if (work.actor.scope === clubScope) return publishActivity(work, rest as NewActivity, work.actor.scopeId);
  if (work.actor.scope !== 'all') throw forbidden();
  return publishActivity(work, rest as NewActivity, clubId);
}

/** Activities: a club sees and changes its own; what it changes goes back to review. */
export const activities = resource('Activity', {
  label: { one: 'activity', many: 'activities' },
  group,
  icon: 'Calendar',
  title: 'name',
  permissions: { read, create: publishes, update: publishes, delete: 'clubs:moderate', export: 'clubs:export' },
  scopes: { club: (actor) => ({ clubId: boundId(actor) }) },
  columns: {
    number: { label: 'No.', list: false, sort: true, filter: true },
    name: {
      label: columnLabels.name,
      search: true,
      filter: true,
      sort: true,
      ...write,
      rule: upTo(30).min(1, 'is missing'),
    },
    state: {
      label: 'State',
      filter: true,
      sort: true,
      values: {
        pending: { label: 'In review', tone: 'busy' },
        approved: { label: 'Approved', tone: 'good' },
        rejected: { label: 'Rejected', tone: 'bad' },
      },
    },
    clubId: { label: 'Club', filter: true, create: true, help: 'A club announces for itself; leave it empty then.' },
    startsAt: { label: columnLabels.startsAt, filter: true, sort: true, ...write },
    endsAt: { label: columnLabels.endsAt, filter: true, sort: true, list: false, ...write },
    type: { label: columnLabels.type, list: false, filter: true, ...write, values: typeValues },
    campuses: { label: columnLabels.campuses, list: false, filter: true, ...write, values: campusValues },
    location: { label: columnLabels.location, list: false, filter: true, ...write, rule: upTo(100) },
    condition: { label: columnLabels.condition, list: false, ...write, rule: upTo(50) },
    sponsor: { label: columnLabels.sponsor, list: false, filter: true, ...write, rule: upTo(50) },
    shownFrom: { label: columnLabels.shownFrom, list: false, filter: true, ...write },
    shownUntil: { label: columnLabels.shownUntil, list: false, filter: true, ...write },
    introduction: { label: columnLabels.introduction, list: false, ...write, rule: upTo(50) },
    detail: { label: columnLabels.detail, display: 'longText', list: false, ...write, rule: upTo(150) },
    requirement: { label: columnLabels.requirement, list: false, ...write, rule: upTo(50) },
    reward: { label: columnLabels.reward, list: false, ...write, rule: upTo(30) },
    email: {
      label: columnLabels.email,
      display: 'email',
      list: false,
      ...write,
      rule: upTo(255).refine((value) => value === '' || isAddress(value), 'is not an e-mail address'),
    },
    enrolling: { label: columnLabels.enrolling, filter: true, ...write, values: enrollingValues },
    enrolWay: { label: columnLabels.enrolWay, list: false, ...write, rule: upTo(100) },
    enrolUntil: { label: columnLabels.enrolUntil, list: false, filter: true, ...write },
    capacity: {
      label: columnLabels.capacity,
      help: 'Left empty: as many as like.',
      list: false,
      ...write,
      rule: z.number().int().min(1, 'must be 1 or more'),
    },
    rejection: { label: 'Reason of the rejection', list: false },
    editedAt: { label: 'Last changed', list: false, filter: true },
    decidedAt: { label: 'Decided', list: false, filter: true },
    decidedBy: { label: 'Decided by', list: false, filter: true, permission: 'clubs:moderate' },
    createdAt: { label: 'Announced', list: false, filter: true, sort: true },
  },
  computed: {
    enrolled: {
      label: 'Enrolled',
      display: 'number',
      of: countOf('ActivityEnrolment', 'activityId'),
    },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'To review', where: { state: 'pending' } },
    { label: 'Approved', where: { state: 'approved' } },
    { label: 'Open for enrolment', where: { state: 'approved', enrolling: 'open' } },
    { label: 'Rejected', where: { state: 'rejected' } },
    { label: 'Without a club', where: { clubId: null } },
  ],
  actions: activityActions,
  tools: { review: activityReviewTool },
  write: {
    create: announce,
    async update(work, row, values) {
      await changeActivity(work, row.id, values, work.actor.scope === clubScope ? 'club' : 'staff');
    },
    async delete(work, row) {
      await deleteActivity(work, row.id);
    },
  },
  children: [{ resource: 'ActivityEnrolment', by: 'activityId', label: 'Enrolled' }],
  empty: 'Clubs announce activities here or by the API, anybody can by the API; all wait for review.',
});

/** People who enrolled. */
export const enrolments = resource('ActivityEnrolment', {
  label: { one: 'enrolment', many: 'enrolments' },
  group,
  icon: 'UserCheck',
  title: 'name',
  permissions: { read: 'clubs:enrolments', export: 'clubs:enrolments' },
  scopes: { club: (actor) => ({ activity: { clubId: boundId(actor) } }) },
  columns: {
    name: { label: 'Name', search: true, filter: true, sort: true },
    studentId: { label: 'Student number', search: true, filter: true, sort: true },
    phone: { label: 'Phone' },
    school: { label: 'School', filter: true, sort: true },
    activityId: { label: 'Activity', filter: true },
    createdAt: { label: 'Enrolled', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  actions: enrolmentActions,
  exports: [
    {
      name: 'applicants',
      label: 'List of applicants',
      format: 'xlsx',
      columns: [
        { column: 'name', heading: '名字' },
        { column: 'studentId', heading: '学号' },
        { column: 'phone', heading: '联系方式' },
        { column: 'school', heading: '学院' },
        { column: 'activityId', heading: '活动' },
        { column: 'createdAt', heading: '报名时间' },
      ],
    },
  ],
  empty: 'Nobody has enrolled yet.',
});
