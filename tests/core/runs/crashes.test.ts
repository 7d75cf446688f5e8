// Crashes for real: worker processes that are killed or frozen in the middle, against a real database and mail server.
// The promise: nothing lost, nothing twice but what is listed as unknown.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepOnce, unlockJobsOfTheDead } from '../../../src/core/jobs/sweep.ts';
import { readRun, startRun } from '../../../src/core/runs/run.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { randomFrom, report, seed, sizeOf } from '../../kit/experiment.ts';
import { startSmtpSink } from '../../kit/smtp-sink.ts';
import { addOperator, addRecipients, openSmallCore, type SmallCore, systemActor, until } from './fixture.ts';

const everything = ['trial:notify', 'trial:mark'];
let database: TestDatabase;
let small: SmallCore;
let dataDir: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-crash-'));
  database = await cloneDatabase();
  small = await openSmallCore(database.connection, { dataDir });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await small?.close();
  await database?.drop();
});

async function startChild(environment: Record<string, string>): Promise<{ child: ChildProcess; instanceId: string }> {
  const child = spawn(process.execPath, [compiledFile('tests/core/runs/worker-child.ts')], {
    env: { ...process.env, DATABASE_URL: database.url, DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const instanceId = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The child ended with ${code}.`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const ready = /ready (\S+)/.exec(chunk.toString());
      if (ready) resolve(ready[1] as string);
    });
  });
  return { child, instanceId };
}

const kills = sizeOf('CRASH_KILLS', 3, 10);
const messages = sizeOf('CRASH_MESSAGES', 200, 1000);

describe('SIGKILL in the middle', () => {
  it(`loses none of ${messages} messages over ${kills} kills (seed ${seed}), and sends none twice`, async () => {
    const random = randomFrom(seed);
    const sink = await startSmtpSink();
    const { core } = small;
    const people = Array.from({ length: messages }, (_, i) => ({ email: `p${i}@example.org`, name: `Person ${i}` }));
    const { ids } = await addRecipients(core, people);
    const { actor } = await addOperator(core, everything);
    const input = { selection: { all: true }, expected: messages, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.notify', input);
    const environment = { SMTP_URL: sink.url, MAIL_RATE: '150' };
    let waiting = messages;
    let done = 0;
    for (; done < kills && waiting > 0; done += 1) {
      const { child } = await startChild(environment);
      await sleep(100 + random() * 700);
      child.kill('SIGKILL');
      waiting = messages - (await core.db.message.count({ where: { runId, state: { in: ['sent', 'unknown'] } } }));
    }
    // The control of the test itself: the kills really came while there was work.
    expect(done).toBeGreaterThanOrEqual(Math.min(kills, 2));
    await startChild(environment);
    const view = await until(
      () => readRun(core, systemActor, runId),
      ({ state, deliveries }) => state === 'finished' && deliveries.queued + deliveries.sending === 0,
      110,
    );
    expect(view.counts.done).toBe(messages);
    const rows = await core.db.message.findMany({ where: { runId } });
    expect(new Set(rows.map(({ recordId }) => recordId))).toEqual(new Set(ids));
    const arrived = new Map<string, number>();
    for (const mail of sink.accepted) arrived.set(mail.messageId, (arrived.get(mail.messageId) ?? 0) + 1);
    const times = (id: string) => arrived.get(`<${id}@steward.test>`) ?? 0;
    expect(rows.filter(({ state }) => state !== 'sent' && state !== 'unknown')).toEqual([]);
    expect(
      rows.filter(({ id, state }) => state === 'sent' && times(id) !== 1).map(({ id }) => [id, times(id)]),
    ).toEqual([]);
    expect(rows.filter(({ id }) => times(id) > 1)).toEqual([]);
    // Not more unknown ones than could be in flight at a kill.
    expect(view.deliveries.unknown).toBeLessThanOrEqual(done * 4);
    const notified = await core.db.recipient.count({ where: { id: { in: ids }, state: 'notified' } });
    expect(notified).toBe(view.deliveries.sent);
    report('F8', { messages, kills: done, unknown: view.deliveries.unknown, lost: 0, doubled: 0 });
    await sink.stop();
  }, 180_000);

  it('frees the jobs of a dead process; without that they would stay locked for hours', async () => {
    const { core } = small;
    const { ids } = await addRecipients(
      core,
      Array.from({ length: 60 }, (_, i) => ({ email: `j${i}@example.org` })),
    );
    const { actor } = await addOperator(core, everything);
    const input = { selection: { ids }, form: { text: 'x' }, expected: 60, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.mark', input);
    const { child, instanceId } = await startChild({ SLOW_MS: '200' });
    await until(
      () => readRun(core, actor, runId),
      ({ counts }) => counts.done >= 2,
    );
    child.kill('SIGKILL');
    const locks = async () => {
      const sql = 'SELECT locked_by FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL';
      return (await core.database.pool.query<{ locked_by: string }>(sql)).rows.map(({ locked_by }) => locked_by);
    };
    expect(await locks()).toEqual([`steward-${instanceId}`]);
    // The control: as long as it is not known to be dead, its locks stay.
    await unlockJobsOfTheDead(core.database.pool);
    expect(await locks()).toHaveLength(1);
    await until(
      () => sweepOnce(core, { beatSeconds: 1, deadSeconds: 2 }).then(locks),
      (held) => held.length === 0,
    );
  }, 60_000);
});

describe('a process that sleeps past its lease', () => {
  it('writes nothing when it wakes: each record is done once', async () => {
    const { core } = small;
    const { ids } = await addRecipients(
      core,
      Array.from({ length: 80 }, (_, i) => ({ email: `s${i}@example.org` })),
    );
    const { actor } = await addOperator(core, everything);
    const input = { selection: { ids }, form: { text: 'x' }, expected: 80, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.mark', input);
    const sleeper = await startChild({ SLOW_MS: '50' });
    await until(
      () => readRun(core, actor, runId),
      ({ counts }) => counts.done >= 10,
    );
    sleeper.child.kill('SIGSTOP');
    // PostgreSQL ends transactions that idle for 60 s by itself; here it does so at once.
    await until(
      async () => {
        const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state LIKE 'idle in transaction%'`;
        return (await core.database.pool.query(sql)).rowCount;
      },
      (ended) => ended === 0,
    );
    const frozen = await readRun(core, actor, runId);
    expect(frozen.counts.pending).toBeGreaterThan(20);
    await startChild({ SLOW_MS: '50' });
    await until(
      () => readRun(core, actor, runId),
      ({ counts }) => counts.done >= frozen.counts.done + 10,
      50,
    );
    sleeper.child.kill('SIGCONT');
    await until(
      () => readRun(core, actor, runId),
      ({ state }) => state === 'finished',
      50,
    );
    await until(
      () => core.db.instance.count({ where: { id: sleeper.instanceId } }),
      (count) => count === 1,
    );
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(rows.filter(({ problem }) => problem !== 'x')).toEqual([]);
    const items = await core.db.runItem.findMany({ where: { runId } });
    expect(items.filter(({ attempts, outcome }) => attempts !== 1 || outcome !== 'done')).toEqual([]);
    report('F8', { 'records past a sleeper': items.length, 'done twice': 0 });
  }, 120_000);

  it('does records twice where nobody asks for the lease again: the control', async () => {
    const { core } = small;
    const { ids } = await addRecipients(
      core,
      Array.from({ length: 20 }, (_, i) => ({ email: `c${i}@example.org` })),
    );
    const careless = async (asleep: Promise<void>) => {
      const mine = await core.db.recipient.findMany({ where: { id: { in: ids }, problem: null } });
      await asleep;
      for (const { id } of mine)
        await core.db.$executeRaw`UPDATE "Recipient" SET "problem" = concat("problem", 'x') WHERE "id" = ${id}`;
    };
    let wake = () => {};
    const sleeper = careless(new Promise((resolve) => (wake = resolve)));
    await sleep(200);
    await careless(Promise.resolve());
    wake();
    await sleeper;
    const doubled = await core.db.recipient.count({ where: { id: { in: ids }, NOT: { problem: 'x' } } });
    report('F8 control', { 'done twice': doubled });
    expect(doubled).toBeGreaterThan(0);
  });
});

describe('SIGTERM', () => {
  it('lets what is in flight arrive and leaves the rest to others', async () => {
    const sink = await startSmtpSink();
    const { core } = small;
    const { ids } = await addRecipients(
      core,
      Array.from({ length: 200 }, (_, i) => ({ email: `t${i}@example.org` })),
    );
    const { actor } = await addOperator(core, everything);
    const { runId } = await startRun(core, actor, 'trial.notify', {
      selection: { ids },
      expected: 200,
      idempotencyKey: randomUUID(),
    });
    const { child } = await startChild({ SMTP_URL: sink.url, MAIL_RATE: '100' });
    await until(
      () => readRun(core, actor, runId),
      ({ deliveries }) => deliveries.sent >= 20,
    );
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const view = await readRun(core, actor, runId);
    expect(view.deliveries.sending + view.deliveries.unknown).toBe(0);
    expect(sink.accepted).toHaveLength(view.deliveries.sent);
    expect(await core.db.instance.count()).toBe(1);
    await sink.stop();
  }, 60_000);
});
