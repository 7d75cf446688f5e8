// Approved activities for everybody: a list with filters, one of them, and a calendar feed.
import { z } from 'zod';
import { Answer, isDay, type LimitRule, nextDay, type Row, route, startOfDay, type Where } from '../../core/index.ts';
import { calendarOf } from '../../lib/icalendar.ts';
import { activityTypes, campuses } from './activity-fields.ts';
import { publicActivity } from './activity-wire.ts';
import { listOf, nothing } from './envelope.ts';
import { pageNumber, recordNumber } from './fields.ts';

const reading: LimitRule = { name: 'clubs.public', points: 3000, seconds: 300 };
const publicPage = 20;
const inCalendar = 500;
const pastDays = 90;
const day = z.string('must be a day').refine(isDay, 'must be a day such as 2026-05-03').optional();
const withCount = { _count: { select: { enrolments: true } } } as const;

const filters = z.object({
  campus: z
    .string('must be a number')
    .regex(/^(?:[0-9]|1[0-5])$/, 'is unknown')
    .transform(Number)
    .optional(),
  type: z
    .string('must be a number')
    .regex(/^[0-6]$/, 'is unknown')
    .transform(Number)
    .optional(),
  from: day,
  to: day,
});

/** Returns the filter of what the public sees now. */
function shownNow(now: Date): Where<'Activity'> {
  return { state: 'approved', shownFrom: { lte: now }, shownUntil: { gte: now } };
}

function filterOf({ campus, type, from, to }: z.output<typeof filters>): Where<'Activity'>[] {
  const chosen = campuses.filter((_, index) => (campus ?? 0) & (1 << index));
  return [
    ...(chosen.length > 0 ? [{ campuses: { hasSome: [...chosen] } }] : []),
    ...(type === undefined ? [] : [{ type: activityTypes[type] }]),
    ...(from === undefined ? [] : [{ endsAt: { gte: startOfDay(from) } }]),
    ...(to === undefined ? [] : [{ startsAt: { lt: startOfDay(nextDay(to)) } }]),
  ];
}

const list = route({
  method: 'get',
  path: '/api/activities',
  summary: 'Approved activities that are announced now, soonest first, twenty a page',
  query: filters.extend({ page: pageNumber }),
  limits: [reading],
  docs: {
    description:
      'campus: bits of 1 east, 2 south, 4 north, 8 Zhuhai; type: 0 to 6; from, to: days. 204 past the last page.',
  },
  async handle({ query, core }) {
    const now = new Date();
    const activities = await core.db.activity.findMany({
      where: { AND: [shownNow(now), ...filterOf(query)] },
      include: withCount,
      orderBy: [{ startsAt: 'asc' }, { number: 'asc' }],
      skip: (query.page - 1) * publicPage,
      take: publicPage,
    });
    return listOf(activities.map((activity) => publicActivity(activity, now)));
  },
});

const show = route({
  method: 'get',
  path: '/api/activities/:id',
  summary: 'One approved activity',
  params: z.object({ id: recordNumber }),
  limits: [reading],
  async handle({ params, core }) {
    const now = new Date();
    const activity = await core.db.activity.findUnique({ where: { number: params.id }, include: withCount });
    const isShown = activity?.state === 'approved' && activity.shownFrom <= now;
    return isShown ? publicActivity(activity, now) : nothing();
  },
});

const calendar = route({
  method: 'get',
  path: '/activities.ics',
  summary: 'Approved activities as a calendar feed',
  query: filters,
  limits: [reading],
  docs: { produces: 'text/calendar', description: 'The filters of the list.' },
  async handle({ query, core }) {
    const now = new Date();
    const since = new Date(now.getTime() - pastDays * 86_400_000);
    const activities = await core.db.activity.findMany({
      where: { AND: [{ state: 'approved', shownFrom: { lte: now }, endsAt: { gte: since } }, ...filterOf(query)] },
      orderBy: { startsAt: 'asc' },
      take: inCalendar,
    });
    const feed = calendarOf({
      name: 'Activities',
      events: activities.map((one) => eventOf(core.config.publicUrl, one)),
    });
    return new Answer(200, feed, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="activities.ics"',
      'Cache-Control': 'public, max-age=300',
    });
  },
});

function eventOf(publicUrl: string, activity: Row<'Activity'>) {
  const address = `${publicUrl}/activities/${activity.number}`;
  return {
    uid: `activity-${activity.number}@${new URL(publicUrl).host}`,
    changedAt: activity.updatedAt,
    startsAt: activity.startsAt,
    endsAt: activity.endsAt,
    title: activity.name,
    place: activity.location,
    text: [activity.introduction, activity.detail].filter(Boolean).join('\n'),
    address,
  };
}

/** The routes for everybody. */
export const publicRoutes = [list, show, calendar];
