// The worker's side of the queue. The only room that imports graphile-worker.
// Its rule: each job may run twice, none may get lost.
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Logger,
  parseCronItems,
  type Runner,
  run,
  runMigrations,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type { Pool } from 'pg';
import type { Core } from '../core.ts';
import { workImportJob } from '../imports/work.ts';
import type { AnyJob } from '../job.ts';
import type { Log } from '../log.ts';
import { reportLater } from '../outbox/bounces.ts';
import { cancelMessagesOfRun } from '../outbox/cancel.ts';
import { startDelivery } from '../outbox/deliver.ts';
import { callSettledLater } from '../outbox/settle.ts';
import { workRunJob } from '../runs/work.ts';
import { usualAttempts } from './add.ts';
import type { InstanceTimes } from './instances.ts';
import { poolName, startSweeper } from './sweep.ts';

const restartAfter = 2_000;
const coreJobs: readonly AnyJob[] = [workRunJob, workImportJob, cancelMessagesOfRun, callSettledLater, reportLater];

/** A running worker of this process. */
export interface RunningWorker {
  /** Lets jobs reach a checkpoint and messages in flight arrive, then ends. */
  stop(): Promise<void>;
}

/** Brings the queue's own tables up to date; several instances may do it at once. */
export async function migrateJobs(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    // The library copes with a race by waiting and trying again, once; with a lock there is no race.
    await client.query("SELECT pg_advisory_lock(hashtext('steward.migrate-jobs'))");
    await runMigrations({ pgPool: pool, logger: silent });
  } finally {
    await client.query("SELECT pg_advisory_unlock(hashtext('steward.migrate-jobs'))").catch(() => {});
    client.release();
  }
}

const silent = new Logger(() => () => {});

/** Starts working: jobs and schedules, the delivery of messages, and the sweeper that takes over what dead processes left. */
export async function startWorker(
  core: Core,
  options: { concurrency?: number; times?: InstanceTimes } = {},
): Promise<RunningWorker> {
  const jobs = [...coreJobs, ...core.registry.jobs.values()];
  const stopping = new AbortController();
  const queue = await keepRunning(core, () => launch(core, jobs, stopping.signal, options.concurrency ?? 4));
  await tellUnknownJobs(core, jobs);
  const delivery = startDelivery(core);
  const sweeper = startSweeper(core, options.times);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([sweeper.stop(), delivery.stop(), queue.stop()]);
    },
  };
}

/** One life of the library's runner. */
interface Queue {
  runner: Runner;
  /** Settles when it has ended, by its own word or by its pool's. */
  over: Promise<void>;
}

async function launch(core: Core, jobs: readonly AnyJob[], stopping: AbortSignal, concurrency: number): Promise<Queue> {
  const events = namePoolAfter(core.instanceId);
  // After a lost database the pool can end while the runner's own promise stays open for ever: the pool's word counts too.
  const poolOver = new Promise<void>((resolve) => {
    events.once('pool:gracefulShutdown:complete', () => resolve());
    events.once('pool:forcefulShutdown:complete', () => resolve());
  });
  const runner = await run({
    pgPool: core.database.sessions,
    concurrency,
    noHandleSignals: true,
    // Without these a job that cannot be marked as done, because the database is away, ends in a rejection that nobody
    // handles, and stays locked. With them it is tried again, and then the runner ends and ours begins anew.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: loggerOf(core.log.child({ part: 'jobs' })),
    events,
    taskList: taskListOf(core, jobs, stopping),
    parsedCronItems: parseCronItems(jobs.filter((job) => job.schedule).map(cronItem)),
  });
  const ownWord = runner.promise.catch((error: unknown) => core.log.error({ err: error }, 'the job queue ended'));
  return { runner, over: Promise.race([ownWord, poolOver]) };
}

// The library ends its runner for good when the database is away at the wrong moment. Ours begins again, until it is stopped.
async function keepRunning(core: Core, start: () => Promise<Queue>): Promise<{ stop(): Promise<void> }> {
  const stop = new AbortController();
  let queue: Queue | undefined = await start();
  const supervise = async () => {
    while (!stop.signal.aborted) {
      await queue?.over;
      if (stop.signal.aborted) return;
      await sleep(restartAfter, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return;
      queue = await restart(core, start);
    }
  };
  const supervised = supervise();
  return {
    async stop() {
      stop.abort();
      await queue?.runner.stop().catch(() => {});
      await supervised;
    },
  };
}

async function restart(core: Core, start: () => Promise<Queue>): Promise<Queue | undefined> {
  try {
    // What the ended runner still holds would wait for hours: this process is alive.
    await core.database.pool.query('SELECT graphile_worker.force_unlock_workers($1::text[])', [
      [poolName(core.instanceId)],
    ]);
    return await start();
  } catch (error) {
    core.log.warn({ err: error }, 'the job queue could not begin again yet');
    return undefined;
  }
}

function taskListOf(core: Core, jobs: readonly AnyJob[], stopping: AbortSignal): TaskList {
  return Object.fromEntries(
    jobs.map((job) => [
      job.name,
      async (payload: unknown, helpers) => {
        const signal = helpers.abortSignal ? AbortSignal.any([stopping, helpers.abortSignal]) : stopping;
        const data = job.data.parse(job.schedule ? withoutCron(payload) : payload);
        await job.run(core, data, { signal });
      },
    ]),
  ) as TaskList;
}

function withoutCron(payload: unknown): unknown {
  const { _cron, ...rest } = payload as { _cron?: unknown };
  return rest;
}

function cronItem(job: AnyJob) {
  return {
    task: job.name,
    match: job.schedule as string,
    identifier: job.name,
    options: { maxAttempts: job.maxAttempts ?? usualAttempts, jobKey: `schedule:${job.name}` },
  };
}

// Locks are held in the name of the worker pool. With the instance's id in it, a dead one's locks can be told from a live one's.
function namePoolAfter(instanceId: string): WorkerEvents {
  const events = new EventEmitter() as WorkerEvents;
  events.on('pool:create', ({ workerPool }) => {
    workerPool.id = poolName(instanceId);
  });
  return events;
}

async function tellUnknownJobs(core: Core, jobs: readonly AnyJob[]): Promise<void> {
  const { rows } = await core.database.pool.query<{ name: string; count: number }>(
    `SELECT task_identifier AS name, count(*)::int AS count FROM graphile_worker.jobs
     WHERE NOT task_identifier = ANY($1::text[]) GROUP BY 1`,
    [jobs.map(({ name }) => name)],
  );
  for (const { name, count } of rows) core.log.warn({ job: name, count }, 'nobody knows how to do these jobs');
}

function loggerOf(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    const fields = { job: scope.taskIdentifier, jobId: scope.jobId };
    if (level === 'error') log.error(fields, message);
    else if (level === 'warning') log.warn(fields, message);
    else log.debug(fields, message);
  });
}
