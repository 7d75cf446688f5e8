// Who is alive: each process keeps a heartbeat row. What a dead one had claimed is taken over by whoever notices.
// The rule: one clock, the database's.
import type { Core } from '../core.ts';

/** Seconds between heartbeats, and without one until an instance counts as dead. */
export interface InstanceTimes {
  beatSeconds: number;
  deadSeconds: number;
}

export const instanceTimes: InstanceTimes = { beatSeconds: 3, deadSeconds: 20 };

/** Registers this process and keeps its heartbeat; `stop` signs it off, so that others take over at once. */
export async function startInstance(
  core: Core,
  role: string,
  times = instanceTimes,
): Promise<{ stop(): Promise<void> }> {
  const beat = async () => {
    const back = await core.database.pool.query(
      `INSERT INTO "Instance" (id, role) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET "heartbeatAt" = now() RETURNING (xmax = 0) AS fresh`,
      [core.instanceId, role],
    );
    return back.rows[0]?.fresh === true;
  };
  await beat();
  const timer = setInterval(() => {
    beat().then(
      (fresh) => {
        // Its claims were given to others meanwhile; each of them is fenced by itself, so it just goes on.
        if (fresh) core.log.warn('this process was thought dead, and came back');
      },
      (error: unknown) => core.log.warn({ err: error }, 'the heartbeat failed'),
    );
  }, times.beatSeconds * 1000);
  return {
    async stop() {
      clearInterval(timer);
      await core.database.pool.query('DELETE FROM "Instance" WHERE id = $1', [core.instanceId]).catch(() => {});
    },
  };
}

/** Removes the rows of instances without a heartbeat and returns their ids. */
export async function buryDeadInstances(core: Core, times = instanceTimes): Promise<string[]> {
  const { rows } = await core.database.pool.query<{ id: string }>(
    `DELETE FROM "Instance" WHERE "heartbeatAt" < now() - $1 * interval '1 second' AND id <> $2 RETURNING id`,
    [times.deadSeconds, core.instanceId],
  );
  if (rows.length > 0)
    core.log.warn({ instances: rows.map(({ id }) => id) }, 'found dead processes; taking over their work');
  return rows.map(({ id }) => id);
}
