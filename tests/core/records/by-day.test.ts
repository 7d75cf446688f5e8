// The days of the dashboard: counted in the configured zone, with the days that brought nothing, and nothing older.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { countByDay } from '../../../src/core/records/by-day.ts';
import { configureDays, startOfDay } from '../../../src/core/records/days.ts';
import { type TestCore, testCore } from '../../kit/core.ts';

const hour = 3_600_000;
let house: TestCore;

beforeAll(async () => {
  house = await testCore([], { TIME_ZONE: 'Asia/Shanghai' });
}, 240_000);
afterAll(async () => {
  configureDays('UTC');
  await house.close();
});

afterEach(() => vi.useRealTimers());

test('rows stand under the day on which people there saw them', async () => {
  // A day must not end between two looks at the days.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const { db } = house.core;
  await db.auditEntry.deleteMany();
  const empty = await countByDay(db, 'AuditEntry', 'at');
  expect(empty.map(({ count }) => count)).toEqual(Array(14).fill(0));
  const day = empty[9]?.day as string;
  const begins = startOfDay(day).getTime();
  const moments = [begins - 1, begins, begins + 23 * hour, begins + 24 * hour, begins - 9 * 24 * hour - 1];
  await db.auditEntry.createMany({
    data: moments.map((at, n) => ({
      at: new Date(at),
      kind: n === 1 ? ('signIn' as const) : ('action' as const),
      actor: 'x',
      summary: 'y',
    })),
  });
  const counts = async (only?: { kind: string }) =>
    Object.fromEntries((await countByDay(db, 'AuditEntry', 'at', only)).map((one) => [one.day, one.count]));
  const days = empty.map((one) => one.day);
  expect(await counts()).toEqual({
    ...Object.fromEntries(days.map((one) => [one, 0])),
    [days[8] as string]: 1,
    [day]: 2,
    [days[10] as string]: 1,
  });
  expect((await counts({ kind: 'signIn' }))[day]).toBe(1);
});

test('a column that does not exist is a mistake of the programmer', async () => {
  await expect(countByDay(house.core.db, 'AuditEntry', 'at', { nosuch: '1' } as object)).rejects.toThrow('nosuch');
});
