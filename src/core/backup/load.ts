// From a backup into tables: one transaction, in which the foreign keys are taken off, everything is loaded, and they are put on again,
// which proves that nothing is missing. No right is needed but to own the tables.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { copyIn } from '../database/copy.ts';
import { parkedFor } from '../outbox/restored.ts';
import { BackupError, type OpenedBackup } from './archive.ts';
import { places } from './manifest.ts';
import { backupTables, quoted } from './tables.ts';

/** Loads all tables and the waiting jobs; `settle` writes what else must commit with them. */
export async function loadBackup(
  client: Client,
  backup: OpenedBackup,
  settle: (client: Client) => Promise<void>,
): Promise<void> {
  await client.query('BEGIN');
  await client.query("SET LOCAL TIME ZONE 'UTC'; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'");
  await mustHaveTables(client, backup);
  const putOn = await takeOffForeignKeys(client);
  for (const { name, columns, rows } of backup.manifest.tables) {
    const target = `${quoted(name)} (${columns.map(quoted).join(', ')})`;
    await client.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
    // What a migration itself put in comes back with the rest.
    await client.query(`DELETE FROM ${quoted(name)}`);
    await load(client, backup, places.table(name), target, rows);
    await client.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
  }
  for (const statement of putOn) await client.query(statement);
  await setSequences(client);
  await parkJobs(client, backup);
  await settle(client);
  await client.query('COMMIT');
}

async function load(client: Client, backup: OpenedBackup, path: string, target: string, rows: number): Promise<void> {
  const copy = copyIn(client, target);
  await pipeline(Readable.from(backup.part(path), { objectMode: false }), copy.stream);
  if (copy.rows() !== rows) throw new BackupError(`${path} has ${copy.rows()} rows instead of ${rows}.`);
}

async function mustHaveTables(client: Client, { manifest }: OpenedBackup): Promise<void> {
  const ours = new Map((await backupTables(client)).map(({ name, columns }) => [name, new Set(columns)]));
  for (const { name, columns } of manifest.tables) {
    const missing = columns.filter((column) => !ours.get(name)?.has(column));
    if (missing.length > 0) throw new BackupError(`The database has no ${name}.${missing[0]}; the backup does.`);
  }
}

async function takeOffForeignKeys(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0`,
  );
  for (const { table, name } of rows) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)}`);
  return rows.map(({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${quoted(name)} ${definition}`);
}

async function setSequences(client: Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `SELECT c.oid::regclass::text AS table, a.attname AS column, pg_get_serial_sequence(c.oid::regclass::text, a.attname) AS sequence
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
       AND pg_get_serial_sequence(c.oid::regclass::text, a.attname) IS NOT NULL`,
  );
  for (const { table, column, sequence } of rows)
    await client.query(`SELECT setval($1, coalesce(max(${quoted(column)}), 0) + 1, false) FROM ${table}`, [sequence]);
}

// Added as the queue's own function adds them, long after anybody waits for them; the release brings them back.
async function parkJobs(client: Client, backup: OpenedBackup): Promise<void> {
  await client.query(
    `CREATE TEMPORARY TABLE restored_job (identifier text, payload json, queue_name text, run_at timestamptz,
       max_attempts int, key text, priority int) ON COMMIT DROP`,
  );
  await load(client, backup, places.jobs, 'restored_job', backup.manifest.jobs.rows);
  await client.query(
    `SELECT graphile_worker.add_job(identifier, payload, queue_name, run_at + ${parkedFor}, max_attempts, key, priority,
       ARRAY['restored']) FROM restored_job`,
  );
}
