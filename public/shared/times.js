// Times of the public pages: on the clocks of the house, as the panel and the mails write them, wherever the reader is.
import { currentTag } from '/shared/language.js';
import { timeZone } from '/shared/time-zone.js';

const parts = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' };

/** Writes a moment of the API. `options`: the parts of another form, as Intl.DateTimeFormat takes them. */
export function sayMoment(iso, options = parts) {
  return new Intl.DateTimeFormat(currentTag(), { ...options, timeZone }).format(new Date(iso));
}

/** Writes a moment with the name of its zone, for what people elsewhere go by as well. */
export function sayMomentAndZone(iso) {
  return sayMoment(iso, { ...parts, timeZoneName: 'short' });
}
