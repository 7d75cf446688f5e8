// How often somebody may do something, counted in PostgreSQL over all instances. Keys are hashed: no address or e-mail is stored.
// The table is unlogged, so that counting waits for no disk; after a crash of the database counting begins anew.
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Pool, QueryConfig } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyError, unavailable } from './errors.ts';

/** So many points in so many seconds; once exceeded, refused for `block` seconds (else until the window ends). */
export interface Limit {
  name: string;
  points: number;
  seconds: number;
  block?: number;
}

/** How much of a limit is used; `retryAfter` in seconds, 0 while there is something left. */
export interface Usage {
  used: number;
  left: number;
  retryAfter: number;
}

/** The limits of the installation. */
export interface Limits {
  /** Takes a point. Throws TooManyError with the seconds to wait when none is left. */
  consume(rule: Limit, key: string, points?: number): Promise<void>;
  /** Tells how much is used, without taking anything. */
  peek(rule: Limit, key: string): Promise<Usage>;
  /** Adds points without refusing, for example after a wrong password. */
  penalty(rule: Limit, key: string, points?: number): Promise<Usage>;
  /** Forgets what was counted. */
  reset(rule: Limit, key: string): Promise<void>;
  /** Deletes rows whose time is over; returns how many. */
  prune(): Promise<number>;
}

/** Returns the part of an address that one person holds: IPv4 whole, IPv6 its /64, IPv4-mapped as IPv4 (RFC 4291). */
export function addressKey(address: string): string {
  const bare = address
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .toLowerCase();
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const groups = expandIPv6(bare);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Returns the eight groups of a valid IPv6 address. */
function expandIPv6(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [a * 256 + Number(b), c * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = hex.split('::');
  const read = (part: string) =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [left, right] = [read(head), read(tail)];
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Builds the limits over a pool. The table is ours, made by a migration. */
export function createLimits(pool: Pool): Limits {
  const limiters = new Map<string, RateLimiterPostgres>();
  const limiter = (rule: Limit) => {
    const id = `${rule.name} ${rule.points} ${rule.seconds} ${rule.block ?? 0}`;
    const known = limiters.get(id) ?? buildLimiter(pool, rule);
    limiters.set(id, known);
    return known;
  };
  return {
    consume: (rule, key, points = 1) => guarded(() => limiter(rule).consume(hashed(key), points)).then(() => {}),
    peek: async (rule, key) => usage(rule, await guarded(() => limiter(rule).get(hashed(key)))),
    penalty: async (rule, key, points = 1) =>
      usage(rule, await guarded(() => limiter(rule).penalty(hashed(key), points))),
    reset: (rule, key) => guarded(() => limiter(rule).delete(hashed(key))).then(() => {}),
    prune: async () => {
      const done = await pool.query('DELETE FROM "RateLimit" WHERE "expire" < $1', [Date.now()]);
      return done.rowCount ?? 0;
    },
  };
}

// The library names its statements, and behind a pooler in transaction mode the next one finds another session that knows no such name.
function buildLimiter(pool: Pool, rule: Limit): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: { query: ({ text, values }: QueryConfig) => pool.query({ text, values }) },
    storeType: 'pool',
    tableName: 'RateLimit',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: rule.name.slice(0, 64),
    points: rule.points,
    duration: rule.seconds,
    blockDuration: rule.block ?? 0,
  });
}

function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

async function guarded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RateLimiterRes) throw new TooManyError(error.msBeforeNext / 1000);
    throw unavailable('Too much is going on at the moment. Please try again shortly.', error);
  }
}

function usage(rule: Limit, state: RateLimiterRes | null): Usage {
  const used = state?.consumedPoints ?? 0;
  const left = Math.max(rule.points - used, 0);
  return { used, left, retryAfter: state && left === 0 ? Math.ceil(state.msBeforeNext / 1000) : 0 };
}
