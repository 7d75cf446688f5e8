// Columns that several resources of this module share, and the words for their values.
import { z } from 'zod';

export const group = 'Contests';
export const read = 'contests:read';
export const manage = 'contests:manage';
export const taken = 'contests:export';

/** How far something is that leaves through the outbox. */
export const sendValues = {
  none: { label: 'Not yet', tone: 'quiet' },
  waiting: { label: 'On its way', tone: 'busy' },
  sent: { label: 'Done', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  unknown: { label: 'Unknown', tone: 'bad' },
} as const;

/** A whole number between two others. */
export const between = (least: number, most: number) =>
  z.number().int('must be a whole number').min(least, `must be ${least} or more`).max(most, `must be ${most} or less`);

/** A line of text. */
export const line = (most: number) => z.string().trim().min(1, 'is missing').max(most, 'is too long');
