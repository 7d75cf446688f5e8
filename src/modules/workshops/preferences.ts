// What people would like best, for the assignment of the undecided. The rule: a ranking is replaced as a whole; ranks count within a moment.
import { forbidden, invalid, type Row, type Work } from '../../core/index.ts';

/** Replaces an attendee's ranking: workshops with the most wanted first. Throws `invalid` or `forbidden`. */
export async function rankWorkshops(work: Work, attendee: Row<'Attendee'>, ids: readonly string[]): Promise<void> {
  const { tx } = work;
  const event = await tx.workshopEvent.findUniqueOrThrow({ where: { id: attendee.eventId } });
  if (!event.isRanked || !event.available) throw forbidden('Nobody can rank workshops at the moment.');
  if (new Set(ids).size < ids.length) throw invalid('A workshop is ranked twice.', { workshop_ids: 'has one twice' });
  const workshops = await tx.workshop.findMany({
    where: { id: { in: [...ids] }, eventId: attendee.eventId, targetGroup: attendee.targetGroup },
  });
  const byId = new Map(workshops.map((one) => [one.id, one]));
  const ranks = new Map<string, number>();
  const data = ids.map((workshopId) => {
    const workshop = byId.get(workshopId);
    if (!workshop) throw invalid('A workshop is not for you.', { workshop_ids: 'has an unknown one' });
    const rank = (ranks.get(workshop.moment) ?? 0) + 1;
    ranks.set(workshop.moment, rank);
    return { attendeeId: attendee.id, workshopId, rank };
  });
  await tx.workshopPreference.deleteMany({ where: { attendeeId: attendee.id } });
  await tx.workshopPreference.createMany({ data });
}
