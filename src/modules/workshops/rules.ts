// What a set of workshops must keep to, looked at as a whole. The rule: pure; whoever calls it holds the locks that keep its facts true.
import { conflict, forbidden, phrase, type Row } from '../../core/index.ts';

/** What the rules know of a workshop. */
export type WorkshopFacts = Pick<Row<'Workshop'>, 'id' | 'eventId' | 'title' | 'moment' | 'targetGroup'>;

/** What the rules know of a link. */
export type LinkFacts = Pick<Row<'WorkshopLink'>, 'firstId' | 'secondId' | 'type'>;

/** Whose set it is. */
export type AttendeeFacts = Pick<Row<'Attendee'>, 'eventId' | 'targetGroup'>;

/** Why a set is refused, for pages that say it in their own words. */
export interface Refusal {
  kind: 'event' | 'group' | 'moment' | 'inclusive' | 'exclusive';
  first: string;
  second?: string;
}

/** Returns every rule that a set breaks, in the contract's order. `titles` names workshops that links point to outside the set. */
export function* refusalsOf(
  attendee: AttendeeFacts,
  chosen: readonly WorkshopFacts[],
  links: readonly LinkFacts[],
  titles: (id: string) => string,
): Generator<Refusal, undefined> {
  for (const { eventId, title } of chosen) if (eventId !== attendee.eventId) yield { kind: 'event', first: title };
  for (const { targetGroup, title } of chosen)
    if (targetGroup !== attendee.targetGroup) yield { kind: 'group', first: title };
  const atMoment = new Map<string, WorkshopFacts>();
  for (const one of chosen) {
    const other = atMoment.get(one.moment);
    if (other) yield { kind: 'moment', first: other.title, second: one.title };
    else atMoment.set(one.moment, one);
  }
  const ids = new Set(chosen.map(({ id }) => id));
  for (const { firstId, secondId, type } of links) {
    const both = Number(ids.has(firstId)) + Number(ids.has(secondId));
    if (type === 'exclusive' ? both === 2 : both === 1)
      yield { kind: type, first: titles(firstId), second: titles(secondId) };
  }
}

/** Returns the first rule that a set breaks; undefined when it keeps to all. */
export function refusalOf(...facts: Parameters<typeof refusalsOf>): Refusal | undefined {
  return refusalsOf(...facts).next().value;
}

/** Says which rule is broken, for people; the titles are those of the workshops. */
export function refusalWords({ kind, first, second = '' }: Refusal): string {
  switch (kind) {
    case 'event':
      return phrase(`${first} belongs to another event`);
    case 'group':
      return phrase(`${first} is for another group`);
    case 'moment':
      return phrase(`${first} and ${second} are at the same moment`);
    case 'inclusive':
      return phrase(`${first} and ${second} are taken together, but only one of them is`);
    case 'exclusive':
      return phrase(`${first} and ${second} are never taken together, but both are`);
  }
}

/** Builds the error of the wire contract for a refusal. */
export function refusalError({ kind, first, second }: Refusal) {
  switch (kind) {
    case 'event':
      return forbidden('You can only register for your own event');
    case 'group':
      return forbidden('Not allowed to register for workshops outside of target group.');
    case 'moment':
      return conflict('Already registered for another workshop on this moment');
    default:
      return forbidden(`Link between workshop ${first} and ${second}, type: ${kind}`);
  }
}

/** Builds the error for a workshop without a free place. */
export const full = () => forbidden('Limit reached. Refresh the page.');

/** Builds the error for an event that is not open. */
export const closed = () => forbidden('Registration for this event is not allowed');
