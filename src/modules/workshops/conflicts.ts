// Registrations that no longer keep to the rules, because staff changed workshops, links or groups since. The rule: staff are told before
// they save and may go on; what stands then has a row here, made by the same rules as every registration, until somebody mends it.
import {
  type Core,
  phrase,
  type Row,
  systemActor,
  type Transaction,
  type Warning,
  type Work,
} from '../../core/index.ts';
import {
  type AttendeeFacts,
  type LinkFacts,
  type Refusal,
  refusalOf,
  refusalWords,
  type WorkshopFacts,
} from './rules.ts';

/** Somebody with the workshops that they have. */
interface Chooser extends AttendeeFacts {
  id: string;
  fullName: string;
  userClass: string;
  workshopIds: readonly string[];
}

/** An event as the rules see it: everybody who has registered for something, the workshops, the links. */
export interface Standing {
  workshops: readonly WorkshopFacts[];
  links: readonly LinkFacts[];
  people: readonly Chooser[];
}

/** Reads an event's standing, of one person or of everybody: four statements, however many there are. */
export async function readStanding(tx: Transaction, eventId: string, attendeeId?: string): Promise<Standing> {
  const workshops = await tx.workshop.findMany({ where: { eventId } });
  const links = await tx.workshopLink.findMany({ where: { eventId }, orderBy: { id: 'asc' } });
  const people = await tx.attendee.findMany({
    where: { eventId, ...(attendeeId === undefined ? {} : { id: attendeeId }), registrations: { some: {} } },
    include: { registrations: { select: { workshopId: true }, orderBy: { number: 'asc' } } },
    orderBy: { number: 'asc' },
  });
  return {
    workshops,
    links,
    people: people.map(({ registrations, ...person }) => ({
      ...person,
      workshopIds: registrations.map(({ workshopId }) => workshopId),
    })),
  };
}

/** Returns the first rule that each person's registrations break, by the person's id; who keeps to all is absent. */
export function conflictsOf({ workshops, links, people }: Standing): Map<string, Refusal> {
  const byId = new Map(workshops.map((one) => [one.id, one]));
  return new Map(
    people.flatMap((person) => {
      const chosen = person.workshopIds.flatMap((id) => byId.get(id) ?? []);
      const refusal = refusalOf(person, chosen, links, (id) => byId.get(id)?.title ?? '');
      return refusal ? [[person.id, refusal] as const] : [];
    }),
  );
}

/** Says whose registrations a change would break that keep to the rules now; undefined: nobody's. */
function warningOf(before: Standing, after: Standing): Warning | undefined {
  const now = conflictsOf(before);
  const wordsNow = (id: string) => {
    const refusal = now.get(id);
    return refusal && refusalWords(refusal);
  };
  const then = conflictsOf(after);
  const broken = after.people.flatMap((person) => {
    const refusal = then.get(person.id);
    return refusal && refusalWords(refusal) !== wordsNow(person.id) ? [{ person, note: refusalWords(refusal) }] : [];
  });
  const count = broken.length;
  if (count === 0) return undefined;
  return {
    message: phrase(
      `People whose registrations would break a rule: ${count}. They keep their places, and stand under “Conflicts” until that is mended.`,
    ),
    records: broken.map(({ person, note }) => ({ ...recordOf(person), note })),
  };
}

function recordOf({ id, fullName, userClass }: Pick<Chooser, 'id' | 'fullName' | 'userClass'>) {
  return { title: userClass ? `${fullName} (${userClass})` : fullName, resource: 'Attendee', id };
}

/** Says who would lose a place with these workshops; undefined: nobody. */
export async function warningOfLoss(
  { tx }: Work,
  workshop: { id: string } | { eventId: string },
): Promise<Warning | undefined> {
  const rows = await tx.workshopRegistration.findMany({
    where: { workshop },
    include: { attendee: true, workshop: { select: { title: true } } },
    orderBy: { number: 'asc' },
  });
  const count = rows.length;
  if (count === 0) return undefined;
  return {
    message: phrase(`Registrations that would be deleted with it: ${count}.`),
    records: rows.map((row) => ({ ...recordOf(row.attendee), note: row.workshop.title })),
  };
}

/** Says whose registrations a change of one workshop would break. */
export async function warningOfWorkshop(
  { tx }: Work,
  { id, eventId }: Row<'Workshop'>,
  values: Partial<Row<'Workshop'>>,
): Promise<Warning | undefined> {
  if (values.moment === undefined && values.targetGroup === undefined) return undefined;
  const before = await readStanding(tx, eventId);
  const workshops = before.workshops.map((one) => (one.id === id ? { ...one, ...values } : one));
  return warningOf(before, { ...before, workshops });
}

/** Says whose registrations other links would break. */
export async function warningOfLinks(
  { tx }: Work,
  eventId: string,
  links: readonly LinkFacts[],
): Promise<Warning | undefined> {
  const before = await readStanding(tx, eventId);
  return warningOf(before, { ...before, links });
}

/** Says whose registrations other groups would break; `groups` are those that change, by the person's id. */
export async function warningOfGroups(
  { tx }: Work,
  eventId: string,
  groups: ReadonlyMap<string, string>,
  attendeeId?: string,
): Promise<Warning | undefined> {
  const before = await readStanding(tx, eventId, attendeeId);
  const people = before.people.map((one) => ({ ...one, targetGroup: groups.get(one.id) ?? one.targetGroup }));
  return warningOf(before, { ...before, people });
}

/** Brings the rows of an event's conflicts, or of one person's, in line with what stands. Called last, when all else is written. */
export async function followConflicts({ tx }: Pick<Work, 'tx'>, eventId: string, attendeeId?: string): Promise<void> {
  // Two changes of one event at once would each not see what the other is about to break.
  if (attendeeId === undefined)
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`workshops.conflicts:${eventId}`}))`;
  // The rows first: what is mended in between is then deleted twice, instead of kept for ever.
  const kept = await tx.workshopConflict.findMany({
    where: { eventId, ...(attendeeId === undefined ? {} : { attendeeId }) },
  });
  const found = conflictsOf(await readStanding(tx, eventId, attendeeId));
  const gone = kept.filter((row) => !isSame(row, found.get(row.attendeeId)));
  const staying = new Set(kept.filter((row) => !gone.includes(row)).map((row) => row.attendeeId));
  const fresh = [...found].filter(([id]) => !staying.has(id));
  if (gone.length > 0) await tx.workshopConflict.deleteMany({ where: { id: { in: gone.map(({ id }) => id) } } });
  if (fresh.length > 0)
    await tx.workshopConflict.createMany({
      data: fresh.map(([id, { kind, first, second = '' }]) => ({ eventId, attendeeId: id, kind, first, second })),
      skipDuplicates: true,
    });
}

function isSame(row: Row<'WorkshopConflict'>, refusal: Refusal | undefined): boolean {
  return row.kind === refusal?.kind && row.first === refusal.first && row.second === (refusal.second ?? '');
}

/** Looks through every event, for what an earlier version or a hand in the database left. */
export async function followAllConflicts(core: Core): Promise<void> {
  const events = await core.db.workshopEvent.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  for (const { id } of events) await core.transaction(systemActor, (work) => followConflicts(work, id));
}
