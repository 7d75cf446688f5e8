// What a set of workshops must keep to, looked at as a whole. The rule: pure; whoever calls it holds the locks that keep its facts true.
import { conflict, forbidden, type Row } from '../../core/index.ts';

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

/** Returns the first rule that a set breaks; undefined when it keeps to all. `titles` names workshops that links point to outside the set. */
export function refusalOf(
  attendee: AttendeeFacts,
  chosen: readonly WorkshopFacts[],
  links: readonly LinkFacts[],
  titles: (id: string) => string,
): Refusal | undefined {
  const stranger = chosen.find(({ eventId }) => eventId !== attendee.eventId);
  if (stranger) return { kind: 'event', first: stranger.title };
  const outside = chosen.find(({ targetGroup }) => targetGroup !== attendee.targetGroup);
  if (outside) return { kind: 'group', first: outside.title };
  const double = chosen.find((one, at) => chosen.findIndex(({ moment }) => moment === one.moment) !== at);
  if (double) {
    const other = chosen.find(({ moment, id }) => moment === double.moment && id !== double.id);
    return { kind: 'moment', first: other?.title ?? '', second: double.title };
  }
  return brokenLink(chosen, links, titles);
}

function brokenLink(
  chosen: readonly WorkshopFacts[],
  links: readonly LinkFacts[],
  titles: (id: string) => string,
): Refusal | undefined {
  const ids = new Set(chosen.map(({ id }) => id));
  for (const { firstId, secondId, type } of links) {
    const both = Number(ids.has(firstId)) + Number(ids.has(secondId));
    if (type === 'exclusive' ? both === 2 : both === 1)
      return { kind: type, first: titles(firstId), second: titles(secondId) };
  }
  return undefined;
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
