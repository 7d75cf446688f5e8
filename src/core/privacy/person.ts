// Whom a request for personal data is about: an address as it was typed becomes what tables are searched with.
// The rule: never more than this one person; an address inside a longer one is somebody else's.
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import { readAddress } from '../outbox/address.ts';
import { readPhone } from '../outbox/phone.ts';
import type { Person } from '../personal-data.ts';

/** Reads e-mail and phone as typed. Throws invalid naming the field, or when neither is given. */
export function readPerson(core: Core, given: { email?: string; phone?: string }): Person {
  const [typedEmail, typedPhone] = [given.email?.trim() ?? '', given.phone?.trim() ?? ''];
  if (!typedEmail && !typedPhone) throw invalid('Say who it is about.', { email: 'or phone is needed' });
  const email = readAddress(typedEmail)?.toLowerCase();
  const phone = readPhone(typedPhone, core.config.sms.country)?.e164;
  if (typedEmail && !email) throw invalid('This is not an e-mail address.', { email: 'is not an e-mail address' });
  if (typedPhone && !phone) throw invalid('This is not a phone number.', { phone: 'is not a phone number' });
  return { ...(email ? { email } : {}), ...(phone ? { phone } : {}) };
}

/** Writes the pattern (PostgreSQL's, for `~*`) that finds a person's addresses in texts and in JSON written as text. */
export function patternOf(persons: readonly Person[]): string {
  return persons.map(patternOfOne).join('|');
}

function patternOfOne({ email, phone }: Person): string {
  // In JSON a line break is written as two characters, of which the second one is a letter.
  const start = '(?:(?<![[:alnum:]._%+-])|(?<=\\\\[nrt]))';
  const inText = email ? [`${start}${escaped(email)}(?![[:alnum:]-]|\\.[[:alnum:]])`] : [];
  const between = '[[:space:]().-]*';
  const digits = phone?.slice(1).split('').join(between);
  return [...inText, ...(digits ? [`(?<![[:digit:]])(?:\\+|00)?${digits}(?![[:digit:]])`] : [])].join('|');
}

/** Returns the same pattern as an expression of JavaScript. */
export function expressionOf(persons: readonly Person[]): RegExp {
  const classes = { '[:alnum:]': '\\p{L}\\p{N}', '[:space:]': '\\s', '[:digit:]': '\\d' } as const;
  const written = Object.entries(classes).reduce(
    (text, [name, ours]) => text.replaceAll(name, ours),
    patternOf(persons),
  );
  // Without the flag that makes letters of all scripts one, `\\p` would be a plain p; with it, an escaped `-` is refused.
  return new RegExp(written, 'iu');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Returns a Prisma filter for an address whatever its letters' size; its `_` and `%` are no wildcards. */
export function sameAddress(address: string): { equals: string; mode: 'insensitive' } {
  return { equals: address.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' };
}
