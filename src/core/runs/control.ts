// Pause, resume, cancel, retry. The rule: a verb changes the run's row, which each record's transaction looks at, so that it
// takes effect before the next record; messages that still wait are held or withdrawn with it.
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { conflict, forbidden } from '../errors.ts';
import { cancelMessagesOfRun } from '../outbox/cancel.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';
import type { Run } from './actor.ts';
import { findRun, mayControl } from './view.ts';
import { enqueueRun } from './work.ts';

/** What may be done to a run. */
export type RunVerb = 'pause' | 'resume' | 'cancel' | 'retry';

const verbs: Record<RunVerb, { said(run: Run): string; act(work: Work, run: Run): Promise<boolean> }> = {
  pause: { said: (run) => phrase(`Paused: ${run.title}`), act: pause },
  resume: { said: (run) => phrase(`Resumed: ${run.title}`), act: resume },
  cancel: { said: (run) => phrase(`Cancelled: ${run.title}`), act: cancel },
  retry: { said: (run) => phrase(`Tried the failed records again: ${run.title}`), act: retry },
};

/** Pauses, resumes or cancels a run, or tries its failed records again. Throws conflict when the run's state does not allow it. */
export async function controlRun(core: Core, actor: Actor, runId: string, verb: RunVerb): Promise<void> {
  if (!mayControl(core, actor, await findRun(core, actor, runId))) throw forbidden();
  await core.transaction(
    actor,
    async (work) => {
      await work.tx.$queryRaw`SELECT 1 FROM "Run" WHERE id = ${runId} FOR UPDATE`;
      const run = await work.tx.run.findUniqueOrThrow({ where: { id: runId } });
      const { said, act } = verbs[verb];
      if (!(await act(work, run))) throw conflict(`This run is ${run.state}; it cannot ${verb} now.`);
      const summary = said(run);
      await work.audit({ kind: 'action', summary, resource: 'Run', recordId: runId, recordTitle: run.title });
    },
    { runId, timeoutMs: 60_000 },
  );
}

async function pause({ tx, actor }: Work, run: Run): Promise<boolean> {
  const isOpen = run.state === 'scheduled' || run.state === 'running';
  if (!isOpen && !(run.state === 'finished' && (await hasWaiting(tx, run.id)))) return false;
  await tx.run.update({
    where: { id: run.id },
    data: { state: 'paused', note: `Paused by ${actor.name}.`, ...noLease },
  });
  return true;
}

async function resume({ tx }: Work, run: Run): Promise<boolean> {
  if (run.state !== 'paused') return false;
  const state = run.startedAt ? 'running' : 'scheduled';
  await tx.run.update({ where: { id: run.id }, data: { state, note: null, finishedAt: null, ...noLease } });
  await enqueueRun(tx, run.id, run.startsAt);
  return true;
}

async function cancel(work: Work, run: Run): Promise<boolean> {
  const { tx, actor } = work;
  if (run.state === 'cancelled' || (run.state === 'finished' && !(await hasWaiting(tx, run.id)))) return false;
  await tx.runItem.updateMany({
    where: { runId: run.id, outcome: 'pending' },
    data: { outcome: 'cancelled', finishedAt: new Date() },
  });
  await tx.run.update({
    where: { id: run.id },
    data: { state: 'cancelled', note: `Cancelled by ${actor.name}.`, finishedAt: new Date(), ...noLease },
  });
  if (await hasWaiting(tx, run.id))
    await work.enqueue(cancelMessagesOfRun, { runId: run.id }, { key: `cancel:${run.id}` });
  return true;
}

async function retry({ tx }: Work, run: Run): Promise<boolean> {
  if (run.state !== 'finished') return false;
  const { count } = await tx.runItem.updateMany({
    where: { runId: run.id, outcome: 'failed' },
    data: { outcome: 'pending', reason: null, finishedAt: null },
  });
  if (count === 0) return false;
  await tx.run.update({ where: { id: run.id }, data: { state: 'running', finishedAt: null, note: null, ...noLease } });
  await enqueueRun(tx, run.id);
  return true;
}

const noLease = { leaseBy: null, leaseUntil: null };

async function hasWaiting(tx: Work['tx'], runId: string): Promise<boolean> {
  return (await tx.message.count({ where: { runId, state: 'queued' } })) > 0;
}
