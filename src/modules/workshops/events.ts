// Events with their workshops. The rule: an event is changed as a whole under the locks of all its workshops, so that no registration slips
// between what was checked and what is written.
import { conflict, invalid, phrase, type Row, type Work } from '../../core/index.ts';
import { followConflicts } from './conflicts.ts';
import { lockEvent, lockWorkshops } from './locks.ts';
import { lockBundle, offerFreePlaces } from './waiting.ts';

/** What may be said of a workshop; what is absent keeps its value, or gets the default of a new one. */
export interface WantedWorkshop {
  id?: string;
  title?: string;
  description?: string;
  moment?: string;
  limit?: number;
  targetGroup?: string;
}

/** What may be said of an event. Without `workshops` they stay as they are. */
export interface WantedEvent {
  name?: string;
  available?: boolean | null;
  workshops?: readonly WantedWorkshop[];
}

/** Creates an event. Throws `invalid` for a name that is taken. */
export async function createEvent(work: Work, values: Partial<Row<'WorkshopEvent'>> & { name: string }) {
  await mustBeFreeName(work, values.name);
  const { name, available, isRanked, offerHours, language } = values;
  const event = await work.tx.workshopEvent.create({ data: { name, available, isRanked, offerHours, language } });
  await audit(work, event, 'create', phrase(`Event ${name} was made`));
  return event;
}

/** Replaces an event: workshops without an id are new, listed ones are changed, missing ones go with their registrations. */
export async function replaceEvent(work: Work, eventId: string, wanted: WantedEvent): Promise<void> {
  const { tx } = work;
  const event = await lockEvent(tx, eventId);
  if (wanted.name !== undefined && wanted.name !== event.name) await mustBeFreeName(work, wanted.name);
  await tx.workshopEvent.update({ where: { id: eventId }, data: { name: wanted.name, available: wanted.available } });
  const counts = wanted.workshops ? await replaceWorkshops(work, eventId, wanted.workshops) : undefined;
  const opened = wanted.available === undefined || wanted.available === event.available;
  await audit(
    work,
    { ...event, name: wanted.name ?? event.name },
    'update',
    [
      ...(opened ? [] : [wanted.available ? phrase('Opened for registration') : phrase('Closed for registration')]),
      ...(counts ? [phrase(`workshops: ${counts.made} new, ${counts.changed} changed, ${counts.gone} removed`)] : []),
    ].join('; ') || phrase('Nothing was changed'),
  );
}

async function replaceWorkshops(work: Work, eventId: string, wanted: readonly WantedWorkshop[]) {
  const { tx } = work;
  const there = await tx.workshop.findMany({ where: { eventId } });
  const byId = new Map(there.map((one) => [one.id, one]));
  const listed = wanted.flatMap(({ id }) => id ?? []);
  if (new Set(listed).size < listed.length)
    throw invalid('workshops has an id twice.', { workshops: 'has an id twice' });
  const gone = there.filter(({ id }) => !listed.includes(id));
  await tx.workshop.deleteMany({ where: { id: { in: gone.map(({ id }) => id) } } });
  let [made, changed] = [0, 0];
  for (const { id, ...values } of wanted) {
    const before = id === undefined ? undefined : byId.get(id);
    if (id !== undefined && !before)
      throw invalid('workshops has an id that is not in this event.', { workshops: 'has an unknown id' });
    if (!before) {
      await tx.workshop.create({ data: { title: 'Workshop', ...values, eventId } });
      made += 1;
    } else if (differs(before, values)) {
      mustHold(before, values.limit);
      await tx.workshop.update({ where: { id: before.id }, data: values });
      changed += 1;
    }
  }
  await offerFreePlaces(work, await lockWorkshops(tx, listed));
  await followConflicts(work, eventId);
  return { made, changed, gone: gone.length };
}

function differs(before: Row<'Workshop'>, values: Omit<WantedWorkshop, 'id'>): boolean {
  return Object.entries(values).some(([name, value]) => value !== undefined && before[name as 'title'] !== value);
}

/** Throws `conflict` when more people have a place, or an offer of one, than a new limit allows. */
export function mustHold(workshop: Pick<Row<'Workshop'>, 'title' | 'taken' | 'held'>, limit: number | undefined): void {
  const there = workshop.taken + workshop.held;
  if (limit === undefined || limit >= there) return;
  const message = phrase(
    `The limit of ${workshop.title} cannot be below the ${there} places that are taken or offered.`,
  );
  throw conflict(message, { limit: `cannot be below ${there}` });
}

/** Changes plain values of a workshop; more places go to the waiting list. */
export async function updateWorkshop(work: Work, id: string, values: Partial<Row<'Workshop'>>): Promise<void> {
  const locked = await lockBundle(work.tx, id);
  const before = locked.find((one) => one.id === id);
  if (!before) return;
  mustHold(before, values.limit);
  const { title, description, moment, room, limit, minimum, targetGroup, hasWaiting } = values;
  const data = { title, description, moment, room, limit, minimum, targetGroup, hasWaiting };
  const after = await work.tx.workshop.update({ where: { id }, data });
  await offerFreePlaces(
    work,
    locked.map((one) => (one.id === id ? after : one)),
  );
  await followConflicts(work, before.eventId);
}

/** Deletes a workshop with its registrations. */
export async function deleteWorkshop(work: Work, { id, eventId }: Row<'Workshop'>): Promise<void> {
  await lockBundle(work.tx, id);
  await work.tx.workshop.delete({ where: { id } });
  await followConflicts(work, eventId);
}

/** Opens or closes an event; once it is closed no registration can follow. */
export async function setAvailable(work: Work, eventId: string, available: boolean): Promise<void> {
  const event = await lockEvent(work.tx, eventId);
  await work.tx.workshopEvent.update({ where: { id: eventId }, data: { available } });
  if (available)
    await offerFreePlaces(work, await work.tx.workshop.findMany({ where: { eventId }, orderBy: { id: 'asc' } }));
  await audit(work, event, 'update', available ? phrase('Opened for registration') : phrase('Closed for registration'));
}

/** Deletes an event with everything in it. */
export async function deleteEvent(work: Work, eventId: string): Promise<void> {
  const { tx } = work;
  const event = await lockEvent(tx, eventId, { attendees: true });
  const gone = await tx.workshopRegistration.deleteMany({ where: { workshop: { eventId } } });
  await tx.workshopWaiting.deleteMany({ where: { workshop: { eventId } } });
  await tx.workshopEvent.delete({ where: { id: eventId } });
  await audit(work, event, 'delete', phrase(`Event ${event.name} was deleted with ${gone.count} registrations`));
}

async function mustBeFreeName({ tx }: Work, name: string): Promise<void> {
  if (await tx.workshopEvent.findUnique({ where: { name } }))
    throw invalid(`There is an event with the name ${name} already.`, { name: 'is taken' });
}

function audit(
  work: Work,
  event: Pick<Row<'WorkshopEvent'>, 'id' | 'name'>,
  kind: 'create' | 'update' | 'delete',
  summary: string,
): Promise<void> {
  return work.audit({ kind, resource: 'WorkshopEvent', recordId: event.id, recordTitle: event.name, summary });
}
