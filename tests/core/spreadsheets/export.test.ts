// Exports: a run that makes a file of the columns somebody may read, of the records somebody may see, and is written down with its hash.
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import { checkDeclarations } from '../../../src/core/checks/checks.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { describeResource } from '../../../src/core/records/describe.ts';
import type { AnyResource } from '../../../src/core/resource.ts';
import { previewAction, readRun, runAction, startRun } from '../../../src/core/runs/run.ts';
import { workRun } from '../../../src/core/runs/work.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { exportId, exporting, fill } from '../export-fixture.ts';
import { addOperator } from '../runs/fixture.ts';
import { readWorkbook } from '../spreadsheet-reading.ts';

let kit: TestCore;
let campaign: string;
let other: string;
let clerk: Actor;
let chief: Actor;
let scoped: Actor;
let key = 0;

beforeAll(async () => {
  kit = await testCore([exporting]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  await kit.core.db.$executeRaw`TRUNCATE "Campaign", "Run", "StoredFile", "AuditEntry" CASCADE`;
  campaign = await fill(kit.core, 'Spring', 40);
  other = await fill(kit.core, 'Autumn', 3);
  clerk = (await addOperator(kit.core, ['sample:read', 'sample:export'])).actor;
  chief = (await addOperator(kit.core, ['sample:read', 'sample:export', 'sample:private'])).actor;
  const scope = { scope: 'sample-campaign', scopeId: other };
  scoped = (await addOperator(kit.core, ['sample:read', 'sample:export'], scope)).actor;
});

async function exported(actor: Actor, form: object, selection: object = { all: true }, id = exportId) {
  key += 1;
  const { runId } = await runAction(kit.core, actor, id, { selection, form, idempotencyKey: `export-${key}` });
  const run = await readRun(kit.core, actor, runId);
  const row = await kit.core.db.run.findUniqueOrThrow({ where: { id: runId } });
  const bytes = row.fileId ? await kit.core.files.bytes(row.fileId) : Buffer.alloc(0);
  return { run, runId, bytes, fileId: row.fileId ?? '' };
}

const csv = (bytes: Buffer, delimiter = ',') => parse(bytes, { bom: true, delimiter }) as string[][];

describe('the file', () => {
  test('has the chosen columns in the chosen order, every record once, with the words that people see', async () => {
    const form = {
      format: 'csv',
      columns: ['campaignId', 'state', 'email', 'certificates'],
      sort: 'email',
      direction: 'asc',
    };
    const { run, bytes } = await exported(clerk, form);
    const [head, ...rows] = csv(bytes);
    expect(head).toEqual(['Campaign', 'State', 'E-mail', 'Certificates']);
    expect(rows).toHaveLength(43);
    expect(rows[0]).toEqual(['Spring', 'Added', 'p10@example.org', '']);
    expect(rows.filter(([title]) => title === 'Autumn')).toHaveLength(3);
    const mails = rows.map((row) => row[2]);
    expect(mails).toEqual([...mails].sort());
    expect(run).toMatchObject({ state: 'finished', counts: { done: 43, pending: 0 } });
    expect(run.file?.name).toMatch(/^recipients \d{4}-\d\d-\d\d\.csv$/);
    expect(run.file?.link).toContain('/files/');
    const days = (run.file!.expiresAt!.getTime() - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  test('is an XLSX with typed cells unless something else is asked for, and telephone numbers stay texts', async () => {
    const form = { columns: ['number', 'name', 'createdAt'], sort: 'number', direction: 'desc' };
    const { run, bytes } = await exported(chief, form, { all: true, filters: { 'campaignId.is': campaign } });
    const [sheet] = readWorkbook(bytes);
    expect(sheet?.name).toBe('recipients');
    expect(sheet?.rows).toBe(41);
    expect(sheet?.cells.get('A1')).toEqual({ value: 'Number', style: 1 });
    expect(sheet?.cells.get('A2')).toEqual({ value: '+491700000040', style: 2 });
    expect(sheet?.cells.get('B2')?.value).toBe('Ада Ловлейс 40');
    expect(sheet?.cells.get('C2')).toMatchObject({ style: 4, value: expect.any(Number) });
    expect(run.file?.name).toMatch(/\.xlsx$/);
  });

  test('of a preset is as the preset says, whatever else the form holds', async () => {
    const { run, bytes } = await exported(
      clerk,
      { preset: 'operator', columns: ['createdAt'] },
      { all: true, filters: { 'campaignId.is': other } },
    );
    expect(bytes.toString()).toBe(
      ['mail;Name;status;campaign_id', ...[3, 2, 1].map((n) => `p${n}@example.org;Ада Ловлейс ${n};added;${other}`)]
        .map(
          (line) =>
            `${line
              .split(';')
              .map((cell) => `"${cell}"`)
              .join(';')}\r\n`,
        )
        .join(''),
    );
    expect(run.file?.name).toBe('people.csv');
  });

  test('holds no formula, and a name that means something to JavaScript is only a name', async () => {
    const names = ['=cmd()', '__proto__', '@x', 'a;=1', '"', '\n=1'];
    for (const [at, name] of names.entries())
      await kit.core.db.recipient.updateMany({ where: { id: `autumn-000000${at + 1}` }, data: { name } });
    const { bytes } = await exported(
      clerk,
      { format: 'csv', columns: ['name'], sort: 'email', direction: 'asc' },
      { all: true, filters: { 'campaignId.is': other } },
    );
    expect(csv(bytes)).toEqual([['Name'], ["'=cmd()"], ['__proto__'], ["'@x"]]);
  });

  test('of chosen records holds those, and a record that is deleted meanwhile is skipped with its reason', async () => {
    const ids = [
      'spring-0000003',
      'spring-0000001',
      'spring-0000002',
      ...Array.from({ length: 30 }, (_, n) => `spring-00000${n + 10}`),
    ];
    const input = { selection: { ids }, form: { format: 'csv', columns: ['email'], sort: 'email', direction: 'asc' } };
    const { eligible } = await previewAction(kit.core, clerk, exportId, input);
    expect(eligible).toBe(33);
    const { runId } = await startRun(kit.core, clerk, exportId, {
      ...input,
      expected: 33,
      idempotencyKey: 'deleted-1',
    });
    await kit.core.db.recipient.delete({ where: { id: 'spring-0000002' } });
    await workRun(kit.core, runId, new AbortController().signal);
    const run = await readRun(kit.core, clerk, runId);
    expect(run.counts).toMatchObject({ done: 32, skipped: 1, failed: 0 });
    expect(run.reasons).toEqual([{ outcome: 'skipped', reason: 'does not exist any more', count: 1 }]);
    const { fileId } = await kit.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    const mails = csv(await kit.core.files.bytes(fileId!)).flat();
    expect(mails).toHaveLength(33);
    expect(mails).not.toContain('p2@example.org');
    const entry = await kit.core.db.auditEntry.findFirstOrThrow({ where: { kind: 'export', runId } });
    expect(entry.after).toMatchObject({ rows: 32 });
  });
});

describe('who may', () => {
  test('the form offers only columns that the actor may read, and takes no other', async () => {
    const resource = kit.core.registry.resources.get('Recipient') as AnyResource;
    const offered = (actor: Actor) =>
      describeResource(resource, actor, kit.core.registry)?.actions.find(({ ready }) => ready === 'export')?.form;
    const columns = (actor: Actor) => offered(actor)?.find(({ name }) => name === 'columns');
    expect(columns(clerk)?.kind).toBe('columns');
    expect(columns(clerk)?.options?.map(({ value }) => value)).not.toContain('number');
    expect(columns(chief)?.options?.map(({ value }) => value)).toContain('number');
    expect(
      offered(clerk)
        ?.find(({ name }) => name === 'sort')
        ?.options?.map(({ value }) => value),
    ).not.toContain('number');
    expect(
      offered(clerk)
        ?.find(({ name }) => name === 'preset')
        ?.options?.map(({ value }) => value),
    ).toEqual(['operator']);
    for (const form of [
      { columns: ['number'] },
      { preset: 'numbers' },
      { sort: 'number' },
      { columns: ['tokenHash'] },
      { columns: ['__proto__'] },
      { columns: [] },
      { columns: ['email', 'email'] },
      { format: 'exe' },
      { separator: '\t' },
      { columns: 'email' },
    ]) {
      const [field] = Object.keys(form);
      await expect(exported(clerk, form)).rejects.toMatchObject({
        status: 400,
        fields: { [field!]: expect.any(String) },
      });
    }
    expect(await kit.core.db.run.count()).toBe(0);
  });

  test('nobody without the permission or without reading, and no resource without the verb', async () => {
    for (const permissions of [['sample:read'], ['sample:export']]) {
      const { actor } = await addOperator(kit.core, permissions);
      await expect(exported(actor, {})).rejects.toMatchObject({ status: 403 });
      const resource = kit.core.registry.resources.get('Recipient') as AnyResource;
      expect(describeResource(resource, actor, kit.core.registry)?.actions ?? []).toEqual([]);
    }
    expect([...kit.core.registry.actions.keys()].filter((id) => id.startsWith('sample.'))).toEqual([exportId]);
  });

  test('a row scope holds, and the file of somebody else is not had by it', async () => {
    const { bytes, run, runId } = await exported(scoped, { format: 'csv', columns: ['email'] });
    expect(csv(bytes)).toHaveLength(4);
    expect(run.file).toBeDefined();
    // Bound to another campaign meanwhile: the old one's file is not theirs any more.
    expect((await readRun(kit.core, { ...scoped, scopeId: campaign }, runId)).file).toBeUndefined();
    const whole = await exported(clerk, { format: 'csv', columns: ['email'] });
    await expect(readRun(kit.core, scoped, whole.runId)).rejects.toMatchObject({ status: 404 });
  });

  test('the link is for those only who could make the file: every column, the permission', async () => {
    const { runId, fileId } = await exported(chief, { format: 'csv', columns: ['email', 'number'] });
    const watcher = (await addOperator(kit.core, ['core:runs', 'sample:read'])).actor;
    const link = new URL((await readRun(kit.core, chief, runId)).file?.link ?? '');
    expect([link.pathname, link.searchParams.get('a')]).toEqual([`/files/${fileId}`, `operator:${chief.id}`]);
    for (const actor of [clerk, watcher, { ...chief, permissions: clerk.permissions }])
      expect((await readRun(kit.core, actor, runId)).file).toBeUndefined();
    // Nor is it had by way of the list of kept files.
    const files = kit.core.registry.resources.get('StoredFile') as AnyResource;
    const rows = await kit.core.db.storedFile.findMany();
    expect(rows).toHaveLength(1);
    expect(await files.computed?.link?.of(rows as never, kit.core)).toEqual({});
  });

  test('all runs and their records can be exported, without the export itself among them', async () => {
    await exported(clerk, { format: 'csv', columns: ['email'] });
    const admin = (await addOperator(kit.core, ['*'])).actor;
    for (const id of ['core.export-run', 'core.export-run-item']) {
      const asked = { selection: { all: true }, form: { format: 'csv' } };
      const { eligible: expected } = await previewAction(kit.core, admin, id, asked);
      const { runId } = await startRun(kit.core, admin, id, { ...asked, expected, idempotencyKey: `all-${id}` });
      const { total } = await kit.core.db.run.findUniqueOrThrow({ where: { id: runId } });
      expect([id, total > 0, total]).toEqual([id, true, expected]);
    }
  });

  test('a permission that ends while the run waits stops it before anything is read', async () => {
    const form = { format: 'csv', columns: ['number'] };
    const input = { selection: { all: true }, form, expected: 43, idempotencyKey: 'rights-end-1' };
    const { runId } = await startRun(kit.core, chief, exportId, input);
    const { roleId } = await kit.core.db.operator.findUniqueOrThrow({ where: { id: chief.id! } });
    await kit.core.db.role.update({ where: { id: roleId }, data: { permissions: ['sample:read', 'sample:export'] } });
    await workRun(kit.core, runId, new AbortController().signal);
    expect(await kit.core.db.run.findUnique({ where: { id: runId } })).toMatchObject({ state: 'paused', fileId: null });
    expect(await kit.core.db.storedFile.count()).toBe(0);
  });
});

describe('what is written down', () => {
  test('the audit has filter, columns, rows, size and the hash of the very file; the values themselves are not in it', async () => {
    const selection = { all: true, filters: { 'campaignId.is': other, 'state.is': 'added' } };
    const { runId, bytes } = await exported(clerk, { format: 'csv', columns: ['email', 'name'] }, selection);
    const entries = await kit.core.db.auditEntry.findMany({ where: { kind: 'export' } });
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ runId, operatorId: clerk.id, resource: 'Recipient', actor: 'Olga' });
    expect(entries[0]?.after).toEqual({
      filter: expect.stringContaining('State is Added'),
      format: 'csv',
      columns: ['E-mail', 'Name'],
      rows: 3,
      file: expect.stringMatching(/\.csv$/),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(JSON.stringify(entries)).not.toContain('p1@example.org');
  });

  test('the audit itself leaves as a file too', async () => {
    await kit.core.db.auditEntry.create({
      data: { kind: 'signIn', actor: '=cmd()', summary: 'Signed in', after: { a: 1 } },
    });
    const reader = (await addOperator(kit.core, ['core:audit'])).actor;
    const form = { format: 'csv', columns: ['kind', 'actor', 'summary', 'after'] };
    const { bytes } = await exported(
      reader,
      form,
      { all: true, filters: { 'kind.is': 'signIn' } },
      'core.export-audit-entry',
    );
    expect(csv(bytes)).toEqual([
      ['Kind', 'Who', 'What', 'After'],
      ['Sign-in', "'=cmd()", 'Signed in', '{"a":1}'],
    ]);
  });
});

test('mistakes of ready-made files are found at the start', () => {
  const at = exporting.resources[1] as AnyResource;
  const wrong = {
    ...at,
    exports: [
      ...at.exports!,
      { name: 'numbers', label: 'x', format: 'csv', columns: ['tokenHash', 'nothing'], sort: ['nothing', 'asc'] },
    ],
  } as AnyResource;
  const modules = (one: AnyResource) => [
    houseModule,
    { ...exporting, resources: [exporting.resources[0]!, one, exporting.resources[2]!] },
  ];
  expect(checkDeclarations(modules(at)).filter(({ id }) => id === 'steward.E033')).toEqual([]);
  expect(checkDeclarations(modules(wrong)).filter(({ id }) => id === 'steward.E033')).toHaveLength(4);
  const closed = { ...at, permissions: { read: 'sample:read' } } as AnyResource;
  expect(checkDeclarations(modules(closed)).map(({ id, message }) => [id, message])).toContainEqual([
    'steward.E033',
    'Nobody may export these records.',
  ]);
});
