// What an organiser who is bound to one event sees; a key that is bound to one sees the same.
import { type Actor, boundId } from '../../core/index.ts';

/** Rows that belong to a workshop of the event. */
export const ofWorkshop = {
  'workshop-event': (actor: Actor) => ({ workshop: { eventId: boundId(actor) } }),
  key: (actor: Actor) => ({ workshop: { eventId: boundId(actor) } }),
};

/** Rows that belong to the event itself. */
export const ofEvent = {
  'workshop-event': (actor: Actor) => ({ eventId: boundId(actor) }),
  key: (actor: Actor) => ({ eventId: boundId(actor) }),
};
