// Taking an offered place. The rule: it goes through the one place that writes registrations, so that every rule holds as for anybody.
import { conflict, type Row, type Work } from '../../core/index.ts';
import { bundleOf } from './links.ts';
import { changeRegistrations } from './registering.ts';

/** Accepts an offer: the workshop, with what it is linked to, takes the place of what the attendee has at the same moments. Throws `conflict` when the offer is over. */
export async function acceptOffer(work: Work, attendee: Row<'Attendee'>, workshopId: string) {
  const { tx } = work;
  const offer = await tx.workshopWaiting.findUnique({
    where: { workshopId_attendeeId: { workshopId, attendeeId: attendee.id } },
    include: { workshop: true },
  });
  if (offer?.state !== 'offered' || !offer.expiresAt || offer.expiresAt <= new Date())
    throw conflict('This offer is over.');
  const links = await tx.workshopLink.findMany({ where: { eventId: attendee.eventId } });
  const bundle = bundleOf(workshopId, links);
  const workshops = await tx.workshop.findMany({ where: { eventId: attendee.eventId } });
  const moments = new Set(workshops.flatMap(({ id, moment }) => (bundle.includes(id) ? moment : [])));
  const same = new Set(workshops.flatMap(({ id, moment }) => (moments.has(moment) ? id : [])));
  const next = (current: readonly string[]) => [...current.filter((id) => !same.has(id)), ...bundle];
  return changeRegistrations(work, attendee.id, next, { by: { staff: false } });
}
