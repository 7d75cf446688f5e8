// F19: a backup is made of the running program under write load and restored elsewhere. No invariant is broken in the copy, each file row
// has its bytes, counters agree, and the copy sends nothing until it is told to. The control copies table after table, as scripts do.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pixelCanvas } from '../../src/lib/pixel-canvas.ts';
import { emptyDatabase, type TestDatabase } from '../kit/database.ts';
import { randomFrom, report, seed, sizeOf } from '../kit/experiment.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause, until } from './fault-house.ts';

const clubsBefore = sizeOf('F19_CLUBS', 15, 200);
const letters = sizeOf('F19_LETTERS', 40, 400);
const appKey = 'a key that both installations have, and no backup';
const random = randomFrom(seed);
const folder = mkdtempSync(path.join(tmpdir(), 'steward-f19-'));
const archive = path.join(folder, 'backup.zip');
let house: FaultHouse;
let sink: SmtpSink;
let elsewhere: TestDatabase;
let copy: ServerProcess;
let copySql: pg.Client;
let writers: pg.Pool;
let registered = 0;

beforeAll(async () => {
  sink = await startSmtpSink();
  house = await openFaultHouse({
    SMTP_URL: sink.url,
    MAIL_RATE: '0.2',
    APP_KEY: appKey,
    DATA_DIR: path.join(folder, 'here'),
  });
  await house.server.start();
  writers = new pg.Pool({ connectionString: house.database.url, max: 3 });
  elsewhere = await emptyDatabase();
  copy = await serverProcess({
    DATA_DIR: path.join(folder, 'there'),
    DATABASE_URL: elsewhere.url,
    SMTP_URL: sink.url,
    MAIL_RATE: '100',
    APP_KEY: appKey,
    LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await copy?.stop();
  await copySql?.end();
  await writers?.end();
  await house?.close();
  await elsewhere?.drop();
  await sink?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function picture(): Buffer {
  const canvas = pixelCanvas(24, 18);
  const [red, green] = [Math.floor(random() * 256), Math.floor(random() * 256)];
  canvas.paint((x, y) => [(red + x) % 256, (green + y * 3) % 256, Math.floor(random() * 256)]);
  return canvas.png();
}

async function upload(): Promise<string | undefined> {
  const body = new FormData();
  body.set('file', new Blob([new Uint8Array(picture())], { type: 'image/png' }), 'a.png');
  const answer = await fetch(`${house.server.base}/api/images`, { method: 'POST', body });
  return ((await answer.json()) as { filename?: string }).filename;
}

/** Clubs apply with two pictures each, as fast as they can, until told to stop; whoever registers for a workshop is counted by a trigger. */
async function writeLoad(signal: { isOver: boolean }): Promise<void> {
  const apply = async (who: string) => {
    for (let n = 0; !signal.isOver; n += 1) {
      const [logo, evidence] = [await upload(), await upload()];
      await house.post('/api/pcusers', {
        name: `Club ${n}`,
        email: `${who}-${n}@clubs.example`,
        logo,
        evidence,
        info: '',
      });
      // The tests' own address is allowed only so many.
      await writers.query('delete from "RateLimit"');
    }
  };
  const register = async () => {
    while (!signal.isOver) {
      const n = registered++;
      await writers.query(
        `insert into "Attendee" (id, "eventId", "fullName", "updatedAt") values ($1, 'event', 'Somebody', now())`,
        [`attendee-${n}`],
      );
      await writers.query(
        `insert into "WorkshopRegistration" (id, "workshopId", "attendeeId") values ($1, 'workshop', $2)`,
        [`registration-${n}`, `attendee-${n}`],
      );
      await pause(20);
    }
  };
  await Promise.all([apply('one'), apply('two'), register()]);
}

const broken: Record<string, string> = {
  'clubs without their pictures': `select count(*) from "Club" c where not exists (select 1 from "StoredFile" f where f.id = c."logoId" and f."recordId" = c.id)
     or not exists (select 1 from "StoredFile" f where f.id = c."evidenceId" and f."recordId" = c.id)`,
  'pictures without their clubs': `select count(*) from "StoredFile" f where f.resource = 'Club' and not exists (select 1 from "Club" c where c.id = f."recordId")`,
  'applications without their audit entry': `select count(*) from "Club" c where not exists (select 1 from "AuditEntry" a where a."recordId" = c.id)`,
  'places counted wrongly': `select abs(sum(taken) - (select count(*) from "WorkshopRegistration")) from "Workshop"`,
  'letters without their recipient': `select count(*) from "Message" m where m.resource = 'Recipient' and not exists (select 1 from "Recipient" r where r.id = m."recordId")`,
};

async function violations(sql: pg.Client, files: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, text] of Object.entries(broken)) {
    const { rows } = await sql.query<Record<string, string>>(text);
    found[name] = Number(Object.values(rows[0] ?? {})[0]);
  }
  const { rows } = await sql.query<{ key: string; sha256: string }>('select key, sha256 from "StoredFile"');
  found['rows without their bytes'] = rows.filter(({ key, sha256 }) => {
    const file = path.join(files, key);
    return !existsSync(file) || createHash('sha256').update(readFileSync(file)).digest('hex') !== sha256;
  }).length;
  return found;
}

async function loaded<T>(act: () => Promise<T>): Promise<T> {
  const signal = { isOver: false };
  const load = writeLoad(signal);
  const clubs = await house.count('select count(*) from "Club"');
  await until('the load runs', async () => (await house.count('select count(*) from "Club"')) >= clubs + clubsBefore);
  const done = await act();
  signal.isOver = true;
  await load;
  return done;
}

it('restores a state that really was, elsewhere, and the copy sends nothing until it is told to', async () => {
  const { sql } = house;
  await sql.query(`insert into "WorkshopEvent" (id, name, "updatedAt") values ('event', 'Open day', now())`);
  await sql.query(
    `insert into "Workshop" (id, "eventId", title, "limit", "updatedAt") values ('workshop', 'event', 'Rowing', 100000, now())`,
  );
  const key = await house.campaign('backed-up', addressesOf(letters));
  expect((await house.post('/api/email', { token: key, action: 'send' }))?.json).toMatchObject({ code: 0 });
  await until(
    'letters wait',
    async () => (await house.count(`select count(*) from "Message" where state = 'queued'`)) > 20,
  );
  const began = Date.now();
  await loaded(() => house.server.command('backup', archive));
  const backupSeconds = Math.round((Date.now() - began) / 1000);
  await house.server.stop();
  const sentHere = sink.accepted.length;
  const clubsHere = await house.count('select count(*) from "Club"');

  const restoring = Date.now();
  const said = await copy.command('restore', archive);
  const restoreSeconds = Math.round((Date.now() - restoring) / 1000);
  expect(said).toContain('This copy sends nothing');
  copySql = new pg.Client(elsewhere.url);
  await copySql.connect();
  const found = await violations(copySql, path.join(folder, 'there', 'files'));
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, 0])));
  const countThere = async (text: string) => Number(Object.values((await copySql.query(text)).rows[0] as object)[0]);
  const clubs = await countThere('select count(*) from "Club"');
  expect(clubs).toBeGreaterThanOrEqual(clubsBefore);
  // The load went on while it was made.
  expect(clubsHere).toBeGreaterThan(clubs);

  await copy.start();
  const queued = `select count(*) from "Message" where state = 'queued'`;
  const waiting = await countThere(queued);
  expect(waiting).toBeGreaterThan(0);
  await pause(8_000);
  expect(sink.accepted.length).toBe(sentHere);
  expect(await countThere(queued)).toBe(waiting);
  expect(await copy.command('outbox:release')).toMatch(/Released: [1-9]/);
  await until('what waited has left', async () => (await countThere(queued)) === 0);
  expect(sink.accepted.length).toBeGreaterThan(sentHere);
  report('F19', {
    clubs,
    files: clubs * 2,
    'written meanwhile': clubsHere - clubs,
    'broken invariants': 0,
    'seconds for the backup under load': backupSeconds,
    'seconds for the restore': restoreSeconds,
    'sent by the silent copy': 0,
    'sent after its release': sink.accepted.length - sentHere,
  });
}, 900_000);

it('finds broken invariants where tables are copied one after another under the same load: the control', async () => {
  await house.server.start();
  const control = await emptyDatabase();
  const sql = new pg.Client(control.url);
  await sql.connect();
  try {
    await sql.query(`create schema if not exists public`);
    const found = await loaded(async () => {
      for (const table of [
        'WorkshopRegistration',
        'Club',
        'AuditEntry',
        'StoredFile',
        'Workshop',
        'Message',
        'Recipient',
      ]) {
        const { rows } = await house.sql.query<{ line: object }>(`select to_jsonb(t) as line from "${table}" t`);
        const { rows: columns } = await house.sql.query<{ said: string }>(
          `select string_agg(format('%I %s', attname, case when format_type(atttypid, atttypmod) in ('integer', 'boolean') then format_type(atttypid, atttypmod) else 'text' end), ', ') as said
           from pg_attribute where attrelid = '"${table}"'::regclass and attnum > 0 and not attisdropped`,
        );
        await sql.query(`create table "${table}" (${columns[0]?.said})`);
        await sql.query(`insert into "${table}" select * from jsonb_populate_recordset(null::"${table}", $1)`, [
          JSON.stringify(rows.map(({ line }) => line)),
        ]);
        await pause(300);
      }
      return violations(sql, path.join(folder, 'here', 'files'));
    });
    const sum = Object.values(found).reduce((one, other) => one + other, 0);
    report('F19 control', { 'broken invariants': sum });
    expect(sum).toBeGreaterThan(0);
  } finally {
    await sql.end();
    await control.drop();
  }
}, 300_000);
