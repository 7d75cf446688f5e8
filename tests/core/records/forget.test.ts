// A record that is erased for a person's sake keeps no name in runs and audit; every other entry stays as it is.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { forgetRecord } from '../../../src/core/records/forget.ts';
import { type TestCore, testCore } from '../../kit/core.ts';

let house: TestCore;
beforeAll(async () => {
  house = await testCore();
});
afterAll(() => house?.close());

it('forgets the name and the values of one record, and that it happened stays', async () => {
  const { core } = house;
  const run = await core.db.run.create({
    data: {
      action: 'test.act',
      title: 'Act',
      resource: 'Thing',
      actor: 'Olga',
      selection: '2 records',
      form: {},
      idempotencyKey: 'forget-record',
      total: 2,
      startsAt: new Date(),
    },
  });
  const items = ['gone', 'stays'].map((recordId, position) => ({
    runId: run.id,
    position,
    recordId,
    recordTitle: `Ada ${recordId}`,
  }));
  await core.db.runItem.createMany({ data: items });
  await core.transaction(systemActor, async (work) => {
    for (const recordId of ['gone', 'stays'])
      await work.audit({
        kind: 'update',
        summary: 'Changed',
        resource: 'Thing',
        recordId,
        recordTitle: `Ada ${recordId}`,
        before: { name: 'Ada' },
        after: { name: 'Zoë' },
      });
    await work.audit({
      kind: 'update',
      summary: 'Changed',
      resource: 'Other',
      recordId: 'gone',
      recordTitle: 'Ada elsewhere',
    });
    await forgetRecord(work, 'Thing', 'gone');
  });
  const kept = await core.db.runItem.findMany({ where: { runId: run.id }, orderBy: { position: 'asc' } });
  expect(kept.map(({ recordTitle }) => recordTitle)).toEqual(['(erased)', 'Ada stays']);
  const entries = await core.db.auditEntry.findMany({ where: { summary: 'Changed' }, orderBy: { id: 'asc' } });
  expect(entries.map(({ recordTitle, before }) => [recordTitle, before])).toEqual([
    ['(erased)', null],
    ['Ada stays', { name: 'Ada' }],
    ['Ada elsewhere', null],
  ]);
});
