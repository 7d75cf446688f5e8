// Limits on real PostgreSQL, shared by several instances.
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPool } from '../../src/core/database/database.ts';
import { TooManyError } from '../../src/core/errors.ts';
import { addressKey, createLimits, type Limit } from '../../src/core/limits.ts';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';

let database: TestDatabase;
let one: Pool;
let other: Pool;
const rule = (name: string, more: Partial<Limit> = {}): Limit => ({ name, points: 5, seconds: 60, ...more });

beforeAll(async () => {
  database = await cloneDatabase();
  // A hundred wait for a few connections: on a slow machine longer than a server would let them.
  one = openPool(database.connection, { connectTimeout: 60_000 });
  other = openPool(database.connection, { connectTimeout: 60_000 });
});
afterAll(async () => {
  await Promise.all([one.end(), other.end()]);
  await database.drop();
});

afterEach(() => vi.useRealTimers());

/** Lets the clock stand, so that seconds to wait are exact however slow the machine is. */
const stopClock = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });

/** Counts how many of so many attempts at once go through. */
async function attempts(count: number, attempt: (i: number) => Promise<void>) {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, i) => attempt(i)));
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  return { passed: count - refusals.length, refusals };
}

describe('a limit', () => {
  it('lets exactly its points through when two instances are asked a hundred times at once', async () => {
    const [a, b] = [createLimits(one), createLimits(other)];
    const { passed, refusals } = await attempts(100, (i) => (i % 2 ? a : b).consume(rule('shared'), 'ada'));
    expect(passed).toBe(5);
    for (const error of refusals) {
      expect(error).toBeInstanceOf(TooManyError);
      expect(error.retryAfter).toBeGreaterThanOrEqual(1);
      expect(error.retryAfter).toBeLessThanOrEqual(60);
    }
  });

  it('counts each key and each rule for itself', async () => {
    const limits = createLimits(one);
    await attempts(6, () => limits.consume(rule('own'), 'ada'));
    await expect(limits.consume(rule('own'), 'bob')).resolves.toBeUndefined();
    await expect(limits.consume(rule('own-2'), 'ada')).resolves.toBeUndefined();
    await expect(limits.consume(rule('own'), 'ada')).rejects.toThrow(TooManyError);
  });

  it('blocks for longer once it is exceeded, where the rule says so', async () => {
    stopClock();
    const limits = createLimits(one);
    const strict = rule('block', { block: 3600 });
    const { refusals } = await attempts(7, () => limits.consume(strict, 'ada'));
    expect(refusals).toHaveLength(2);
    await expect(limits.consume(strict, 'ada')).rejects.toMatchObject({ retryAfter: 3600 });
  });

  it('is seen without taking, raised by penalties and forgotten by a reset', async () => {
    stopClock();
    const limits = createLimits(one);
    expect(await limits.peek(rule('peek'), 'ada')).toEqual({ used: 0, left: 5, retryAfter: 0 });
    await limits.penalty(rule('peek'), 'ada', 4);
    expect(await limits.peek(rule('peek'), 'ada')).toEqual({ used: 4, left: 1, retryAfter: 0 });
    await limits.consume(rule('peek'), 'ada');
    expect(await limits.peek(rule('peek'), 'ada')).toMatchObject({ used: 5, left: 0, retryAfter: 60 });
    await expect(limits.consume(rule('peek'), 'ada')).rejects.toThrow(TooManyError);
    await limits.reset(rule('peek'), 'ada');
    await expect(limits.consume(rule('peek'), 'ada')).resolves.toBeUndefined();
  });

  it('opens again when its time is over, and such rows are pruned', async () => {
    const limits = createLimits(one);
    await attempts(6, () => limits.consume(rule('over'), 'ada'));
    await one.query(`UPDATE "RateLimit" SET "expire" = $1 WHERE "key" LIKE 'over:%'`, [Date.now() - 1]);
    expect(await limits.peek(rule('over'), 'ada')).toMatchObject({ used: 0 });
    expect(await limits.prune()).toBe(1);
    await expect(limits.consume(rule('over'), 'ada')).resolves.toBeUndefined();
  });

  it('bears keys of any length and keeps none of them readable', async () => {
    const limits = createLimits(one);
    for (const key of ['', 'x'.repeat(100_000), 'ada@example.org', 'NUL \0 and 王'])
      await limits.consume(rule('keys'), key);
    const { rows } = await one.query(`SELECT "key" FROM "RateLimit" WHERE "key" LIKE 'keys:%'`);
    expect(rows).toHaveLength(4);
    for (const { key } of rows) expect(key).toMatch(/^keys:[\w-]{43}$/);
  });

  it('is counted in a table that keeps nobody waiting for the disk', async () => {
    const { rows } = await one.query(`SELECT relpersistence FROM pg_class WHERE oid = '"RateLimit"'::regclass`);
    expect(rows).toEqual([{ relpersistence: 'u' }]);
  });

  it('answers "unavailable" and not "too many" when the database is gone', async () => {
    const gone = openPool(database.connection);
    await gone.end();
    await expect(createLimits(gone).consume(rule('gone'), 'ada')).rejects.toMatchObject({ status: 503 });
  });
});

describe('the key of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:cb00:7109', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['[2001:0DB8:1:2::9]', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['not an address', 'unknown'],
    ['', 'unknown'],
    ['1.2.3.4, 5.6.7.8', 'unknown'],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
