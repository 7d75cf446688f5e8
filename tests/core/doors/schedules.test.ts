// Actions that start by themselves: in whose name, how often, and who may plan them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import { nextTime } from '../../../src/core/doors/cron-times.ts';
import { startDue } from '../../../src/core/doors/schedules.ts';
import { schedules } from '../../../src/core/house/schedules.ts';
import { actorOfOperator } from '../../../src/core/people/operators.ts';
import { describeResource } from '../../../src/core/records/describe.ts';
import { createRecord, deleteRecord, updateRecord } from '../../../src/core/records/records.ts';
import { readRun } from '../../../src/core/runs/run.ts';
import { actionId, allRights, type DoorsHouse, openDoors } from './doors-house.ts';

let house: DoorsHouse;
beforeAll(async () => {
  house = await openDoors({ TIME_ZONE: 'Europe/Amsterdam' });
});
afterAll(() => house?.close());

async function actorOf(id: string): Promise<Actor> {
  return actorOfOperator(await house.core.db.operator.findUniqueOrThrow({ where: { id }, include: { role: true } }));
}

const planOf = (evening: string) => ({
  name: 'Weekly',
  action: actionId,
  selection: `campaignId.is=${evening}\nstate.is=added`,
  form: 'note=hello\nloud=yes',
  cron: '30 7 * * 1',
});

/** Plans an action as an operator does, and makes it due. */
async function planned(operatorId: string, evening: string): Promise<string> {
  const { id } = await createRecord(house.core, await actorOf(operatorId), schedules, planOf(evening));
  await makeDue(id);
  return id;
}

const makeDue = (id: string) =>
  house.core.db.schedule.update({ where: { id }, data: { nextAt: new Date(Date.now() - 60_000) } });
const found = (id: string) => house.core.db.schedule.findUniqueOrThrow({ where: { id } });
const runsOf = (id: string) => house.core.db.run.count({ where: { idempotencyKey: { contains: `schedule:${id}:` } } });
const marked = async (campaignId: string) =>
  house.core.db.recipient.count({ where: { campaignId, problem: { not: null } } });

describe('a schedule that is due', () => {
  it('starts the action with its form on what its filter finds, once, and knows its next time', async () => {
    const evening = await house.evening();
    const operator = await house.operator();
    const id = await planned(operator.id, evening.id);
    const now = new Date();
    await startDue(house.core, now);
    const after = await found(id);
    expect(after).toMatchObject({ lastResult: 'Started: Mark 4 people', lastRunAt: now });
    expect(after.nextAt!.getTime()).toBeGreaterThan(now.getTime());
    const run = await readRun(house.core, await actorOf(operator.id), after.lastRunId!);
    expect(run).toMatchObject({ state: 'finished', counts: { done: 2, skipped: 1, failed: 1 } });
    expect(run.actor).toContain('by the schedule “Weekly”');
    expect(await marked(evening.id)).toBe(2);
    expect(await startDue(house.core, new Date())).toBe(0);
    expect(await runsOf(id)).toBe(1);
  });

  it('starts one run when several instances look at the clock at once', async () => {
    const evening = await house.evening();
    const id = await planned((await house.operator()).id, evening.id);
    const clocks = ['a', 'b', 'c'].map((instanceId) => startDue({ ...house.core, instanceId }, new Date()));
    expect((await Promise.all(clocks)).reduce((sum, one) => sum + one, 0)).toBeGreaterThan(1);
    expect(await runsOf(id)).toBe(1);
    expect((await found(id)).lastResult).toMatch(/^Started/);
  });

  it('finds the run of a clock that died before it could write down the next time', async () => {
    const evening = await house.evening();
    const id = await planned((await house.operator()).id, evening.id);
    const { nextAt } = await found(id);
    await startDue(house.core, new Date());
    const { lastRunId } = await found(id);
    await house.core.db.schedule.update({ where: { id }, data: { nextAt, lastRunId: null } });
    await startDue(house.core, new Date());
    expect(await runsOf(id)).toBe(1);
    expect((await found(id)).lastRunId).toBe(lastRunId);
  });

  it('says so when there is nothing to do, and starts no run', async () => {
    const evening = await house.evening();
    await house.core.db.recipient.updateMany({ where: { campaignId: evening.id }, data: { state: 'notified' } });
    const id = await planned((await house.operator()).id, evening.id);
    await startDue(house.core, new Date());
    expect(await found(id)).toMatchObject({
      lastResult: 'Nothing to do: none of 0 records can take part',
      lastRunId: null,
    });
    expect(await runsOf(id)).toBe(0);
  });

  it('does nothing while it is off', async () => {
    const evening = await house.evening();
    const operator = await house.operator();
    const id = await planned(operator.id, evening.id);
    await updateRecord(house.core, await actorOf(operator.id), schedules, id, { enabled: false });
    await makeDue(id);
    expect(await startDue(house.core, new Date())).toBe(0);
    expect(await marked(evening.id)).toBe(0);
  });
});

describe('the rights of a schedule', () => {
  it('are those that its operator has at that moment', async () => {
    const { db } = house.core;
    const evening = await house.evening();
    const operator = await house.operator();
    const id = await planned(operator.id, evening.id);
    await db.role.update({ where: { id: operator.roleId }, data: { permissions: ['guests:read'] } });
    await startDue(house.core, new Date());
    expect((await found(id)).lastResult).toBe('Refused: You may not do this.');
    await db.role.update({ where: { id: operator.roleId }, data: { permissions: allRights } });
    await db.operator.update({ where: { id: operator.id }, data: { state: 'blocked' } });
    await makeDue(id);
    await startDue(house.core, new Date());
    expect((await found(id)).lastResult).toBe('Refused: the operator may not work here any more');
    expect(await runsOf(id)).toBe(0);
    expect(await marked(evening.id)).toBe(0);
  });

  it('follow whoever changes it: nobody works with the rights of somebody else', async () => {
    const [own, other] = [await house.evening(), await house.evening()];
    const wide = await house.operator();
    const narrow = await house.operator(undefined, { scope: 'evening', scopeId: own.id });
    const id = await planned(wide.id, other.id);
    await expect(
      updateRecord(house.core, await actorOf(narrow.id), schedules, id, { name: 'Mine' }),
    ).rejects.toMatchObject({ code: 'not-found' });
    const second = await house.operator();
    await updateRecord(house.core, await actorOf(second.id), schedules, id, { name: 'Taken over' });
    expect(await found(id)).toMatchObject({ operatorId: second.id, name: 'Taken over' });
    const mine = await createRecord(house.core, await actorOf(narrow.id), schedules, {
      ...planOf(other.id),
      selection: 'all',
    });
    await makeDue(mine.id);
    await startDue(house.core, new Date());
    expect(await marked(other.id)).toBe(0);
    expect(await marked(own.id)).toBe(2);
  });

  it('are needed to plan, change and throw away, and the operator cannot be chosen', async () => {
    const evening = await house.evening();
    const owner = await house.operator();
    const id = await planned(owner.id, evening.id);
    const without = await actorOf((await house.operator(['core:schedules', 'guests:read'])).id);
    const { core } = house;
    await expect(createRecord(core, without, schedules, planOf(evening.id))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(updateRecord(core, without, schedules, id, { name: 'x' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(deleteRecord(core, without, schedules, id)).rejects.toMatchObject({ code: 'forbidden' });
    const program: Actor = { ...without, kind: 'apiKey', permissions: new Set(['*']) };
    await expect(createRecord(core, program, schedules, planOf(evening.id))).rejects.toMatchObject({
      code: 'forbidden',
    });
    const chosen = createRecord(core, await actorOf(owner.id), schedules, {
      ...planOf(evening.id),
      operatorId: without.id,
    });
    await expect(chosen).rejects.toMatchObject({ fields: { operatorId: 'cannot be written' } });
    expect(
      describeResource(schedules, without, core.registry)?.columns.find(({ name }) => name === 'action')?.values,
    ).toEqual([]);
    await deleteRecord(core, await actorOf(owner.id), schedules, id);
    expect(await core.db.schedule.findUnique({ where: { id } })).toBeNull();
  });
});

describe('a plan that does not fit', () => {
  it('is refused at its column', async () => {
    const evening = await house.evening();
    const actor = await actorOf((await house.operator()).id);
    const cases: [Record<string, string>, string][] = [
      [{ action: 'guests.unknown' }, 'action'],
      [{ selection: 'secret.is=1' }, 'selection'],
      [{ selection: 'everything' }, 'selection'],
      [{ selection: 'ids=a\nstate.is=added' }, 'selection'],
      [{ form: 'note=h' }, 'form'],
      [{ form: 'note=hello\ncolour=red' }, 'form'],
      [{ form: 'note=hello\ntimes=often' }, 'form'],
      [{ cron: 'every day' }, 'cron'],
      [{ cron: '* * * * * *' }, 'cron'],
      [{ cron: '61 * * * *' }, 'cron'],
      [{ cron: '0 0 31 2 *' }, 'cron'],
    ];
    for (const [change, column] of cases) {
      const planning = createRecord(house.core, actor, schedules, { ...planOf(evening.id), ...change });
      await expect(planning, JSON.stringify(change)).rejects.toMatchObject({
        status: 400,
        fields: { [column]: expect.any(String) },
      });
    }
  });
});

describe('times', () => {
  const next = (text: string, cron: string) => nextTime(cron, 'Europe/Amsterdam', new Date(text))?.toISOString();

  it('are meant in the time zone of the installation, in summer and in winter', () => {
    expect(next('2026-01-05T00:00:00Z', '30 7 * * 1')).toBe('2026-01-05T06:30:00.000Z');
    expect(next('2026-07-06T00:00:00Z', '30 7 * * 1')).toBe('2026-07-06T05:30:00.000Z');
  });

  it('come once each on the days on which the clocks change', () => {
    // 2026-03-29: 02:30 does not exist; 2026-10-25: 02:30 exists twice.
    const spring = next('2026-03-28T12:00:00Z', '30 2 * * *')!;
    expect(spring.slice(0, 10)).toBe('2026-03-29');
    expect(next(spring, '30 2 * * *')!.slice(0, 10)).toBe('2026-03-30');
    const autumn = next('2026-10-24T12:00:00Z', '30 2 * * *')!;
    expect(autumn.slice(0, 10)).toBe('2026-10-25');
    expect(next(autumn, '30 2 * * *')!.slice(0, 10)).toBe('2026-10-26');
  });
});
