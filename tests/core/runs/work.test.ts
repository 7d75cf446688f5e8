// The work of a run, record by record: checked again, stopped, gone on with, and done by one process at a time.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mustHold, takeLease } from '../../../src/core/runs/lease.ts';
import { controlRun, readRun, startRun } from '../../../src/core/runs/run.ts';
import { workRun } from '../../../src/core/runs/work.ts';
import {
  addOperator,
  addRecipients,
  everything,
  hold,
  many,
  never,
  openSmallCore,
  provokeDeadlock,
  systemActor,
} from './fixture.ts';
import { smallCoreOfFile } from './small-core.ts';

const small = smallCoreOfFile({ undoSeconds: 30 });

describe('the work', () => {
  const start = async (people: { email: string; name?: string }[], permissions = everything) => {
    const { core } = small;
    const { ids, campaignId } = await addRecipients(core, people);
    const { actor, id } = await addOperator(core, permissions);
    const input = { selection: { ids }, form: { text: 'x' }, expected: ids.length, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.mark', input);
    return { core, ids, campaignId, actor, operatorId: id, runId };
  };

  it('checks each record again before it is done', async () => {
    const { core, ids, runId, actor } = await start(many(40));
    await core.db.recipient.update({ where: { id: ids[0] }, data: { number: 'closed' } });
    await core.db.recipient.delete({ where: { id: ids[1] } });
    await workRun(core, runId, never());
    const view = await readRun(core, actor, runId);
    expect(view.counts).toMatchObject({ done: 38, skipped: 2 });
    expect(view.reasons.map(({ reason }) => reason).sort()).toEqual(['does not exist any more', 'is closed']);
  });

  it('pauses with a note when the operator is blocked meanwhile', async () => {
    const { core, runId, operatorId } = await start(many(40));
    let done = 0;
    hold.each = async () => {
      done += 1;
      if (done === 5) await core.db.operator.update({ where: { id: operatorId }, data: { state: 'blocked' } });
    };
    await workRun(core, runId, never());
    const view = await readRun(core, systemActor, runId);
    expect(view).toMatchObject({
      state: 'paused',
      counts: { done: 5, pending: 35 },
      note: 'Paused: Olga may not work here any more.',
    });
  });

  it('pauses when the permission is taken away, and leaves out what the scope no longer holds', async () => {
    const { core, runId, operatorId, campaignId } = await start(many(40));
    const elsewhere = await addRecipients(core, many(1));
    let done = 0;
    hold.each = async () => {
      done += 1;
      if (done !== 3) return;
      const { roleId } = await core.db.operator.findUniqueOrThrow({ where: { id: operatorId } });
      await core.db.role.update({ where: { id: roleId }, data: { scope: 'campaign' } });
      await core.db.operator.update({ where: { id: operatorId }, data: { scopeId: elsewhere.campaignId } });
    };
    await workRun(core, runId, never());
    expect(await readRun(core, systemActor, runId)).toMatchObject({
      state: 'finished',
      counts: { done: 3, skipped: 37 },
    });
    expect(await core.db.recipient.count({ where: { campaignId, problem: 'x' } })).toBe(3);
    const second = await start(many(40));
    const { roleId } = await core.db.operator.findUniqueOrThrow({ where: { id: second.operatorId } });
    await core.db.role.update({ where: { id: roleId }, data: { permissions: ['trial:read'] } });
    await workRun(core, second.runId, never());
    expect(await readRun(core, systemActor, second.runId)).toMatchObject({
      state: 'paused',
      counts: { done: 0, pending: 40 },
    });
  });

  it('pauses, resumes and finishes without doing a record twice', async () => {
    const { core, ids, runId, actor } = await start(many(40));
    let done = 0;
    const pausing: Promise<void>[] = [];
    hold.each = async () => {
      done += 1;
      // Not awaited: a pause waits for the record under way.
      if (done === 10) pausing.push(controlRun(core, actor, runId, 'pause'));
    };
    await workRun(core, runId, never());
    await Promise.all(pausing);
    const paused = await readRun(core, actor, runId);
    expect(paused.state).toBe('paused');
    expect(paused.counts.pending).toBeGreaterThan(20);
    await workRun(core, runId, never());
    expect((await readRun(core, actor, runId)).counts).toEqual(paused.counts);
    await controlRun(core, actor, runId, 'resume');
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'finished', counts: { done: 40 } });
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(rows.every(({ problem }) => problem === 'x')).toBe(true);
  });

  it('tries a record again that lost a deadlock, and does it once', async () => {
    const { core, ids, runId, actor } = await start(many(30));
    const first = [...ids].sort()[0] as string;
    const release = await provokeDeadlock(core, first, (rowId) => rowId === first);
    await workRun(core, runId, never());
    await release();
    expect((await readRun(core, actor, runId)).counts).toMatchObject({ done: 30, failed: 0 });
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(rows.every(({ problem }) => problem === 'x')).toBe(true);
  });

  it('stops at a checkpoint on the signal and gives the run back', async () => {
    const { core, runId, actor } = await start(many(40));
    const stop = new AbortController();
    let done = 0;
    hold.each = async () => {
      done += 1;
      if (done === 7) stop.abort();
    };
    await workRun(core, runId, stop.signal);
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'running', counts: { done: 7, pending: 33 } });
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'finished', counts: { done: 40 } });
  });

  it('cancels what is pending and keeps what is done', async () => {
    const { core, runId, actor } = await start(many(40));
    let done = 0;
    const cancelling: Promise<void>[] = [];
    hold.each = async () => {
      done += 1;
      if (done === 4) cancelling.push(controlRun(core, actor, runId, 'cancel'));
    };
    await workRun(core, runId, never());
    await Promise.all(cancelling);
    const { counts, state } = await readRun(core, actor, runId);
    expect(state).toBe('cancelled');
    expect(counts.pending).toBe(0);
    expect(counts.done + counts.cancelled).toBe(40);
    await expect(controlRun(core, actor, runId, 'resume')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('tries only the failed records again', async () => {
    const { core, ids, runId, actor } = await start([...many(30), { email: 'u@example.org', name: 'unlucky' }]);
    await workRun(core, runId, never());
    expect((await readRun(core, actor, runId)).counts).toMatchObject({ done: 30, failed: 1 });
    await core.db.recipient.updateMany({ where: { name: 'unlucky', id: { in: ids } }, data: { name: 'lucky' } });
    await controlRun(core, actor, runId, 'retry');
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'finished', counts: { done: 31, failed: 0 } });
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(rows.every(({ problem }) => problem === 'x')).toBe(true);
  });

  it('lets one process at a time work on a run, however many try', async () => {
    const { core, ids, runId, actor } = await start(many(60));
    const other = await openSmallCore(small.connection);
    const rivals: Promise<void>[] = [];
    let done = 0;
    hold.each = async () => {
      done += 1;
      if (done === 5 || done === 20) rivals.push(workRun(core, runId, never()), workRun(other.core, runId, never()));
      if (done === 7) expect((await takeLease(other.core, runId)) ?? 'nothing to take').toBe('nothing to take');
    };
    try {
      await workRun(core, runId, never());
      await Promise.all(rivals);
      expect(rivals).toHaveLength(4);
      expect((await readRun(core, actor, runId)).counts.done).toBe(60);
      const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
      expect(rows.every(({ problem }) => problem === 'x')).toBe(true);
      expect(done).toBe(60);
    } finally {
      await other.close();
    }
  });

  it('refuses the writes of a process whose lease was taken over (fencing); without the check they would get through', async () => {
    const { core, ids, runId } = await start(many(30));
    const first = await takeLease(core, runId);
    await core.db.run.update({ where: { id: runId }, data: { leaseUntil: new Date(0) } });
    const second = await takeLease(core, runId);
    expect(second).toBeDefined();
    const write = (isFenced: boolean) =>
      core.transaction(systemActor, async ({ tx }) => {
        if (isFenced) await mustHold(tx, first!.lease);
        await tx.recipient.update({ where: { id: ids[0] }, data: { problem: 'late' } });
      });
    await expect(write(true)).rejects.toThrow('taken over');
    expect((await core.db.recipient.findUniqueOrThrow({ where: { id: ids[0] } })).problem).toBeNull();
    await write(false);
    expect((await core.db.recipient.findUniqueOrThrow({ where: { id: ids[0] } })).problem).toBe('late');
  });
});
