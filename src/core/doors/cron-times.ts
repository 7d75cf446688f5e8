// When something repeats: five cron fields in the installation's time zone. The only room that imports the cron library.
// The rule: through the change of the clocks a time neither vanishes nor comes twice.
import { Cron } from 'croner';
import { invalid } from '../errors.ts';

const shape = /^[\d*/,\-A-Za-z?LW#]+(\s+[\d*/,\-A-Za-z?LW#]+){4}$/;

/** Returns the next time after `after`; null when there is none any more. Throws invalid naming `cron` for what is no such expression. */
export function nextTime(cron: string, timeZone: string, after: Date): Date | null {
  const words = cron.trim();
  const refuse = (cause?: unknown) =>
    invalid('The times do not fit.', { cron: 'must be five cron fields such as 30 7 * * 1 (Mondays at 7:30)' }, cause);
  if (words.length > 100 || !shape.test(words)) throw refuse();
  try {
    return new Cron(words, { timezone: timeZone, paused: true }).nextRun(after);
  } catch (error) {
    throw refuse(error);
  }
}
