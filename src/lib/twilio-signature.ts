// The signature of Twilio's callbacks: HMAC-SHA1 over the address and the sorted fields of the form (Twilio, "Validating requests").
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs a call to this address with these fields. */
export function twilioSignature(authToken: string, url: string, fields: Readonly<Record<string, string>>): string {
  const signed = Object.keys(fields)
    .sort()
    .reduce((text, name) => text + name + fields[name], url);
  return createHmac('sha1', authToken).update(signed).digest('base64');
}

/** Tells whether the signature is right for the address and the fields. */
export function isTwilioSignature(
  authToken: string,
  url: string,
  fields: Readonly<Record<string, string>>,
  given: string,
): boolean {
  const right = Buffer.from(twilioSignature(authToken, url, fields));
  const said = Buffer.from(given);
  return authToken !== '' && right.length === said.length && timingSafeEqual(right, said);
}
