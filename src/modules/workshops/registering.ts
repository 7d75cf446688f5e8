// The one place that writes registrations. Its rule: a set is checked and replaced as a whole under row locks (attendee, then workshops
// by id), or nothing changes; what becomes free is offered to the waiting list in the same transaction.
import { invalid, notFound, phrase, type Row, type Work } from '../../core/index.ts';
import { followConflicts } from './conflicts.ts';
import { type LockedWorkshop, lockAttendee, lockWorkshops } from './locks.ts';
import { closed, full, refusalError, refusalsOf, refusalWords } from './rules.ts';
import { offerFreePlaces, takeOwnOffers } from './waiting.ts';

/** Who wants it, and why where that must be said. */
export interface RegisteringOptions {
  /** Staff may change what is closed; they must say why. */
  by: { staff: false } | { staff: true; reason: string };
  /** The plan on whose behalf it happens. */
  planId?: string;
}

/** Replaces what an attendee has by what `next` makes of it, and returns that. Throws the refusals of the wire contract; then nothing has changed. */
export async function changeRegistrations(
  work: Work,
  attendeeId: string,
  next: (current: readonly string[]) => readonly string[],
  options: RegisteringOptions,
): Promise<readonly string[]> {
  const { tx } = work;
  const attendee = await lockAttendee(tx, attendeeId);
  const kept = await tx.workshopRegistration.findMany({ where: { attendeeId }, select: { workshopId: true } });
  const current = kept.map(({ workshopId }) => workshopId);
  const wanted = next(current);
  if (new Set(wanted).size < wanted.length)
    throw invalid('workshop_ids has a workshop twice.', { workshop_ids: 'has a workshop twice' });
  const locked = await lockWorkshops(tx, [...current, ...wanted]);
  const byId = new Map(locked.map((one) => [one.id, one]));
  const chosen = wanted.map((id) => byId.get(id) ?? missing());
  if (!options.by.staff) await mustBeOpen(work, attendee.eventId);
  const added = chosen.filter(({ id }) => !current.includes(id));
  const removed = current.filter((id) => !wanted.includes(id));
  const before = current.flatMap((id) => byId.get(id) ?? []);
  await mustKeepRules(work, attendee, chosen, added.length === 0 && removed.length > 0 ? before : []);
  await replaceRows(work, attendee, added, removed, options.planId);
  await offerFreePlaces(work, locked, removed);
  // Last, and only where there was a set: a rush of people who choose for the first time has nothing to do here.
  if (current.length > 0) await followConflicts(work, attendee.eventId, attendee.id);
  if (options.by.staff && (added.length > 0 || removed.length > 0))
    await auditChange(work, attendee, byId, current, wanted, options.by.reason);
  return wanted;
}

/** Replaces an attendee's set. */
export function setRegistrations(work: Work, attendeeId: string, ids: readonly string[], options: RegisteringOptions) {
  return changeRegistrations(work, attendeeId, () => ids, options);
}

/** Takes one workshop out of an attendee's set. Throws `notFound` when it is not in it. */
export function removeRegistration(work: Work, attendeeId: string, workshopId: string, options: RegisteringOptions) {
  const next = (current: readonly string[]) => {
    if (!current.includes(workshopId)) throw notFound('Not registered for this workshop.');
    return current.filter((id) => id !== workshopId);
  };
  return changeRegistrations(work, attendeeId, next, options);
}

function missing(): never {
  throw invalid('workshop_ids has a workshop that does not exist.', { workshop_ids: 'does not exist' });
}

// Read after the workshops are locked: whoever closes an event holds them all, so what is read stays true until the commit.
async function mustBeOpen({ tx }: Work, eventId: string): Promise<void> {
  const event = await tx.workshopEvent.findUniqueOrThrow({ where: { id: eventId }, select: { available: true } });
  if (!event.available) throw closed();
}

/**
 * Throws the contract's refusal unless the set keeps to event, group, moments and links; the workshops are locked. Whoever only gives
 * something back out of `before` may leave broken what was broken: staff changed workshops since, and that is mended one by one.
 */
async function mustKeepRules(
  { tx }: Work,
  attendee: Row<'Attendee'>,
  chosen: readonly LockedWorkshop[],
  before: readonly LockedWorkshop[],
): Promise<void> {
  const ids = [...chosen, ...before].map(({ id }) => id);
  const links = await tx.workshopLink.findMany({
    where: { OR: [{ firstId: { in: ids } }, { secondId: { in: ids } }] },
    include: { first: { select: { title: true } }, second: { select: { title: true } } },
    orderBy: { id: 'asc' },
  });
  const titles = new Map(
    links.flatMap(({ firstId, first, secondId, second }) => [
      [firstId, first.title],
      [secondId, second.title],
    ]),
  );
  const title = (id: string) => titles.get(id) ?? '';
  const broken = new Set([...refusalsOf(attendee, before, links, title)].map(refusalWords));
  for (const refusal of refusalsOf(attendee, chosen, links, title))
    if (!broken.has(refusalWords(refusal))) throw refusalError(refusal);
}

async function replaceRows(
  work: Work,
  attendee: Row<'Attendee'>,
  added: readonly LockedWorkshop[],
  removed: readonly string[],
  planId?: string,
): Promise<void> {
  const { tx } = work;
  const offered = await takeOwnOffers(work, attendee.id, added);
  for (const { id, taken, held, limit } of added) if (taken + held - (offered.has(id) ? 1 : 0) >= limit) throw full();
  if (removed.length > 0)
    await tx.workshopRegistration.deleteMany({ where: { attendeeId: attendee.id, workshopId: { in: [...removed] } } });
  if (added.length > 0)
    await tx.workshopRegistration.createMany({
      data: added.map(({ id }) => ({ workshopId: id, attendeeId: attendee.id, planId: planId ?? null })),
    });
}

async function auditChange(
  work: Work,
  attendee: Row<'Attendee'>,
  workshops: ReadonlyMap<string, LockedWorkshop>,
  before: readonly string[],
  after: readonly string[],
  reason: string,
): Promise<void> {
  const words = (ids: readonly string[]) => ids.map((id) => workshops.get(id)?.title ?? id).join(', ');
  await work.audit({
    kind: 'update',
    resource: 'Attendee',
    recordId: attendee.id,
    recordTitle: attendee.fullName,
    summary: phrase(`Registrations were changed by staff: ${reason}`).slice(0, 500),
    before: { workshops: words(before) },
    after: { workshops: words(after) },
  });
}
