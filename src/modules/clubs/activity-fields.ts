// An activity's fields on the wire and in our columns: one table for both directions. The rule: every field that is present is
// written, an empty text and a zero too; what is absent stays as it is.
import { z } from 'zod';
import { invalid, type Row, StewardError } from '../../core/index.ts';
import { fileNameShape, isAddress, largestNumber, someText, text } from './fields.ts';
import { readTime } from './times.ts';

/** The values of an activity's columns that people write. */
export type ActivityValues = Pick<Row<'Activity'>, (typeof writtenColumns)[number]>;

/** Columns by their names on the wire, in the contract's order. */
const wireNames = {
  name: 'name',
  startTime: 'startsAt',
  endTime: 'endsAt',
  campus: 'campuses',
  location: 'location',
  enrollCondition: 'condition',
  sponsor: 'sponsor',
  type: 'type',
  pubStartTime: 'shownFrom',
  pubEndTime: 'shownUntil',
  detail: 'detail',
  reward: 'reward',
  introduction: 'introduction',
  requirement: 'requirement',
  poster: 'poster',
  qrcode: 'qrcode',
  email: 'email',
  enrollWay: 'enrolWay',
  enrollEndTime: 'enrolUntil',
  can_enrolled: 'enrolling',
  capacity: 'capacity',
} as const;

/** The columns that people write. */
export const writtenColumns = Object.values(wireNames);

/** In the order of the contract's numbers. */
export const activityTypes = ['charity', 'sports', 'contest', 'lecture', 'outdoor', 'leisure', 'show'] as const;
export const campuses = ['east', 'south', 'north', 'zhuhai'] as const;
export const enrollingStates = ['none', 'open', 'closed'] as const;

const time = z.string('must be a time such as 2026-05-03 14:30').transform((value, context) => {
  const instant = readTime(value.trim());
  if (!instant) context.addIssue({ code: 'custom', message: 'must be a time such as 2026-05-03 14:30' });
  return instant ?? z.NEVER;
});
const optionalTime = z.preprocess((value) => (value === '' ? null : value), time.nullable());
const oneOf = <const V extends readonly string[]>(values: V) =>
  z
    .int('must be a whole number')
    .min(0, 'is unknown')
    .max(values.length - 1, 'is unknown')
    .transform((index) => values[index] as V[number]);
const upload = text(64).refine(
  (name) => name === '' || fileNameShape.test(name),
  'is not a file name that an upload gave',
);
const address = text(255).refine((value) => value === '' || isAddress(value), 'is not an e-mail address');

const fields = {
  name: someText(30),
  startTime: time,
  endTime: time,
  campus: z
    .int('must be a whole number')
    .min(0, 'is unknown')
    .max(15, 'is unknown')
    .transform((bits) => campuses.filter((_, index) => bits & (1 << index))),
  location: text(100),
  enrollCondition: text(50),
  sponsor: text(50),
  type: oneOf(activityTypes),
  pubStartTime: time,
  pubEndTime: time,
  detail: text(150),
  reward: text(30),
  introduction: text(50),
  requirement: text(50),
  poster: upload,
  qrcode: upload,
  email: address,
  enrollWay: text(100),
  enrollEndTime: optionalTime,
  can_enrolled: oneOf(enrollingStates),
  capacity: z
    .int('must be a whole number')
    .min(0, 'must not be below 0')
    .max(largestNumber, 'is too large')
    .nullable()
    .transform((most) => most || null),
};
const needed = ['name', 'startTime', 'endTime', 'type', 'pubStartTime', 'pubEndTime'] as const;
const absentAllowed = Object.fromEntries(
  Object.entries(fields).map(([name, field]) => [name, (field as z.ZodType).optional()]),
) as { [F in keyof typeof fields]: z.ZodOptional<(typeof fields)[F]> };

/** The body of a changed activity: only what is present. */
export const changeBody = z.object(absentAllowed);

/** The body of a new activity; `z.undefined` of a needed field is told as missing. */
export const publishBody = changeBody.superRefine((body, context) => {
  for (const name of needed)
    if (body[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: 'is missing' });
});

/** Returns a body's fields as columns. */
export function columnsOf(body: z.output<typeof changeBody>): Partial<ActivityValues> {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [wireNames[name as keyof typeof wireNames], value]));
}

/** Throws invalid naming each column that does not fit the others. */
export function mustFitTogether(
  values: Pick<ActivityValues, 'startsAt' | 'endsAt' | 'shownFrom' | 'shownUntil'>,
): void {
  const faults: Record<string, string> = {};
  if (values.endsAt < values.startsAt) faults.endsAt = 'is before the start';
  if (values.shownUntil < values.shownFrom) faults.shownUntil = 'is before the start';
  if (Object.keys(faults).length > 0) throw invalid('These times do not fit together.', faults);
}

/** Runs what a route does and renames the columns in its errors to the contract's fields. */
export async function inWireWords<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof StewardError) || Object.keys(error.fields).length === 0) throw error;
    const named = Object.entries(error.fields).map(([column, fault]) => [wireNameOf(column), fault]);
    throw new StewardError(error.code, error.status, error.message, {
      cause: error,
      fields: Object.fromEntries(named),
    });
  }
}

function wireNameOf(column: string): string {
  return Object.entries(wireNames).find(([, name]) => name === column)?.[0] ?? column;
}
