// The campaigns on the dashboard, with how far each is.
import { boundId, type Card, phrase } from '../../core/index.ts';

const shown = 5;

/** Progress of the newest campaigns. */
export const campaignsCard: Card = {
  title: 'Certificates',
  permission: 'certificates:read',
  overTime: { label: 'Certificates drawn', model: 'Certificate', at: 'createdAt' },
  async load(core, actor) {
    const where = actor.scope === 'all' ? {} : { id: boundId(actor) };
    const campaigns = await core.db.campaign.findMany({ where, orderBy: { createdAt: 'desc' }, take: shown });
    const mine = { campaignId: { in: campaigns.map(({ id }) => id) } };
    const people = actor.scope === 'all' ? {} : mine;
    const counts = await core.db.recipient.groupBy({
      by: ['campaignId', 'state'],
      where: mine,
      _count: { _all: true },
    });
    const [added, waiting, mailed, failed] = await Promise.all([
      core.db.recipient.count({ where: { ...people, state: 'added' } }),
      core.db.recipient.count({ where: { ...people, state: 'notified' } }),
      core.db.recipient.count({ where: { ...people, state: 'mailed' } }),
      core.db.recipient.count({ where: { ...people, problem: { not: null } } }),
    ]);
    return {
      waiting: [
        { label: 'Recipients to notify', count: added, tone: 'busy', href: '/resources/Recipient?view=0' },
        { label: 'Recipients with a problem', count: failed, tone: 'bad', href: '/resources/Recipient?view=4' },
      ],
      figures: [
        { label: 'Waiting for a claim', value: waiting, tone: 'busy', href: '/resources/Recipient?view=1' },
        { label: 'Certificates mailed', value: mailed, tone: 'good', href: '/resources/Recipient?view=3' },
      ],
      rows: campaigns.map(({ id, title }) => {
        const of = (state?: string) =>
          counts
            .filter((one) => one.campaignId === id && (!state || one.state === state))
            .reduce((sum, one) => sum + one._count._all, 0);
        const [done, total] = [of('mailed'), of()];
        return {
          label: title,
          value: phrase(`${done} of ${total} mailed`),
          href: `/resources/Campaign/records/${id}/show`,
          share: total === 0 ? 0 : done / total,
        };
      }),
    };
  },
};
