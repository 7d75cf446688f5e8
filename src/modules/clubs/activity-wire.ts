// Activities as the contract writes them: to administrators and clubs whole, in their lists short, to the public without the rest.
import type { Row } from '../../core/index.ts';
import { activityTypes, campuses, enrollingStates } from './activity-fields.ts';
import { isOpen } from './enrolments.ts';
import { writeTime } from './times.ts';

type Activity = Row<'Activity'>;

/** How the contract counts the states. */
export const verifiedStates = ['pending', 'approved', 'rejected'] as const;

/** Returns the bits of the campuses. */
export function campusBits(given: readonly (typeof campuses)[number][]): number {
  return given.reduce((bits, campus) => bits | (1 << campuses.indexOf(campus)), 0);
}

/** Writes a whole activity. */
export function wholeActivity(activity: Activity) {
  return {
    id: activity.number,
    name: activity.name,
    startTime: writeTime(activity.startsAt),
    endTime: writeTime(activity.endsAt),
    campus: campusBits(activity.campuses),
    location: activity.location,
    enrollCondition: activity.condition,
    sponsor: activity.sponsor,
    type: activityTypes.indexOf(activity.type),
    pubStartTime: writeTime(activity.shownFrom),
    pubEndTime: writeTime(activity.shownUntil),
    detail: activity.detail,
    reward: activity.reward,
    introduction: activity.introduction,
    requirement: activity.requirement,
    poster: activity.poster,
    qrcode: activity.qrcode,
    email: activity.email,
    verified: verifiedStates.indexOf(activity.state),
    enrollWay: activity.enrolWay,
    enrollEndTime: writeTime(activity.enrolUntil),
    can_enrolled: enrollingStates.indexOf(activity.enrolling),
    capacity: activity.capacity ?? 0,
  };
}

/** Writes an activity for the administrators' list; times in milliseconds, as its front ends read them there. */
export function listedActivity(activity: Activity) {
  return {
    id: activity.number,
    name: activity.name,
    startTime: activity.startsAt.getTime(),
    endTime: activity.endsAt.getTime(),
    campus: campusBits(activity.campuses),
    enrollCondition: activity.condition,
    sponsor: activity.sponsor,
    pubStartTime: activity.shownFrom.getTime(),
    pubEndTime: activity.shownUntil.getTime(),
    verified: verifiedStates.indexOf(activity.state),
    type: activityTypes.indexOf(activity.type),
  };
}

/** Tells how far an activity is for its club: 0 in review, 1 going on, 2 over. */
export function progressOf({ state, shownUntil }: Pick<Activity, 'state' | 'shownUntil'>, now: Date): 0 | 1 | 2 {
  if (state === 'pending') return 0;
  return state === 'approved' && shownUntil > now ? 1 : 2;
}

/** Writes an activity for its club's list. */
export function ownActivity(activity: Activity & { _count: { enrolments: number } }, now: Date) {
  return {
    id: activity.number,
    name: activity.name,
    pubStartTime: writeTime(activity.shownFrom),
    pageViews: 0,
    registerNum: activity.enrolling === 'none' ? 0 : activity._count.enrolments,
    type: progressOf(activity, now),
    canEnrolled: enrollingStates.indexOf(activity.enrolling),
  };
}

/** Writes an activity for the public: without the address of who announced it. */
export function publicActivity(activity: Activity & { _count: { enrolments: number } }, now: Date) {
  const {
    verified: _verified,
    email: _email,
    pubStartTime: _from,
    pubEndTime: _until,
    ...whole
  } = wholeActivity(activity);
  const left = activity.capacity === null ? null : Math.max(activity.capacity - activity._count.enrolments, 0);
  return { ...whole, isOpen: isOpen(activity, now) && left !== 0, placesLeft: left };
}
