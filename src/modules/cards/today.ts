// The present day in the installation's time zone.
import { clockTime } from '../../core/index.ts';

/** Returns the day as 2026-05-03. */
export function today(now = new Date()): string {
  return clockTime(now).slice(0, 10);
}

/** Returns a day as date columns keep it. */
export function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
