// The sweeper: every few seconds it looks for what dead processes left behind and puts it back to work.
// Its rule: cheap when there is nothing to do, harmless when several instances do it at once.
import type { Pool } from 'pg';
import type { Core } from '../core.ts';
import { requeueStrandedImports } from '../imports/work.ts';
import { settleOrphans } from '../outbox/settle.ts';
import { requeueStrandedRuns } from '../runs/work.ts';
import { buryDeadInstances, instanceTimes } from './instances.ts';

const everyMs = 3_000;

/** Starts to sweep every 3 s; `stop` waits for the sweep under way. */
export function startSweeper(core: Core, times = instanceTimes): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= sweepOnce(core, times)
      .catch((error: unknown) => core.log.warn({ err: error }, 'sweeping failed; it is tried again'))
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Takes over from the dead: frees their jobs, marks what they were sending, puts stranded runs and imports back in the queue. */
export async function sweepOnce(core: Core, times = instanceTimes): Promise<void> {
  await buryDeadInstances(core, times);
  await unlockJobsOfTheDead(core.database.pool);
  await settleOrphans(core, times.deadSeconds);
  await requeueStrandedRuns(core);
  await requeueStrandedImports(core);
}

/** The name in which a process locks jobs; with its id in it a dead one's locks can be told from a live one's. */
export function poolName(instanceId: string): string {
  return `steward-${instanceId}`;
}

/** Frees jobs that are locked by processes no longer alive (the queue itself would wait four hours). Returns how many processes. */
export async function unlockJobsOfTheDead(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pools: string[] }>(
    `SELECT coalesce(array_agg(DISTINCT locked_by), '{}') AS pools FROM graphile_worker._private_jobs j
     WHERE locked_by LIKE 'steward-%'
       AND NOT EXISTS (SELECT 1 FROM "Instance" i WHERE j.locked_by = 'steward-' || i.id)`,
  );
  const pools = rows[0]?.pools ?? [];
  if (pools.length > 0) await pool.query('SELECT graphile_worker.force_unlock_workers($1::text[])', [pools]);
  return pools.length;
}
