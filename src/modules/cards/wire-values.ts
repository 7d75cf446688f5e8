// Values as the wire writes them: tokens, moments, hashes, picture ids. The rule: what comes out is ours in form, so that no text
// of a client ever becomes a path, a filter or a second spelling of the same thing.
import { z } from 'zod';
import { instantOf, isDay, readPhone } from '../../core/index.ts';

const bare = /^[0-9a-f]{32}$/i;
const dashed = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const longestPassword = 200;
const latestMoment = 253_402_300_799;

/** Returns 32 small hexadecimal digits for a UUID or 32 digits in either case; undefined for anything else. */
export function plainHandle(text: string): string | undefined {
  return bare.test(text) || dashed.test(text) ? text.replaceAll('-', '').toLowerCase() : undefined;
}

/** Returns whole seconds since 1970, 0 for none. */
export function secondsOf(moment: Date | null): number {
  return moment ? Math.floor(moment.getTime() / 1000) : 0;
}

/** Returns whole seconds since 1970, null for none. */
export function secondsOrNull(moment: Date | null): number | null {
  return moment ? secondsOf(moment) : null;
}

/** A card's token as its client writes it. */
export const token = z
  .string()
  .refine((text) => plainHandle(text) !== undefined, 'must be a UUID or 32 hexadecimal digits')
  .meta({ examples: ['8FF5D3B4-FDC4-4326-9D75-CEACFD700EA3'] });

/** A printed code's id; one that cannot exist is as unknown as one that does not. */
export const qrId = z
  .string()
  .max(200)
  .meta({ examples: ['3a0137fbecf5a7bfbc25af10c27c54b4'] });

/** `YYYY-MM-DD HH:MM:SS` in the installation's time zone, or Unix seconds; 0, null and the empty text mean at once. */
export const moment = z
  .union([z.int().min(0).max(latestMoment), z.string(), z.null()])
  .transform((value, context) => {
    const read = readMoment(value);
    if (read === undefined)
      context.addIssue({ code: 'custom', message: 'must be YYYY-MM-DD HH:MM:SS or Unix seconds' });
    return read ?? null;
  })
  .meta({ examples: ['1999-02-02 00:00:00'] });

function readMoment(value: number | string | null): Date | null | undefined {
  if (value === null || value === '' || value === 0) return null;
  if (typeof value === 'number') return new Date(value * 1000);
  const [, day = '', time = ''] = /^(\d{4}-\d{2}-\d{2})[ T]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)$/.exec(value) ?? [];
  return isDay(day) ? instantOf(`${day}T${time}`) : undefined;
}

/** A day that exists, such as 2016-03-28. */
export const day = z
  .string()
  .refine(isDay, 'must be a day such as 2016-03-28')
  .meta({ examples: ['2016-03-28'] });

/** An e-mail address in small letters. */
export const email = z.string().trim().toLowerCase().max(254).pipe(z.email());

/** What the client sends as a password, usually a hash of it. */
export const password = z.string().min(1).max(longestPassword);

const plainText = (longest: number) =>
  z
    .string()
    .trim()
    .refine((text) => [...text].length <= longest, `may have ${longest} characters at most`)
    .refine((text) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text), 'has a character that cannot be shown');

/** A name of 1 to 24 characters. */
export const nick = plainText(24).refine((text) => text !== '', 'is empty');

/** A telephone number, kept as E.164; without a country code it is meant as a Chinese one. Empty: none. */
export const mobile = z
  .string()
  .max(40)
  .transform((text, context) => {
    const phone = readPhone(text, 'CN');
    if (text.trim() === '') return '';
    if (!phone) context.addIssue({ code: 'custom', message: 'is not a telephone number' });
    return phone?.e164 ?? '';
  });

/** A birthday since 1900, not in the future. Empty: none. */
export const birthday = z.string().transform((text, context) => {
  if (text === '') return null;
  const isFit = isDay(text) && text >= '1900-01-01' && text <= new Date().toISOString().slice(0, 10);
  if (!isFit) context.addIssue({ code: 'custom', message: 'must be a day in the past such as 1972-03-21' });
  return isFit ? new Date(`${text}T00:00:00Z`) : null;
});

/** Part of an address. */
export const region = plainText(32);

/** A few words about oneself; line breaks are fine. */
export const introduction = z
  .string()
  .trim()
  .refine((text) => [...text].length <= 200, 'may have 200 characters at most')
  .refine(
    (text) => !/[\u202a-\u202e\u2066-\u2069]|(?![\n\r\t])\p{Cc}/u.test(text),
    'has a character that cannot be shown',
  );

/** A picture's id, or its address as the seed writes it: `\static\avatar\<id>_300.png`. Empty: none. */
export const pictureId = z
  .string()
  .max(200)
  .transform((text, context) => {
    if (text === '') return null;
    const [, id] =
      /^(?:[\\/]{0,2}static[\\/]{1,2}(?:avatar|banner)[\\/]{1,2})?([0-9a-f]{32})(?:_\d{2,4}\.(?:png|jpg))?$/i.exec(
        text,
      ) ?? [];
    if (!id) context.addIssue({ code: 'custom', message: 'is not the id of a picture' });
    return id?.toLowerCase() ?? null;
  });

/** A SHA-256 or SHA-1 in hexadecimal digits. */
export const contentHash = z
  .string()
  .regex(/^(?:[0-9a-f]{64}|[0-9a-f]{40})$/i, 'must be a SHA-256 or SHA-1')
  .transform((text) => text.toLowerCase())
  .meta({ examples: ['a9993e364706816aba3e25717850c26c9cd0d89d'] });

/** First and last place in a list, both counted; 50 at once by default and 100 at most. */
export const range = { from: z.int().min(0).max(1_000_000).default(0), to: z.int().min(0).max(1_000_100).optional() };

/** Returns how a range is read from the database. */
export function pageOf({ from, to }: { from: number; to?: number }): { skip: number; take: number } {
  const take = to === undefined ? 50 : Math.min(100, to - from + 1);
  return { skip: from, take: Math.max(0, take) };
}
