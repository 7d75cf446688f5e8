// The processes behind one port (WEB_CONCURRENCY), found by asking: each tells its number in its figures.
import { setTimeout as pause } from 'node:timers/promises';

/** Returns the process that answered one request of a connection of its own. */
async function answering(base: string): Promise<number> {
  // A connection that was just handed to a process when it was killed is never answered: whoever asks gives up and asks again.
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(`${base}/metrics`, { headers: { connection: 'close' }, signal });
  return Number(/process="(\d+)"/.exec(await answer.text())?.[1]);
}

/** Asks until the processes that answered are as `until` wants them, for two minutes at most, and returns them. */
export async function webProcesses(base: string, until: (found: Set<number>) => boolean): Promise<Set<number>> {
  const found = new Set<number>();
  for (const end = Date.now() + 120_000; Date.now() < end && !until(found); await pause(50))
    found.add(await answering(base).catch(() => 0));
  found.delete(0);
  return found;
}

/** Tells whether a process is there. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
