// The fields that several bodies of the contract share. The rule: lengths count characters as people do, and what cannot be seen
// or typed is refused by name.
import { z } from 'zod';
import { isEmail, normaliseEmail } from '../../core/index.ts';

/** Numbers of records are what PostgreSQL keeps as an integer. */
export const largestNumber = 2_147_483_647;

/** A text of at most so many characters, trimmed; absent and null are the empty text. */
export const text = (most: number) =>
  z
    .string('must be a text')
    .nullish()
    .transform((value) => (value ?? '').replace(/\r\n?/g, '\n').trim())
    .refine((value) => [...value].length <= most, `may have ${most} characters at most`)
    .refine((value) => !/[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(value), 'holds a control character');

/** One line of at most so many characters, and not empty. */
export const someText = (most: number) =>
  text(most)
    .refine((value) => value !== '', 'is missing')
    .refine((value) => !/[\n\t]/.test(value), 'must be one line');

/** An e-mail address as it is kept, in small letters. */
export const email = someText(255).transform(normaliseEmail).refine(isAddress, 'is not an e-mail address');

/** Tells whether this is an e-mail address. */
export function isAddress(value: string): boolean {
  return isEmail(value) && z.email().safeParse(value).success;
}

/** A file name as `POST /images` gives it. */
export const fileName = someText(70).refine(
  (value) => fileNameShape.test(value),
  'is not a file name that an upload gave',
);

/** The shape of those names. */
export const fileNameShape = /^[0-9a-f]{32}\.(?:png|jpg)$/;

/** The number of a record in a query or a path. */
export const recordNumber = z
  .string('must be a number')
  .regex(/^[1-9]\d{0,9}$/, 'must be a number above 0')
  .transform(Number)
  .refine((number) => number <= largestNumber, 'is too large');

/** The number of a page, from 1. */
export const pageNumber = z
  .string('must be a number')
  .regex(/^[1-9]\d{0,5}$/, 'must be a number above 0')
  .transform(Number)
  .default(1);

/** Records on a page of the contract's lists. */
export const pageSize = 10;
