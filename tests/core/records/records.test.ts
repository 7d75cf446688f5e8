// The data gate as an opponent tries it: oracles, hostile ids and values, foreign scopes, stale forms.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Actor, systemActor } from '../../../src/core/access.ts';
import { configureDays } from '../../../src/core/records/days.ts';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import {
  createRecord,
  deleteRecord,
  listRecords,
  readRecord,
  recordOptions,
  updateRecord,
} from '../../../src/core/records/records.ts';
import type { AnyResource } from '../../../src/core/resource.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { campaigns, certificates, recipients, sampleModule } from '../../kit/sample-module.ts';

const canary = 'CANARY9b1c';
let kit: TestCore;
let spring: string;
let autumn: string;
let ada: string;
let zoya: string;

const all = actorWith(['sample:read', 'sample:write', 'sample:private', 'sample:certificates']);
const plain = actorWith(['sample:read', 'sample:write']);
const ofSpring = (): Actor => ({ ...all, scope: 'sample-campaign', scopeId: spring });

beforeAll(async () => {
  kit = await testCore([sampleModule]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  const { db } = kit.core;
  configureDays('UTC');
  await db.$executeRaw`TRUNCATE "Campaign", "Recipient", "Certificate", "AuditEntry" CASCADE`;
  spring = (await db.campaign.create({ data: { slug: 'spring', title: 'Spring', organisation: 'Red Cross' } })).id;
  autumn = (await db.campaign.create({ data: { slug: 'autumn', title: 'Autumn', organisation: 'Red Cross' } })).id;
  ada = (
    await db.recipient.create({
      data: { campaignId: spring, email: 'ada@example.org', name: 'Ada', number: '7', tokenHash: canary },
    })
  ).id;
  zoya = (
    await db.recipient.create({
      data: { campaignId: autumn, email: 'zoya@example.org', name: 'Зоя', number: '8', problem: 'late' },
    })
  ).id;
});

const list = (actor: Actor, resource: AnyResource, params: Record<string, unknown> = {}) =>
  listRecords(kit.core, actor, resource, parseListQuery(resource, actor, params));
const names = async (actor: Actor, params: Record<string, unknown> = {}) =>
  (await list(actor, recipients, params)).rows.map((row) => row.title).sort();
const rowsOf = async (table: string) =>
  JSON.stringify((await kit.core.database.pool.query(`SELECT t::text FROM "${table}" t ORDER BY 1`)).rows);
const audits = () => kit.core.db.auditEntry.findMany({ orderBy: { id: 'asc' } });

describe('reading', () => {
  test('a list has the allowed columns, titles of references and worked-out values', async () => {
    await kit.core.db.certificate.create({
      data: { recipientId: ada, code: 'c1', name: 'Ada', issuedOn: new Date('2026-05-03') },
    });
    const { rows, total } = await list(all, recipients, { sort: 'name' });
    expect(total).toBe(2);
    expect(rows[0]).toMatchObject({
      id: ada,
      title: 'Ada',
      values: {
        email: 'ada@example.org',
        number: '7',
        state: 'added',
        campaignId: spring,
        certificates: 1,
        notifiedAt: null,
      },
      references: { campaignId: { id: spring, title: 'Spring' } },
      may: { update: true, delete: true },
    });
    expect(Object.keys(rows[0]?.references.campaignId ?? {})).toEqual(['id', 'title']);
    expect(JSON.stringify(rows)).not.toContain(canary);
  });

  test('a column with its own permission is neither shown, filtered, sorted nor written without it', async () => {
    const { rows } = await list(plain, recipients);
    expect(rows.every((row) => !('number' in row.values))).toBe(true);
    for (const params of [{ 'f.number.is': '7' }, { sort: 'number' }])
      expect(() => parseListQuery(recipients, plain, params)).toThrow(expect.objectContaining({ code: 'invalid' }));
    await expect(updateRecord(kit.core, plain, recipients, ada, { number: '9' })).rejects.toMatchObject({
      fields: { number: 'cannot be written' },
    });
  });

  test('references to a resource that the actor may not read have no title', async () => {
    await kit.core.db.certificate.create({
      data: { recipientId: ada, code: 'c1', name: 'A', issuedOn: new Date('2026-05-03') },
    });
    const { rows } = await list(actorWith(['sample:certificates']), certificates);
    expect(rows[0]?.references).toEqual({});
    expect(JSON.stringify(rows)).not.toContain('ada@');
    expect(rows[0]?.values.issuedOn).toBe('2026-05-03');
  });

  test('a page is read with one query for the rows, one to count, one a relation; secrets are not even selected', async () => {
    const people = Array.from({ length: 100 }, (_, index) => ({ campaignId: spring, email: `p${index}@example.org` }));
    await kit.core.db.recipient.createMany({ data: people });
    const asked = vi.spyOn(kit.core.database.pool, 'query');
    const page = await list(all, recipients, { perPage: '500' });
    const statements = asked.mock.calls.map(([query]) => (query as unknown as { text: string }).text);
    asked.mockRestore();
    expect(page.rows).toHaveLength(102);
    expect(page.rows.every((row) => row.references.campaignId)).toBe(true);
    // Rows, count, campaigns, and the one of the worked-out column.
    expect(statements).toHaveLength(4);
    expect(statements.join()).toContain('"campaignId"');
    expect(statements.join()).not.toMatch(/tokenHash|tokenExpiresAt|noticeMessageId/);
    // The database itself stops counting: there is a limit inside the count.
    expect(statements.find((one) => one.includes('COUNT'))).toMatch(/LIMIT/);
  });

  test('paging is held within bounds', async () => {
    for (const perPage of ['-1', '-1000000', '0']) expect((await list(all, recipients, { perPage })).perPage).toBe(1);
    expect((await list(all, recipients, { perPage: '1000000000' })).perPage).toBe(500);
    expect((await list(all, recipients, { page: '999999999999' })).rows).toEqual([]);
    for (const perPage of ['NaN', '1,2', ['1', '2'], { gt: '1' }, '1e3'])
      expect(() => parseListQuery(recipients, all, { perPage })).toThrow(
        expect.objectContaining({ code: 'invalid', fields: { perPage: expect.any(String) } }),
      );
  });

  test('pages do not repeat records where the sorted values are the same', async () => {
    await kit.core.db.recipient.createMany({
      data: Array.from({ length: 30 }, (_, n) => ({ campaignId: spring, email: `s${n}@example.org`, name: 'Same' })),
    });
    const pages = await Promise.all(
      ['1', '2', '3', '4'].map((page) => list(all, recipients, { sort: 'name', perPage: '8', page })),
    );
    const ids = pages.flatMap((page) => page.rows.map((row) => row.id));
    expect(new Set(ids).size).toBe(32);
  });

  test('counting stops at ten thousand', async () => {
    await kit.core.database.pool.query(
      `INSERT INTO "Recipient" (id, "campaignId", email, "updatedAt") SELECT 'bulk-' || n, $1, 'b' || n || '@example.org', now() FROM generate_series(1, 10050) n`,
      [spring],
    );
    expect(await list(all, recipients)).toMatchObject({ total: 10_000, totalIsMore: true });
    expect(await list(all, recipients, { 'f.email.contains': 'ada@' })).toMatchObject({ total: 1, totalIsMore: false });
  });

  test('an absent record and one out of scope get the same answer', async () => {
    const faults = await Promise.all(
      [zoya, '0190a000-0000-7000-8000-00000000dead'].map((id) =>
        readRecord(kit.core, ofSpring(), recipients, id).catch((error) => ({ ...error, message: error.message })),
      ),
    );
    expect(faults[0]).toEqual(faults[1]);
    expect(faults[0]).toMatchObject({ code: 'not-found' });
  });
});

describe('searching and filtering', () => {
  test('search looks anywhere, whatever the case, in other scripts too', async () => {
    expect(await names(all, { q: 'ADA' })).toEqual(['Ada']);
    expect(await names(all, { q: 'зо' })).toEqual(['Зоя']);
    expect(await names(all, { q: 'example' })).toEqual(['Ada', 'Зоя']);
  });

  test('wildcards stand for themselves', async () => {
    for (const q of ['%', '_', '____', 'a_a', '\\', '%%', 'ada%']) expect(await names(all, { q }), q).toEqual([]);
    await kit.core.db.recipient.update({ where: { id: ada }, data: { name: '100%_\\' } });
    for (const q of ['%', '_', '\\', '0%_\\']) expect(await names(all, { q }), q).toEqual(['100%_\\']);
    expect(await names(all, { 'f.name.contains': '%_' })).toEqual(['100%_\\']);
  });

  test('filters mean what they say, and "empty" finds null and empty texts alike', async () => {
    await kit.core.db.recipient.create({ data: { campaignId: spring, email: 'x@example.org', problem: '' } });
    expect(await names(all, { 'f.problem.empty': 'true' })).toEqual(['Ada', 'x@example.org']);
    expect(await names(all, { 'f.problem.empty': 'false' })).toEqual(['Зоя']);
    expect(await names(all, { 'f.email.is': ['ada@example.org', 'zoya@example.org'] })).toEqual(['Ada', 'Зоя']);
    expect(await names(all, { 'f.state.is': 'mailed' })).toEqual([]);
    expect(await names(all, { 'f.campaignId.is': autumn })).toEqual(['Зоя']);
    expect(await names(all, { view: '0' })).toEqual(['x@example.org', 'Зоя']);
  });

  test('oracles are refused and tell nothing', async () => {
    const hostile: Record<string, unknown>[] = [
      { 'f.tokenHash.contains': 'CANARY' },
      { 'f.tokenHash.is': canary },
      { sort: 'tokenHash' },
      { sort: 'campaign.slug' },
      { sort: '__proto__' },
      { 'f.campaign.slug.contains': 's' },
      { 'f.email.startsWith': 'a' },
      { 'f.email.gt': 'a' },
      { 'f.email': 'a' },
      { 'f.': 'a' },
      { 'f..is': 'a' },
      { 'f.__proto__.is': 'a' },
      { 'f.constructor.is': 'a' },
      { 'f.email.contains': { contains: 'a' } },
      { 'f.email.contains': ['a', 'b'] },
      { 'f.email.contains': '' },
      { 'f.email.contains': 'a\0' },
      { 'f.email.contains': '\ud800' },
      { 'f.email.contains': 'x'.repeat(201) },
      { 'f.state.is': 'nonsense' },
      { 'f.state.contains': 'a' },
      { 'f.createdAt.from': '2020' },
      { 'f.createdAt.from': 'yesterday' },
      { 'f.createdAt.from': '2026-02-30' },
      { 'f.createdAt.to': '99999-01-01' },
      { 'f.notifiedAt.empty': 'maybe' },
      { 'f.email.is': Array.from({ length: 101 }, () => 'a') },
      { 'f.email.is': [] },
      { q: { contains: 'a' } },
      { q: ['a', 'b'] },
      { q: 'a\0b' },
      { q: '\udfff' },
      { q: 'x'.repeat(201) },
      { view: '7' },
      { view: '-1' },
      { view: 'toString' },
      { direction: 'sideways' },
      { searchProperty: 'tokenHash' },
      { filters: { id: { gt: '0' } } },
      { ['a'.repeat(5000)]: 'x' },
    ];
    for (const params of hostile) {
      expect(() => parseListQuery(recipients, all, params), JSON.stringify(params).slice(0, 80)).toThrow(
        expect.objectContaining({ code: 'invalid', status: 400 }),
      );
    }
    expect(await names(all)).toEqual(['Ada', 'Зоя']);
  });

  test('numbers outside their type are refused before the database sees them', () => {
    for (const value of ['2147483648', '-2147483649', '1.5', 'abc', '', '0x10', '9'.repeat(50)])
      expect(() => parseListQuery(campaigns, all, { 'f.linkDays.from': value }), value).toThrow(
        expect.objectContaining({ code: 'invalid' }),
      );
  });

  test('a filter built by hand is checked as well', async () => {
    const query = {
      ...parseListQuery(recipients, all, {}),
      filters: [{ column: 'tokenHash', op: 'is' as const, values: [canary] }],
    };
    await expect(listRecords(kit.core, all, recipients, query)).rejects.toMatchObject({ code: 'invalid' });
    const sorted = { ...parseListQuery(recipients, all, {}), sort: { column: 'tokenHash', direction: 'asc' as const } };
    await expect(listRecords(kit.core, all, recipients, sorted)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a day ends where the next begins, also on the day when clocks change', async () => {
    configureDays('Europe/Amsterdam');
    const at = (time: string) =>
      kit.core.db.recipient.update({ where: { id: ada }, data: { notifiedAt: new Date(time) } });
    const found = async (day: string) =>
      (await names(all, { 'f.notifiedAt.from': day, 'f.notifiedAt.to': day })).includes('Ada');
    // 2026-03-29 has 23 hours there: from 23:00 UTC the day before to 22:00 UTC.
    for (const [time, inside] of [
      ['2026-03-28T22:59:59.999Z', false],
      ['2026-03-28T23:00:00Z', true],
      ['2026-03-29T21:59:59.999Z', true],
      ['2026-03-29T22:00:00Z', false],
    ] as const) {
      await at(time);
      expect(await found('2026-03-29'), time).toBe(inside);
      expect((await names(all, { 'f.notifiedAt.is': '2026-03-29' })).includes('Ada'), time).toBe(inside);
    }
    // 2026-10-25 has 25 hours.
    for (const [time, inside] of [
      ['2026-10-24T21:59:59Z', false],
      ['2026-10-24T22:00:00Z', true],
      ['2026-10-25T22:59:59.999Z', true],
      ['2026-10-25T23:00:00Z', false],
    ] as const) {
      await at(time);
      expect(await found('2026-10-25'), time).toBe(inside);
    }
  });
});

describe('writing', () => {
  test('only the given columns are written, and the audit keeps what changed', async () => {
    await kit.core.db.recipient.update({ where: { id: ada }, data: { problem: 'kept' } });
    const view = await updateRecord(kit.core, all, recipients, ada, { name: 'Ada L.', number: '9', state: 'added' });
    expect(view).toMatchObject({ title: 'Ada L.', values: { name: 'Ada L.', problem: 'kept' } });
    const [entry, ...more] = await audits();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      kind: 'update',
      actor: 'Olga Operator',
      resource: 'Recipient',
      recordId: ada,
      recordTitle: 'Ada L.',
      before: { name: 'Ada', number: '[protected]' },
      after: { name: 'Ada L.', number: '[protected]' },
    });
  });

  test('nothing changed writes nothing', async () => {
    const before = await rowsOf('Recipient');
    await updateRecord(kit.core, all, recipients, ada, { name: 'Ada', problem: '' });
    expect(await rowsOf('Recipient')).toBe(before);
    expect(await audits()).toEqual([]);
  });

  test('a stale form is refused and the other writer’s value stays', async () => {
    const { version } = await readRecord(kit.core, all, recipients, ada);
    await updateRecord(kit.core, all, recipients, ada, { name: 'Written by another' }, version);
    await expect(updateRecord(kit.core, all, recipients, ada, { number: '1' }, version)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await kit.core.db.recipient.findUnique({ where: { id: ada } })).toMatchObject({
      name: 'Written by another',
      number: '7',
    });
    for (const bad of ['now', '2026-13-01T00:00:00Z', '', 5, { gt: 1 }])
      await expect(updateRecord(kit.core, all, recipients, ada, {}, bad as string)).rejects.toMatchObject({
        code: 'invalid',
        fields: { version: expect.any(String) },
      });
  });

  test('of two writers with the same version exactly one wins', async () => {
    for (let round = 0; round < 5; round++) {
      const { version } = await readRecord(kit.core, all, recipients, ada);
      const results = await Promise.allSettled(
        ['x', 'y', 'z'].map((one) => updateRecord(kit.core, all, recipients, ada, { name: `${one}${round}` }, version)),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    }
  });

  test('hostile values are refused by name and never reach the database', async () => {
    const before = await rowsOf('Recipient');
    const hostile: [string, unknown][] = [
      ['name', { set: 'x' }],
      ['name', ['x']],
      ['name', 5],
      ['name', 'a\0b'],
      ['name', 'tab\tbed'],
      ['name', '\ud83d'],
      ['name', 'x'.repeat(2001)],
      ['name', null],
      ['state', 'approved'],
      ['state', { set: 'mailed' }],
      ['state', null],
      ['notifiedAt', 'yesterday'],
      ['notifiedAt', 5],
      ['notifiedAt', '2026-02-30T00:00:00Z'],
      ['notifiedAt', '2026-05-03T25:00'],
      ['campaignId', { connect: { id: 'x' } }],
      ['campaignId', "x' OR 1=1"],
      ['campaignId', null],
      ['name.set', 'x'],
      ['name.0', 'x'],
      ['campaign.connect.id', 'x'],
      ['id', 'x'],
      ['tokenHash', 'x'],
      ['createdAt', '2020-01-01T00:00Z'],
      ['email', 'other@example.org'],
      ['(a+)+$', 'x'],
      [`${'a'.repeat(34)}!`, 'x'],
      ['__proto__x', 'x'],
      ['constructor', 'x'],
      ['problem', 'x'.repeat(100_001)],
      ['problem', 'esc\u001b'],
    ];
    for (const [name, value] of hostile) {
      const attempt = updateRecord(kit.core, all, recipients, ada, { [name]: value });
      await expect(attempt, `${name} ${JSON.stringify(value)?.slice(0, 40)}`).rejects.toMatchObject({
        code: 'invalid',
        status: 400,
        fields: { [name.slice(0, 80)]: expect.any(String) },
      });
    }
    for (const input of [null, [], 'x', 5])
      await expect(updateRecord(kit.core, all, recipients, ada, input as never)).rejects.toMatchObject({
        code: 'invalid',
      });
    await expect(
      updateRecord(kit.core, all, recipients, ada, JSON.parse('{"__proto__":{"name":"x"}}')),
    ).rejects.toMatchObject({ code: 'invalid' });
    expect(await rowsOf('Recipient')).toBe(before);
    expect(await audits()).toEqual([]);
  });

  test('hostile numbers and JSON are refused by name', async () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
    const hostile: [string, unknown][] = [
      ['linkDays', 2147483648],
      ['linkDays', 1.5],
      ['linkDays', '1e3'],
      ['linkDays', Number.NaN],
      ['linkDays', { increment: 1 }],
      ['linkDays', true],
      ['linkDays', ''],
      ['layout', nest(50)],
      ['layout', { a: 'x\0' }],
      ['layout', { a: '\ud800' }],
      ['layout', { a: new Date() }],
      ['layout', { a: 'x'.repeat(200_001) }],
      ['layout', JSON.parse('{"__proto__":1}')],
    ];
    for (const [name, value] of hostile)
      await expect(updateRecord(kit.core, all, campaigns, spring, { [name]: value }), name).rejects.toMatchObject({
        code: 'invalid',
        fields: { [name]: expect.any(String) },
      });
    const view = await updateRecord(kit.core, all, campaigns, spring, {
      linkDays: '30',
      layout: { a: [1, { b: null }] },
    });
    expect(view.values).toMatchObject({ linkDays: 30, layout: { a: [1, { b: null }] } });
  });

  test('hostile ids are bad input, not faults', async () => {
    for (const id of [
      '',
      'a b',
      '%00',
      '\0',
      "x' OR 1=1",
      '../x',
      'x'.repeat(65),
      { gt: '' },
      null,
      undefined,
      5,
      ['a'],
      'é',
    ])
      for (const attempt of [
        () => readRecord(kit.core, all, recipients, id as string),
        () => updateRecord(kit.core, all, recipients, id as string, { name: 'x' }),
        () => deleteRecord(kit.core, all, recipients, id as string),
      ])
        await expect(attempt(), String(id)).rejects.toMatchObject({
          code: 'invalid',
          status: 400,
          fields: { id: expect.any(String) },
        });
    for (const id of ['99999999999', '__proto__', '0190a000-0000-7000-8000-00000000dead'])
      await expect(readRecord(kit.core, all, recipients, id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a new record says everything that is missing, unfit or unknown at once', async () => {
    await expect(
      createRecord(kit.core, all, recipients, { email: 'not an address', state: 'mailed', tokenHash: 'x' }),
    ).rejects.toMatchObject({
      code: 'invalid',
      fields: {
        email: 'is not an e-mail address',
        state: 'cannot be written',
        tokenHash: 'cannot be written',
        campaignId: 'is missing',
      },
    });
    const view = await createRecord(kit.core, all, recipients, { email: 'new@example.org', campaignId: spring });
    expect(view).toMatchObject({ title: 'new@example.org', references: { campaignId: { title: 'Spring' } } });
    expect(await audits()).toMatchObject([
      { kind: 'create', recordId: view.id, before: null, after: { email: 'new@example.org', campaignId: spring } },
    ]);
  });

  test('what is taken or depended on is a conflict in words', async () => {
    await expect(
      createRecord(kit.core, all, recipients, { email: 'ada@example.org', campaignId: spring }),
    ).rejects.toMatchObject({ code: 'conflict', status: 409 });
    await expect(deleteRecord(kit.core, all, campaigns, spring)).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
    });
    expect(await kit.core.db.campaign.count()).toBe(2);
    expect(await audits()).toEqual([]);
  });

  test('deleting removes one record and keeps what it was in the audit', async () => {
    await deleteRecord(kit.core, all, recipients, ada);
    expect(await names(all)).toEqual(['Зоя']);
    const [entry] = await audits();
    expect(entry).toMatchObject({
      kind: 'delete',
      recordId: ada,
      recordTitle: 'Ada',
      after: null,
      before: { email: 'ada@example.org', number: '[protected]' },
    });
    expect(JSON.stringify(entry)).not.toContain(canary);
  });

  test('a failing write leaves no audit entry, and a failing audit no write', async () => {
    const before = await rowsOf('Recipient');
    const core = {
      ...kit.core,
      transaction: (actor: Actor, fn: never) =>
        kit.core.transaction(actor, (work) =>
          (fn as (w: typeof work) => Promise<never>)({
            ...work,
            audit: async () => {
              throw new Error('no audit');
            },
          }),
        ),
    };
    await expect(updateRecord(core as never, all, recipients, ada, { name: 'Unaudited' })).rejects.toThrow('no audit');
    expect(await rowsOf('Recipient')).toBe(before);
  });
});

describe('row scope', () => {
  test('holds on every verb', async () => {
    const before = await rowsOf('Recipient');
    const actor = ofSpring();
    expect(await names(actor)).toEqual(['Ada']);
    expect((await list(actor, campaigns)).rows.map((row) => row.title)).toEqual(['Spring']);
    expect(await recordOptions(kit.core, actor, campaigns, { ids: [autumn, spring] })).toEqual([
      { id: spring, title: 'Spring' },
    ]);
    expect(await recordOptions(kit.core, actor, recipients, { q: 'zoya' })).toEqual([]);
    for (const attempt of [
      () => readRecord(kit.core, actor, recipients, zoya),
      () => updateRecord(kit.core, actor, recipients, zoya, { name: 'hacked' }),
      () => deleteRecord(kit.core, actor, recipients, zoya),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not-found' });
    expect(await rowsOf('Recipient')).toBe(before);
  });

  test('nothing is put or moved where the actor cannot see it', async () => {
    const before = await rowsOf('Recipient');
    const actor = ofSpring();
    await expect(
      createRecord(kit.core, actor, recipients, { email: 'n@example.org', campaignId: autumn }),
    ).rejects.toMatchObject({ code: 'invalid', fields: { campaignId: 'does not exist' } });
    await expect(updateRecord(kit.core, actor, recipients, ada, { campaignId: autumn })).rejects.toMatchObject({
      code: 'invalid',
      fields: { campaignId: 'does not exist' },
    });
    await expect(
      createRecord(kit.core, actor, campaigns, { title: 'Own', slug: 'own', organisation: 'x' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await rowsOf('Recipient')).toBe(before);
    expect(await kit.core.db.campaign.count()).toBe(2);
    expect(await audits()).toEqual([]);
  });

  test('a scope that is bound to nothing, or unknown, sees nothing', async () => {
    for (const actor of [
      { ...all, scope: 'sample-campaign', scopeId: null },
      { ...all, scope: 'nonsense', scopeId: spring },
      { ...all, scope: 'toString', scopeId: spring },
    ]) {
      expect(await list(actor, recipients)).toMatchObject({ rows: [], total: 0 });
      await expect(readRecord(kit.core, actor, recipients, ada)).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  test('a scope that holds undefined is a fault of the declaration, never "every row"', async () => {
    const broken = { ...recipients, scopes: { 'sample-campaign': () => ({ campaignId: undefined as never }) } };
    await expect(list(ofSpring(), broken)).rejects.toThrow('undefined');
    await expect(deleteRecord(kit.core, ofSpring(), broken, ada)).rejects.toThrow('undefined');
    expect(await kit.core.db.recipient.count()).toBe(2);
  });
});

test('the system actor may do all this too', async () => {
  expect((await list(systemActor, recipients)).total).toBe(2);
});
