// Waiting in tests: for something to hold, not for a time.
import { setTimeout as pause } from 'node:timers/promises';

const patience = 60_000;

/** Waits until it holds, a minute at most. Throws when it does not come to that. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    if (await holds()) return;
    await pause(30);
  }
  throw new Error('It did not come to hold within a minute.');
}
