// The lease of a run: one process works on it at a time. The rule (fencing): each write of the run's work first locks the
// run's row and sees that the lease is still its own, so that a process which slept past its lease writes nothing.

import { randomUUID } from 'node:crypto';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import type { Transaction } from '../model.ts';
import type { Run } from './actor.ts';

/** A process's hold on a run. */
export interface Lease {
  runId: string;
  token: string;
}

/** Thrown inside a transaction when the run is no longer ours to work on, or no longer running. */
export class LeaseLost extends Error {
  constructor() {
    super('The run was paused, cancelled, or taken over.');
  }
}

/** Seconds that a lease lasts without being renewed. */
export const leaseSeconds = 20;

/** Takes a run that is due and that nobody works on, and marks it as running; undefined when there is nothing to take. */
export async function takeLease(core: Core, runId: string): Promise<{ lease: Lease; run: Run } | undefined> {
  const token = `${core.instanceId}/${randomUUID()}`;
  return core.transaction(systemActor, async ({ tx }) => {
    // Skipping a locked row: its worker is in the middle of a record, however old its lease looks.
    const free = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM "Run" WHERE id = ${runId} AND state IN ('scheduled', 'running') AND "startsAt" <= now()
        AND ("leaseUntil" IS NULL OR "leaseUntil" < now()
          OR NOT EXISTS (SELECT 1 FROM "Instance" i WHERE i.id = split_part("leaseBy", '/', 1)))
      FOR UPDATE SKIP LOCKED`;
    if (free.length === 0) return undefined;
    await tx.$executeRaw`
      UPDATE "Run" SET state = 'running', "startedAt" = coalesce("startedAt", now()), "leaseBy" = ${token},
        "leaseUntil" = now() + ${leaseSeconds}::float8 * interval '1 second', note = NULL WHERE id = ${runId}`;
    const run = await tx.run.findUniqueOrThrow({ where: { id: runId } });
    return { lease: { runId, token }, run };
  });
}

/** Throws LeaseLost unless the run is running and the lease ours; holds off everybody else until the transaction ends. */
export async function mustHold(tx: Transaction, { runId, token }: Lease): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Run" WHERE id = ${runId} AND "leaseBy" = ${token} AND state = 'running' FOR SHARE`;
  if (rows.length === 0) throw new LeaseLost();
}

/** Lengthens the lease; tells whether it was still ours. `note` is shown on the run's page. */
export async function renewLease(core: Core, { runId, token }: Lease, note?: string): Promise<boolean> {
  const count = await core.db.$executeRaw`
    UPDATE "Run" SET "leaseUntil" = now() + ${leaseSeconds}::float8 * interval '1 second', note = coalesce(${note ?? null}, note)
    WHERE id = ${runId} AND "leaseBy" = ${token} AND state = 'running'`;
  return count > 0;
}

/** Gives the run back, so that another process need not wait for the lease to end. */
export async function releaseLease(core: Core, { runId, token }: Lease): Promise<void> {
  await core.db.run.updateMany({ where: { id: runId, leaseBy: token }, data: { leaseBy: null, leaseUntil: null } });
}
