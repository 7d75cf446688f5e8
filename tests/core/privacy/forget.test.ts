// Hazard 54: a person who has left traces everywhere is forgotten; afterwards nothing in the database, the files or the log names her.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import { systemActor } from '../../../src/core/access.ts';
import { coreCommands } from '../../../src/core/house/commands.ts';
import { startCommit, startRehearsal, uploadImport } from '../../../src/core/imports/imports.ts';
import { workImport } from '../../../src/core/imports/work.ts';
import { suppress } from '../../../src/core/outbox/suppression.ts';
import { erasePerson } from '../../../src/core/privacy/erase.ts';
import { exportPerson } from '../../../src/core/privacy/export.ts';
import { readPerson } from '../../../src/core/privacy/person.ts';
import { createRecord, updateRecord } from '../../../src/core/records/records.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { recipients } from '../../../src/modules/certificates/resource.ts';
import { filesBelow, filesWith, tablesWith } from '../../kit/dump.ts';
import { Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';
import {
  type House,
  makeCampaign,
  notifiedToken,
  openHouse,
  recipientOf,
} from '../../modules/certificates/certificates-house.ts';

const email = 'kanaria.vogel_sang@canary.example';
const name = 'Kanaria Vogelsang';
// Whose address only looks like hers: it holds hers, or would match it if `_` were a wildcard.
const neighbours = ['xkanaria.vogel_sang@canary.example', 'kanaria.vogelxsang@canary.example'];
let house: House;
let officer: Actor;
let campaignId: string;
const never = new AbortController().signal;
const filesFolder = () => path.join(house.core.config.dataDir, 'files');
const request = (of: string) => house.core.db.personRequest.findFirstOrThrow({ where: { email: of } });
const resourceOf = (model: string) => house.core.registry.resources.get(model)!;

async function actorRow(): Promise<Actor> {
  const role = await house.core.db.role.findFirstOrThrow({ where: { permissions: { has: '*' } } });
  const data = { email: 'officer@example.org', name: 'Olga Officer', roleId: role.id };
  const { id } = await house.core.db.operator.create({ data });
  return { kind: 'operator', id, name: 'Olga Officer', permissions: new Set(['*']), scope: 'all', scopeId: null };
}

const run = (action: string, selection: object, form: object = {}) =>
  runAction(house.core, officer, action, { selection: selection as never, form, idempotencyKey: crypto.randomUUID() });

async function importHer(): Promise<string> {
  const content = Buffer.from(`E-mail,Name,Number\n${email},${name},7\n${neighbours[0]},Nina,8\n`);
  const { id } = await uploadImport(house.core, officer, 'Recipient', { name: 'people.csv', content });
  const mapping = { email: 0, name: 1, number: 2 };
  await startRehearsal(house.core, officer, id, { mapping, defaults: { campaignId } });
  await workImport(house.core, id, never);
  await startCommit(house.core, officer, id, { create: 2, change: 0 });
  await workImport(house.core, id, never);
  return id;
}

beforeAll(async () => {
  house = await openHouse();
  officer = await actorRow();
  ({
    campaign: { id: campaignId },
  } = await makeCampaign(house, `${neighbours[1]},9,Nora`));
  await importHer();
  await house.startWorker();
  const token = await notifiedToken(house, email);
  for (const one of neighbours) await notifiedToken(house, one);
  await new Visitor(house.web).post('/api/submitUserInfo', { token, name });
  await until(async () => (await recipientOf(house, email)).state === 'mailed');
  const { id } = await recipientOf(house, email);
  await updateRecord(house.core, officer, recipients, id, { number: '77' });
  await run('certificates.export-recipient', { all: true }, { format: 'csv' }).catch(async () => {});
  await run('certificates.download-certificates', { ids: [id] });
  await run('certificates.check-names', { all: true, filters: { 'email.contains': email } });
  const idle = Buffer.from(`Address,Who\n"${name} <${email.toUpperCase()}>",${name}\n`);
  await uploadImport(house.core, officer, 'Recipient', { name: 'never-imported.csv', content: idle });
  const theirs = Buffer.from(`Address\n${neighbours[1]}\n`);
  await uploadImport(house.core, officer, 'Recipient', { name: 'neighbours.csv', content: theirs });
  await house.core.transaction(systemActor, async (work) => {
    await suppress(work, {
      channel: 'email',
      address: email,
      reason: 'unsubscribed',
      note: `${name} <${email}> wrote`,
    });
    await work.tx.setting.create({
      data: { key: 'mail-alarm:x', value: { reply: `550 5.1.1 <${email}> unknown\n${email}` } },
    });
    await work.tx
      .$executeRaw`select graphile_worker.add_job('nobody.knows', json_build_object('to', ${email}::text), run_at := now() + interval '1 day')`;
  });
  for (const of of [email, ...neighbours])
    await createRecord(house.core, officer, resourceOf('PersonRequest'), { email: of });
}, 120_000);
afterAll(() => house?.close());

describe('a request about personal data', () => {
  it('is refused for nobody and for what is no address, and then leaves no row', async () => {
    const before = await house.core.db.personRequest.count();
    const make = (values: object) => createRecord(house.core, officer, resourceOf('PersonRequest'), values as never);
    await expect(make({})).rejects.toMatchObject({ status: 400, fields: { email: 'or phone is needed' } });
    await expect(make({ email: 'no address' })).rejects.toMatchObject({
      fields: { email: 'is not an e-mail address' },
    });
    await expect(make({ phone: '12' })).rejects.toMatchObject({ fields: { phone: 'is not a phone number' } });
    expect(await house.core.db.personRequest.count()).toBe(before);
  });

  it('gives her everything about her, her files too, and nothing about others', async () => {
    const { core } = house;
    const { document, fileIds } = await exportPerson(core, core.db, readPerson(core, { email: email.toUpperCase() }));
    const kinds = Object.fromEntries(document.data.map(({ what, records }) => [what, records.length]));
    expect(kinds).toEqual({
      certificates: 1,
      'recipients of certificates': 1,
      messages: 2,
      'entries of the suppression list': 1,
      requests: 1,
    });
    expect(fileIds).toHaveLength(2);
    const text = JSON.stringify(document);
    expect(text).toContain(name);
    for (const other of neighbours) expect(text).not.toContain(other);
    expect(text).not.toMatch(/token=[\w-]{20}|"secrets"|tokenHash/);
  });

  it('is answered by an archive in the panel, which only the permission opens', async () => {
    const { id } = await request(neighbours[0]!);
    const reader: Actor = { ...officer, permissions: new Set(['certificates:read', 'core:runs']) };
    await expect(
      runAction(house.core, reader, 'core.export-person', {
        selection: { ids: [id] },
        form: {},
        idempotencyKey: crypto.randomUUID(),
      }),
    ).rejects.toMatchObject({ status: 403 });
    const { runId } = await run('core.export-person', { ids: [id] });
    const made = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    const bytes = await house.core.files.bytes(made.fileId!);
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect((await request(neighbours[0]!)).exportedAt).not.toBeNull();
  });
});

describe('forgetting a person', () => {
  it('finds her in many places first, so that the search afterwards can fail', async () => {
    const tables = await tablesWith(house.core, email);
    expect(tables).toEqual(
      expect.arrayContaining(['AuditEntry', 'ImportRow', 'Message', 'PersonRequest', 'Recipient', 'Run', 'RunItem']),
    );
    expect(tables).toEqual(expect.arrayContaining(['Setting', 'Suppression', 'graphile_worker._private_jobs']));
    expect(await tablesWith(house.core, name)).toEqual(expect.arrayContaining(['Certificate', 'Recipient', 'Message']));
    expect(filesWith(filesFolder(), email).length).toBeGreaterThan(0);
  });

  it('waits while a message to her is leaving, and then has changed nothing', async () => {
    const message = await house.core.db.message.findFirstOrThrow({ where: { toAddress: email } });
    const claim = { state: 'sending' as const, claimedAt: new Date() };
    await house.core.db.message.update({ where: { id: message.id }, data: claim });
    const forget = () => house.core.transaction(officer, (work) => erasePerson(work, { email }));
    await expect(forget()).rejects.toMatchObject({ status: 409 });
    expect((await recipientOf(house, email)).name).toBe(name);
    await house.core.db.message.update({ where: { id: message.id }, data: { state: 'sent' } });
  });

  it('leaves no trace of her in any table, file or line of the log, and nobody else’s is touched', async () => {
    const { core } = house;
    const others = await Promise.all(neighbours.map((one) => recipientOf(house, one)));
    const messages = await core.db.message.count({ where: { toAddress: { in: neighbours } } });
    const { runId } = await run('core.erase-person', { ids: [(await request(email)).id] });
    const items = await core.db.runItem.findMany({ where: { runId } });
    expect(items).toMatchObject([{ outcome: 'done' }]);
    await until(async () => filesBelow(filesFolder()).length === (await core.db.storedFile.count()));

    expect(await tablesWithHer(email)).toEqual([]);
    expect(await tablesWith(core, name)).toEqual([]);
    expect(await tablesWith(core, 'Vogelsang')).toEqual([]);
    expect([...filesWith(filesFolder(), email), ...filesWith(filesFolder(), name)]).toEqual([]);
    expect(house.logged.filter((line) => line.includes(email) || line.includes('Vogelsang'))).toEqual([]);

    expect(await Promise.all(neighbours.map((one) => recipientOf(house, one)))).toEqual(others);
    expect(await core.db.message.count({ where: { toAddress: { in: neighbours } } })).toBe(messages);
    expect(await core.db.personRequest.count({ where: { email: { in: neighbours } } })).toBe(2);
    const [entry] = await core.db.auditEntry.findMany({ where: { summary: { startsWith: 'A person was forgotten' } } });
    expect(entry?.summary).toMatch(/1 certificates, 1 recipients of certificates, 2 messages/);
  });

  it('keeps the proof that it was done, and sends her nothing in future', async () => {
    const { core } = house;
    const done = await core.db.personRequest.findMany({ where: { erasedAt: { not: null } } });
    expect(done).toMatchObject([{ email: '', phone: '', note: '' }]);
    await core.db.recipient.create({ data: { campaignId, email, name: '' } });
    const { id } = await recipientOf(house, email);
    await core.db.suppression.updateMany({ where: { address: null }, data: { reason: 'asked' } });
    const { runId } = await run('certificates.send-notice', { ids: [id] });
    await until(async () => (await core.db.runItem.count({ where: { runId, outcome: 'pending' } })) === 0);
    expect(await core.db.runItem.findMany({ where: { runId } })).toMatchObject([
      { outcome: 'skipped', reason: 'asked for no messages' },
    ]);
    expect(
      await core.db.message.count({ where: { toAddress: email, state: { in: ['queued', 'sent', 'sending'] } } }),
    ).toBe(0);
  });

  it('takes the uploads that name her, and leaves those that name others', async () => {
    const uploads = await house.core.db.import.findMany({
      where: { state: 'uploaded' },
      orderBy: { createdAt: 'asc' },
    });
    expect(uploads.map(({ fileName, fileId }) => [fileName, fileId !== null])).toEqual([
      ['never-imported.csv', false],
      ['neighbours.csv', true],
    ]);
  });

  it('in the middle of a bulk mail to her: afterwards nothing leaves for her any more', async () => {
    const { core } = house;
    const people = Array.from({ length: 40 }, (_, n) => `p${n}@bulk.example`);
    await core.db.recipient.createMany({ data: people.map((one) => ({ campaignId, email: one })) });
    const target = people[20]!;
    const running = run('certificates.send-notice', { all: true, filters: { 'email.contains': '@bulk.example' } });
    await until(async () => (await core.db.runItem.count({ where: { recordTitle: target } })) > 0);
    let forgotten = false;
    while (!forgotten)
      forgotten = await core
        .transaction(officer, (work) => erasePerson(work, { email: target }), { timeoutMs: 60_000 })
        .then(
          () => true,
          (error: { status?: number }) => {
            if (error.status !== 409) throw error;
            return false;
          },
        );
    const sentBefore = house.sink.accepted.filter(({ to }) => to.includes(target)).length;
    await running;
    await until(async () => (await core.db.message.count({ where: { state: { in: ['queued', 'sending'] } } })) === 0);
    expect(house.sink.accepted.filter(({ to }) => to.includes(target))).toHaveLength(sentBefore);
    expect(await tablesWith(core, target)).toEqual([]);
    expect(
      new Set(house.sink.accepted.flatMap(({ to }) => to).filter((to) => to.endsWith('@bulk.example'))).size,
    ).toBeGreaterThanOrEqual(39);
  });

  it('works from the command line, with a rehearsal that changes nothing', async () => {
    const lines: string[] = [];
    const erase = coreCommands.find((one) => one.name === 'person:erase')!;
    const asked = { email: neighbours[1]!, dryRun: true };
    await erase.run(house.core, asked, (line) => lines.push(line));
    expect(lines.join('\n')).toContain('1 recipients of certificates: deleted');
    expect((await recipientOf(house, neighbours[1]!)).name).toBe('Nora');
    await erase.run(house.core, { ...asked, dryRun: false }, (line) => lines.push(line));
    expect(await tablesWith(house.core, neighbours[1]!)).toEqual([]);
  });
});

// Rows of her neighbour hold her address inside a longer one.
async function tablesWithHer(address: string): Promise<string[]> {
  const { pool } = house.core.database;
  const found: string[] = [];
  for (const table of await tablesWith(house.core, address)) {
    const name = table.includes('.') ? table : `"${table}"`;
    const { rowCount } = await pool.query(
      `SELECT 1 FROM ${name} t WHERE strpos(replace(lower(t::text), $2, ''), $1) > 0`,
      [address, `x${address}`],
    );
    if (rowCount) found.push(table);
  }
  return found;
}

it('reads folders of files at all', () => expect(readdirSync(house.core.config.dataDir)).toContain('files'));
