// The queue: jobs commit with their transaction, are done once known, and survive start-ups at the same time.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { openPool, withClient } from '../../../src/core/database/database.ts';
import { job } from '../../../src/core/job.ts';
import { addJob } from '../../../src/core/jobs/add.ts';
import { migrateJobs, type RunningWorker, startWorker } from '../../../src/core/jobs/jobs.ts';
import { configureLog } from '../../../src/core/log.ts';
import { buildRegistry } from '../../../src/core/registry.ts';
import { cloneDatabase, emptyDatabase, type TestDatabase } from '../../kit/database.ts';
import { jobsOf } from '../outbox/reading.ts';
import { jobCalls, openSmallCore, type SmallCore, systemActor, trial, tryJob, until } from '../runs/fixture.ts';

let database: TestDatabase;
let small: SmallCore;
let worker: RunningWorker | undefined;
const onServer = (sql: string) => withClient(inject('server'), (client) => client.query(sql));

beforeAll(async () => {
  database = await cloneDatabase();
  small = await openSmallCore(database.connection);
});
afterAll(async () => {
  await worker?.stop();
  await small?.close();
  await database?.drop();
});

it('a job is there when its transaction commits, and not when it does not', async () => {
  const { core } = small;
  await core.transaction(systemActor, (work) => work.enqueue(tryJob, { n: 1 }));
  const rollback = core.transaction(systemActor, async (work) => {
    await work.enqueue(tryJob, { n: 2 });
    throw new Error('no');
  });
  await expect(rollback).rejects.toThrow('no');
  expect(await jobsOf(core, 'trial.try')).toEqual([{ n: 1 }]);
});

it('data that does not fit never gets into the queue', async () => {
  const wrong = small.core.transaction(systemActor, (work) => work.enqueue(tryJob, { n: 'x' as unknown as number }));
  await expect(wrong).rejects.toThrow(/expected number/);
});

it('a waiting job with the same key is replaced', async () => {
  const { core } = small;
  const at = new Date(Date.now() + 3_600_000);
  for (const n of [3, 4])
    await core.transaction(systemActor, (work) => work.enqueue(tryJob, { n }, { at, key: 'one' }));
  expect(await jobsOf(core, 'trial.try')).toEqual([{ n: 1 }, { n: 4 }]);
});

it('a worker does what is due, leaves what is not, and says which names nobody knows', async () => {
  const { core } = small;
  const lines: string[] = [];
  configureLog({ level: 'warn', readable: false, write: (line) => lines.push(line) });
  await core.transaction(systemActor, ({ tx }) => addJob(tx, 'trial.gone', {}));
  worker = await startWorker(core);
  await until(
    () => jobCalls,
    (calls) => calls.length > 0,
  );
  await worker.stop();
  worker = undefined;
  configureLog({ level: 'warn', readable: true });
  expect(jobCalls).toEqual([{ n: 1 }]);
  expect(await jobsOf(core, 'trial.try')).toEqual([{ n: 4 }]);
  expect(await jobsOf(core, 'trial.gone')).toEqual([{}]);
  expect(lines.some((line) => line.includes('nobody knows') && line.includes('trial.gone'))).toBe(true);
});

it('goes on after the database was away, also when the queue itself had ended', async () => {
  const { core } = small;
  configureLog({ level: 'silent', readable: true });
  const seen: number[] = [];
  const slow = job({
    name: 'trial.slow',
    data: z.object({ n: z.number() }),
    async run(_core, { n }) {
      seen.push(n);
      await sleep(100);
    },
  });
  worker = await startWorker({ ...core, registry: buildRegistry([{ ...trial, jobs: [slow] }]) });
  await core.transaction(systemActor, async (work) => {
    for (let n = 0; n < 20; n += 1) await work.enqueue(slow, { n });
  });
  await until(
    () => seen.length,
    (count) => count >= 4,
  );
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  // Nobody can connect, and everybody is thrown out: jobs under way cannot be completed.
  await onServer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  await sleep(3_000);
  await onServer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await until(
    () => new Set(seen).size,
    (count) => count === 20,
  );
  await until(
    () => jobsOf(core, 'trial.slow'),
    (jobs) => jobs.length === 0,
  );
  await worker.stop();
  worker = undefined;
  configureLog({ level: 'warn', readable: true });
}, 60_000);

it('a schedule is known to the queue, and its data is empty', async () => {
  const seen: unknown[] = [];
  const nightly = job({
    name: 'trial.nightly',
    data: z.strictObject({}),
    schedule: '0 3 * * *',
    async run(_core, data) {
      seen.push(data);
    },
  });
  const registry = buildRegistry([{ ...trial, jobs: [nightly] }]);
  worker = await startWorker({ ...small.core, registry });
  await until(
    async () =>
      (await small.core.database.pool.query('SELECT identifier FROM graphile_worker._private_known_crontabs')).rows,
    (rows) => rows.some(({ identifier }) => identifier === 'trial.nightly'),
  );
  // As the queue's clock adds it.
  await small.core.transaction(systemActor, ({ tx }) =>
    addJob(tx, 'trial.nightly', { _cron: { ts: '2026-11-20T03:00:00Z' } }),
  );
  await until(
    () => seen,
    (calls) => calls.length > 0,
  );
  expect(seen).toEqual([{}]);
  await worker.stop();
  worker = undefined;
});

it('several processes may set up the queue at the same time', async () => {
  const empty = await emptyDatabase();
  const pools = [1, 2, 3, 4].map(() => openPool(empty.connection, { poolSize: 3 }));
  try {
    await Promise.all(pools.map((pool) => migrateJobs(pool)));
    const { rows } = await pools[0]!.query("SELECT to_regclass('graphile_worker._private_jobs') IS NOT NULL AS there");
    expect(rows).toEqual([{ there: true }]);
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await empty.drop();
  }
});
