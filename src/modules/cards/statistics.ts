// Cards on the dashboard: what waits for somebody, and what the last two weeks brought.
import { type Card, phrase } from '../../core/index.ts';
import { dateOf, today } from './today.ts';

const days = 14;
const dayMs = 86_400_000;

/** Reports, cards and scans, and the channels that are scanned most. */
export const cardsCard: Card = {
  title: 'Cards',
  permission: 'cards:read',
  overTime: { label: 'Cards', model: 'GreetingCard', at: 'createdAt' },
  async load(core) {
    const since = new Date(dateOf(today()).getTime() - (days - 1) * dayMs);
    const [reported, appeals, published, scans, waiting, channels] = await Promise.all([
      core.db.greetingCard.count({ where: { openReports: { gt: 0 } } }),
      core.db.greetingCard.count({ where: { appealedAt: { not: null }, bannedAt: { not: null } } }),
      core.db.greetingCard.count({ where: { createdAt: { gte: since } } }),
      core.db.qrScanDay.aggregate({ where: { day: { gte: since } }, _sum: { count: true } }),
      core.db.qrBatch.count({ where: { finishedAt: null } }),
      core.db.$queryRaw<{ channel: number; scans: number }[]>`
        SELECT c."channel", sum(s."count")::int AS scans FROM "QrScanDay" s JOIN "QrCode" c ON c."id" = s."codeId"
        WHERE s."day" >= ${since}::date GROUP BY c."channel" ORDER BY 2 DESC LIMIT 5`,
    ]);
    const most = channels[0]?.scans ?? 1;
    return {
      waiting: [
        { label: 'Reported cards', count: reported, tone: 'bad', href: '/resources/GreetingCard?view=0' },
        { label: 'Appeals against a ban', count: appeals, tone: 'busy', href: '/resources/GreetingCard?view=1' },
      ],
      figures: [
        { label: 'Published in two weeks', value: published, tone: 'good', href: '/resources/GreetingCard' },
        { label: 'Scans in two weeks', value: scans._sum.count ?? 0, tone: 'quiet', href: '/resources/QrScanDay' },
        ...(waiting > 0
          ? [{ label: 'Orders being made', value: waiting, tone: 'busy' as const, href: '/resources/QrBatch?view=0' }]
          : []),
      ],
      rows: channels.map(({ channel, scans: count }) => ({
        label: `# ${channel}`,
        value: phrase(`${count} scans on this channel`),
        share: count / most,
      })),
    };
  },
};
