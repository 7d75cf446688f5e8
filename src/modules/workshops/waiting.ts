// Waiting lists: who comes next gets an offer that holds a place for some hours. The rule: places are held or given under the locks of all
// workshops of the bundle that links tie together, and an offer goes only to somebody whose whole set would keep the rules with it.
import {
  type Core,
  conflict,
  forbidden,
  type Row,
  type RowWith,
  systemActor,
  type Transaction,
  type Work,
} from '../../core/index.ts';
import { bundleOf } from './links.ts';
import { type LockedWorkshop, lockWorkshops } from './locks.ts';
import { offerMail } from './mails.ts';
import { closed, type LinkFacts, refusalOf } from './rules.ts';

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

/** Takes an attendee out of a line, or gives offered places back, which then go to the next. */
export async function leaveWaiting(work: Work, attendeeId: string, workshopId: string): Promise<void> {
  const locked = await lockBundle(work.tx, workshopId);
  await work.tx.workshopWaiting.updateMany({
    where: { workshopId: { in: idsOf(locked) }, attendeeId, state: { in: ['waiting', 'offered'] } },
    data: { state: 'declined', settledAt: new Date() },
  });
  await offerFreePlaces(work, locked);
}

/** Locks a workshop with all that it must be taken together with. */
export async function lockBundle(tx: Transaction, workshopId: string): Promise<LockedWorkshop[]> {
  const links = await tx.workshopLink.findMany({ where: { event: { workshops: { some: { id: workshopId } } } } });
  return lockWorkshops(tx, bundleOf(workshopId, links));
}

const idsOf = (workshops: readonly { id: string }[]) => workshops.map(({ id }) => id);

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

/**
 * Offers what is free to those who wait, in their order: in all of these locked workshops, or in `freed` of them. A bundle that is not
 * locked as a whole is left to the worker.
 */
export async function offerFreePlaces(
  work: Work,
  locked: readonly LockedWorkshop[],
  freed: readonly string[] = idsOf(locked),
): Promise<void> {
  const ids = new Set(idsOf(locked));
  for (const { id, hasWaiting, eventId } of locked) {
    if (!hasWaiting || !freed.includes(id)) continue;
    const links = await work.tx.workshopLink.findMany({ where: { eventId } });
    const bundle = bundleOf(id, links);
    if (bundle.every((one) => ids.has(one))) await offerPlacesOf(work, bundle, links);
  }
}

// The first of the bundle is the one whose line it is.
async function offerPlacesOf(work: Work, bundle: readonly string[], links: readonly LinkFacts[]): Promise<void> {
  const { tx } = work;
  const found = await tx.workshop.findMany({ where: { id: { in: [...bundle] } }, include: { event: true } });
  const workshops = bundle.flatMap((id) => found.find((one) => one.id === id) ?? []);
  const free = new Map(workshops.map(({ id, limit, taken, held }) => [id, limit - taken - held]));
  const isFree = (id: string) => (free.get(id) ?? 0) > 0;
  const [wanted] = workshops;
  if (!wanted?.event.available || !isFree(wanted.id)) return;
  const waiting = await tx.workshopWaiting.findMany({
    where: { workshopId: wanted.id, state: 'waiting' },
    include: withSet,
    orderBy: [{ since: 'asc' }, { id: 'asc' }],
    take: 500,
  });
  for (const row of waiting) {
    if (!isFree(wanted.id)) return;
    const missing = workshops.filter(({ id }) => !row.attendee.registrations.some((one) => one.workshopId === id));
    if (!missing.every(({ id }) => isFree(id)) || !couldTake(row, workshops, links)) continue;
    await offer(work, row, missing);
    for (const { id } of missing) free.set(id, (free.get(id) ?? 0) - 1);
  }
}

/** Tells whether the rules allow the bundle beside what somebody has, where it may take the place of others at the same moments. */
function couldTake({ attendee }: Waiting, bundle: readonly Row<'Workshop'>[], links: readonly LinkFacts[]): boolean {
  const moments = new Set(bundle.map(({ moment }) => moment));
  const kept = attendee.registrations.map((one) => one.workshop).filter(({ moment }) => !moments.has(moment));
  return refusalOf(attendee, [...kept, ...bundle], links, (id) => id) === undefined;
}

async function offer(work: Work, row: Waiting, workshops: RowWith<'Workshop', { event: true }>[]): Promise<void> {
  const { attendee } = row;
  const { event } = attendee;
  const now = new Date();
  const expiresAt = new Date(now.getTime() + event.offerHours * hour);
  const held = { state: 'offered' as const, offeredAt: now, expiresAt, settledAt: null };
  for (const { id: workshopId } of workshops)
    await work.tx.workshopWaiting.upsert({
      where: { workshopId_attendeeId: { workshopId, attendeeId: attendee.id } },
      create: { workshopId, attendeeId: attendee.id, ...held },
      update: held,
    });
  if (!attendee.email) return;
  const words = (name: 'title' | 'moment') => workshops.map((one) => one[name]).join(', ');
  await work.send(offerMail, {
    to: { address: attendee.email, name: attendee.fullName },
    language: event.language,
    data: {
      name: attendee.fullName,
      workshop: words('title'),
      moment: words('moment'),
      event: event.name,
      hours: event.offerHours,
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
      const locked = await lockBundle(work.tx, workshopId);
      await work.tx.workshopWaiting.updateMany({
        where: { workshopId: { in: idsOf(locked) }, state: 'offered', expiresAt: { lte: now } },
        data: { state: 'expired', settledAt: now },
      });
      await offerFreePlaces(work, locked);
    });
}
