// Phone numbers: whatever people type becomes E.164 or is refused. The only room that imports libphonenumber-js.
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { invalid } from '../errors.ts';

/** A phone number that exists as far as one can tell without calling it. */
export interface Phone {
  /** For example +31612345678. */
  e164: string;
  /** Two letters; undefined where several countries share the code. */
  country: string | undefined;
}

/** Reads a phone number; `country` (two letters) says how one without a country code is meant. Undefined when it is none. */
export function readPhone(input: string, country?: string): Phone | undefined {
  const typed = input.normalize('NFKC').trim();
  if (typed.length > 40 || !/^[+\d\s().\-/\u2010-\u2015]+$/.test(typed)) return undefined;
  const region = country && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  // "7 909 …": many leave the plus away.
  const found = [parsePhoneNumberFromString(typed, region), parsePhoneNumberFromString(`+${typed}`)];
  const phone = found.find((one) => one?.isValid() && !one.ext);
  return phone && { e164: phone.number, country: phone.country };
}

/** Returns the number as it is kept and sent to. Throws invalid. */
export function mustBePhone(input: string, country?: string, field = 'to'): string {
  const phone = readPhone(input, country);
  if (!phone) throw invalid('This is not a phone number.', { [field]: 'is not a phone number' });
  return phone.e164;
}
