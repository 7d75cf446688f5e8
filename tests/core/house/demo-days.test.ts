// The demo's rows come over two weeks; what was in the house before it keeps its moments.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDemo } from '../../../src/core/house/demo.ts';
import { modules } from '../../../src/modules/index.ts';
import { type TestCore, testCore } from '../../kit/core.ts';

let house: TestCore;

beforeAll(async () => {
  house = await testCore([...modules]);
});
afterAll(() => house?.close());

test('the demo is spread over the last days, and a participant who came a moment before it is not', async () => {
  const { db } = house.core;
  const contest = await db.contest.create({ data: { slug: 'ours', title: 'Ours' } });
  const own = await db.participant.create({
    data: {
      contestId: contest.id,
      firstName: 'Ada',
      secondName: 'Lovelace',
      birthday: new Date('1985-05-20'),
      districtId: 41,
      address: 'Quay 1',
      email: 'ada@example.org',
      phone: '+79200000001',
      lastFour: '0001',
    },
  });
  expect(await loadDemo(house.core)).toBe(true);
  expect(await db.participant.findUniqueOrThrow({ where: { id: own.id } })).toEqual(own);
  const rows = await db.participant.findMany({
    where: { contestId: { not: contest.id } },
    select: { createdAt: true },
  });
  const days = new Set(rows.map(({ createdAt }) => createdAt.toISOString().slice(0, 10)));
  expect(days.size).toBeGreaterThan(3);
  const oldest = Math.min(...rows.map(({ createdAt }) => createdAt.getTime()));
  expect(Date.now() - oldest).toBeLessThan(15 * 86_400_000);
}, 120_000);
