// Alarms in the panel: what staff should look at, counted while it lasts, ended by whoever has seen to it.
import { action } from '../action.ts';
import type { Card, Waiting } from '../module.ts';
import { resource } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';

const permission = 'core:alarms';
const shown = 5;

const endAlarms = action('Alarm', {
  name: 'end-alarm',
  label: { one: 'Mark as seen to', many: 'Mark {count} alarms as seen to' },
  description: 'If it happens again, a new alarm is raised.',
  permission,
  icon: 'Check',
  eligible: [{ where: { endedAt: null }, otherwise: 'is over already' }],
  async each(alarm, { work }) {
    await work.tx.alarm.update({ where: { id: alarm.id }, data: { endedAt: new Date(), endedBy: work.actor.name } });
    return undefined;
  },
});

/** What staff should look at. */
export const alarms = resource('Alarm', {
  label: { one: 'alarm', many: 'alarms' },
  group: 'Work',
  icon: 'AlertTriangle',
  title: 'summary',
  permissions: { read: permission },
  columns: {
    summary: { label: 'What', filter: true, display: 'longText', words: true },
    count: { label: 'Times', sort: true },
    raisedAt: { label: 'Since', filter: true, sort: true },
    lastAt: { label: 'Last', filter: true, sort: true },
    endedAt: { label: 'Over since', filter: true },
    endedBy: { label: 'Seen to by', list: false },
    key: { label: 'Kind', list: false, filter: true },
  },
  sort: ['lastAt', 'desc'],
  views: [
    { label: 'Unresolved', where: { endedAt: null } },
    { label: 'Over', where: { endedAt: { not: null } } },
  ],
  actions: [endAlarms],
  empty: 'Nothing needs your attention.',
});

/** The unresolved alarms on the dashboard; nothing while there are none. */
export const alarmsCard: Card = {
  title: 'Alarms',
  permission,
  async load(core, actor) {
    if (actor.scope !== 'all') return { figures: [] };
    const where = { endedAt: null };
    const [count, rows] = await Promise.all([
      core.db.alarm.count({ where }),
      core.db.alarm.findMany({ where, orderBy: { lastAt: 'desc' }, take: shown }),
    ]);
    const waiting: Waiting[] = rows.map(({ id, summary, count: times }) => ({
      summary,
      tone: 'bad',
      ...(times > 1 ? { note: phrase(`${times} times`) } : {}),
      href: `/resources/Alarm/records/${id}/show`,
    }));
    const more = count - rows.length;
    if (more > 0) waiting.push({ label: 'More alarms', count: more, tone: 'bad', href: '/resources/Alarm?view=0' });
    return { figures: [], waiting };
  },
};
