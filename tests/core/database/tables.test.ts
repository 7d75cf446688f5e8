// Many records by one statement: what is kept must be what Prisma would have kept.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, mapDatabaseError, openDatabase, Prisma } from '../../../src/core/database/database.ts';
import { insertRecords, tableOf } from '../../../src/core/database/tables.ts';
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

const expiresAt = new Date('2026-05-03T14:30:15.123Z');
const imported = (more: object) => ({
  ...{ resource: 'Recipient', fileName: 'a"b\\.csv', format: 'csv', sha256: '', total: 3, owner: 'system:' },
  ...{ actor: 'Ада 🎨', header: ['E-mail', 'a,"{}'], expiresAt },
  ...more,
});

describe('many records by one statement', () => {
  beforeEach(async () => {
    await database.prisma.$executeRaw`TRUNCATE "Import", "Campaign", "Recipient", "Certificate", "AuditEntry" CASCADE`;
  });

  it.each<[string, object[]]>([
    ['Import', [imported({}), imported({ state: 'paused', samples: [{ a: [1, null, 'x'] }], note: null })]],
    ['Import', [imported({ header: [], finishedAt: expiresAt, operatorId: undefined })]],
    ['AuditEntry', [{ kind: 'create', actor: 'Ada', summary: '{}', before: Prisma.DbNull, after: { n: 1.5, t: '∅' } }]],
    [
      'CardAccount',
      [{ email: 'ada@x', passwordHash: '-', nick: "'; --", birthday: new Date('1985-05-20'), gender: 2 }],
    ],
  ])('keeps of %s what Prisma keeps', async (model, records) => {
    const table = tableOf(database.prisma, model);
    const ids = await insertRecords(database.prisma, model, records as Record<string, unknown>[]);
    const ours = await Promise.all(ids.map(({ id }) => table.findFirst({ where: { id } })));
    await table.deleteMany({});
    const theirs = [];
    for (const data of records) theirs.push(await table.create({ data }));
    const bare = ({ id, ...row }: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(row).filter(([name]) => !['at', 'number', 'createdAt', 'updatedAt'].includes(name)),
      );
    expect(ours.map((row) => bare(row ?? {}))).toEqual(theirs.map(bare));
  });

  it('returns the ids in the order given, also where some give fewer columns', async () => {
    const given = Array.from({ length: 40 }, (_, n) => imported({ fileName: `${n}`, ...(n % 3 ? { note: 'n' } : {}) }));
    const ids = await insertRecords(database.prisma, 'Import', given);
    const rows = await database.prisma.import.findMany();
    const names = new Map(rows.map(({ id, fileName }) => [id, fileName]));
    expect(ids.map(({ id }) => names.get(id))).toEqual(given.map((_, n) => `${n}`));
  });

  it('refuses a column that the model does not have, and says of two that are the same which column it is', async () => {
    await expect(insertRecords(database.prisma, 'Import', [{ '"; --': 1 }])).rejects.toThrow('has no column "; --');
    const campaign = { slug: 'one', title: 'T', organisation: 'O' };
    const failing = await insertRecords(database.prisma, 'Campaign', [campaign, campaign]).catch((error) => error);
    expect(mapDatabaseError(failing)).toMatchObject({ code: 'conflict', fields: { slug: 'is already taken' } });
    expect(await database.prisma.campaign.count()).toBe(0);
  });
});
