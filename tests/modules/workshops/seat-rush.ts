// A rush for few places, as the race test and the measurement use it: people who register, change their minds, wait and leave over HTTP
// or in a database of their own, and the invariants that must hold for the rows afterwards.
import type { Core } from '../../../src/core/index.ts';
import type { Visitor } from '../../kit/http.ts';
import { bearer } from './workshops-house.ts';

/** Says what is wrong with an event's rows; empty when every invariant holds. */
export async function brokenInvariants(core: Core, eventId: string): Promise<string[]> {
  const { db } = core;
  const [workshops, attendees, links] = await Promise.all([
    db.workshop.findMany({ where: { eventId }, include: { registrations: true, waiting: true } }),
    db.attendee.findMany({ where: { eventId }, include: { registrations: { include: { workshop: true } } } }),
    db.workshopLink.findMany({ where: { eventId }, include: { first: true, second: true } }),
  ]);
  const overfull = workshops.flatMap(({ title, limit, taken, held, registrations, waiting }) => {
    const offered = waiting.filter(({ state }) => state === 'offered').length;
    return [
      ...(registrations.length > limit ? [`${title} has ${registrations.length} people for ${limit} places`] : []),
      ...(registrations.length + offered > limit ? [`${title} promised more than its ${limit} places`] : []),
      ...(registrations.length !== taken || offered !== held ? [`${title} counts ${taken} and ${held} wrongly`] : []),
    ];
  });
  const wrongSets = attendees.flatMap(({ fullName, targetGroup, registrations }) => {
    const set = registrations.map(({ workshop }) => workshop);
    const has = (id: string) => set.some((one) => one.id === id);
    return [
      ...(new Set(set.map(({ moment }) => moment)).size < set.length ? [`${fullName} is twice at one moment`] : []),
      ...set.filter((one) => one.targetGroup !== targetGroup).map(({ title }) => `${fullName} may not take ${title}`),
      ...links
        .filter(({ firstId, secondId, type }) =>
          type === 'exclusive' ? has(firstId) && has(secondId) : has(firstId) !== has(secondId),
        )
        .map(({ first, second, type }) => `${fullName} breaks the ${type} link of ${first.title} and ${second.title}`),
    ];
  });
  return [...overfull, ...wrongSets];
}

/** Somebody with a token at one of the instances. */
export interface Rusher {
  number: number;
  visitor: Visitor;
  token: string;
}

/** Replaces somebody's registrations over HTTP and returns the status. */
export async function register({ number, visitor, token }: Rusher, ids: readonly number[]): Promise<number> {
  const answer = await visitor.send('PUT', `/registrations/user/${number}`, {
    body: JSON.stringify({ workshop_ids: ids }),
    headers: { 'content-type': 'application/json', ...bearer(token) },
  });
  return answer.status;
}

/** Joins, leaves or accepts at a waiting list and returns the status. */
export async function wait({ visitor, token }: Rusher, workshop: number, act: string): Promise<number> {
  return (await visitor.post(`/api/workshops/waiting/${workshop}`, { act }, bearer(token))).status;
}
