// The shapes of the wire contract: numeric ids, nested link arrays, bodies with more in them than we read. Unknown fields are passed over.
import { z } from 'zod';
import type { Row } from '../../core/index.ts';

const plain = (text: string) => !/[\p{Cc}\p{Cs}]/u.test(text);
/** A numeric id, also as text in an address. */
const wireId = z.int().min(1).max(2_147_483_647);
/** A numeric id in an address. */
export const addressId = z
  .string()
  .regex(/^\d{1,10}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.int().max(2_147_483_647, 'is too large'));

const line = (most: number) =>
  z
    .string('must be text')
    .trim()
    .max(most, `may have ${most} characters at most`)
    .refine(plain, 'has a control character');
const name = line(80).refine((text) => text !== '', 'is missing');
/** The original's clients send numbers as text now and then. */
const whole = (least: number, most: number) =>
  z
    .union(
      [
        z.int(),
        z
          .string()
          .regex(/^\s*\d{1,9}\s*$/)
          .transform(Number),
      ],
      'must be a whole number',
    )
    .pipe(z.int().min(least, `must be ${least} or more`).max(most, `must be ${most} at most`));
const orNothing = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const workshop = z.object({
  id: orNothing(wireId),
  title: orNothing(name),
  description: orNothing(
    z
      .string('must be text')
      .max(5000, 'may have 5000 characters at most')
      .refine((text) => !text.includes('\0'), 'has a control character'),
  ),
  moment: orNothing(name),
  limit: orNothing(whole(0, 100_000)),
  targetGroup: orNothing(line(80)),
});

/** Body of `POST /events`. */
export const newEventBody = z.object({ name });

/** Body of `PUT /events/{id}`: the whole event. Without a list of workshops they stay. */
export const eventBody = z.object({
  id: orNothing(wireId),
  name: orNothing(name),
  available: z.boolean('must be true or false').nullish(),
  workshops: orNothing(z.array(workshop, 'must be a list').max(1000, 'has more than 1000')),
});

/** Body of `PUT /events/{id}/users`. */
export const usersBody = z
  .array(
    z.object({
      id: orNothing(wireId),
      full_name: name,
      user_class: orNothing(line(80)),
      targetGroup: orNothing(line(80)),
      identity: z
        .string('must be text')
        .max(80, 'may have 80 characters at most')
        .refine(plain, 'has a control character')
        .nullish(),
    }),
    'must be a list of users',
  )
  .max(10_000, 'has more than 10000 users');

/** Body of `PUT /events/{id}/workshop_links`: plain objects, or the pairs that GET answers with. */
export const linksBody = z
  .array(
    z.preprocess(
      (item) => (Array.isArray(item) ? item[0] : item),
      z.object({
        workshop1_id: wireId,
        workshop2_id: wireId,
        link_type: z.enum(['inclusive', 'exclusive'], 'must be inclusive or exclusive'),
      }),
    ),
    'must be a list of links',
  )
  .max(2000, 'has more than 2000 links');

/** Body of `PUT /registrations/user/{uid}`. Managers also say why. */
export const registrationsBody = z.object({
  workshop_ids: z.array(wireId, 'must be a list of ids').max(500, 'has more than 500 ids'),
  reason: orNothing(line(300)),
});

/** Input of `POST /auth/login`, from the body or the address. */
export const loginBody = z.object({
  credential: z.string('must be text').min(1, 'is missing').max(300, 'is too long'),
  admin_login: z.union([z.literal([0, 1, '0', '1', false, true])], 'must be 0 or 1'),
});

/** Writes an event as `GET /events` lists it. */
export function listedEvent({ number, available, name: title }: Row<'WorkshopEvent'>) {
  return { id: number, available, workshops: null, name: title };
}

/** Writes an event with its workshops. */
export function wholeEvent(event: Row<'WorkshopEvent'> & { workshops: Row<'Workshop'>[] }) {
  return {
    id: event.number,
    available: event.available,
    name: event.name,
    workshops: event.workshops.map((one) => wireWorkshop(one, event.number)),
  };
}

function wireWorkshop(
  { number, title, description, moment, limit, targetGroup, taken }: Row<'Workshop'>,
  event: number,
) {
  return {
    id: number,
    title,
    description,
    moment,
    limit,
    targetGroup,
    event,
    registrations: null,
    _registrationCount: taken,
  };
}

/** Writes a link as the old client reads it: the data and an empty object of errors. */
export function wireLink(link: { type: string; first: { number: number }; second: { number: number } }, event: number) {
  return [
    { workshop1_id: link.first.number, workshop2_id: link.second.number, link_type: link.type, event_id: event },
    {},
  ];
}

/** Writes a user for managers. */
export function wireUser(
  user: Row<'Attendee'> & { registrations: { number: number }[] },
  event: number,
  identity: string | null,
) {
  return {
    id: user.number,
    full_name: user.fullName,
    identity,
    permission: 1,
    targetGroup: user.targetGroup,
    event_id: event,
    user_class: user.userClass,
    registrations: user.registrations.map(({ number }) => number),
  };
}

/** Writes a registration. */
export function wireRegistration(row: Row<'WorkshopRegistration'> & { workshop: { number: number } }, user: number) {
  return {
    id: row.number,
    workshop_id: row.workshop.number,
    user_id: user,
    user,
    entry_time: row.entryTime.toISOString().replace(/Z$/, '+00:00'),
  };
}
