// Waiting lists: who comes next gets an offer that holds a place for some hours. The rule: a place is held or given under the workshop's
// lock, and an offer goes only to somebody whose whole set would keep the rules with it.

import type { Core } from '../../core/index.ts';
import { conflict, forbidden, type Row, type RowWith, systemActor, type Work } from '../../core/index.ts';
import { type LockedWorkshop, lockWorkshops } from './locks.ts';
import { offerMail } from './mails.ts';
import { closed, type LinkFacts, refusalOf, type WorkshopFacts } from './rules.ts';

const hour = 3_600_000;
const withSet = {
  attendee: { include: { event: true, registrations: { include: { workshop: true } } } },
} as const;
type Waiting = RowWith<'WorkshopWaiting', typeof withSet>;

/** Puts an attendee at the end of a full workshop's line. Throws `forbidden` or `conflict` with the reason. */
export async function joinWaiting(work: Work, attendee: Row<'Attendee'>, workshopId: string): Promise<void> {
  const { tx } = work;
  const [workshop] = await lockWorkshops(tx, [workshopId]);
  if (!workshop || workshop.eventId !== attendee.eventId || workshop.targetGroup !== attendee.targetGroup)
    throw forbidden('This workshop is not for you.');
  const event = await tx.workshopEvent.findUniqueOrThrow({ where: { id: workshop.eventId } });
  if (!event.available) throw closed();
  if (!workshop.hasWaiting) throw conflict('This workshop has no waiting list.');
  if (workshop.taken + workshop.held < workshop.limit) throw conflict('There is a free place: register for it.');
  const where = { workshopId_attendeeId: { workshopId, attendeeId: attendee.id } };
  if (await tx.workshopRegistration.findUnique({ where })) throw conflict('Already registered for this workshop.');
  const before = await tx.workshopWaiting.findUnique({ where });
  if (before?.state === 'waiting' || before?.state === 'offered') return;
  const fresh = { state: 'waiting' as const, since: new Date(), offeredAt: null, expiresAt: null, settledAt: null };
  await tx.workshopWaiting.upsert({ where, create: { workshopId, attendeeId: attendee.id }, update: fresh });
}

/** Takes an attendee out of a line, or gives an offered place back, which then goes to the next. */
export async function leaveWaiting(work: Work, attendeeId: string, workshopId: string): Promise<void> {
  const locked = await lockWorkshops(work.tx, [workshopId]);
  await work.tx.workshopWaiting.updateMany({
    where: { workshopId, attendeeId, state: { in: ['waiting', 'offered'] } },
    data: { state: 'declined', settledAt: new Date() },
  });
  await offerFreePlaces(work, locked);
}

/** Ends the lines of an attendee for workshops that they get now, and names those whose held place is theirs. The workshops are locked. */
export async function takeOwnOffers(
  { tx }: Work,
  attendeeId: string,
  added: readonly LockedWorkshop[],
): Promise<ReadonlySet<string>> {
  const lines = added.filter(({ hasWaiting, held }) => hasWaiting || held > 0).map(({ id }) => id);
  if (lines.length === 0) return new Set();
  const rows = await tx.workshopWaiting.findMany({
    where: { attendeeId, workshopId: { in: lines }, state: { in: ['waiting', 'offered'] } },
  });
  const now = new Date();
  const good = rows.filter(({ state, expiresAt }) => state === 'offered' && expiresAt && expiresAt > now);
  await tx.workshopWaiting.updateMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    data: { state: 'accepted', settledAt: now },
  });
  // A place whose time is over still counts as held in what the caller has read, so it stays full for them.
  return new Set(good.map(({ workshopId }) => workshopId));
}

/** Offers what is free in these locked workshops to those who wait, in their order. */
export async function offerFreePlaces(work: Work, workshops: readonly LockedWorkshop[]): Promise<number> {
  let offers = 0;
  for (const { id, hasWaiting } of workshops) if (hasWaiting) offers += await offerPlacesOf(work, id);
  return offers;
}

async function offerPlacesOf(work: Work, workshopId: string): Promise<number> {
  const { tx } = work;
  const workshop = await tx.workshop.findUniqueOrThrow({ where: { id: workshopId }, include: { event: true } });
  let free = workshop.limit - workshop.taken - workshop.held;
  if (free <= 0 || !workshop.event.available) return 0;
  const waiting = await tx.workshopWaiting.findMany({
    where: { workshopId, state: 'waiting' },
    include: withSet,
    orderBy: [{ since: 'asc' }, { id: 'asc' }],
    take: 500,
  });
  if (waiting.length === 0) return 0;
  const links = await tx.workshopLink.findMany({ where: { eventId: workshop.eventId } });
  let offers = 0;
  for (const row of waiting) {
    if (free === 0) break;
    if (!couldTake(row, workshop, links)) continue;
    await offer(work, row, workshop);
    free -= 1;
    offers += 1;
  }
  return offers;
}

/** Tells whether the rules allow the workshop beside what somebody has, where it may take the place of another at the same moment. */
function couldTake({ attendee }: Waiting, workshop: WorkshopFacts, links: readonly LinkFacts[]): boolean {
  const kept = attendee.registrations.map((one) => one.workshop).filter(({ moment }) => moment !== workshop.moment);
  return refusalOf(attendee, [...kept, workshop], links, (id) => id) === undefined;
}

async function offer(work: Work, row: Waiting, workshop: RowWith<'Workshop', { event: true }>): Promise<void> {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + workshop.event.offerHours * hour);
  await work.tx.workshopWaiting.update({
    where: { id: row.id },
    data: { state: 'offered', offeredAt: now, expiresAt },
  });
  const { attendee } = row;
  if (!attendee.email) return;
  await work.send(offerMail, {
    to: { address: attendee.email, name: attendee.fullName },
    language: workshop.event.language,
    data: {
      name: attendee.fullName,
      workshop: workshop.title,
      moment: workshop.moment,
      event: workshop.event.name,
      hours: workshop.event.offerHours,
      page: `${work.core.config.publicUrl}/workshops/`,
    },
    record: { resource: 'WorkshopWaiting', id: row.id },
    idempotencyKey: `workshops.offer:${row.id}:${now.getTime()}`,
  });
}

/** Ends offers whose time is over and offers what is free, workshop by workshop; for the worker. */
export async function settleWaiting(core: Core, now: Date = new Date()): Promise<void> {
  const lines = await core.db.workshopWaiting.findMany({
    where: {
      OR: [
        { state: 'offered', expiresAt: { lte: now } },
        { state: 'waiting', workshop: { event: { available: true } } },
      ],
    },
    distinct: ['workshopId'],
    select: { workshopId: true },
    orderBy: { workshopId: 'asc' },
  });
  for (const { workshopId } of lines)
    await core.transaction(systemActor, async (work) => {
      const locked = await lockWorkshops(work.tx, [workshopId]);
      await work.tx.workshopWaiting.updateMany({
        where: { workshopId, state: 'offered', expiresAt: { lte: now } },
        data: { state: 'expired', settledAt: now },
      });
      await offerFreePlaces(work, locked);
    });
}
