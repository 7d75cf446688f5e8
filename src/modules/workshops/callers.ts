// Who may ask for what at the wire: managers within their event, people for their own. One place for the refusals.
import { type Arrival, type Core, forbidden, notFound, type Row, type RowWith } from '../../core/index.ts';
import { type Caller, callerOf, notSignedIn } from './sign-in.ts';

/** Admits managers and people. Throws 401 without a good token. */
export function mustBeSignedIn({ core, header }: Arrival): Promise<Caller> {
  return callerOf(core, header('authorization'));
}

/** Admits managers. Throws 401 for anybody else, as the original does. */
export async function mustBeManager(arrival: Arrival): Promise<Extract<Caller, { kind: 'manager' }>> {
  const caller = await mustBeSignedIn(arrival);
  if (caller.kind !== 'manager') throw notSignedIn();
  return caller;
}

/** Admits people. Throws 401 for anybody else. */
export async function mustBeAttendee(arrival: Arrival): Promise<RowWith<'Attendee', { event: true }>> {
  const caller = await mustBeSignedIn(arrival);
  if (caller.kind !== 'user') throw notSignedIn();
  return caller.attendee;
}

/** Builds the error for an event that is not there, or out of reach. */
export const noEvent = () => notFound('This event does not exist.');

/** Finds an event that a manager may reach. Throws `notFound` for others too. */
export async function eventFor(
  core: Core,
  number: number,
  manager?: Extract<Caller, { kind: 'manager' }>,
): Promise<Row<'WorkshopEvent'>> {
  const event = await core.db.workshopEvent.findUnique({ where: { number } });
  if (!event || (manager && !reaches(manager, event.id))) throw noEvent();
  return event;
}

function reaches({ actor }: Extract<Caller, { kind: 'manager' }>, eventId: string): boolean {
  return actor.scope === 'all' || actor.scopeId === eventId;
}

/** Writes down that something of an event left at the API. */
export function noteExport(
  core: Core,
  { actor }: Extract<Caller, { kind: 'manager' }>,
  event: Row<'WorkshopEvent'>,
  summary: string,
): Promise<void> {
  const about = { resource: 'WorkshopEvent', recordId: event.id, recordTitle: event.name };
  return core.transaction(actor, (work) => work.audit({ kind: 'export', ...about, summary }));
}

/** Returns whose registrations these are. A user: his own only (403); a manager: anybody's within reach. */
export async function ownerFor(core: Core, caller: Caller, number: number): Promise<Row<'Attendee'>> {
  if (caller.kind === 'user') {
    if (caller.attendee.number !== number) throw forbidden('You can only see and change your own registrations.');
    return caller.attendee;
  }
  const attendee = await core.db.attendee.findUnique({ where: { number } });
  if (!attendee || !reaches(caller, attendee.eventId)) throw notFound('This user does not exist.');
  return attendee;
}
