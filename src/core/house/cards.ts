// The house's blocks on the dashboard: what is going on, and what did not leave.
import type { Actor } from '../access.ts';
import { scopeFilter } from '../access.ts';
import type { Card } from '../module.ts';

/** Counts of messages by state; what keeps them from leaving stands among the alarms. */
export const outboxCard: Card = {
  title: 'Outbox',
  permission: 'core:outbox',
  async load(core, actor) {
    const where = scopeFilter(core.registry.resources.get('Message')?.scopes ?? {}, actor);
    if (!where) return { figures: [] };
    const groups = await core.db.message.groupBy({ by: ['state'], where, _count: { _all: true } });
    const count = (state: string) => groups.find((group) => group.state === state)?._count._all ?? 0;
    const href = (state: string) => `/resources/Message?f.state.is=${state}`;
    return {
      figures: [
        { label: 'Waiting', value: count('queued') + count('sending'), tone: 'busy', href: href('queued') },
        { label: 'Sent', value: count('sent'), tone: 'good', href: href('sent') },
        { label: 'Failed', value: count('failed'), tone: count('failed') > 0 ? 'bad' : 'quiet', href: href('failed') },
        {
          label: 'Unknown',
          value: count('unknown'),
          tone: count('unknown') > 0 ? 'bad' : 'quiet',
          href: href('unknown'),
        },
      ],
    };
  },
};

/** The latest runs. */
export const runsCard: Card = {
  title: 'Latest runs',
  permission: 'core:runs',
  async load(core, actor: Actor) {
    const where = scopeFilter(core.registry.resources.get('Run')?.scopes ?? {}, actor);
    if (!where) return { figures: [] };
    const runs = await core.db.run.findMany({ where, orderBy: { createdAt: 'desc' }, take: 5 });
    return {
      figures: [],
      rows: runs.map((run) => ({
        label: run.title,
        value: run.state,
        href: `/resources/Run/records/${run.id}/show`,
      })),
    };
  },
};
