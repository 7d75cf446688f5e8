// What the pages of clubs and activities share: fields that say what is wrong, and answers of the API.
import { say } from '/shared/language.js';

/** Returns the element with this id. */
export const by = (id) => document.getElementById(id);

/** Says beside a field what is wrong with it; without words, that nothing is. */
export function mark(field, words) {
  by(`${field}-wrong`).textContent = words ?? '';
  by(`${field}-wrong`).hidden = !words;
  by(field).setAttribute('aria-invalid', String(Boolean(words)));
}

/** Makes an element with a class and a text. */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Sends JSON; returns the status and the answer's body, `{}` where there is none. */
export async function send(address, body) {
  const response = await fetch(address, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'omit',
  });
  const json = await response.json().catch(() => ({}));
  return { status: response.status, json };
}

/** Returns the words for a refusal that names no field. */
export function troubleOf(status) {
  if (status === 429) return say('tooMany');
  return say(status === 413 ? 'tooLarge' : 'noAnswer');
}

/** The bits and numbers of the contract. */
export const campusBits = { east: 1, south: 2, north: 4, zhuhai: 8 };
export const types = ['charity', 'sports', 'contest', 'lecture', 'outdoor', 'leisure', 'show'];

/** Returns the names of the campuses in these bits. */
export function campusNames(bits) {
  return Object.entries(campusBits)
    .filter(([, bit]) => bits & bit)
    .map(([name]) => say(`campus_${name}`))
    .join(say('comma'));
}

/** Writes a time of the API, "2026-05-03 14:30", which stays on the house's clocks. */
export function writeTime(time, options) {
  if (!time) return '';
  const instant = new Date(`${time.replace(' ', 'T')}:00Z`);
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: 'UTC', ...options }).format(instant);
}
