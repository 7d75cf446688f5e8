// The public page's own doors, for whoever signed in with a key: the page's data, live places, waiting lists, wishes, the calendar.
import { z } from 'zod';
import { Answer, type Core, type LimitRule, notFound, publicActor, type Row, route } from '../../core/index.ts';
import { contentDisposition } from '../../lib/file-name.ts';
import { tokenHeader } from './auth-routes.ts';
import { readSchedule, writeCalendar } from './calendar.ts';
import { mustBeAttendee } from './callers.ts';
import { acceptOffer } from './offers.ts';
import { ownPage, ownPlaces } from './own-page.ts';
import { rankWorkshops } from './preferences.ts';
import { inTurn } from './registration-routes.ts';
import { joinWaiting, leaveWaiting } from './waiting.ts';
import { addressId, registrationsBody } from './wire.ts';

// A computer room looks every few seconds from one address.
const looking: LimitRule = { name: 'workshops.page', points: 12_000, seconds: 300 };
const doing: LimitRule = { name: 'workshops.page-act', points: 3000, seconds: 300 };
const docs = { headers: tokenHeader };

const me = route({
  method: 'get',
  path: '/api/workshops/me',
  summary: 'What the page shows to somebody: workshops, links, places, registrations',
  limits: [looking],
  docs,
  admits: mustBeAttendee,
  handle: ({ core, caller }) => ownPage(core, caller),
});

const places = route({
  method: 'get',
  path: '/api/workshops/places',
  summary: 'How many places are left',
  limits: [looking],
  docs: { ...docs, answer: { isOpen: true, left: [[3, 12]] } },
  admits: mustBeAttendee,
  handle: ({ core, caller }) => ownPlaces(core, caller),
});

const calendar = route({
  method: 'get',
  path: '/api/workshops/schedule.ics',
  summary: 'Somebody’s schedule as a calendar file',
  limits: [looking],
  docs: { ...docs, produces: 'text/calendar' },
  admits: mustBeAttendee,
  async handle(asking) {
    const { caller: attendee } = asking;
    const lines = await readSchedule(asking.core.db, attendee);
    return new Answer(200, writeCalendar(asking.core, attendee.event, lines), {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': contentDisposition('attachment', `${attendee.event.name}.ics`),
    });
  },
});

const wishes = route({
  method: 'put',
  path: '/api/workshops/preferences',
  summary: 'Replaces somebody’s ranking, the most wanted first',
  body: registrationsBody,
  maxBytes: 50_000,
  limits: [doing],
  docs,
  admits: mustBeAttendee,
  async handle(asking) {
    const { core, body, caller: attendee } = asking;
    const rows = await core.db.workshop.findMany({
      where: { number: { in: body.workshop_ids }, eventId: attendee.eventId },
    });
    const ids = new Map(rows.map(({ id, number }) => [number, id]));
    const wanted = body.workshop_ids.map((number) => ids.get(number) ?? '');
    await core.transaction(publicActor, (work) => rankWorkshops(work, attendee, wanted));
    return ownPage(core, attendee);
  },
});

const line = route({
  method: 'post',
  path: '/api/workshops/waiting/:wid',
  summary: 'Joins or leaves a waiting list, or takes an offered place',
  params: z.object({ wid: addressId }),
  body: z.object({ act: z.enum(['join', 'leave', 'accept'], 'must be join, leave or accept') }),
  maxBytes: 1000,
  limits: [doing],
  docs,
  admits: mustBeAttendee,
  async handle(asking) {
    const { core, params, body, caller: attendee } = asking;
    const workshop = await workshopOf(core, attendee, params.wid);
    await inTurn(() =>
      core.transaction(publicActor, async (work) => {
        if (body.act === 'join') await joinWaiting(work, attendee, workshop.id);
        else if (body.act === 'leave') await leaveWaiting(work, attendee.id, workshop.id);
        else await acceptOffer(work, attendee, workshop.id);
      }),
    );
    return ownPage(core, attendee);
  },
});

async function workshopOf(core: Core, attendee: Row<'Attendee'>, number: number): Promise<Row<'Workshop'>> {
  const workshop = await core.db.workshop.findUnique({ where: { number } });
  if (workshop?.eventId !== attendee.eventId) throw notFound('This workshop does not exist.');
  return workshop;
}

/** The routes of the public page. */
export const pageRoutes = [me, places, calendar, wishes, line];
