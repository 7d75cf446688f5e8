// Taking an offered place. The rule: it goes through the one place that writes registrations, so that every rule holds as for anybody.
import { conflict, type Row, type Work } from '../../core/index.ts';
import { changeRegistrations } from './registering.ts';

/** Accepts an offer: the workshop takes the place of what the attendee has at the same moment. Throws `conflict` when the offer is over. */
export async function acceptOffer(work: Work, attendee: Row<'Attendee'>, workshopId: string) {
  const { tx } = work;
  const offer = await tx.workshopWaiting.findUnique({
    where: { workshopId_attendeeId: { workshopId, attendeeId: attendee.id } },
    include: { workshop: true },
  });
  if (offer?.state !== 'offered' || !offer.expiresAt || offer.expiresAt <= new Date())
    throw conflict('This offer is over.');
  const same = await tx.workshop.findMany({
    where: { eventId: attendee.eventId, moment: offer.workshop.moment },
    select: { id: true },
  });
  const sameMoment = new Set(same.map(({ id }) => id));
  const next = (current: readonly string[]) => [...current.filter((id) => !sameMoment.has(id)), workshopId];
  return changeRegistrations(work, attendee.id, next, { by: { staff: false } });
}
