// Activities for those who announce and review them.
import { z } from 'zod';
import { type Core, type LimitRule, type Row, route } from '../../core/index.ts';
import {
  approveActivity,
  changeActivity,
  closeEnrolment,
  deleteActivity,
  type NewActivity,
  publishActivity,
  rejectActivity,
} from './activities.ts';
import { changeBody, columnsOf, inWireWords, publishBody } from './activity-fields.ts';
import { listedActivity, ownActivity, progressOf, verifiedStates, wholeActivity } from './activity-wire.ts';
import { done, listOf, nothing } from './envelope.ts';
import { largestNumber, pageNumber, pageSize, recordNumber } from './fields.ts';
import { noReason, orSecondPerson } from './second-person.ts';
import { administrators, callerOf, clubsAndAdministrators, notYou, type SignedIn } from './session.ts';

const publishing: LimitRule = { name: 'clubs.publish', points: 240, seconds: 3600 };
const moderates = 'clubs:moderate';
const admin = { headers: { Authorization: 'An administrator’s token.' } };
const owner = { headers: { Authorization: 'The token of an administrator or of the club that announced it.' } };
const one = z.object({ id: recordNumber });
/** 0 stands for the activities without a club. */
const clubNumber = z.object({
  clubId: z
    .string()
    .regex(/^\d{1,10}$/, 'must be a number')
    .transform(Number)
    .refine((number) => number <= largestNumber, 'is too large'),
});

const publish = route({
  method: 'post',
  path: '/api/act',
  summary: 'Announces an activity; it waits for review',
  body: publishBody,
  accepts: ['any-json'],
  maxBytes: 50_000,
  limits: [publishing],
  docs: {
    headers: { Authorization: 'A club’s token makes the club its owner; without one it is anonymous.' },
    description: 'Times are YYYY-MM-DD HH:MM by the house’s clocks. 400 names the field at fault.',
  },
  async handle({ body, header, core }) {
    const caller = await callerOf(core, header('authorization'));
    const clubId = caller.role === 1 ? caller.club.id : null;
    await inWireWords(() =>
      core.transaction(caller.actor, (work) => publishActivity(work, columnsOf(body) as NewActivity, clubId)),
    );
    return done();
  },
});

const list = route({
  method: 'get',
  path: '/api/act',
  summary: 'Activities in review (0) or approved (1), ten a page, newest first',
  query: z.object({ verify: z.enum(['0', '1'], 'must be 0 or 1'), page: pageNumber }),
  docs: { ...admin, description: '204 past the last page.' },
  admits: administrators(moderates),
  async handle({ query, core }) {
    const activities = await core.db.activity.findMany({
      where: { state: verifiedStates[Number(query.verify)] },
      ...pageOf(query.page),
    });
    return listOf(activities.map(listedActivity));
  },
});

const show = route({
  method: 'get',
  path: '/api/act/:id',
  summary: 'One activity; a club sees its own and approved ones',
  params: one,
  docs: owner,
  admits: clubsAndAdministrators(moderates),
  async handle({ params, caller, core }) {
    const activity = await core.db.activity.findUnique({ where: { number: params.id } });
    const isShown = activity && (activity.state === 'approved' || isTheirs(caller, activity));
    return isShown ? wholeActivity(activity) : nothing();
  },
});

const change = route({
  method: 'post',
  path: '/api/act/:id',
  summary: 'Changes an activity: every field that is present is written',
  params: one,
  body: changeBody,
  accepts: ['any-json'],
  maxBytes: 50_000,
  docs: { ...owner, description: 'By its club it goes back to review.' },
  admits: clubsAndAdministrators(moderates),
  async handle({ params, body, caller, core }) {
    const activity = await theirs(core, caller, params.id);
    if (!activity) return nothing();
    const changed = await inWireWords(() =>
      core.transaction(caller.actor, (work) =>
        changeActivity(work, activity.id, columnsOf(body), caller.role === 1 ? 'club' : 'staff'),
      ),
    );
    return changed ? done() : nothing();
  },
});

const remove = route({
  method: 'delete',
  path: '/api/act/:id',
  summary: 'Deletes an activity with everybody who enrolled',
  params: one,
  docs: admin,
  admits: administrators(moderates),
  async handle({ params, caller: actor, core }) {
    const activity = await core.db.activity.findUnique({ where: { number: params.id } });
    if (!activity) return nothing();
    return (await core.transaction(actor, (work) => deleteActivity(work, activity.id))) ? done() : nothing();
  },
});

const audit = route({
  method: 'put',
  path: '/api/act',
  summary: 'Approves (1) or rejects (0 or 2) an activity',
  query: z.object({ act: recordNumber, verify: z.enum(['0', '1', '2'], 'must be 0, 1 or 2') }),
  docs: { ...admin, description: '202: the house asks for a second person, who confirms it in the panel.' },
  admits: administrators(moderates),
  async handle({ query, caller: actor, core }) {
    const activity = await core.db.activity.findUnique({ where: { number: query.act } });
    if (!activity) return nothing();
    const isApproval = query.verify === '1';
    if (activity.state === (isApproval ? 'approved' : 'rejected')) return done();
    const asked = isApproval
      ? { action: 'approve-activity', ids: [activity.id] }
      : { action: 'reject-activity', ids: [activity.id], form: { reason: noReason } };
    return orSecondPerson(core, actor, asked, async () => {
      await core.transaction(actor, (work) =>
        isApproval ? approveActivity(work, activity.id) : rejectActivity(work, activity.id, ''),
      );
      return done();
    });
  },
});

const close = route({
  method: 'put',
  path: '/api/act/:id',
  summary: 'Closes the enrolment',
  params: one,
  docs: owner,
  admits: clubsAndAdministrators(moderates),
  async handle({ params, caller, core }) {
    const activity = await theirs(core, caller, params.id);
    if (!activity) return nothing();
    if (activity.enrolling !== 'open') return done();
    return orSecondPerson(core, caller.actor, { action: 'close-enrolment', ids: [activity.id] }, async () => {
      await core.transaction(caller.actor, (work) => closeEnrolment(work, activity.id));
      return done();
    });
  },
});

const ofClub = route({
  method: 'get',
  path: '/api/act/:clubId/list',
  summary: 'A club’s own activities, ten a page, newest first',
  params: clubNumber,
  query: z.object({ page: pageNumber }),
  docs: {
    ...owner,
    description: 'type: 0 in review, 1 going on, 2 over. Rejected ones are left out. 204 past the last page.',
  },
  admits: clubsAndAdministrators(moderates),
  async handle({ params, query, caller, core }) {
    const where = clubFilter(caller, params.clubId);
    const activities = await core.db.activity.findMany({
      where: { ...where, state: { not: 'rejected' } },
      include: { _count: { select: { enrolments: true } } },
      ...pageOf(query.page),
    });
    const now = new Date();
    return listOf(activities.map((activity) => ownActivity(activity, now)));
  },
});

const statusOfClub = route({
  method: 'get',
  path: '/api/act/:clubId/status',
  summary: 'How many of a club’s activities are in review, going on and over',
  params: clubNumber,
  docs: { ...owner, answer: { auditNum: 1, ongoingNum: 2, overNum: 0 } },
  admits: clubsAndAdministrators(moderates),
  async handle({ params, caller, core }) {
    const where = clubFilter(caller, params.clubId);
    const select = { state: true, shownUntil: true } as const;
    const activities = await core.db.activity.findMany({ where: { ...where, state: { not: 'rejected' } }, select });
    const now = new Date();
    const count = (progress: number) => activities.filter((activity) => progressOf(activity, now) === progress).length;
    return { auditNum: count(0), ongoingNum: count(1), overNum: count(2) };
  },
});

function pageOf(page: number) {
  return { orderBy: { number: 'desc' }, skip: (page - 1) * pageSize, take: pageSize } as const;
}

/** Tells whether an activity is the caller's business: any for an administrator, its own for a club. */
function isTheirs(caller: SignedIn, { clubId }: Pick<Row<'Activity'>, 'clubId'>): boolean {
  return caller.role === 2 || clubId === caller.club.id;
}

/** Returns the activity if it is the caller's business; null when there is none. Throws for a club alike for a stranger's and none. */
export async function theirs(core: Core, caller: SignedIn, number: number): Promise<Row<'Activity'> | null> {
  const activity = await core.db.activity.findUnique({ where: { number } });
  if (caller.role === 1 && (!activity || !isTheirs(caller, activity))) throw notYou();
  return activity;
}

function clubFilter(caller: SignedIn, number: number) {
  if (caller.role === 1 && caller.club.number !== number) throw notYou();
  if (number === 0) return { clubId: null };
  return { club: { number } };
}

/** The routes of activities. */
export const activityRoutes = [publish, list, show, change, remove, audit, close, ofClub, statusOfClub];
