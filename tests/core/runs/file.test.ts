// Runs of actions that make one file: kept whole with the run, or not at all.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { conflict } from '../../../src/core/errors.ts';
import { controlRun, readRun, runAction, startRun } from '../../../src/core/runs/run.ts';
import { workRun } from '../../../src/core/runs/work.ts';
import { addOperator, addRecipients, everything, hold, many, never } from './fixture.ts';
import { smallCoreOfFile } from './small-core.ts';

const small = smallCoreOfFile({ undoSeconds: 30 });

describe('an action with one file', () => {
  it('keeps the file with the run, and its records as done', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, many(8));
    const { actor } = await addOperator(core, everything);
    const { runId } = await runAction(core, actor, 'trial.list', { selection: { ids }, idempotencyKey: randomUUID() });
    const view = await readRun(core, actor, runId);
    expect(view).toMatchObject({ state: 'finished', counts: { done: 8 }, file: { name: 'list.txt' } });
    const { fileId } = await core.db.run.findUniqueOrThrow({ where: { id: runId } });
    const text = (await core.files.bytes(fileId as string)).toString();
    expect(text.trim().split('\n').sort()).toEqual(
      many(8)
        .map(({ email }) => email)
        .sort(),
    );
    const file = await core.files.find(fileId as string);
    expect(file.expiresAt!.getTime() - Date.now()).toBeGreaterThan(6 * 86_400_000);
  });

  const startList = async (count: number) => {
    const { core } = small;
    const { ids } = await addRecipients(core, many(count));
    const { actor } = await addOperator(core, everything);
    const input = { selection: { ids }, expected: count, idempotencyKey: randomUUID() };
    const { runId } = await startRun(core, actor, 'trial.list', input);
    return { core, ids, actor, runId };
  };

  it('leaves out what is no longer eligible, with the reason', async () => {
    const { core, ids, actor, runId } = await startList(60);
    await core.db.recipient.update({ where: { id: ids[7] }, data: { number: 'closed' } });
    await core.db.recipient.delete({ where: { id: ids[8] } });
    await workRun(core, runId, never());
    const view = await readRun(core, actor, runId);
    expect(view).toMatchObject({ state: 'finished', counts: { done: 58, skipped: 2 } });
    expect(view.reasons.map(({ reason }) => reason).sort()).toEqual(['does not exist any more', 'is closed']);
  });

  it('keeps neither file nor outcome when it is stopped in the middle, and begins again', async () => {
    const { core, actor, runId } = await startList(60);
    const stop = new AbortController();
    let seen = 0;
    hold.all = async () => {
      seen += 1;
      if (seen === 55) stop.abort();
    };
    await workRun(core, runId, stop.signal);
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'running', counts: { pending: 60 } });
    expect(await core.db.storedFile.count({ where: { recordId: runId } })).toBe(0);
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({ state: 'finished', counts: { done: 60 } });
  });

  it('fails every record with one reason when the file cannot be made, and can be tried again', async () => {
    const { core, actor, runId } = await startList(40);
    hold.all = async () => {
      throw conflict('There is no picture.');
    };
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({
      state: 'finished',
      counts: { failed: 40 },
      reasons: [{ outcome: 'failed', reason: 'There is no picture.', count: 40 }],
    });
    hold.all = undefined;
    await controlRun(core, actor, runId, 'retry');
    await workRun(core, runId, never());
    expect(await readRun(core, actor, runId)).toMatchObject({
      counts: { done: 40, failed: 0 },
      file: { name: 'list.txt' },
    });
  });
});
