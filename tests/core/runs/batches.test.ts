// Actions that work in batches: several records share a transaction, and still each has its own outcome, as if it had been alone.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { suppress } from '../../../src/core/outbox/suppression.ts';
import { controlRun, readRun, startRun } from '../../../src/core/runs/run.ts';
import { workRun } from '../../../src/core/runs/work.ts';
import { addOperator, addRecipients, hold, many, never, provokeDeadlock, systemActor } from './fixture.ts';
import { smallCoreOfFile } from './small-core.ts';

const small = smallCoreOfFile();

async function start(action: string, people: { email: string; name?: string; number?: string }[]) {
  const { core } = small;
  const { ids } = await addRecipients(core, people);
  const { actor, id } = await addOperator(core, ['trial:read', 'trial:mark', 'trial:notify']);
  const form = action === 'trial.notify' ? {} : { text: 'x' };
  const { runId } = await startRun(core, actor, action, {
    selection: { ids },
    form,
    expected: ids.length,
    idempotencyKey: randomUUID(),
  });
  return { core, ids, actor, operatorId: id, runId };
}

/** How many transactions wrote the outcomes of a run: each leaves its number on the rows that it wrote. */
async function transactionsOf(runId: string): Promise<number> {
  const sql = 'SELECT count(DISTINCT xmin::text)::int AS count FROM "RunItem" WHERE "runId" = $1';
  return (await small.core.database.pool.query<{ count: number }>(sql, [runId])).rows[0]?.count ?? 0;
}

describe('an action that works in batches', () => {
  it('does 60 records in three transactions, where one that does not takes 60', async () => {
    const together = await start('trial.mark-in-batches', many(60));
    await workRun(together.core, together.runId, never());
    expect((await readRun(together.core, together.actor, together.runId)).counts).toMatchObject({ done: 60 });
    const alone = await start('trial.mark', many(60));
    await workRun(alone.core, alone.runId, never());
    expect([await transactionsOf(together.runId), await transactionsOf(alone.runId)]).toEqual([3, 60]);
  });

  it('gives each record the outcome that it has alone, also between some that fail', async () => {
    const people = Array.from({ length: 70 }, (_, i) => ({
      email: `p${String(i).padStart(2, '0')}@example.org`,
      name: { 3: 'unlucky', 4: 'unlucky', 24: 'broken', 25: 'unwilling', 26: 'unlucky', 69: 'broken' }[i] ?? '',
    }));
    const ended = [];
    for (const action of ['trial.mark', 'trial.mark-in-batches']) {
      const { core, ids, runId } = await start(action, people);
      const byMail = new Map(
        (await core.db.recipient.findMany({ where: { id: { in: ids } } })).map(({ id, email }) => [email, id]),
      );
      await core.db.recipient.update({
        where: { id: byMail.get('p10@example.org') as string },
        data: { number: 'closed' },
      });
      await core.db.recipient.delete({ where: { id: byMail.get('p11@example.org') as string } });
      await workRun(core, runId, never());
      const items = await core.db.runItem.findMany({ where: { runId } });
      const outcomes = new Map(
        items.map(({ recordId, outcome, reason, attempts }) => [
          recordId,
          [outcome, reason?.replace(/\([0-9a-f]{8}\)/, '(number)'), attempts],
        ]),
      );
      const rows = new Map(
        (await core.db.recipient.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row]),
      );
      ended.push([...byMail].sort().map(([email, id]) => [email, outcomes.get(id), rows.get(id)?.problem]));
    }
    expect(ended[1]).toEqual(ended[0]);
    const said = (ended[1] ?? []).map(([email, outcome]) => [email, (outcome as unknown[])[0]] as const);
    const notDone = said.filter(([, outcome]) => outcome !== 'done').map(([email]) => String(email).slice(1, 3));
    expect(notDone).toEqual(['03', '04', '10', '11', '24', '25', '26', '69']);
  });

  it('queues a message for all but the one address that takes none', async () => {
    const { core, ids, actor, runId } = await start('trial.notify', many(50));
    const row = await core.db.recipient.findUniqueOrThrow({ where: { id: ids[17] as string } });
    const address = `${randomUUID()}@example.org`;
    await core.db.recipient.update({ where: { id: row.id }, data: { email: address } });
    await core.transaction(systemActor, (work) => suppress(work, { channel: 'email', address, reason: 'complained' }));
    await workRun(core, runId, never());
    expect((await readRun(core, actor, runId)).counts).toMatchObject({ done: 49, skipped: 1 });
    const messages = await core.db.message.findMany({ where: { runId } });
    expect(new Set(messages.map(({ recordId }) => recordId))).toEqual(new Set(ids.filter((id) => id !== row.id)));
  });

  it('keeps nothing of a batch of which somebody else finished a record', async () => {
    const { core, ids, runId } = await start('trial.mark-in-batches', many(40));
    let done = 0;
    hold.each = async (rowId) => {
      done += 1;
      if (done === 5)
        await core.db.runItem.updateMany({ where: { runId, recordId: rowId }, data: { outcome: 'cancelled' } });
    };
    await workRun(core, runId, never());
    expect(done).toBe(25);
    expect(await core.db.recipient.count({ where: { id: { in: ids }, problem: { not: null } } })).toBe(0);
    expect(await core.db.runItem.count({ where: { runId, outcome: 'pending' } })).toBe(39);
  });

  it('tries the records of a batch again that lost a deadlock, and does each once', async () => {
    const { core, ids, runId, actor } = await start('trial.mark-in-batches', many(30));
    const release = await provokeDeadlock(core, [...ids].sort()[0] as string);
    await workRun(core, runId, never());
    await release();
    expect((await readRun(core, actor, runId)).counts).toMatchObject({ done: 30, failed: 0 });
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(rows.every(({ problem }) => problem === 'x')).toBe(true);
  });

  it('ends the batch under way, and no further one, when it is paused or its owner is blocked', async () => {
    const paused = await start('trial.mark-in-batches', many(60));
    const pausing: Promise<void>[] = [];
    hold.each = async () => {
      if (pausing.length === 0) pausing.push(controlRun(paused.core, paused.actor, paused.runId, 'pause'));
    };
    await workRun(paused.core, paused.runId, never());
    await Promise.all(pausing);
    expect((await readRun(paused.core, paused.actor, paused.runId)).counts.pending).toBeGreaterThanOrEqual(10);
    const blocked = await start('trial.mark-in-batches', many(60));
    let done = 0;
    hold.each = async () => {
      done += 1;
      if (done === 3)
        await blocked.core.db.operator.update({ where: { id: blocked.operatorId }, data: { state: 'blocked' } });
    };
    await workRun(blocked.core, blocked.runId, never());
    expect(await readRun(blocked.core, systemActor, blocked.runId)).toMatchObject({
      state: 'paused',
      counts: { done: 25, pending: 35 },
    });
  });
});
