// The second person: a plan waits frozen until somebody else approves it. Tried by its starter, by two at once, too late, and against a cancel.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import { actorOfApiKey, createApiKey } from '../../../src/core/people/api-keys.ts';
import { approveRun, declineRun, expireWaitingRuns, readPlan, runsToDecide } from '../../../src/core/runs/approval.ts';
import { controlRun, previewAction, readRun, startRun } from '../../../src/core/runs/run.ts';
import { chooseSecondPerson, chosenCounts, listChoices } from '../../../src/core/runs/second-person.ts';
import { requeueStrandedRuns, workRun } from '../../../src/core/runs/work.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { addOperator, addRecipients, openSmallCore, type SmallCore, systemActor } from './fixture.ts';

let database: TestDatabase;
let small: SmallCore;
let other: SmallCore;
let starter: { id: string; actor: Actor };
let second: { id: string; actor: Actor };
const rights = ['trial:read', 'trial:mark'];
const never = () => new AbortController().signal;
const people = (count: number) => Array.from({ length: count }, (_, i) => ({ email: `p${i}@example.org` }));
const choose = (actionId: string, from: number | null) =>
  small.core.transaction(systemActor, (work) => chooseSecondPerson(work, actionId, from));

beforeAll(async () => {
  database = await cloneDatabase();
  small = await openSmallCore(database.connection);
  other = await openSmallCore(database.connection);
});
afterAll(async () => {
  await small?.close();
  await other?.close();
  await database?.drop();
});
beforeEach(async () => {
  await choose('trial.mark', 1);
  starter = await addOperator(small.core, rights);
  second = await addOperator(small.core, rights);
});
afterEach(() => choose('trial.notify', null));

async function waiting(
  actor: Actor = starter.actor,
  count = 3,
): Promise<{ runId: string; ids: string[]; campaignId: string }> {
  const { ids, campaignId } = await addRecipients(small.core, people(count));
  const input = { selection: { ids }, form: { text: '!' }, expected: count, idempotencyKey: randomUUID() };
  const { runId } = await startRun(small.core, actor, 'trial.mark', input);
  return { runId, ids, campaignId };
}
const marked = (ids: string[]) => small.core.db.recipient.count({ where: { id: { in: ids }, problem: { not: null } } });
const stateOf = async (id: string) => (await small.core.db.run.findUniqueOrThrow({ where: { id } })).state;
const jobsOf = async (id: string) =>
  (await small.core.database.pool.query('SELECT 1 FROM graphile_worker._private_jobs WHERE key = $1', [`run:${id}`]))
    .rowCount;

describe('an action that needs a second person', () => {
  it('freezes its set and waits; nothing works on it, and the preview says so', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, people(2));
    const preview = await previewAction(core, starter.actor, 'trial.mark', { selection: { ids }, form: { text: '!' } });
    expect(preview.secondPerson).toBe(true);
    const run = await waiting();
    await workRun(core, run.runId, never());
    await core.db.run.update({ where: { id: run.runId }, data: { startsAt: new Date(Date.now() - 3_600_000) } });
    await requeueStrandedRuns(core);
    expect([await stateOf(run.runId), await jobsOf(run.runId), await marked(run.ids)]).toEqual([
      'awaitingApproval',
      0,
      0,
    ]);
    for (const verb of ['pause', 'resume', 'retry'] as const)
      await expect(controlRun(core, starter.actor, run.runId, verb)).rejects.toMatchObject({ code: 'conflict' });
    const view = await readRun(core, starter.actor, run.runId);
    expect(view).toMatchObject({ state: 'awaitingApproval', counts: { pending: 3 }, approval: { mayDecide: false } });
  });

  it('is approved by another operator, who sees the plan; then it is done, and both are in the audit', async () => {
    const { core } = small;
    const { runId, ids } = await waiting();
    expect((await runsToDecide(core, second.actor, 5)).map(({ id }) => id)).toContain(runId);
    expect((await runsToDecide(core, starter.actor, 5)).map(({ id }) => id)).not.toContain(runId);
    const sample = await readPlan(core, second.actor, runId, 2);
    expect(sample).toMatchObject({ index: 2, total: 3, preview: { summary: expect.stringContaining('@example.org') } });
    await expect(readPlan(core, second.actor, runId, 3)).rejects.toMatchObject({ code: 'not-found' });
    await approveRun(core, second.actor, runId);
    await workRun(core, runId, never());
    expect([await stateOf(runId), await marked(ids)]).toEqual(['finished', 3]);
    const row = await core.db.run.findUniqueOrThrow({ where: { id: runId } });
    expect(row).toMatchObject({ operatorId: starter.id, approvedById: second.id });
    const audit = await core.db.auditEntry.findMany({ where: { recordId: runId }, orderBy: { id: 'asc' } });
    expect(audit.map(({ operatorId, summary }) => [operatorId, summary.split(':')[0]])).toEqual([
      [starter.id, 'Mark 3'],
      [starter.id, 'Waits for a second person'],
      [second.id, 'Approved'],
    ]);
  });

  it('takes only the frozen records, whatever came since, and leaves out what no longer fits', async () => {
    const { core } = small;
    const { runId, ids } = await waiting();
    await core.db.recipient.update({ where: { id: ids[0] }, data: { number: 'closed' } });
    await approveRun(core, second.actor, runId);
    await workRun(core, runId, never());
    expect((await readRun(core, second.actor, runId)).counts).toMatchObject({ done: 2, skipped: 1 });
  });

  it('is declined with a reason, and then nothing is done', async () => {
    const { core } = small;
    const { runId, ids } = await waiting();
    for (const reason of ['', '   ', 'x'.repeat(501)])
      await expect(declineRun(core, second.actor, runId, reason)).rejects.toMatchObject({ code: 'invalid' });
    await declineRun(core, second.actor, runId, 'Wrong people');
    await workRun(core, runId, never());
    const view = await readRun(core, starter.actor, runId);
    expect(view).toMatchObject({
      state: 'cancelled',
      note: 'Declined by Olga: Wrong people',
      counts: { cancelled: 3 },
    });
    expect(await marked(ids)).toBe(0);
    await expect(approveRun(core, second.actor, runId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(controlRun(core, starter.actor, runId, 'resume')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('who may approve', () => {
  it('not the starter, nor by a key of theirs, nor when a key of theirs started it', async () => {
    const { core } = small;
    const own = await waiting();
    await expect(approveRun(core, starter.actor, own.runId)).rejects.toMatchObject({ code: 'not-found' });
    const { key } = await core.transaction(systemActor, (work) =>
      createApiKey(work, { name: 'K', permissions: rights, operatorId: starter.id }),
    );
    const program = await actorOfApiKey(core, key, 'trial:mark');
    if (!program) throw new Error('The key does not work.');
    await expect(approveRun(core, program, own.runId)).rejects.toMatchObject({ code: 'not-found' });
    const byKey = await waiting(program);
    await expect(approveRun(core, starter.actor, byKey.runId)).rejects.toMatchObject({ code: 'not-found' });
    expect((await runsToDecide(core, starter.actor, 5)).map(({ id }) => id)).not.toContain(byKey.runId);
    await approveRun(core, second.actor, byKey.runId);
    expect(await stateOf(own.runId)).toBe('awaitingApproval');
  });

  it('not without the permission, not the system, not somebody who sees other records', async () => {
    const { core } = small;
    const { runId, campaignId } = await waiting();
    const stranger = await addOperator(core, ['trial:read', 'core:runs']);
    const scoped = await addOperator(core, rights, { scope: 'campaign', scopeId: campaignId });
    for (const actor of [stranger.actor, systemActor, scoped.actor])
      await expect(approveRun(core, actor, runId)).rejects.toMatchObject({ code: 'not-found' });
    expect(await stateOf(runId)).toBe('awaitingApproval');
    const colleague = await addOperator(core, rights, { scope: 'campaign', scopeId: campaignId });
    const narrow = await waiting(starter.actor);
    const inScope = await startRun(core, scoped.actor, 'trial.mark', {
      selection: { all: true },
      form: { text: '?' },
      expected: 3,
      idempotencyKey: randomUUID(),
    });
    await expect(approveRun(core, colleague.actor, narrow.runId)).rejects.toMatchObject({ code: 'not-found' });
    expect((await readRun(core, colleague.actor, inScope.runId)).approval).toMatchObject({ mayDecide: true });
    await approveRun(core, colleague.actor, inScope.runId);
  });

  it('not with rights that were taken away since the page was opened, on either side', async () => {
    const { core } = small;
    const { runId } = await waiting();
    await core.db.operator.update({ where: { id: second.id }, data: { state: 'blocked' } });
    await expect(approveRun(core, second.actor, runId)).rejects.toMatchObject({ code: 'forbidden' });
    const third = await addOperator(core, rights);
    await core.db.operator.update({ where: { id: starter.id }, data: { state: 'blocked' } });
    await expect(approveRun(core, third.actor, runId)).rejects.toMatchObject({ code: 'conflict' });
    expect(await stateOf(runId)).toBe('awaitingApproval');
  });
});

describe('races', () => {
  it('of ten approvals at once over two instances one counts, and the run is worked once', async () => {
    const { runId, ids } = await waiting();
    const tries = Array.from({ length: 10 }, (_, i) => approveRun((i % 2 ? small : other).core, second.actor, runId));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all([workRun(small.core, runId, never()), workRun(other.core, runId, never())]);
    const rows = await small.core.db.recipient.findMany({ where: { id: { in: ids } } });
    expect(rows.map(({ problem }) => problem)).toEqual(['!', '!', '!']);
    expect(
      await small.core.db.auditEntry.count({ where: { recordId: runId, summary: { startsWith: 'Approved' } } }),
    ).toBe(1);
  });

  it('approving, declining and cancelling at once leave one ending, and nothing is done after a no', async () => {
    const { core } = small;
    for (let round = 0; round < 5; round += 1) {
      const { runId, ids } = await waiting();
      const third = await addOperator(core, rights);
      await Promise.allSettled([
        approveRun(core, second.actor, runId),
        declineRun(other.core, third.actor, runId, 'no'),
        controlRun(core, starter.actor, runId, 'cancel'),
      ]);
      const run = await core.db.run.findUniqueOrThrow({ where: { id: runId } });
      await workRun(core, runId, never());
      // A cancel may still come after an approval; an approval never after a no.
      expect(['scheduled', 'cancelled']).toContain(run.state);
      expect(await marked(ids)).toBe(run.state === 'scheduled' ? 3 : 0);
      await expect(approveRun(core, third.actor, runId)).rejects.toMatchObject({ code: 'conflict' });
    }
  });

  it('a double click makes one plan that waits', async () => {
    const { ids } = await addRecipients(small.core, people(2));
    const input = { selection: { ids }, form: { text: '!' }, expected: 2, idempotencyKey: randomUUID() };
    const clicks = Array.from({ length: 8 }, (_, i) =>
      startRun((i % 2 ? small : other).core, starter.actor, 'trial.mark', input),
    );
    expect(new Set((await Promise.all(clicks)).map(({ runId }) => runId)).size).toBe(1);
  });
});

describe('time', () => {
  it('ends after seven days: nobody approves it any more, and it is swept with a note', async () => {
    const { core } = small;
    const { runId, ids } = await waiting();
    const fresh = await waiting();
    await core.db.run.update({ where: { id: runId }, data: { approvalUntil: new Date(Date.now() - 1_000) } });
    await expect(approveRun(core, second.actor, runId)).rejects.toMatchObject({ code: 'conflict' });
    await expireWaitingRuns(core);
    expect(await core.db.run.findUniqueOrThrow({ where: { id: runId } })).toMatchObject({
      state: 'cancelled',
      note: 'Nobody approved it within 7 days.',
    });
    expect([await marked(ids), await stateOf(fresh.runId)]).toEqual([0, 'awaitingApproval']);
  });

  it('an approved run that sends still has its undo window', async () => {
    const slow = await openSmallCore(database.connection, { undoSeconds: 30 });
    try {
      await choose('trial.notify', 1);
      const one = await addOperator(slow.core, ['trial:notify']);
      const two = await addOperator(slow.core, ['trial:notify']);
      const { ids } = await addRecipients(slow.core, people(1));
      const input = { selection: { ids }, expected: 1, idempotencyKey: randomUUID() };
      const { runId } = await startRun(slow.core, one.actor, 'trial.notify', input);
      await slow.core.db.run.update({ where: { id: runId }, data: { startsAt: new Date(0) } });
      await approveRun(slow.core, two.actor, runId);
      const { startsAt } = await slow.core.db.run.findUniqueOrThrow({ where: { id: runId } });
      expect(startsAt.getTime()).toBeGreaterThan(Date.now() + 20_000);
      await workRun(slow.core, runId, never());
      expect(await slow.core.db.message.count({ where: { runId } })).toBe(0);
    } finally {
      await slow.close();
    }
  });
});

describe('the choice of the house', () => {
  it('may begin at a number of records', async () => {
    const { core } = small;
    await choose('trial.mark', 3);
    const few = await waiting(starter.actor, 2);
    expect([await stateOf(few.runId), await marked(few.ids)]).toEqual(['finished', 2]);
    expect(await stateOf((await waiting(starter.actor, 3)).runId)).toBe('awaitingApproval');
    expect((await listChoices(core)).find(({ actionId }) => actionId === 'trial.mark')).toMatchObject({
      from: 3,
      declared: 'never',
    });
  });

  it('loses nothing when several are made at once, is audited, and knows only actions that exist', async () => {
    const names = ['trial.notify', 'trial.mark', 'trial.list'];
    await Promise.all(names.map((name, i) => choose(name, i + 5)));
    expect(await chosenCounts(small.core.db)).toEqual({ 'trial.notify': 5, 'trial.mark': 6, 'trial.list': 7 });
    await expect(choose('trial.nothing', 1)).rejects.toMatchObject({ code: 'invalid' });
    await choose('trial.list', null);
    expect(Object.keys(await chosenCounts(small.core.db)).sort()).toEqual(['trial.mark', 'trial.notify']);
    expect(await small.core.db.auditEntry.count({ where: { resource: 'Setting' } })).toBeGreaterThan(4);
  });
});
