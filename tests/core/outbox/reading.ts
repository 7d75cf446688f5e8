// What waits in the queue, read past the queue's own functions.
import type { Core } from '../../../src/core/core.ts';

/** Returns the data of the waiting jobs of a name. */
export async function jobsOf(core: Core, name: string): Promise<unknown[]> {
  const { rows } = await core.database.pool.query<{ payload: unknown }>(
    `SELECT j.payload FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
     WHERE t.identifier = $1 ORDER BY j.id`,
    [name],
  );
  return rows.map(({ payload }) => payload);
}
