import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  connectionUrl,
  type Database,
  mapDatabaseError,
  openDatabase,
  withClient,
  withDatabaseName,
} from '../../../src/core/database/database.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';

let clone: TestDatabase;
let database: Database;
beforeAll(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.connection, { poolSize: 3, connectTimeout: 2_000 });
});
afterAll(async () => {
  await database.close();
  await clone.drop();
});

const campaign = (slug: string, more: object = {}) =>
  database.prisma.campaign.create({ data: { slug, title: 'Title', organisation: 'Organisation', ...more } });

/** Runs it, expects it to fail, and returns what the failure means in our family of errors. */
async function meaning(failing: () => Promise<unknown>) {
  const error = await failing().then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => thrown,
  );
  const { status, code, fields, message } = mapDatabaseError(error) ?? {};
  return { status, code, fields, message };
}

describe('what the database complains of', () => {
  beforeEach(async () => {
    await database.prisma.recipient.deleteMany();
    await database.prisma.campaign.deleteMany();
  });

  const slugTaken = { status: 409, fields: { slug: 'is already taken' } };
  const complaints: [what: string, failing: () => Promise<unknown>, means: object][] = [
    ['a value that is taken', () => campaign('a').then(() => campaign('a')), slugTaken],
    [
      'a pair of values that is taken',
      async () => {
        const { id: campaignId } = await campaign('a');
        const data = { campaignId, email: 'a@example.org' };
        await database.prisma.recipient.createMany({ data: [data, data] });
      },
      { status: 409, fields: { campaignId: 'is already taken', email: 'is already taken' } },
    ],
    [
      'a reference to nothing',
      () => database.prisma.recipient.create({ data: { campaignId: 'none', email: 'a@example.org' } }),
      { status: 400, fields: { campaignId: 'does not exist' } },
    ],
    [
      'a record that others depend on',
      async () => {
        const { id } = await campaign('a');
        await database.prisma.recipient.create({ data: { campaignId: id, email: 'a@example.org' } });
        await database.prisma.campaign.delete({ where: { id } });
      },
      { status: 409, message: 'Other records still depend on this one.' },
    ],
    ['a record that is gone', () => database.prisma.campaign.delete({ where: { id: 'none' } }), { status: 404 }],
    [
      'a value that a check forbids',
      () => campaign('a', { linkDays: 0 }),
      { status: 400, fields: { linkDays: expect.any(String) } },
    ],
    ['a number beyond its column', () => campaign('a', { linkDays: 2 ** 31 }), { status: 400 }],
    ['a NUL character', () => campaign('a\0'), { status: 400 }],
    [
      'a filter of the wrong kind',
      () => database.prisma.campaign.findMany({ where: { createdAt: 'soon' } }),
      { status: 400 },
    ],
    [
      'a value that is taken, from SQL by Prisma',
      async () => {
        const { id } = await campaign('a');
        await campaign('b');
        await database.prisma.$executeRaw`UPDATE "Campaign" SET slug = 'b' WHERE id = ${id}`;
      },
      slugTaken,
    ],
    [
      'a value that is taken, from SQL by the pool',
      async () => {
        await campaign('a');
        await campaign('b');
        await database.pool.query(`UPDATE "Campaign" SET slug = 'a'`);
      },
      slugTaken,
    ],
    [
      'a text beyond its column',
      () => database.prisma.rateLimit.create({ data: { key: 'x'.repeat(256) } }),
      { status: 400 },
    ],
    [
      'a statement that takes too long',
      () =>
        database.prisma.$transaction(async (tx) => {
          await tx.$executeRaw`SET LOCAL statement_timeout = 50`;
          await tx.$executeRaw`SELECT pg_sleep(20)`;
        }),
      { status: 503 },
    ],
  ];
  it.each(complaints)('tells %s in our own words', async (_what, failing, means) => {
    expect(await meaning(failing)).toMatchObject(means);
  });

  it.each(complaints)('never shows values or the driver to the public: %s', async (_what, failing) => {
    const { message, fields } = await meaning(failing);
    expect(`${message} ${Object.values(fields ?? {}).join(' ')}`).not.toMatch(
      /prisma|postgres|sql|constraint|example\.org|invocation/i,
    );
  });

  it('leaves what it does not know to be reported as a fault', () => {
    expect(mapDatabaseError(new TypeError('a bug'))).toBeUndefined();
    expect(mapDatabaseError(Object.assign(new Error('a file'), { code: 'ENOENT', syscall: 'open' }))).toBeUndefined();
    expect(mapDatabaseError('text')).toBeUndefined();
  });
});

describe('trouble with the database', () => {
  const holdAll = () => Promise.all([1, 2, 3].map(() => database.pool.connect()));

  /** Uses every connection once. A connection may be found dead only by its use: that is 503, and the pool makes a new one. */
  async function useAll(): Promise<'well' | number | undefined> {
    const held = await holdAll();
    const results = await Promise.allSettled(held.map((client) => client.query('SELECT 1')));
    for (const [index, client] of held.entries()) client.release(results[index]?.status === 'rejected');
    const [bad] = results.filter((result) => result.status === 'rejected');
    return bad ? mapDatabaseError(bad.reason)?.status : 'well';
  }

  it('is "unavailable" when every connection is taken, instead of a wait without end; then it recovers', async () => {
    const held = await holdAll();
    try {
      expect(await meaning(() => database.pool.query('SELECT 1'))).toMatchObject({ status: 503 });
      expect(await meaning(() => database.prisma.campaign.count())).toMatchObject({ status: 503 });
      expect(await meaning(() => database.prisma.$transaction((tx) => tx.campaign.count()))).toMatchObject({
        status: 503,
      });
    } finally {
      for (const client of held) client.release();
    }
    expect(await database.prisma.campaign.count()).toBe(0);
  });

  it('is "unavailable" when the server cannot be reached', async () => {
    const nowhere = openDatabase({ host: '/nowhere', user: 'nobody', database: 'none' });
    expect(await meaning(() => nowhere.pool.query('SELECT 1'))).toMatchObject({ status: 503 });
    expect(await meaning(() => nowhere.prisma.campaign.count())).toMatchObject({ status: 503 });
    await nowhere.close();
  });

  it('ends neither the process nor the pool when connections are cut, idle or in the middle of a transaction', async () => {
    const cut = (pids: number[]) =>
      withClient(clone.connection, (client) =>
        client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]),
      );
    const held = await holdAll();
    const pids = await Promise.all(
      held.map(async (one) => Number((await one.query('SELECT pg_backend_pid() AS pid')).rows[0].pid)),
    );
    for (const client of held) client.release();
    await cut(pids);

    expect(['well', 503]).toContain(await useAll());
    expect(await useAll()).toBe('well');

    const cutInside = database.prisma.$transaction(async (tx) => {
      await tx.campaign.create({ data: { slug: 'half', title: 'Half', organisation: 'x' } });
      const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      await cut([Number(row?.pid)]);
      await tx.campaign.count();
    });
    expect(await meaning(() => cutInside)).toMatchObject({ status: 503 });
    expect(['well', 503]).toContain(await useAll());
    expect(await useAll()).toBe('well');
    expect(await database.prisma.campaign.count({ where: { slug: 'half' } })).toBe(0);
  });
});

describe('a session', () => {
  it('is in UTC and has an end to each wait', async () => {
    const settings = ['TimeZone', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const { rows } = await database.pool.query('SELECT name, setting FROM pg_settings WHERE name = ANY ($1)', [
      settings,
    ]);
    expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
      TimeZone: 'UTC',
      statement_timeout: '30000',
      lock_timeout: '10000',
      idle_in_transaction_session_timeout: '60000',
    });
  });

  it('agrees with JavaScript on what time it is, also in columns without a zone', async () => {
    const { id } = await campaign('time');
    await database.prisma.$executeRaw`UPDATE "Campaign" SET "createdAt" = now() WHERE id = ${id}`;
    const { createdAt } = await database.prisma.campaign.findUniqueOrThrow({ where: { id } });
    const [row] = await database.prisma.$queryRaw<
      { now: number }[]
    >`SELECT extract(epoch FROM now())::float8 * 1000 AS now`;
    expect(Math.abs(createdAt.getTime() - Number(row?.now))).toBeLessThan(600_000);
  });
});

it('asks a connection one thing at a time, also for the relations of a record within a transaction', async () => {
  const warned: string[] = [];
  const hear = ({ message }: Error) => warned.push(message);
  process.on('warning', hear);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  try {
    await database.prisma.role.create({ data: { name: 'related', permissions: [] } });
    const role = await database.prisma.role.findFirstOrThrow({ where: { name: 'related' } });
    await database.prisma.operator.create({ data: { email: 'related@example.org', name: 'R', roleId: role.id } });
    await database.prisma.$transaction((tx) =>
      tx.operator.findMany({
        include: { role: true, links: true, apiKeys: true, sessions: true, recoveryCodes: true },
      }),
    );
    const answers = await database.prisma.$transaction((tx) =>
      Promise.all([1, 2, 3].map((n) => tx.$queryRaw<{ n: number }[]>`SELECT ${n}::int AS n`)),
    );
    expect(answers.map(([row]) => row?.n)).toEqual([1, 2, 3]);
    await settled();
    expect(warned).toEqual([]);
    // The control: the driver does warn where nobody waits.
    await withClient(clone.connection, (client) => Promise.all([1, 2, 3].map((n) => client.query(`SELECT ${n}`))));
    await settled();
    expect(warned.join()).toMatch(/already executing a query/);
  } finally {
    process.off('warning', hear);
  }
});

describe('a connection as a URL', () => {
  const connection = { host: '/tmp/a folder/run', port: 5432, user: 'me@home', password: 'p/w:?#', database: 'one' };

  it('reaches the same database', async () => {
    const name = withClient({ connectionString: connectionUrl(clone.connection) }, (client) =>
      client.query('SELECT current_database()'),
    );
    const other = withClient(clone.connection, (client) => client.query('SELECT current_database()'));
    expect((await name).rows).toEqual((await other).rows);
  });

  it('survives odd characters, and takes another database name', () => {
    const url = connectionUrl(connection);
    expect(url).toBe('postgresql://me%40home:p%2Fw%3A%3F%23@%2Ftmp%2Fa%20folder%2Frun:5432/one');
    expect(withDatabaseName(connection, 'two').database).toBe('two');
    expect(withDatabaseName({ connectionString: 'postgres://a:b@c/one?sslmode=require' }, 'two')).toEqual({
      connectionString: 'postgres://a:b@c/two?sslmode=require',
    });
  });
});
