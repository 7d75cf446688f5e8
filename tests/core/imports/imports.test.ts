// Imports against a real database: what a rehearsal shows is what a commit writes, and an undo takes back nothing of anybody else's.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import type { Core } from '../../../src/core/core.ts';
import {
  controlImport,
  errorFile,
  readImport,
  readImportRows,
  sampleFile,
  startCommit,
  startRehearsal,
  startUndo,
  uploadImport,
} from '../../../src/core/imports/imports.ts';
import { workImport } from '../../../src/core/imports/work.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { addClerk, addGroup, committed, openImportCore, rehearsed } from '../import-fixture.ts';

let database: TestDatabase;
let core: Core;
let close: () => Promise<void>;
let clerk: Actor;
let dataDir: string;
let group: string;
const never = new AbortController().signal;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-imports-'));
  database = await cloneDatabase();
  ({ core, close } = await openImportCore(database.connection, dataDir));
  clerk = await addClerk(core, 'clerk');
}, 60_000);
afterAll(async () => {
  await close?.();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await core.db.recipient.deleteMany();
  await core.db.campaign.deleteMany();
  group = await addGroup(core, 'spring', 'Spring');
});

const bytesOf = async (link: string) => core.files.bytes(/files\/([0-9a-f-]{36})/.exec(link)?.[1] as string);
const names = async () =>
  (await core.db.recipient.findMany({ orderBy: { email: 'asc' } })).map(({ email, name }) => `${email} ${name}`);

describe('a rehearsal', () => {
  it('tells new, changed with its differences, unchanged, invalid and repeated rows, and writes nothing', async () => {
    await core.db.recipient.createMany({
      data: [
        { campaignId: group, email: 'bob@example.org', name: 'Bob' },
        { campaignId: group, email: 'eve@example.org', name: 'Eve' },
      ],
    });
    const table = [
      'Mail;Full name;Number;Unused',
      'Ada@example.org;Ada;1;x',
      'bob@example.org;Robert;;x',
      'eve@example.org;Eve;;x',
      'not an address;X;;x',
      'ada@example.org;Again;;x',
      'short@example.org;y',
      'long@example.org;y;1;x;more',
    ].join('\r\n');
    const before = await core.db.auditEntry.count({ where: { resource: 'Recipient' } });
    const view = await rehearsed(core, clerk, 'Recipient', table, { defaults: { campaignId: group } });
    expect(view.state).toBe('rehearsed');
    expect(view.plans).toEqual({ create: 1, change: 1, same: 1, invalid: 3, repeated: 1 });
    const { rows } = await readImportRows(core, clerk, view.id, { page: 1 });
    expect(rows.map(({ line, plan, reason }) => [line, plan, reason])).toEqual([
      [2, 'create', null],
      [3, 'change', null],
      [4, 'same', null],
      [5, 'invalid', 'E-mail must be an e-mail address'],
      [6, 'repeated', 'repeats line 2'],
      [7, 'invalid', 'has 2 cells where the first row has 4'],
      [8, 'invalid', 'has 5 cells where the first row has 4'],
    ]);
    expect(rows[1]?.changes).toEqual([{ label: 'Name', from: 'Bob', to: 'Robert' }]);
    expect(await names()).toEqual(['bob@example.org Bob', 'eve@example.org Eve']);
    expect(await core.db.auditEntry.count({ where: { resource: 'Recipient' } })).toBe(before);
  });

  it('finds what cells name by title or slug, and refuses a name that two bear', async () => {
    await addGroup(core, 'autumn', 'Autumn');
    await addGroup(core, 'x1', 'Twin');
    await addGroup(core, 'x2', 'Twin');
    const table = 'E-mail,Group\na@b.org,spring\nc@d.org,AUTUMN\ne@f.org,Twin\ng@h.org,Nowhere\n';
    const view = await rehearsed(core, clerk, 'Recipient', table);
    const { rows } = await readImportRows(core, clerk, view.id, { page: 1 });
    expect(rows.map(({ plan, reason }) => [plan, reason])).toEqual([
      ['create', null],
      ['create', null],
      ['invalid', 'Group “Twin” names more than one'],
      ['invalid', 'Group “Nowhere” does not exist'],
    ]);
  });

  it('remembers which heading means what, for the same headings only', async () => {
    const table = 'Wer,Wie\na@b.org,A\n';
    const first = await uploadImport(core, clerk, 'Recipient', { name: 'a.csv', content: Buffer.from(table) });
    expect((await readImport(core, clerk, first.id)).mapping).toEqual({});
    await startRehearsal(core, clerk, first.id, { mapping: { email: 0, name: 1 }, defaults: { campaignId: group } });
    const second = await uploadImport(core, clerk, 'Recipient', { name: 'b.csv', content: Buffer.from(table) });
    expect((await readImport(core, clerk, second.id)).mapping).toEqual({ email: 0, name: 1 });
    const other = await uploadImport(core, clerk, 'Recipient', {
      name: 'c.csv',
      content: Buffer.from('Wie,Wer\nA,a@b.org\n'),
    });
    expect((await readImport(core, clerk, other.id)).mapping).toEqual({});
  });

  it('names the columns that do not fit', async () => {
    const { id } = await uploadImport(core, clerk, 'Recipient', { name: 'a.csv', content: Buffer.from('a,b\n1,2\n') });
    const start = (mapping: Record<string, number>, defaults = {}) =>
      startRehearsal(core, clerk, id, { mapping, defaults });
    await expect(start({ tokenHash: 0, email: 7 })).rejects.toMatchObject({
      fields: { tokenHash: 'cannot be imported', email: 'is no column of the file' },
    });
    await expect(start({ name: 0 })).rejects.toMatchObject({
      fields: { email: 'must be taken from a column of the file' },
    });
    await expect(start({ email: 0, name: 0 })).rejects.toMatchObject({
      fields: { name: 'is taken from a column that is used already' },
    });
    await expect(start({ email: 0 })).rejects.toMatchObject({ fields: { campaignId: 'is missing' } });
    await expect(start({ email: 0 }, { campaignId: 'none', state: 'mailed' })).rejects.toMatchObject({
      fields: { campaignId: 'does not exist', state: 'is not asked' },
    });
  });
});

describe('a commit', () => {
  it('writes what was shown, audited by file and line, and an undo takes it back', async () => {
    await core.db.recipient.create({ data: { campaignId: group, email: 'bob@example.org', name: 'Bob' } });
    const view = await rehearsed(
      core,
      clerk,
      'Recipient',
      'E-mail,Name\nada@example.org,Ada\nbob@example.org,Robert\n',
      { defaults: { campaignId: group }, name: 'list.csv' },
    );
    const after = await committed(core, clerk, view.id);
    expect(after.state).toBe('finished');
    expect(after.outcomes.done).toBe(2);
    expect(await names()).toEqual(['ada@example.org Ada', 'bob@example.org Robert']);
    const audit = await core.db.auditEntry.findMany({
      where: { resource: 'Recipient', summary: { contains: 'list.csv' } },
      orderBy: { summary: 'asc' },
    });
    expect(audit.map(({ kind, summary, before }) => [kind, summary, before])).toEqual([
      ['create', 'Imported from list.csv, line 2', null],
      ['update', 'Imported from list.csv, line 3', { name: 'Bob' }],
    ]);
    await startUndo(core, clerk, view.id);
    await workImport(core, view.id, never);
    expect((await readImport(core, clerk, view.id)).outcomes).toMatchObject({ undone: 2, kept: 0 });
    expect(await names()).toEqual(['bob@example.org Bob']);
    await expect(startUndo(core, clerk, view.id)).rejects.toMatchObject({ status: 409 });
  });

  it('leaves alone and lists what somebody has changed since, and what is gone', async () => {
    const view = await rehearsed(core, clerk, 'Recipient', 'E-mail,Name\na@b.org,A\nc@d.org,C\ne@f.org,E\n', {
      defaults: { campaignId: group },
    });
    await committed(core, clerk, view.id);
    await core.db.recipient.updateMany({ where: { email: 'c@d.org' }, data: { name: 'Edited' } });
    await core.db.recipient.deleteMany({ where: { email: 'e@f.org' } });
    await startUndo(core, clerk, view.id);
    await workImport(core, view.id, never);
    const { rows } = await readImportRows(core, clerk, view.id, { page: 1 });
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['undone', null],
      ['kept', 'changed since the import'],
      ['kept', 'does not exist any more'],
    ]);
    expect(await names()).toEqual(['c@d.org Edited']);
  });

  it('lets a record that others depend on stay when it cannot be deleted', async () => {
    const view = await rehearsed(core, clerk, 'Campaign', 'Slug,Title,Organisation\none,One,Club\ntwo,Two,Club\n');
    await committed(core, clerk, view.id);
    const one = await core.db.campaign.findUniqueOrThrow({ where: { slug: 'one' } });
    await core.db.recipient.create({ data: { campaignId: one.id, email: 'a@b.org' } });
    await startUndo(core, clerk, view.id);
    await workImport(core, view.id, never);
    expect((await readImport(core, clerk, view.id)).outcomes).toMatchObject({ undone: 1, kept: 1 });
    expect(await core.db.campaign.count({ where: { slug: { in: ['one', 'two'] } } })).toBe(1);
  });

  it('does the good rows when one of them breaks in the service, and says which', async () => {
    const view = await rehearsed(core, clerk, 'Recipient', 'E-mail,Name\na@b.org,A\nc@d.org,breaks\ne@f.org,E\n', {
      defaults: { campaignId: group },
    });
    const after = await committed(core, clerk, view.id);
    expect(after.outcomes).toMatchObject({ done: 2, failed: 1 });
    expect(await names()).toEqual(['a@b.org A', 'e@f.org E']);
  });

  it('fails a row whose record was changed between rehearsal and commit, and writes over nothing', async () => {
    await core.db.recipient.create({ data: { campaignId: group, email: 'bob@example.org', name: 'Bob' } });
    const view = await rehearsed(core, clerk, 'Recipient', 'E-mail,Name\nbob@example.org,Robert\n', {
      defaults: { campaignId: group },
    });
    await core.db.recipient.updateMany({ data: { name: 'Bobby' } });
    expect((await committed(core, clerk, view.id)).outcomes).toMatchObject({ failed: 1 });
    expect(await names()).toEqual(['bob@example.org Bobby']);
  });

  it('refuses other numbers than those that were shown, and a second start', async () => {
    const view = await rehearsed(core, clerk, 'Recipient', 'E-mail\na@b.org\n', { defaults: { campaignId: group } });
    await expect(startCommit(core, clerk, view.id, { create: 2, change: 0 })).rejects.toMatchObject({ status: 409 });
    await startCommit(core, clerk, view.id, { create: 1, change: 0 });
    await expect(startCommit(core, clerk, view.id, { create: 1, change: 0 })).rejects.toMatchObject({ status: 409 });
    await workImport(core, view.id, never);
    expect(await names()).toHaveLength(1);
  });

  it('adds each person once when two imports of the same people run at once', async () => {
    const table = `E-mail\n${Array.from({ length: 600 }, (_, i) => `p${i}@example.org`).join('\n')}\n`;
    const views = [
      await rehearsed(core, clerk, 'Recipient', table, { defaults: { campaignId: group } }),
      await rehearsed(core, clerk, 'Recipient', table, { defaults: { campaignId: group } }),
    ];
    const ended = await Promise.all(views.map(({ id }) => committed(core, clerk, id)));
    expect(ended.map(({ outcomes }) => outcomes.done).reduce((a, b) => a + b)).toBe(600);
    expect(ended.map(({ outcomes }) => outcomes.skipped).reduce((a, b) => a + b)).toBe(600);
    expect(await core.db.recipient.count()).toBe(600);
  });

  it('can be held, gone on with and ended; what was written can still be taken back', async () => {
    const view = await rehearsed(core, clerk, 'Recipient', 'E-mail\na@b.org\nc@d.org\n', {
      defaults: { campaignId: group },
    });
    await startCommit(core, clerk, view.id, { create: 2, change: 0 });
    await controlImport(core, clerk, view.id, 'pause');
    await workImport(core, view.id, never);
    expect(await names()).toEqual([]);
    await controlImport(core, clerk, view.id, 'resume');
    await workImport(core, view.id, never);
    expect(await names()).toHaveLength(2);
    await expect(controlImport(core, clerk, view.id, 'pause')).rejects.toMatchObject({ status: 409 });
  });
});

describe('permission and scope', () => {
  it('hides imports from those who may not import, and others’ imports from a narrower role', async () => {
    const reader = await addClerk(core, 'reader');
    const upload = (actor: Actor) =>
      uploadImport(core, actor, 'Recipient', { name: 'a.csv', content: Buffer.from('E-mail\na@b.org\n') });
    await expect(upload(reader)).rejects.toMatchObject({ status: 403 });
    await expect(
      uploadImport(core, clerk, 'Operator', { name: 'a.csv', content: Buffer.from('a\nb\n') }),
    ).rejects.toMatchObject({ status: 404 });
    const { id } = await upload(clerk);
    const bound = await addClerk(core, 'group clerk', group);
    for (const actor of [reader, bound])
      await expect(readImport(core, actor, id)).rejects.toMatchObject({ status: 404 });
  });

  it('keeps a clerk bound to one group out of another: by the form, by a name in a cell, and by a column of its own', async () => {
    const other = await addGroup(core, 'other', 'Other');
    const bound = await addClerk(core, 'group clerk', group);
    const table = 'E-mail,Group,Number\na@b.org,Other,1\nc@d.org,Spring,2\n';
    const { id } = await uploadImport(core, bound, 'Recipient', { name: 'a.csv', content: Buffer.from(table) });
    const view = await readImport(core, bound, id);
    expect(view.columns.map(({ name }) => name)).not.toContain('number');
    await expect(
      startRehearsal(core, bound, id, { mapping: { email: 0 }, defaults: { campaignId: other } }),
    ).rejects.toMatchObject({ fields: { campaignId: 'does not exist' } });
    await expect(
      startRehearsal(core, bound, id, { mapping: { email: 0, number: 2 }, defaults: { campaignId: group } }),
    ).rejects.toMatchObject({ fields: { number: 'cannot be imported' } });
    const shown = await rehearsed(core, bound, 'Recipient', table, { mapping: { email: 0, campaignId: 1 } });
    expect(shown.plans).toMatchObject({ create: 1, invalid: 1 });
    await committed(core, bound, shown.id);
    expect(await core.db.recipient.findMany({ select: { email: true, campaignId: true } })).toEqual([
      { email: 'c@d.org', campaignId: group },
    ]);
  });

  it('stops when the right ends between rehearsal and commit', async () => {
    const leaving = await addClerk(core, 'clerk');
    const view = await rehearsed(core, leaving, 'Recipient', 'E-mail\na@b.org\n', { defaults: { campaignId: group } });
    await startCommit(core, leaving, view.id, { create: 1, change: 0 });
    await core.db.operator.update({
      where: { id: leaving.id as string },
      data: { state: 'blocked', epoch: { increment: 1 } },
    });
    await workImport(core, view.id, never);
    expect((await readImport(core, clerk, view.id)).state).toBe('paused');
    expect(await names()).toEqual([]);
  });
});

describe('files', () => {
  it('gives back the rows that became nothing, as they stood, in the format and with the separator of the file', async () => {
    const view = await rehearsed(core, clerk, 'Recipient', 'E-mail;Name;Extra\nbad;"A; B";+31 6\na@b.org;A;x\n', {
      defaults: { campaignId: group },
      name: 'people.csv',
    });
    const file = await errorFile(core, clerk, view.id);
    expect(file.name).toBe('people-not-imported.csv');
    const text = (await bytesOf(file.link)).toString();
    expect(text).toBe(
      '\uFEFF"E-mail";"Name";"Extra";"Line";"Reason"\r\n"bad";"A; B";"\'+31 6";2;"E-mail must be an e-mail address"\r\n',
    );
    const again = await uploadImport(core, clerk, 'Recipient', { name: 'again.csv', content: Buffer.from(text) });
    expect((await readImport(core, clerk, again.id)).samples).toEqual([
      ['bad', 'A; B', '+31 6', '2', 'E-mail must be an e-mail address'],
    ]);
  });

  it.each(['csv', 'xlsx'] as const)('offers a sample as %s that imports as it is', async (format) => {
    const { link } = await sampleFile(core, clerk, 'Recipient', format);
    const view = await rehearsed(core, clerk, 'Recipient', await bytesOf(link), { name: `sample.${format}` });
    expect(view.format).toBe(format);
    expect(view.plans).toMatchObject({ create: 1, invalid: 0 });
  });

  it('seals sensitive cells and forgets them once their row is done', async () => {
    const canary = 'CANARY-9c1';
    const view = await rehearsed(
      core,
      clerk,
      'Campaign',
      `Slug,Title,Organisation,Days,Made\none,One,${canary},"1,5",\ntwo,Two,${canary},30,3.5.2026\n`,
    );
    const everything = async () =>
      JSON.stringify([
        await core.db.import.findUnique({ where: { id: view.id } }),
        await core.db.importRow.findMany({ where: { importId: view.id } }),
      ]);
    expect(await everything()).not.toContain(canary);
    expect(view.plans).toMatchObject({ create: 1, invalid: 1 });
    await committed(core, clerk, view.id);
    expect(await core.db.campaign.findUnique({ where: { slug: 'two' } })).toMatchObject({
      organisation: canary,
      linkDays: 30,
      createdAt: new Date('2026-05-03T00:00:00Z'),
    });
    expect(await core.db.importRow.count({ where: { importId: view.id, sealed: { not: null } } })).toBe(1);
    expect(JSON.stringify(await core.db.auditEntry.findMany())).not.toContain(canary);
    expect((await bytesOf((await errorFile(core, clerk, view.id)).link)).toString()).toContain(canary);
  });
});
