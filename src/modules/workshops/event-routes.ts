// The doors to events: everybody may look, managers replace events, users and links as wholes.
import { z } from 'zod';
import { Answer, type Core, invalid, type LimitRule, may, phrase, route, type Transaction } from '../../core/index.ts';
import { replaceAttendees } from './attendees.ts';
import { tokenHeader } from './auth-routes.ts';
import { eventFor, mustBeManager, mustBeSignedIn, noEvent, noteExport } from './callers.ts';
import { createEvent, deleteEvent, replaceEvent } from './events.ts';
import { replaceLinks } from './links.ts';
import { openedKey } from './login-keys.ts';
import {
  addressId,
  eventBody,
  linksBody,
  listedEvent,
  newEventBody,
  usersBody,
  wholeEvent,
  wireLink,
  wireUser,
} from './wire.ts';

const looking: LimitRule = { name: 'workshops.read', points: 6000, seconds: 300 };
const managing: LimitRule = { name: 'workshops.manage', points: 1200, seconds: 300 };
const one = z.object({ id: addressId });
const timeoutMs = 60_000;
const inOrder = { orderBy: { number: 'asc' } } as const;

const list = route({
  method: 'get',
  path: '/events',
  summary: 'All events',
  limits: [looking],
  docs: { answer: { events: [{ id: 1, available: true, workshops: null, name: 'projectweek' }] } },
  handle: async ({ core }) => ({ events: (await core.db.workshopEvent.findMany(inOrder)).map(listedEvent) }),
});

const create = route({
  method: 'post',
  path: '/events',
  summary: 'Makes an event',
  body: newEventBody,
  accepts: ['any-json'],
  limits: [managing],
  docs: { headers: tokenHeader, answer: { id: 1, available: null, workshops: [], name: 'projectweek' } },
  admits: mustBeManager,
  async handle(asking) {
    const { actor } = asking.caller;
    if (actor.scope !== 'all') throw invalid('Only somebody who manages all events may make one.');
    const event = await asking.core.transaction(actor, (work) => createEvent(work, asking.body));
    return { ...listedEvent(event), workshops: [] };
  },
});

const show = route({
  method: 'get',
  path: '/events/:id',
  summary: 'An event with its workshops and how many people each has',
  params: one,
  limits: [looking],
  handle: async ({ core, params }) => wholeEvent(await readEvent(core.db, params.id)),
});

async function readEvent(db: Transaction, number: number) {
  const event = await db.workshopEvent.findUnique({ where: { number }, include: { workshops: inOrder } });
  if (!event) throw noEvent();
  return event;
}

const replace = route({
  method: 'put',
  path: '/events/:id',
  summary: 'Replaces an event: workshops without an id are new, missing ones go with their registrations',
  params: one,
  body: eventBody,
  accepts: ['any-json'],
  limits: [managing],
  docs: { headers: tokenHeader },
  admits: mustBeManager,
  async handle(asking) {
    const { core, params, body, caller: manager } = asking;
    const event = await eventFor(core, params.id, manager);
    if (body.id !== undefined && body.id !== event.number)
      throw invalid('id is that of another event.', { id: 'is that of another event' });
    return core.transaction(
      manager.actor,
      async (work) => {
        const ids = await workshopIds(work.tx, event.id);
        const workshops = body.workshops?.map(({ id, ...values }) => ({
          ...values,
          ...(id !== undefined && { id: ids.get(id) ?? unknownWorkshop(id) }),
        }));
        await replaceEvent(work, event.id, { name: body.name, available: body.available, workshops });
        return wholeEvent(await readEvent(work.tx, event.number));
      },
      { timeoutMs },
    );
  },
});

/** Returns the ids of an event's workshops by their numbers. */
async function workshopIds(tx: Transaction, eventId: string): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.workshop.findMany({ where: { eventId }, select: { id: true, number: true } });
  return new Map(rows.map(({ id, number }) => [number, id]));
}

function unknownWorkshop(id: number): never {
  throw invalid(`There is no workshop with the id ${id} in this event.`);
}

const remove = route({
  method: 'delete',
  path: '/events/:id',
  summary: 'Deletes an event with everything in it',
  params: one,
  limits: [managing],
  docs: { headers: tokenHeader },
  admits: mustBeManager,
  async handle(asking) {
    const { caller: manager } = asking;
    const event = await eventFor(asking.core, asking.params.id, manager);
    await asking.core.transaction(manager.actor, (work) => deleteEvent(work, event.id), { timeoutMs });
    return new Answer(204, null);
  },
});

const links = route({
  method: 'get',
  path: '/events/:id/workshop_links',
  summary: 'Which workshops go together and which exclude each other',
  params: one,
  limits: [looking],
  docs: {
    headers: tokenHeader,
    answer: { workshop_links: [[{ workshop1_id: 1, workshop2_id: 2, link_type: 'inclusive', event_id: 1 }, {}]] },
  },
  admits: mustBeSignedIn,
  async handle(asking) {
    const { caller } = asking;
    const event = await eventFor(asking.core, asking.params.id, caller.kind === 'manager' ? caller : undefined);
    const rows = await asking.core.db.workshopLink.findMany({
      where: { eventId: event.id },
      include: { first: true, second: true },
      orderBy: { id: 'asc' },
    });
    return { workshop_links: rows.map((row) => wireLink(row, event.number)) };
  },
});

const putLinks = route({
  method: 'put',
  path: '/events/:id/workshop_links',
  summary: 'Replaces all links of an event',
  params: one,
  body: linksBody,
  accepts: ['any-json'],
  limits: [managing],
  docs: { headers: tokenHeader },
  admits: mustBeManager,
  async handle(asking) {
    const { core, body, caller: manager } = asking;
    const event = await eventFor(core, asking.params.id, manager);
    await core.transaction(manager.actor, async (work) => {
      const ids = await workshopIds(work.tx, event.id);
      const wanted = body.map(({ workshop1_id, workshop2_id, link_type }) => ({
        firstId: ids.get(workshop1_id) ?? unknownWorkshop(workshop1_id),
        secondId: ids.get(workshop2_id) ?? unknownWorkshop(workshop2_id),
        type: link_type,
      }));
      await replaceLinks(work, event.id, wanted);
    });
    return new Answer(204, null);
  },
});

const users = route({
  method: 'get',
  path: '/events/:id/users',
  summary: 'The users of an event; their keys only for whoever may read keys',
  params: one,
  limits: [managing],
  docs: { headers: tokenHeader },
  admits: mustBeManager,
  async handle(asking) {
    const { caller: manager } = asking;
    return { users: await readUsers(asking.core, asking.params.id, manager, {}) };
  },
});

const unregistered = route({
  method: 'get',
  path: '/events/:id/unregistered_users',
  summary: 'The users of an event who have no registration',
  params: one,
  limits: [managing],
  docs: { headers: tokenHeader },
  admits: mustBeManager,
  async handle(asking) {
    const { caller: manager } = asking;
    return { users: await readUsers(asking.core, asking.params.id, manager, { registrations: { none: {} } }) };
  },
});

async function readUsers(
  core: Core,
  number: number,
  manager: Awaited<ReturnType<typeof mustBeManager>>,
  where: { registrations?: { none: object } },
) {
  const event = await eventFor(core, number, manager);
  const rows = await core.db.attendee.findMany({
    where: { eventId: event.id, ...where },
    include: { registrations: { select: { number: true }, ...inOrder } },
    ...inOrder,
  });
  const mayRead = may(manager.actor, 'workshops:keys');
  if (mayRead && rows.length > 0)
    await noteExport(core, manager, event, phrase(`The login keys of ${rows.length} people were read at the API`));
  return rows.map((row) => wireUser(row, event.number, mayRead ? openedKey(core, row.identitySealed) : null));
}

const putUsers = route({
  method: 'put',
  path: '/events/:id/users',
  summary: 'Replaces the users of an event; those with an id stay with their registrations',
  params: one,
  body: usersBody,
  accepts: ['any-json'],
  maxBytes: 4_000_000,
  maxKeys: 200_000,
  limits: [managing],
  docs: { headers: tokenHeader },
  admits: mustBeManager,
  async handle(asking) {
    const { core, body, caller: manager } = asking;
    const event = await eventFor(core, asking.params.id, manager);
    await core.transaction(
      manager.actor,
      async (work) => {
        const rows = await work.tx.attendee.findMany({
          where: { eventId: event.id },
          select: { id: true, number: true },
        });
        const ids = new Map(rows.map(({ id, number }) => [number, id]));
        const wanted = body.map(({ id, full_name, user_class, targetGroup, identity }) => ({
          ...(id !== undefined && { id: ids.get(id) ?? unknownUser(id) }),
          fullName: full_name,
          userClass: user_class,
          targetGroup,
          identity,
        }));
        await replaceAttendees(work, event.id, wanted);
      },
      { timeoutMs },
    );
    return new Answer(204, null);
  },
});

function unknownUser(id: number): never {
  throw invalid(`There is no user with the id ${id} in this event.`);
}

/** The routes under /events. */
export const eventRoutes = [list, create, show, replace, remove, links, putLinks, users, putUsers, unregistered];
