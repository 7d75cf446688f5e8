// The newest events on the dashboard, with how many people have chosen.
import { boundId, type Card, phrase } from '../../core/index.ts';

const shown = 5;

/** How far people are with choosing. */
export const eventsCard: Card = {
  title: 'Workshops',
  permission: 'workshops:read',
  overTime: { label: 'Registrations', model: 'WorkshopRegistration', at: 'entryTime' },
  async load(core, actor) {
    const where = actor.scope === 'all' ? {} : { id: boundId(actor) };
    const events = await core.db.workshopEvent.findMany({ where, orderBy: { createdAt: 'desc' }, take: shown });
    const rows = await Promise.all(
      events.map(async ({ id, name }) => {
        const [total, done] = await Promise.all([
          core.db.attendee.count({ where: { eventId: id } }),
          core.db.attendee.count({ where: { eventId: id, registrations: { some: {} } } }),
        ]);
        const share = total === 0 ? 0 : done / total;
        return {
          label: name,
          value: phrase(`${done} of ${total} have chosen`),
          href: `/resources/WorkshopEvent/records/${id}/show`,
          share,
        };
      }),
    );
    const of = actor.scope === 'all' ? {} : { workshop: { eventId: boundId(actor) } };
    const [registered, waiting, broken] = await Promise.all([
      core.db.workshopRegistration.count({ where: of }),
      core.db.workshopWaiting.count({ where: { ...of, state: 'waiting' } }),
      core.db.workshopConflict.count({ where: actor.scope === 'all' ? {} : { eventId: boundId(actor) } }),
    ]);
    return {
      waiting: [{ label: 'Conflicts', count: broken, tone: 'bad', href: '/resources/WorkshopConflict' }],
      figures: [
        { label: 'Registrations', value: registered, tone: 'good', href: '/resources/WorkshopRegistration' },
        { label: 'Waiting', value: waiting, tone: waiting > 0 ? 'busy' : 'quiet', href: '/resources/WorkshopWaiting' },
      ],
      rows,
    };
  },
};
