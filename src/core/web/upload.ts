// Forms that clients send, wholly in memory. The rule: whatever comes ends as a value or as a StewardError, in time linear in
// its length, with nothing on disk.
import type { IncomingMessage } from 'node:http';
import { tooLarge } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';
import { readBody, utf8 } from './body.ts';
import { mustBeName, plainValue, repeated } from './form-fields.ts';

export { mediaType, readBody, utf8 } from './body.ts';
export { type Multipart, type MultipartLimits, parseMultipart, readMultipart } from './multipart.ts';

/** Reads a form in application/x-www-form-urlencoded. */
export async function readUrlencoded(
  req: IncomingMessage,
  limits: { maxBytes: number; maxFields: number; maxFieldBytes?: number },
): Promise<Record<string, string>> {
  const text = utf8(await readBody(req, limits.maxBytes));
  if (text.split('&', limits.maxFields + 2).length > limits.maxFields)
    throw tooLarge(phrase('The form has too many fields.'));
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    mustBeName(name);
    if (name in fields) throw repeated(name);
    if (Buffer.byteLength(value) > (limits.maxFieldBytes ?? limits.maxBytes))
      throw tooLarge(phrase(`The field "${name}" is too long.`));
    fields[name] = plainValue(name, value);
  }
  return fields;
}
