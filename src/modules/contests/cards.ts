// The current contest on the dashboard: how many came, how far the operator has them, who was told.
import { type Card, phrase } from '../../core/index.ts';

/** Counts of the current contest. */
export const contestCard: Card = {
  title: 'Contest',
  permission: 'contests:read',
  overTime: { label: 'Participants', model: 'Participant', at: 'createdAt' },
  async load(core, actor) {
    if (actor.scope !== 'all') return { figures: [] };
    const contest = await core.db.contest.findFirst({ where: { isCurrent: true } });
    if (!contest) return { figures: [] };
    const where = { contestId: contest.id };
    const count = (more: object) => core.db.participant.count({ where: { ...where, ...more } });
    const [all, waiting, troubled, told, winners, untold] = await Promise.all([
      count({}),
      count({ status: false }),
      count({ handOver: { in: ['failed', 'unknown'] } }),
      count({ notice: 'sent' }),
      core.db.winner.count({ where }),
      core.db.winner.count({ where: { ...where, participant: { notice: { in: ['none', 'failed'] } } } }),
    ]);
    return {
      waiting: [
        {
          label: 'Participants who are not with the operator yet',
          count: waiting,
          tone: 'busy',
          href: '/resources/Participant?view=0',
        },
        {
          label: 'Participants whose sending failed or is unknown',
          count: troubled,
          tone: 'bad',
          href: '/resources/Participant?view=2',
        },
        { label: 'Winners who were not told yet', count: untold, tone: 'busy', href: '/resources/Winner?view=0' },
      ],
      figures: [
        { label: 'Participants', value: all, href: '/resources/Participant' },
        { label: 'Winners', value: winners, tone: 'good', href: '/resources/Winner' },
      ],
      rows: [
        {
          label: contest.title,
          value: phrase(`${told} of ${all} told the results`),
          href: `/resources/Contest/records/${contest.id}/show`,
          share: all === 0 ? 0 : told / all,
        },
      ],
    };
  },
};
