// The work of a run: record after record under a lease, from the first pending one on. It may stop at any moment, also by
// SIGKILL: whoever takes the lease next goes on where it stood.
import { z } from 'zod';
import { type Actor, systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { job } from '../job.ts';
import { addJob } from '../jobs/add.ts';
import { withLogContext } from '../log.ts';
import type { Transaction } from '../model.ts';
import { phrase } from '../words/catalogue.ts';
import type { RunItem } from './actor.ts';
import { actorOf, ownerOf, rightsMark } from './actor.ts';
import { workFile } from './file.ts';
import { formOf, mayRun, RightsChanged, type RunContext, workItems } from './item.ts';
import { type Lease, LeaseLost, leaseSeconds, mustHold, releaseLease, renewLease, takeLease } from './lease.ts';

const chunk = 100;
// Few enough that pausing, which waits for the transaction under way, is felt at once.
const batch = 25;

/** The job behind each run. */
export const workRunJob = job({
  name: 'core.work-run',
  data: z.object({ runId: z.string() }),
  maxAttempts: 25,
  run: (core, { runId }, { signal }) => workRun(core, runId, signal),
});

/** Puts the job of a run in the queue; there is one waiting at most. */
export async function enqueueRun(tx: Transaction, runId: string, at?: Date): Promise<void> {
  await addJob(tx, workRunJob.name, { runId }, { at, key: `run:${runId}`, maxAttempts: workRunJob.maxAttempts });
}

/** Works on a run until it is finished, stopped or lost to somebody else; does nothing when somebody works on it. */
export async function workRun(core: Core, runId: string, signal: AbortSignal): Promise<void> {
  await withLogContext({ runId }, async () => {
    const taken = await takeLease(core, runId);
    if (!taken) return;
    const { lease } = taken;
    try {
      const context = await contextOf(core, lease, runId);
      if (context) await workUntilDone(context, signal);
    } catch (error) {
      if (error instanceof LeaseLost) return;
      if (!signal.aborted) throw error;
    } finally {
      await releaseLease(core, lease).catch(() => {});
      if (signal.aborted) await core.transaction(systemActor, ({ tx }) => enqueueIfOpen(tx, runId)).catch(() => {});
    }
  });
}

async function contextOf(core: Core, lease: Lease, runId: string): Promise<RunContext | undefined> {
  const run = await core.db.run.findUniqueOrThrow({ where: { id: runId } });
  const registered = core.registry.actions.get(run.action);
  if (!registered) return stopWith(core, lease, phrase(`This version of Steward has no action ${run.action}.`));
  const owner = ownerOf(run);
  // The mark first: rights that change in between show as changed, never as fresh.
  const mark = await rightsMark(core.db, owner);
  const actor: Actor | undefined = await actorOf(core, owner);
  if (!actor) return stopWith(core, lease, phrase(`Paused: ${run.actor} may not work here any more.`));
  if (!mayRun(registered, actor))
    return stopWith(core, lease, phrase(`Paused: ${run.actor} may not do this any more.`));
  try {
    return { core, run, lease, registered, form: formOf(registered, run, actor), owner, actor, mark };
  } catch {
    return stopWith(core, lease, phrase('Paused: these inputs are not allowed any more. Start the action anew.'));
  }
}

async function stopWith(core: Core, lease: Lease, note: string): Promise<undefined> {
  await core.transaction(
    systemActor,
    async (work) => {
      await mustHold(work.tx, lease);
      await work.tx.run.update({ where: { id: lease.runId }, data: { state: 'paused', note } });
      await work.audit({ kind: 'action', summary: note, resource: 'Run', recordId: lease.runId });
    },
    { runId: lease.runId },
  );
  return undefined;
}

async function workUntilDone(first: RunContext, signal: AbortSignal): Promise<void> {
  let context = first;
  for (;;) {
    try {
      if (context.registered.action.each) await workPending(context, signal);
      else await workFile(context, signal);
      return await finish(context);
    } catch (error) {
      if (!(error instanceof RightsChanged)) throw error;
      const anew = await contextOf(context.core, context.lease, context.run.id);
      if (!anew) return;
      context = anew;
    }
  }
}

async function workPending(context: RunContext, signal: AbortSignal): Promise<void> {
  const { core, run, lease, registered } = context;
  const together = registered.action.inBatches ? batch : 1;
  let renewAt = Date.now() + (leaseSeconds * 1000) / 4;
  // By places, not by "the next pending ones": the same small read at the end of a long run as at its beginning.
  for (let after = -1; ; ) {
    const items: RunItem[] = await core.db.runItem.findMany({
      where: { runId: run.id, outcome: 'pending', position: { gt: after } },
      orderBy: { position: 'asc' },
      take: chunk,
    });
    if (items.length === 0) return;
    after = items.at(-1)?.position ?? after;
    for (let from = 0; from < items.length; from += together) {
      signal.throwIfAborted();
      await workItems(context, items.slice(from, from + together));
      if (Date.now() < renewAt) continue;
      if (!(await renewLease(core, lease))) throw new LeaseLost();
      renewAt = Date.now() + (leaseSeconds * 1000) / 4;
    }
  }
}

async function finish({ core, lease, run }: RunContext): Promise<void> {
  await core.transaction(systemActor, async ({ tx }) => {
    await mustHold(tx, lease);
    const groups = await tx.runItem.groupBy({ by: ['outcome'], where: { runId: run.id }, _count: true });
    const counts = Object.fromEntries(groups.map(({ outcome, _count }) => [outcome, _count]));
    await tx.$executeRaw`
      UPDATE "Run" SET state = 'finished', "finishedAt" = now(), counts = ${JSON.stringify(counts)}::jsonb,
        "leaseBy" = NULL, "leaseUntil" = NULL WHERE id = ${run.id}`;
  });
}

async function enqueueIfOpen(tx: Transaction, runId: string): Promise<void> {
  const open = await tx.run.count({ where: { id: runId, state: { in: ['scheduled', 'running'] } } });
  if (open > 0) await enqueueRun(tx, runId);
}

/** Puts runs back in the queue whose worker is gone, and those that are long due without a job. Returns how many. */
export async function requeueStrandedRuns(core: Core): Promise<number> {
  // A waiting, unlocked job will do it anyway; touching it each time would only push it back.
  const { rows } = await core.database.pool.query<{ id: string }>(
    `SELECT r.id FROM "Run" r WHERE r.state IN ('scheduled', 'running') AND r."startsAt" < now() - interval '30 seconds'
       AND (r."leaseUntil" IS NULL OR r."leaseUntil" < now()
         OR NOT EXISTS (SELECT 1 FROM "Instance" i WHERE i.id = split_part(r."leaseBy", '/', 1)))
       AND NOT EXISTS (SELECT 1 FROM graphile_worker._private_jobs j
         WHERE j.key = 'run:' || r.id AND j.attempts < j.max_attempts) LIMIT 100`,
  );
  for (const { id } of rows) await core.transaction(systemActor, ({ tx }) => enqueueIfOpen(tx, id));
  return rows.length;
}
