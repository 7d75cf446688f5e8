// The doors to registrations and to the workbook of an event. A set is replaced as a whole, in turn, so that a rush waits in memory and not
// with a connection of the database in hand.
import { z } from 'zod';
import {
  Answer,
  type Core,
  invalid,
  type LimitRule,
  mustMay,
  phrase,
  publicActor,
  type Row,
  route,
  unavailable,
} from '../../core/index.ts';
import { contentDisposition } from '../../lib/file-name.ts';
import { turnstile } from '../../lib/turnstile.ts';
import { tokenHeader } from './auth-routes.ts';
import { eventFor, mustBeManager, mustBeSignedIn, noteExport, ownerFor } from './callers.ts';
import { type RegisteringOptions, removeRegistration, setRegistrations } from './registering.ts';
import { registrationsBook, spreadsheetType } from './registrations-file.ts';
import type { Caller } from './sign-in.ts';
import { addressId, registrationsBody, wireRegistration } from './wire.ts';

const reading: LimitRule = { name: 'workshops.own', points: 6000, seconds: 300 };
const writing: LimitRule = { name: 'workshops.register', points: 6000, seconds: 300 };
/** Registrations of this process, a few at a time. */
export const inTurn = turnstile(6, 5000, () =>
  unavailable('Too many people register at this moment. Please try again.'),
);
const user = z.object({ uid: addressId });
const reason = z.string().trim().max(300).optional();

/** Reads an attendee's registrations as the contract writes them: always under their name, an empty list too, for clients read that name. */
async function readOwn(core: Pick<Core, 'db'>, attendee: Row<'Attendee'>) {
  const rows = await core.db.workshopRegistration.findMany({
    where: { attendeeId: attendee.id },
    include: { workshop: { select: { number: true } } },
    orderBy: { number: 'asc' },
  });
  return { registrations: rows.map((row) => wireRegistration(row, attendee.number)) };
}

/** Returns how this caller registers. Throws `invalid` for a manager who does not say why. */
function manner(caller: Caller, why: string | undefined): RegisteringOptions {
  if (caller.kind === 'user') return { by: { staff: false } };
  if (!why) throw invalid('reason is missing: managers must say why.', { reason: 'is missing' });
  return { by: { staff: true, reason: why } };
}

const actorOf = (caller: Caller) => (caller.kind === 'manager' ? caller.actor : publicActor);

const show = route({
  method: 'get',
  path: '/registrations/user/:uid',
  summary: 'Somebody’s registrations',
  params: user,
  limits: [reading],
  docs: {
    headers: tokenHeader,
    answer: {
      registrations: [{ id: 1, workshop_id: 3, user_id: 7, user: 7, entry_time: '2026-05-01T08:00:00.000+00:00' }],
    },
  },
  admits: mustBeSignedIn,
  async handle({ core, caller, params }) {
    return readOwn(core, await ownerFor(core, caller, params.uid));
  },
});

const showOne = route({
  method: 'get',
  path: '/registrations/user/:uid/:wid',
  summary: 'Somebody’s registrations; the last part is passed over',
  params: user.extend({ wid: addressId }),
  limits: [reading],
  docs: { headers: tokenHeader },
  admits: mustBeSignedIn,
  handle: (asking) => show.handle(asking),
});

const replace = route({
  method: 'put',
  path: '/registrations/user/:uid',
  summary: 'Replaces somebody’s registrations, all or nothing; an empty list clears them',
  params: user,
  body: registrationsBody,
  accepts: ['any-json'],
  maxBytes: 50_000,
  limits: [writing],
  docs: { headers: tokenHeader },
  // All of it in turn: else the reads of a rush take the connections that those whose turn it is need.
  admits: (arrival) => inTurn(() => mustBeSignedIn(arrival)),
  handle: (asking) =>
    inTurn(async () => {
      const { core, body, params, caller } = asking;
      const owner = await ownerFor(core, caller, params.uid);
      const options = manner(caller, body.reason);
      const workshops = await core.db.workshop.findMany({ where: { number: { in: body.workshop_ids } } });
      const ids = new Map(workshops.map(({ id, number }) => [number, id]));
      const wanted = body.workshop_ids.map((number) => ids.get(number) ?? unknownWorkshop(number));
      await core.transaction(actorOf(caller), (work) => setRegistrations(work, owner.id, wanted, options));
      return readOwn(core, owner);
    }),
});

function unknownWorkshop(number: number): never {
  throw invalid(`workshop_ids has ${number}, which does not exist.`);
}

const remove = route({
  method: 'delete',
  path: '/registrations/user/:uid/:wid',
  summary: 'Takes one workshop out of somebody’s registrations',
  params: user.extend({ wid: addressId }),
  query: z.looseObject({ reason }),
  limits: [writing],
  docs: { headers: tokenHeader },
  admits: mustBeSignedIn,
  async handle(asking) {
    const { core, params, query, caller } = asking;
    const owner = await ownerFor(core, caller, params.uid);
    const options = manner(caller, query.reason);
    const workshop = await core.db.workshop.findUnique({ where: { number: params.wid }, select: { id: true } });
    await inTurn(() =>
      core.transaction(actorOf(caller), (work) => removeRegistration(work, owner.id, workshop?.id ?? '', options)),
    );
    return new Answer(204, null);
  },
});

const book = route({
  method: 'get',
  path: '/export/event_registrations/:id',
  summary: 'The registrations as a workbook, one sheet per workshop',
  params: z.object({ id: addressId }),
  query: z.looseObject({
    overview: z.enum(['0', '1']).optional(),
    attendance: z.enum(['0', '1']).optional(),
  }),
  limits: [reading],
  docs: { headers: tokenHeader, produces: spreadsheetType },
  admits: mustBeManager,
  async handle(asking) {
    const { core, params, query, caller: manager } = asking;
    const event = await eventFor(core, params.id, manager);
    mustMay(manager.actor, 'workshops:export');
    await noteExport(core, manager, event, phrase('The registrations were exported at the API'));
    const options = { hasOverview: query.overview === '1', hasAttendance: query.attendance === '1' };
    return new Answer(200, registrationsBook(core.db, [event], options), {
      'Content-Type': spreadsheetType,
      'Content-Disposition': contentDisposition('attachment', 'inschrijvingen.xlsx'),
    });
  },
});

/** The routes under /registrations and /export. */
export const registrationRoutes = [show, showOne, replace, remove, book];
