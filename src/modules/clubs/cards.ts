// What waits for reviewers, or how a club's own activities are, on the dashboard.
import { boundId, type Card, phrase } from '../../core/index.ts';

const shown = 5;
const day = 86_400_000;

/** Applications and activities in review, and what comes next. */
export const clubsCard: Card = {
  title: 'Clubs and activities',
  permission: 'clubs:read',
  overTime: { label: 'Enrolments', model: 'ActivityEnrolment', at: 'createdAt' },
  async load(core, actor) {
    const isAll = actor.scope === 'all';
    const mine = isAll ? {} : { clubId: boundId(actor) };
    const now = new Date();
    const [waiting, renewals, review, open, coming] = await Promise.all([
      isAll ? core.db.club.count({ where: { state: 'pending' } }) : 0,
      isAll ? core.db.club.count({ where: { renewalAskedAt: { not: null } } }) : 0,
      core.db.activity.count({ where: { ...mine, state: 'pending' } }),
      core.db.activity.count({ where: { ...mine, state: 'approved', endsAt: { gt: now } } }),
      core.db.activity.findMany({
        where: {
          ...mine,
          state: 'approved',
          endsAt: { gt: now },
          startsAt: { lt: new Date(now.getTime() + 60 * day) },
        },
        include: { _count: { select: { enrolments: true } } },
        orderBy: { startsAt: 'asc' },
        take: shown,
      }),
    ]);
    return {
      waiting: isAll
        ? [
            { label: 'Applications of clubs', count: waiting, tone: 'busy', href: '/resources/Club?view=0' },
            { label: 'Asks for renewal', count: renewals, tone: 'busy', href: '/resources/Club?view=2' },
            { label: 'Activities to review', count: review, tone: 'busy', href: '/resources/Activity?view=0' },
          ]
        : [],
      figures: [
        // A club waits for the reviewers; it has nothing to see to itself.
        ...(isAll
          ? []
          : [
              {
                label: 'Activities in review',
                value: review,
                tone: 'busy' as const,
                href: '/resources/Activity?view=0',
              },
            ]),
        { label: 'Activities shown', value: open, tone: 'good', href: '/resources/Activity?view=1' },
      ],
      rows: coming.map(({ id, name, capacity, _count: { enrolments: count } }) => ({
        label: name,
        value: phrase(capacity === null ? `${count} enrolled` : `${count} of ${capacity} places`),
        href: `/resources/Activity/records/${id}/show`,
        ...(capacity === null ? {} : { share: Math.min(count / capacity, 1) }),
      })),
    };
  },
};
