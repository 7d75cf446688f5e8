// Row locks, always in one order, so that nobody waits in a circle: event, then attendees, then workshops, each by id.
// Whoever changes registrations holds their workshops; whoever changes what registrations are checked against holds all of the event.
import { notFound, type Row, type Transaction } from '../../core/index.ts';

/** A workshop as it is once nobody else can change it. */
export type LockedWorkshop = Row<'Workshop'>;

/** Locks an attendee until the transaction ends. Throws `notFound`. */
export async function lockAttendee(tx: Transaction, id: string): Promise<Row<'Attendee'>> {
  const [attendee] = await tx.$queryRaw<Row<'Attendee'>[]>`
    SELECT * FROM "Attendee" WHERE "id" = ${id} FOR NO KEY UPDATE`;
  if (!attendee) throw notFound('This person does not exist.');
  return attendee;
}

/** Locks workshops in the order of their ids and returns them as they are now; absent ones are left out. */
export async function lockWorkshops(tx: Transaction, ids: readonly string[]): Promise<LockedWorkshop[]> {
  if (ids.length === 0) return [];
  const wanted = [...new Set(ids)];
  return tx.$queryRaw<LockedWorkshop[]>`
    SELECT * FROM "Workshop" WHERE "id" = ANY(${wanted}::text[]) ORDER BY "id" FOR NO KEY UPDATE`;
}

/** Locks an event with all its workshops, so that no registration begins or is under way. Throws `notFound`. */
export async function lockEvent(
  tx: Transaction,
  id: string,
  options: { attendees?: boolean } = {},
): Promise<Row<'WorkshopEvent'>> {
  await tx.$queryRaw`SELECT 1 FROM "WorkshopEvent" WHERE "id" = ${id} FOR NO KEY UPDATE`;
  if (options.attendees)
    await tx.$queryRaw`SELECT 1 FROM "Attendee" WHERE "eventId" = ${id} ORDER BY "id" FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT 1 FROM "Workshop" WHERE "eventId" = ${id} ORDER BY "id" FOR NO KEY UPDATE`;
  const event = await tx.workshopEvent.findUnique({ where: { id } });
  if (!event) throw notFound('This event does not exist.');
  return event;
}
