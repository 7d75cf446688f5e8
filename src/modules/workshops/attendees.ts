// The people of an event and their login keys. The rule: a list is replaced as a whole or not at all; who stays keeps the registrations,
// and every change of a key ends the tokens made with the old one.
import { invalid, type Row, type Work } from '../../core/index.ts';
import { followConflicts } from './conflicts.ts';
import { lockEvent, lockWorkshops } from './locks.ts';
import { keptKey, loginKeyHash, loginKeyProblem, newLoginKey } from './login-keys.ts';
import { offerFreePlaces } from './waiting.ts';

/** What may be said of a person. `identity`: empty makes a key, null or absent keeps what is there (a new person gets none). */
export interface WantedAttendee {
  id?: string;
  fullName: string;
  userClass?: string;
  targetGroup?: string;
  email?: string | null;
  identity?: string | null;
}

/** How many people a replaced list keeps, changes, makes and removes. */
export interface ReplacedCounts {
  kept: number;
  changed: number;
  made: number;
  removed: number;
}

const duplicate = () => invalid('Duplicate user identity key');
const chunk = 500;

interface Prepared extends WantedAttendee {
  key?: { identityHash: string; identitySealed: string };
}

/** Replaces the people of an event. Throws `invalid` naming what does not fit; then everything stays as it was. */
export async function replaceAttendees(
  work: Work,
  eventId: string,
  wanted: readonly WantedAttendee[],
): Promise<ReplacedCounts> {
  const { tx } = work;
  const event = await lockEvent(tx, eventId, { attendees: true });
  const there = await tx.attendee.findMany({ where: { eventId } });
  const byId = new Map(there.map((one) => [one.id, one]));
  const staying = wanted.flatMap(({ id }) => id ?? []);
  if (new Set(staying).size < staying.length) throw invalid('The list has an id twice.', { id: 'comes twice' });
  if (staying.some((id) => !byId.has(id)))
    throw invalid('The list has an id that is not in this event.', { id: 'is unknown' });
  const prepared = await prepareKeys(work, wanted, byId);
  const removed = there.filter(({ id }) => !staying.includes(id)).map(({ id }) => id);
  await removeRows(work, eventId, removed);
  const changed = await changeRows(
    work,
    prepared.filter(({ id }) => id !== undefined),
    byId,
  );
  const fresh = prepared.filter(({ id }) => id === undefined);
  for (let at = 0; at < fresh.length; at += chunk)
    await tx.attendee.createMany({ data: fresh.slice(at, at + chunk).map((one) => ({ eventId, ...valuesOf(one) })) });
  const counts = { kept: staying.length - changed, changed, made: fresh.length, removed: removed.length };
  await work.audit({
    kind: 'update',
    resource: 'WorkshopEvent',
    recordId: eventId,
    recordTitle: event.name,
    summary: `People were replaced: ${counts.made} new, ${counts.changed} changed, ${counts.removed} removed`,
  });
  await followConflicts(work, eventId);
  return counts;
}

function valuesOf({ fullName, userClass, targetGroup, email, key }: Prepared) {
  return { fullName, userClass, targetGroup, email, ...key };
}

/** Makes, seals and hashes keys. Throws when two people would have the same one, here or in another event. */
async function prepareKeys(
  work: Work,
  wanted: readonly WantedAttendee[],
  byId: ReadonlyMap<string, Row<'Attendee'>>,
): Promise<Prepared[]> {
  const { core, tx } = work;
  const given = wanted.map((one, at) => ({ ...one, hash: givenHash(work, one, at) }));
  const kept = given.flatMap(({ id, hash }) => (hash === undefined && id ? (byId.get(id)?.identityHash ?? []) : []));
  const taken = [...given.flatMap(({ hash, identity }) => (identity ? (hash ?? []) : [])), ...kept];
  const hashes = new Set(taken);
  if (hashes.size < taken.length) throw duplicate();
  const own = new Set(byId.keys());
  for (let at = 0; at < taken.length; at += chunk) {
    const others = await tx.attendee.findMany({
      where: { identityHash: { in: taken.slice(at, at + chunk) } },
      select: { id: true },
    });
    if (others.some(({ id }) => !own.has(id))) throw duplicate();
  }
  return given.map(({ hash, ...one }) => {
    if (one.identity === undefined || one.identity === null) return one;
    if (one.identity.trim() === '') return { ...one, key: freshKey(work, hashes) };
    const before = one.id ? byId.get(one.id) : undefined;
    // The same key again is no change: tokens stay good.
    return before?.identityHash === hash ? one : { ...one, key: keptKey(core, one.identity.trim()) };
  });
}

function givenHash(work: Work, { identity }: WantedAttendee, at: number): string | undefined {
  if (identity === undefined || identity === null || identity.trim() === '') return undefined;
  const problem = loginKeyProblem(identity);
  if (problem) throw invalid(`users.${at}.identity ${problem}.`, { [`users.${at}.identity`]: problem });
  return loginKeyHash(work.core, identity);
}

function freshKey({ core }: Work, taken: Set<string>) {
  for (;;) {
    const key = keptKey(core, newLoginKey());
    if (taken.has(key.identityHash)) continue;
    taken.add(key.identityHash);
    return key;
  }
}

async function removeRows(work: Work, eventId: string, ids: readonly string[]): Promise<void> {
  const { tx } = work;
  if (ids.length === 0) return;
  for (let at = 0; at < ids.length; at += chunk) {
    const some = { in: ids.slice(at, at + chunk) };
    await tx.workshopRegistration.deleteMany({ where: { attendeeId: some } });
    await tx.workshopWaiting.deleteMany({ where: { attendeeId: some } });
    await tx.attendee.deleteMany({ where: { id: some } });
  }
  await offerFreePlaces(work, await tx.workshop.findMany({ where: { eventId }, orderBy: { id: 'asc' } }));
}

async function changeRows(
  { tx }: Work,
  kept: readonly Prepared[],
  byId: ReadonlyMap<string, Row<'Attendee'>>,
): Promise<number> {
  const changed = kept.filter((one) => differs(one, byId.get(one.id ?? '')));
  // Keys may change places among people: old ones go first, so that none is in the way of another.
  const rekeyed = changed.filter(({ key }) => key).map(({ id }) => id ?? '');
  for (let at = 0; at < rekeyed.length; at += chunk)
    await tx.attendee.updateMany({
      where: { id: { in: rekeyed.slice(at, at + chunk) } },
      data: { identityHash: null, epoch: { increment: 1 } },
    });
  for (const one of changed) await tx.attendee.update({ where: { id: one.id }, data: valuesOf(one) });
  return changed.length;
}

function differs(wanted: Prepared, before: Row<'Attendee'> | undefined): boolean {
  const same = (['fullName', 'userClass', 'targetGroup', 'email'] as const).every(
    (name) => wanted[name] === undefined || wanted[name] === before?.[name],
  );
  return !same || wanted.key !== undefined;
}

/** Adds one person; without a key one is made. */
export async function createAttendee(
  work: Work,
  values: WantedAttendee & { eventId: string },
): Promise<{ id: string }> {
  const { eventId, ...person } = values;
  await lockEvent(work.tx, eventId);
  const [one] = await prepareKeys(work, [{ ...person, identity: person.identity ?? '' }], new Map());
  return work.tx.attendee.create({ data: { eventId, ...valuesOf(one as Prepared) } });
}

/** Changes one person; an empty key makes a new one. */
export async function updateAttendee(work: Work, row: Row<'Attendee'>, values: Partial<WantedAttendee>): Promise<void> {
  const wanted = { fullName: row.fullName, ...values, id: row.id };
  const [one] = await prepareKeys(work, [wanted], new Map([[row.id, row]]));
  const epoch = one?.key ? { epoch: { increment: 1 } } : {};
  await work.tx.attendee.update({ where: { id: row.id }, data: { ...valuesOf(one as Prepared), ...epoch } });
  if (values.targetGroup !== undefined) await followConflicts(work, row.eventId, row.id);
}

/** Gives somebody a new key; the old one ends at once, and so do its tokens. */
export function renewKey(work: Work, row: Row<'Attendee'>): Promise<void> {
  return updateAttendee(work, row, { identity: '' });
}

/** Removes one person with the registrations; their places go to the waiting lists. */
export async function deleteAttendee(work: Work, id: string): Promise<void> {
  const { tx } = work;
  const [had, waited] = await Promise.all([
    tx.workshopRegistration.findMany({ where: { attendeeId: id } }),
    tx.workshopWaiting.findMany({ where: { attendeeId: id, state: 'offered' } }),
  ]);
  const locked = await lockWorkshops(
    tx,
    [...had, ...waited].map(({ workshopId }) => workshopId),
  );
  await tx.workshopRegistration.deleteMany({ where: { attendeeId: id } });
  await tx.workshopWaiting.deleteMany({ where: { attendeeId: id } });
  await tx.attendee.delete({ where: { id } });
  await offerFreePlaces(work, locked);
}
