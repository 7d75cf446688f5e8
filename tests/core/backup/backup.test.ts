// Fault F19: a backup under write load, restored elsewhere, is a state that really was; damage is found before anything is written; the copy is silent.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { openBackup } from '../../../src/core/backup/archive.ts';
import { type RestoreTarget, restoreBackup } from '../../../src/core/backup/restore.ts';
import { writeBackup } from '../../../src/core/backup/write.ts';
import { openPool, withClient } from '../../../src/core/database/database.ts';
import { applyMigrations, readMigrations } from '../../../src/core/database/migrations.ts';
import { holdFiles } from '../../../src/core/files/hold.ts';
import {
  callOut,
  coreCommands,
  createCore,
  loadConfig,
  type StartedCore,
  startWorker,
} from '../../../src/core/index.ts';
import { addJob } from '../../../src/core/jobs/add.ts';
import { migrateJobs } from '../../../src/core/jobs/jobs.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { sendNotice } from '../../../src/modules/certificates/notices.ts';
import { cloneDatabase, emptyDatabase, type TestDatabase } from '../../kit/database.ts';
import { filesBelow, wholeDump } from '../../kit/dump.ts';
import { startHttpSink } from '../../kit/http-sink.ts';
import { type SmtpSink, startSmtpSink } from '../../kit/smtp-sink.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-backup-'));
const loadMs = Number(process.env.BACKUP_LOAD_MS ?? 4_000);
const opened: { close(): Promise<void> }[] = [];
let sink: SmtpSink;
let source: StartedCore;
let database: TestDatabase;
let archive: string;

const place = (name: string) => path.join(folder, name);
const configOf = (name: string, settings: Record<string, string> = {}) =>
  loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: place(name),
    APP_KEY: 'k'.repeat(40),
    SMTP_URL: sink.url,
    MAIL_RATE: '1000',
    UNDO_SECONDS: '0',
    OUTGOING_LOOPBACK: 'true',
    ...settings,
  });
const sourceOf = () => ({ config: source.core.config, connection: database.connection });

async function target(name: string, extra: Partial<RestoreTarget> = {}): Promise<RestoreTarget> {
  const empty = await emptyDatabase();
  opened.push({ close: () => empty.drop() });
  return { config: configOf(name), connection: empty.connection, overwrite: false, otherKey: false, ...extra };
}

/** Counts what must never be: rows without bytes, certificates without files, a counter that differs from what it counts. */
async function violations(core: StartedCore['core']): Promise<string[]> {
  const ask = async (name: string, sql: string) => {
    const { rows } = await core.database.pool.query<{ n: number }>(sql);
    return rows[0]?.n ? [`${name}: ${rows[0].n}`] : [];
  };
  const files = await core.db.storedFile.findMany();
  const lost: string[] = [];
  for (const { key, sha256 } of files) {
    const bytes = path.join(core.config.dataDir, 'files', key);
    if (!existsSync(bytes) || createHash('sha256').update(readFileSync(bytes)).digest('hex') !== sha256) lost.push(key);
  }
  return [
    ...(lost.length ? [`rows without their bytes: ${lost.length}`] : []),
    ...(await ask(
      'certificates without a file',
      `SELECT count(*)::int AS n FROM "Certificate" c WHERE NOT EXISTS (SELECT 1 FROM "StoredFile" f WHERE f.id = c."pngId")`,
    )),
    ...(await ask(
      'the counter differs',
      `SELECT abs((SELECT (value #>> '{}')::int FROM "Setting" WHERE key = 'load') - (SELECT count(*) FROM "Certificate"))::int AS n`,
    )),
    ...(await ask(
      'recipients without a certificate',
      `SELECT count(*)::int AS n FROM "Recipient" r WHERE r.number = 'load' AND NOT EXISTS (SELECT 1 FROM "Certificate" c WHERE c."recipientId" = r.id)`,
    )),
  ];
}

/** Writes as fast as it can until told to stop: people with certificates and files, the counter, files that expire, sweeps. */
async function writeLoad(signal: AbortSignal, campaignId: string): Promise<number> {
  const { core } = source;
  let made = 0;
  const writer = async (n: number) => {
    while (!signal.aborted) {
      const code = `load-${n}-${made++}`;
      const png = await core.files.keep({
        name: `${code}.png`,
        type: 'image/png',
        content: Buffer.from(`${code} `.repeat(500)),
      });
      await core.transaction(systemActor, async (work) => {
        await work.tx.$executeRaw`UPDATE "Setting" SET value = to_jsonb((value #>> '{}')::int + 1) WHERE key = 'load'`;
        const data = { campaignId, email: `${code}@load.example`, number: 'load' };
        const { id } = await work.tx.recipient.create({ data });
        await core.files.claim(work.tx, png.id, { resource: 'Recipient', recordId: id });
        await work.tx.certificate.create({
          data: { recipientId: id, code, name: code, issuedOn: new Date(), pngId: png.id },
        });
      });
      await core.files.keep({
        name: 'short',
        type: 'text/plain',
        content: Buffer.from(code),
        expiresAt: new Date(Date.now() + 50),
      });
    }
  };
  const sweeper = async () => {
    while (!signal.aborted) await core.files.sweep();
  };
  await Promise.all([writer(1), writer(2), writer(3), sweeper()]);
  return made;
}

beforeAll(async () => {
  sink = await startSmtpSink();
  database = await cloneDatabase();
  source = await createCore({
    config: configOf('source'),
    modules: [certificates],
    connection: database.connection,
    role: 'test',
  });
  const { core } = source;
  const campaign = await core.db.campaign.create({
    data: { slug: 'load', title: 'Löad \t\\N "x"', organisation: 'Club' },
  });
  await core.db.setting.create({ data: { key: 'load', value: 0 } });
  for (const one of ['ada', 'bob', 'eve']) {
    const { id } = await core.db.recipient.create({ data: { campaignId: campaign.id, email: `${one}@example.org` } });
    await core.transaction(systemActor, (work) =>
      sendNotice(work, id, { expected: 'added', idempotencyKey: `n:${one}` }),
    );
  }
  await core.db.message.updateMany({
    where: { toAddress: 'eve@example.org' },
    data: { state: 'sending', claimedBy: 'dead/1', claimedAt: new Date(0) },
  });
  await core.db.run.create({
    data: {
      action: 'certificates.check-names',
      title: 'Half done',
      resource: 'Recipient',
      state: 'running',
      actor: 'Ada',
      selection: 'all',
      form: {},
      idempotencyKey: 'system::half',
      total: 1,
    },
  });
  await core.transaction(systemActor, ({ tx }) =>
    addJob(tx, 'certificates.issue-certificate', { recipientId: 'nobody' }, { key: 'kept' }),
  );
  const stop = new AbortController();
  const load = writeLoad(stop.signal, campaign.id);
  while ((await core.db.certificate.count()) < 20) await pause(20);
  archive = place('backup.zip');
  const ended = pause(loadMs);
  const manifest = await writeBackup(sourceOf(), archive);
  const after = await core.db.certificate.count();
  await ended;
  stop.abort();
  const made = await load;
  const held = manifest.tables.find(({ name }) => name === 'Certificate')?.rows ?? 0;
  // The load went on: what the backup holds lies between what was there before and what is there now.
  expect(held).toBeGreaterThanOrEqual(20);
  expect(made).toBeGreaterThan(held);
  expect(after).toBeGreaterThanOrEqual(held);
}, 180_000);
afterAll(async () => {
  await source?.close();
  await database?.drop();
  for (const one of opened.reverse()) await one.close();
  await sink?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('is a file that only its owner reads, without the key, and never written over another', async () => {
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(existsSync(`${archive}.part`) || existsSync(`${archive}.files`)).toBe(false);
    const opening = await openBackup(archive);
    expect(JSON.stringify(opening.manifest)).not.toContain('k'.repeat(40));
    expect(opening.manifest.tables.map(({ name }) => name)).not.toContain('WebSession');
    expect(opening.manifest.sealed).toMatchObject({ 'Message.secrets': 3 });
    opening.close();
    const before = readFileSync(archive);
    await expect(writeBackup(sourceOf(), archive)).rejects.toMatchObject({ status: 400 });
    expect(readFileSync(archive).equals(before)).toBe(true);
  });

  it('needs the hold: without it a sweep takes bytes that the snapshot still names', async () => {
    const { core } = source;
    const expired = (name: string) =>
      core.files.keep({ name, type: 'text/plain', content: Buffer.from(name), expiresAt: new Date(0) });
    const bytesOf = (key: string) => existsSync(path.join(core.config.dataDir, 'files', key));
    const named = (key: string) =>
      withClient(database.connection, async (client) => {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        await client.query('SELECT 1 FROM "StoredFile" LIMIT 1');
        await core.files.sweep();
        return (await client.query('SELECT 1 FROM "StoredFile" WHERE key = $1', [key])).rowCount;
      });
    const [bare, held] = [await expired('bare'), await expired('held')];
    await core.db.storedFile.update({ where: { id: held.id }, data: { expiresAt: null, claimedAt: new Date() } });
    expect(await named(bare.key)).toBe(1);
    expect(bytesOf(bare.key)).toBe(false);

    await core.db.storedFile.update({ where: { id: held.id }, data: { expiresAt: new Date(0) } });
    await withClient(database.connection, async (keeper) => {
      const hold = await holdFiles(keeper);
      expect(await named(held.key)).toBe(1);
      expect(bytesOf(held.key)).toBe(true);
      await expect(core.files.forget([held.key])).rejects.toMatchObject({ status: 503 });
      await hold.release();
    });
    await core.files.forget([held.key]);
    expect(bytesOf(held.key)).toBe(false);
  });

  it('tells of a file whose bytes are gone instead of failing, and is restored without it', async () => {
    const { core } = source;
    const file = await core.files.keep({
      name: 'lost',
      type: 'text/plain',
      content: Buffer.from('lost'),
      owner: { resource: 'X', recordId: '1' },
    });
    rmSync(path.join(core.config.dataDir, 'files', file.key));
    const { files } = await writeBackup(sourceOf(), place('lost.zip'));
    expect(files.damaged).toEqual([file.key]);
    const { manifest } = await restoreBackup(await target('lost'), place('lost.zip'));
    expect(manifest.files.damaged).toEqual([file.key]);
    await core.files.remove(file.id);
  });
});

describe('a restore', () => {
  it('brings back a state that really was: every invariant holds, every file is there, every row is the same', async () => {
    const to = await target('restored');
    const { manifest, applied, isOtherKey } = await restoreBackup(to, archive);
    expect({ applied, isOtherKey }).toEqual({ applied: [], isOtherKey: false });
    const copy = await createCore({
      config: to.config as never,
      modules: [certificates],
      connection: to.connection,
      role: 'test',
    });
    opened.push(copy);
    expect(await violations(copy.core)).toEqual([]);
    expect(filesBelow(path.join(copy.core.config.dataDir, 'files'))).toHaveLength(manifest.files.count);
    for (const { name, rows } of manifest.tables.filter(
      (one) => !['Setting', 'Role', 'MailTemplate'].includes(one.name),
    )) {
      const { rows: counted } = await copy.core.database.pool.query(`SELECT count(*)::int AS n FROM "${name}"`);
      expect([name, counted[0].n]).toEqual([name, rows]);
    }
    const same = ['Campaign', 'Operator', 'Role'];
    expect(await wholeDump(copy.core, same)).toBe(await wholeDump(source.core, same));
  });

  it('would be found out by the same queries if a file or a row were missing', async () => {
    const copy = opened.findLast((one): one is StartedCore => 'core' in one)!;
    const row = await copy.core.db.storedFile.findFirstOrThrow({ where: { resource: 'Recipient' } });
    const bytes = path.join(copy.core.config.dataDir, 'files', row.key);
    const kept = readFileSync(bytes);
    writeFileSync(bytes, 'other');
    await copy.core.db.setting.update({ where: { key: 'load' }, data: { value: 1 } });
    expect((await violations(copy.core)).map((one) => one.split(':')[0])).toEqual([
      'rows without their bytes',
      'the counter differs',
    ]);
    writeFileSync(bytes, kept);
    opened.splice(opened.indexOf(copy), 1);
    await copy.close();
  });

  it('sends nothing, calls nobody, starts nothing by itself; released, what waited leaves', async () => {
    const to = await target('silent');
    await restoreBackup(to, archive);
    const copy = await createCore({
      config: to.config as never,
      modules: [certificates],
      connection: to.connection,
      role: 'test',
    });
    const { core } = copy;
    const role = await core.db.role.findFirstOrThrow();
    const ada = await core.db.operator.create({ data: { email: 'a@b.example', name: 'Ada', roleId: role.id } });
    const due = new Date(0);
    await core.db.schedule.create({
      data: {
        name: 'Now',
        action: 'certificates.check-names',
        selection: 'all',
        cron: '* * * * *',
        operatorId: ada.id,
        nextAt: due,
      },
    });
    const http = await startHttpSink();
    const before = sink.accepted.length + sink.asked.length;
    const worker = await startWorker(core);
    opened.push({
      close: async () => {
        await worker.stop();
        await http.stop();
        await copy.close();
      },
    });
    // The worker is at work: what was in the middle of being sent is marked as unknown, and a job of ours is done.
    const until = async (holds: () => Promise<boolean>) => {
      while (!(await holds())) await pause(50);
    };
    await until(async () => (await core.db.message.count({ where: { state: 'unknown' } })) === 1);
    await core.transaction(systemActor, ({ tx }) => addJob(tx, 'core.start-schedules', {}));
    await until(
      async () =>
        (
          await core.database.pool.query(
            `SELECT 1 FROM graphile_worker.jobs WHERE task_identifier = 'core.start-schedules'`,
          )
        ).rowCount === 0,
    );
    expect(sink.accepted.length + sink.asked.length).toBe(before);
    expect(await core.db.message.count({ where: { state: 'queued' } })).toBe(2);
    expect((await core.db.schedule.findFirstOrThrow()).nextAt).toEqual(due);
    expect(await core.db.run.findMany({ select: { state: true, note: true } })).toMatchObject([
      { state: 'paused', note: expect.stringMatching(/restored from the backup/) },
    ]);
    await expect(callOut({ url: http.url, reach: 'loopback' })).rejects.toThrow(/restored copy/);
    expect(http.taken).toEqual([]);
    const parked = await core.database.pool.query(
      `SELECT run_at > now() + interval '900 years' AS far FROM graphile_worker.jobs WHERE key = 'kept'`,
    );
    expect(parked.rows).toEqual([{ far: true }]);

    const lines: string[] = [];
    const release = coreCommands.find(({ name }) => name === 'outbox:release')!;
    await release.run(core, { withdrawWaiting: false }, (line) => lines.push(line));
    expect(lines.join(' ')).toMatch(/Released: 2 messages leave now, 0 were withdrawn, 1 jobs.*1 runs are paused/);
    await until(async () => (await core.db.message.count({ where: { state: 'sent' } })) === 2);
    expect(sink.accepted.flatMap(({ to: who }) => who).sort()).toEqual(['ada@example.org', 'bob@example.org']);
    await until(
      async () =>
        (await core.database.pool.query(`SELECT 1 FROM graphile_worker.jobs WHERE key = 'kept'`)).rowCount === 0,
    );
    expect((await callOut({ url: http.url, reach: 'loopback' })).status).toBe(200);
    await release.run(core, { withdrawWaiting: false }, (line) => lines.push(line));
    expect(lines.at(-1)).toMatch(/no silent copy/);
  });

  // The table of contents also holds bytes that mean nothing to us, such as the hour of an entry.
  function contentsOf(zip: Buffer): number[] {
    const places: number[] = [];
    let at = zip.readUInt32LE(zip.lastIndexOf(Buffer.from('PK\x05\x06')) + 16);
    while (zip.readUInt32LE(at) === 0x02014b50) {
      const [size, local] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      if (size > 100) places.push(start + Math.floor(size / 2));
      at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    }
    return places;
  }

  it('finds one changed byte, wherever it is, before anything is written', async () => {
    const whole = readFileSync(archive);
    const places = contentsOf(whole);
    for (const at of [0.1, 0.5, 0.9].map((part) => places[Math.floor(places.length * part)] ?? 0)) {
      const bad = Buffer.from(whole);
      bad[at] = (bad[at] ?? 0) ^ 0xff;
      writeFileSync(place('bad.zip'), bad);
      const to = await target(`bad-${at}`);
      await expect(restoreBackup(to, place('bad.zip'))).rejects.toThrow(/damaged|not whole|no backup/);
      await mustBeUntouched(to);
    }
    writeFileSync(place('cut.zip'), whole.subarray(0, whole.length - 5_000));
    writeFileSync(place('no.zip'), 'no archive at all');
    const to = await target('cut');
    await expect(restoreBackup(to, place('cut.zip'))).rejects.toThrow(/damaged|not whole|no backup/);
    await expect(restoreBackup(to, place('no.zip'))).rejects.toThrow(/damaged/);
    await mustBeUntouched(to);
  });

  it('refuses a database that is in use or not empty, and throws its content away only when told', async () => {
    const full = await cloneDatabase();
    opened.push({ close: () => full.drop() });
    const to = { ...(await target('full')), connection: full.connection };
    const other = await createCore({
      config: configOf('full'),
      modules: [certificates],
      connection: full.connection,
      role: 'test',
    });
    await expect(restoreBackup({ ...to, overwrite: true }, archive)).rejects.toThrow(/is running on this database/);
    await other.core.db.campaign.create({ data: { slug: 'mine', title: 'Mine', organisation: 'Mine' } });
    await other.close();
    await expect(restoreBackup(to, archive)).rejects.toThrow(/not empty.*--overwrite/s);
    const rows = () =>
      withClient(full.connection, async (client) => (await client.query('SELECT slug FROM "Campaign"')).rows);
    expect(await rows()).toEqual([{ slug: 'mine' }]);
    await restoreBackup({ ...to, overwrite: true }, archive);
    expect(await rows()).toEqual([{ slug: 'load' }]);
  });

  it('says what would not open with another key, and goes on only when told', async () => {
    const to = await target('key');
    const config = configOf('key', { APP_KEY: 'o'.repeat(40) });
    await expect(restoreBackup({ ...to, config }, archive)).rejects.toThrow(
      /another APP_KEY[\s\S]*3 × Message\.secrets[\s\S]*--other-key/,
    );
    await mustBeUntouched(to);
    expect(await restoreBackup({ ...to, config, otherKey: true }, archive)).toMatchObject({ isOtherKey: true });
  });

  it('brings a backup of an earlier version to this one, and refuses one of a later version', async () => {
    const old = await emptyDatabase();
    opened.push({ close: () => old.drop() });
    const all = readMigrations();
    await applyMigrations(old.connection, all.slice(0, -1));
    const config = configOf('old');
    const pool = openPool(old.connection, { poolSize: 2 });
    await migrateJobs(pool);
    await pool.query(`INSERT INTO "Role" (id, name, permissions, "updatedAt") VALUES ('r', 'old role', '{}', now())`);
    await writeBackup({ config, connection: old.connection }, place('old.zip'));
    const to = await target('from-old');
    expect((await restoreBackup(to, place('old.zip'))).applied).toEqual([all.at(-1)?.name]);

    await pool.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at) VALUES ('x', 'x', '29990101000000_future', now(), now())`,
    );
    await writeBackup({ config, connection: old.connection }, place('future.zip'));
    await pool.end();
    const later = await target('from-future');
    await expect(restoreBackup(later, place('future.zip'))).rejects.toThrow(/newer schema/);
    await mustBeUntouched(later);
  });
});

async function mustBeUntouched({ connection, config }: RestoreTarget): Promise<void> {
  const { rows } = await withClient(connection, (client) =>
    client.query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`),
  );
  expect(rows).toEqual([]);
  expect(existsSync(path.join(config.dataDir, 'files'))).toBe(false);
}
