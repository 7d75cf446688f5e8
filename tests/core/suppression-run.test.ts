// A run over people of whom some get nothing any more: they are skipped with the reason, the others get their message.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suppress } from '../../src/core/outbox/suppression.ts';
import { readRun, runAction } from '../../src/core/runs/run.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { addRecipients, openSmallCore, type SmallCore, systemActor } from './runs/fixture.ts';

let database: TestDatabase;
let small: SmallCore;
beforeAll(async () => {
  database = await cloneDatabase();
  small = await openSmallCore(database.connection);
});
afterAll(async () => {
  await small?.close();
  await database?.drop();
});

describe('a run that sends', () => {
  it('skips suppressed addresses with the reason and undoes nothing of the others', async () => {
    const { core } = small;
    const { ids } = await addRecipients(core, [
      { email: 'one@example.org' },
      { email: 'gone@example.org' },
      { email: 'left@example.org' },
      { email: 'two@example.org' },
    ]);
    await core.transaction(systemActor, async (work) => {
      await suppress(work, { channel: 'email', address: 'GONE@example.org', reason: 'bounced' });
      await suppress(work, { channel: 'email', address: 'left@example.org', reason: 'unsubscribed' });
    });
    const input = { selection: { ids }, form: {}, idempotencyKey: randomUUID() };
    const { runId } = await runAction(core, systemActor, 'trial.notify', input);
    const view = await readRun(core, systemActor, runId);
    // The notice is transactional: who only unsubscribed still gets it.
    expect(view).toMatchObject({ state: 'finished', counts: { done: 3, skipped: 1, failed: 0 } });
    expect(view.reasons).toEqual([{ outcome: 'skipped', reason: 'messages to this address came back', count: 1 }]);
    const to = await core.db.message.findMany({ where: { runId: view.id }, orderBy: { toAddress: 'asc' } });
    expect(to.map(({ toAddress }) => toAddress)).toEqual(['left@example.org', 'one@example.org', 'two@example.org']);
  });
});
