// Times as the contract writes them: YYYY-MM-DD HH:MM by the clocks of the configured time zone.
import { clockTime, instantOf, isDay } from '../../core/index.ts';

/** Returns the instant of such a time; undefined for anything else, a day that does not exist too. */
export function readTime(text: string): Date | undefined {
  const [, day = '', clock] = /^(\d{4}-\d{2}-\d{2}) ((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? [];
  return isDay(day) ? instantOf(`${day}T${clock}:00`) : undefined;
}

/** Writes an instant so; an empty text for none. */
export function writeTime(instant: Date | null): string {
  return instant ? clockTime(instant).slice(0, 16).replace('T', ' ') : '';
}
