// Putting a backup into a database and a storage. The rule: everything is read and compared before the first byte is written, nothing is
// written over unless that was asked for, and what comes out is silent until it is released.
import { Readable } from 'node:stream';
import type { Client } from 'pg';
import type { Config } from '../config/config.ts';
import { type DatabaseConnection, openPool, withClient } from '../database/database.ts';
import { applyMigrations, checksum, type Migration, readMigrations } from '../database/migrations.ts';
import { openFileStorage } from '../files/storage.ts';
import { instanceTimes } from '../jobs/instances.ts';
import { migrateJobs } from '../jobs/jobs.ts';
import { silenceKey } from '../outbox/restored.ts';
import { BackupError, type OpenedBackup, openBackup, verifyBackup } from './archive.ts';
import { loadBackup } from './load.ts';
import { keyCheckOf, type Manifest } from './manifest.ts';
import { quoted } from './tables.ts';

/** Where to, and what is allowed. */
export interface RestoreTarget {
  config: Pick<Config, 'storageUrl' | 'dataDir' | 'appKey'>;
  connection: DatabaseConnection;
  /** Whether what is in the database is thrown away. */
  overwrite: boolean;
  /** Whether to go on although the key is another one. */
  otherKey: boolean;
}

/** What was restored. */
export interface Restored {
  manifest: Manifest;
  /** Later migrations that were applied to the data. */
  applied: string[];
  isOtherKey: boolean;
}

/** Restores a backup. Throws a BackupError before anything is written when the backup, the key or the database is not fit. */
export async function restoreBackup(target: RestoreTarget, file: string): Promise<Restored> {
  const backup = await openBackup(file);
  try {
    const { manifest } = backup;
    const migrations = migrationsOf(manifest);
    const isOtherKey = manifest.keyCheck !== keyCheckOf(target.config.appKey);
    if (isOtherKey && !target.otherKey) throw new BackupError(otherKeyInWords(manifest));
    await withClient(target.connection, (client) => mustBeFree(client, target.overwrite));
    await verifyBackup(backup);
    await withClient(target.connection, clear);
    await applyMigrations(target.connection, migrations);
    await prepareQueue(target.connection);
    await writeFiles(target, backup);
    await withClient(target.connection, (client) => loadBackup(client, backup, (inside) => silence(inside, manifest)));
    return { manifest, applied: await applyMigrations(target.connection), isOtherKey };
  } finally {
    backup.close();
  }
}

function migrationsOf(manifest: Manifest): Migration[] {
  const ours = new Map(readMigrations().map((one) => [one.name, one]));
  return manifest.migrations.map(({ name, checksum: written }) => {
    const known = ours.get(name);
    if (!known)
      throw new BackupError(
        `This backup is of Steward ${manifest.version}, which has a newer schema (${name}) than this version. Restore it with that version.`,
      );
    if (checksum(known.sql) !== written) throw new BackupError(`The migration ${name} is not the one of the backup.`);
    return known;
  });
}

function otherKeyInWords({ sealed }: Manifest): string {
  const lines = Object.entries(sealed).map(([column, count]) => `  ${count} × ${column}`);
  return [
    'This backup was made with another APP_KEY, and no backup holds the key. Set the APP_KEY of that installation',
    '(in development it lies in DATA_DIR/secrets/app-key) and restore again. With this key these would never open:',
    ...lines,
    'Mail passwords and second factors must then be set anew, API keys and personal links made anew, and addresses that must get',
    'nothing put on the suppression list again. To restore nevertheless: --other-key',
  ].join('\n');
}

async function mustBeFree(client: Client, overwrite: boolean): Promise<void> {
  const tables = await tablesOf(client);
  await mustBeStopped(client, tables);
  const full: string[] = [];
  for (const table of tables.filter((one) => one !== '_prisma_migrations')) {
    const { rowCount } = await client.query(`SELECT 1 FROM ${quoted(table)} LIMIT 1`);
    if (rowCount) full.push(table);
  }
  if (full.length > 0 && !overwrite)
    throw new BackupError(
      `The database is not empty: there are rows in ${full.slice(0, 5).join(', ')}${full.length > 5 ? ' and others' : ''}. ` +
        'Restore into an empty one, or throw away what is in it with --overwrite.',
    );
}

async function tablesOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
  );
  return rows.map(({ name }) => name);
}

async function mustBeStopped(client: Client, tables: string[]): Promise<void> {
  if (!tables.includes('Instance')) return;
  const { rowCount } = await client.query(
    `SELECT 1 FROM "Instance" WHERE "heartbeatAt" > now() - $1 * interval '1 second'`,
    [instanceTimes.deadSeconds],
  );
  if (rowCount)
    throw new BackupError('Steward is running on this database. Stop it, wait half a minute, and try again.');
}

async function clear(client: Client): Promise<void> {
  const tables = await tablesOf(client);
  if (tables.length === 0) return;
  const { rows } = await client.query<{ name: string }>(
    `SELECT typname AS name FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'`,
  );
  await client.query('BEGIN');
  await client.query('DROP SCHEMA IF EXISTS graphile_worker CASCADE');
  await client.query(`DROP TABLE ${tables.map(quoted).join(', ')} CASCADE`);
  for (const { name } of rows) await client.query(`DROP TYPE ${quoted(name)} CASCADE`);
  for (const signature of await functionsOf(client)) await client.query(`DROP FUNCTION ${signature} CASCADE`);
  await client.query('COMMIT');
}

// Those of migrations; what an extension brought stays with it.
async function functionsOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ signature: string }>(
    `SELECT p.oid::regprocedure::text AS signature FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
  );
  return rows.map(({ signature }) => signature);
}

async function prepareQueue(connection: DatabaseConnection): Promise<void> {
  const pool = openPool(connection, { poolSize: 2, connectTimeout: 30_000 });
  await migrateJobs(pool).finally(() => pool.end());
}

// Bytes first, then the rows, as always. Where the load then fails, the next sweep finds bytes without a row.
async function writeFiles({ config }: RestoreTarget, backup: OpenedBackup): Promise<void> {
  const storage = openFileStorage(config.storageUrl, config.dataDir);
  for await (const { line, bytes } of backup.files())
    await storage.write(line.key, Readable.from(bytes, { objectMode: false }), Math.max(line.size, 1) * 2);
}

async function silence(client: Client, { madeAt }: Manifest): Promise<void> {
  const note = `Paused: restored from the backup of ${madeAt.slice(0, 16).replace('T', ' ')}.`;
  const value = JSON.stringify({ restoredAt: new Date().toISOString(), backupOf: madeAt });
  await client.query(
    `INSERT INTO "Setting" (key, value, "updatedAt") VALUES ($1, $2, now())
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [silenceKey, value],
  );
  await client.query(
    `UPDATE "Run" SET state = 'paused', note = $1, "leaseBy" = NULL, "leaseUntil" = NULL WHERE state IN ('scheduled', 'running')`,
    [note],
  );
  await client.query(
    `UPDATE "Import" SET state = 'paused', note = $1, "leaseBy" = NULL, "leaseUntil" = NULL WHERE state = 'running'`,
    [note],
  );
}
