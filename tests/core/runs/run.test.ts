// Runs: what a preview promises, a start freezes, the work does, and what stops it.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { actorOfApiKey, createApiKey } from '../../../src/core/people/api-keys.ts';
import { controlRun, previewAction, readRun, startRun } from '../../../src/core/runs/run.ts';
import { workRun } from '../../../src/core/runs/work.ts';
import { addOperator, addRecipients, everything, hold, many, never, openSmallCore, systemActor } from './fixture.ts';
import { smallCoreOfFile } from './small-core.ts';

const small = smallCoreOfFile({ undoSeconds: 30 });

describe('a preview', () => {
  it('counts who takes part and why the others do not, also where a value is missing, and writes nothing', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, [
      { email: 'a@example.org' },
      { email: 'b@example.org', problem: 'bounced' },
      { email: 'c@example.org', state: 'notified' },
      { email: 'd@example.org', state: 'notified', problem: 'bounced' },
      { email: 'e@example.org' },
    ]);
    const { actor } = await addOperator(core, everything);
    const before = await core.db.run.count();
    const preview = await previewAction(core, actor, 'trial.notify', {
      selection: { ids },
      form: { greeting: 'Hi' },
      sample: 1,
    });
    expect(preview).toMatchObject({
      total: 5,
      eligible: 2,
      skipped: [
        { reason: 'already notified', count: 2 },
        { reason: 'has a problem', count: 1 },
      ],
      label: 'Send 2 notices',
      selectionInWords: '5 chosen recipients',
      sends: true,
      undoSeconds: 30,
      sample: { index: 1, recordTitle: 'e@example.org', preview: { summary: 'Hi e@example.org of Thanks' } },
    });
    expect(await core.db.run.count()).toBe(before);
  });

  it('is forbidden without the permission, and shows nothing outside the scope', async () => {
    const { core } = small;
    const mine = await addRecipients(core, [{ email: 'mine@example.org' }]);
    const other = await addRecipients(core, [{ email: 'other@example.org' }]);
    const stranger = await addOperator(core, ['trial:read']);
    const scoped = await addOperator(core, everything, { scope: 'campaign', scopeId: mine.campaignId });
    const selection = { ids: [...mine.ids, ...other.ids] };
    await expect(previewAction(core, stranger.actor, 'trial.mark', { selection })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const preview = await previewAction(core, scoped.actor, 'trial.mark', { selection, form: { text: 'x' } });
    expect(preview.total).toBe(1);
  });

  it('names the fields that are still at fault and counts all the same', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, many(3));
    const preview = await previewAction(core, systemActor, 'trial.mark', { selection: { ids }, form: {} });
    expect(preview.eligible).toBe(3);
    expect(Object.keys(preview.problems ?? {})).toEqual(['text']);
    expect(preview.sample).toBeUndefined();
  });
});

describe('a start', () => {
  it('does nothing when another number takes part than was shown', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, many(3));
    const before = await core.db.run.count();
    const input = { selection: { ids }, form: { text: 'x' }, expected: 2, idempotencyKey: randomUUID() };
    await expect(startRun(core, systemActor, 'trial.mark', input)).rejects.toMatchObject({
      code: 'conflict',
      fields: { expected: '3' },
    });
    expect(await core.db.run.count()).toBe(before);
    expect(await core.db.recipient.count({ where: { id: { in: ids }, problem: { not: null } } })).toBe(0);
  });

  it('does a small set at once, each record with its own outcome', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, [
      { email: '1@example.org' },
      { email: '2@example.org', name: 'unlucky' },
      { email: '3@example.org', name: 'broken' },
      { email: '4@example.org', name: 'unwilling' },
      { email: '5@example.org', number: 'closed' },
    ]);
    const { actor } = await addOperator(core, everything);
    const { runId } = await startRun(core, actor, 'trial.mark', {
      selection: { ids },
      form: { text: '!' },
      expected: 4,
      idempotencyKey: randomUUID(),
    });
    const view = await readRun(core, actor, runId);
    expect(view).toMatchObject({
      state: 'finished',
      total: 5,
      counts: { pending: 0, done: 1, skipped: 2, failed: 2, cancelled: 0 },
    });
    const reasons = view.reasons.map(({ outcome, reason }) => `${outcome}: ${reason}`).sort();
    expect(reasons[0]).toMatch(/^failed: Something went wrong \([0-9a-f]{8}\)\.$/);
    expect(reasons.slice(1)).toEqual(['failed: The seat is taken.', 'skipped: does not want to', 'skipped: is closed']);
    const rows = await core.db.recipient.findMany({ where: { id: { in: ids } }, orderBy: { email: 'asc' } });
    // What failed was rolled back; what was skipped by the action keeps what the action did before it.
    expect(rows.map(({ problem }) => problem)).toEqual(['!', null, null, '!', null]);
    const audit = await core.db.auditEntry.findMany({ where: { recordId: runId } });
    expect(audit.map(({ kind, actor: by }) => [kind, by])).toEqual([['action', 'Olga']]);
  });

  it('answers 50 simultaneous double clicks with one run', async () => {
    const { core } = small;
    const other = await openSmallCore(small.connection);
    try {
      const { ids } = await addRecipients(core, many(10));
      const { actor } = await addOperator(core, everything);
      const input = { selection: { ids }, form: { text: '+' }, expected: 10, idempotencyKey: randomUUID() };
      const clicks = Array.from({ length: 50 }, (_, i) =>
        startRun(i % 2 ? core : other.core, actor, 'trial.mark', input),
      );
      const runs = new Set((await Promise.all(clicks)).map(({ runId }) => runId));
      expect(runs.size).toBe(1);
      await workRun(core, [...runs][0] as string, never());
      const rows = await core.db.recipient.findMany({ where: { id: { in: ids } } });
      expect(rows.map(({ problem }) => problem)).toEqual(Array(10).fill('+'));
    } finally {
      await other.close();
    }
  });

  it('starts a run for each person who sends the same key', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, many(1));
    const [one, two] = [await addOperator(core, everything), await addOperator(core, everything)];
    const input = { selection: { ids }, form: { text: 'x' }, expected: 1, idempotencyKey: randomUUID() };
    const first = await startRun(core, one.actor, 'trial.mark', input);
    const second = await startRun(core, two.actor, 'trial.mark', input);
    expect(first.runId).not.toBe(second.runId);
    await expect(readRun(core, { ...two.actor, permissions: new Set() }, first.runId)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('freezes the set: records that come later take no part', async () => {
    const { core } = small;
    const { campaignId } = await addRecipients(core, many(30, { name: 'frozen' }));
    const { actor } = await addOperator(core, everything, { scope: 'campaign', scopeId: campaignId });
    const input = { selection: { all: true }, form: { text: 'x' }, expected: 30, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.mark', input);
    await core.db.recipient.create({ data: { campaignId, email: 'late@example.org' } });
    await workRun(core, runId, never());
    expect((await readRun(core, actor, runId)).counts.done).toBe(30);
    expect(await core.db.recipient.count({ where: { campaignId, problem: null } })).toBe(1);
  });
});

describe('a large set', () => {
  it('is frozen whole over the borders of chunks, each skipped record with its reason', async () => {
    const { core } = small;
    const { campaignId } = await addRecipients(core, []);
    await core.database.pool.query(
      `INSERT INTO "Recipient" (id, "campaignId", email, "createdAt", "updatedAt", problem)
       SELECT gen_random_uuid()::text, $1, 'p' || i || '@example.org', now(), now(), CASE WHEN i % 10 = 0 THEN 'bounced' END
       FROM generate_series(1, 3000) i`,
      [campaignId],
    );
    const { actor } = await addOperator(core, everything, { scope: 'campaign', scopeId: campaignId });
    const input = { selection: { all: true }, expected: 2700, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.notify', input);
    const view = await readRun(core, actor, runId);
    expect(view).toMatchObject({ total: 3000, counts: { pending: 2700, skipped: 300 } });
    expect(view.reasons).toEqual([{ outcome: 'skipped', reason: 'has a problem', count: 300 }]);
    const items = await core.db.runItem.findMany({ where: { runId }, orderBy: { position: 'asc' } });
    expect(items.map(({ position }) => position)).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    expect(new Set(items.map(({ recordId }) => recordId)).size).toBe(3000);
  });
});

describe('the undo window', () => {
  it('leaves nothing done when the run is cancelled in it', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, many(5));
    const { actor } = await addOperator(core, everything);
    const input = { selection: { ids }, expected: 5, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.notify', input);
    await workRun(core, runId, never());
    const waiting = await readRun(core, actor, runId);
    expect(waiting).toMatchObject({ state: 'scheduled', counts: { pending: 5 } });
    expect(waiting.startsAt.getTime() - Date.now()).toBeGreaterThan(20_000);
    await controlRun(core, actor, runId, 'cancel');
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'cancelled', counts: { cancelled: 5, done: 0 } });
    expect(await core.db.message.count({ where: { runId } })).toBe(0);
  });
});

describe('a program with an API key', () => {
  it('starts runs within its record, which pause when the key is revoked', async () => {
    const { core } = small;
    const { campaignId } = await addRecipients(core, many(40));
    const { key, id } = await core.transaction(systemActor, (work) =>
      createApiKey(work, { name: 'organiser', permissions: ['trial:mark'], scopeId: campaignId }),
    );
    const actor = await actorOfApiKey(core, key, 'trial:mark');
    expect(actor).toBeDefined();
    const input = { selection: { all: true }, form: { text: 'x' }, expected: 40, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor!, 'trial.mark', input);
    let done = 0;
    hold.each = async () => {
      done += 1;
      if (done === 6) await core.db.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    };
    await workRun(core, runId, never());
    expect(await readRun(core, systemActor, runId)).toMatchObject({
      state: 'paused',
      counts: { done: 6, pending: 34 },
    });
    await expect(
      startRun(core, actor!, 'trial.notify', { ...input, idempotencyKey: randomUUID() }),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
