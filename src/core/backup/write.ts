// Making a backup while everything goes on: one snapshot of the database, then every file that it names, in one archive.
// The rule: nothing is kept in memory but one piece of one stream; the file has its name only when it is whole.
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import type { Config } from '../config/config.ts';
import { copyOut } from '../database/copy.ts';
import { type DatabaseConnection, withClient } from '../database/database.ts';
import { appliedMigrations } from '../database/migrations.ts';
import { invalid, StartError } from '../errors.ts';
import { holdFiles } from '../files/hold.ts';
import { type FileStorage, openFileStorage } from '../files/storage.ts';
import { packStream, type ZipPart } from '../files/zip.ts';
import { childLog } from '../log.ts';
import { parkedFor } from '../outbox/restored.ts';
import { productVersion } from '../project.ts';
import { backupFormat, type FileLine, keyCheckOf, type Manifest, Meter, places } from './manifest.ts';
import { type BackupTable, backupTables, countSealed, passingSettings, quoted } from './tables.ts';

/** What a backup is made of. */
export interface BackupSource {
  config: Pick<Config, 'storageUrl' | 'dataDir' | 'appKey'>;
  connection: DatabaseConnection;
}

const log = childLog({ part: 'backup' });

// Runs and imports make the jobs of their own anew when they are resumed.
const waiting = `SELECT t.identifier, j.payload, q.queue_name,
    CASE WHEN j.flags ? 'restored' THEN j.run_at - ${parkedFor} ELSE j.run_at END, j.max_attempts, j.key, j.priority
  FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
  LEFT JOIN graphile_worker._private_job_queues q ON q.id = j.job_queue_id
  WHERE j.attempts < j.max_attempts AND t.identifier NOT LIKE 'core.work-%' ORDER BY j.id`;

/** Writes a backup into a file that does not exist yet, readable by its owner only. Returns what is in it. */
export async function writeBackup(source: BackupSource, target: string): Promise<Manifest> {
  const part = `${target}.part`;
  await mustBeNew(target);
  const spool = `${target}.files`;
  try {
    return await withClient(source.connection, async (keeper) => {
      const hold = await holdFiles(keeper);
      try {
        return await withClient(source.connection, (client) => writeArchive(source, client, target, part, spool));
      } finally {
        await hold.release();
      }
    });
  } finally {
    await rm(part, { force: true });
    await rm(spool, { force: true });
  }
}

async function mustBeNew(target: string): Promise<void> {
  const file = await open(target, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await file?.close();
  if (file) throw invalid(`${target} exists already. Give a file that does not.`, { file: 'exists already' });
}

async function writeArchive(
  source: BackupSource,
  client: Client,
  target: string,
  part: string,
  spool: string,
): Promise<Manifest> {
  const made: { manifest?: Manifest } = {};
  const archive = packStream(parts(source, client, spool, made));
  await pipeline(archive, createWriteStream(part, { flags: 'wx', mode: 0o600 }));
  const file = await open(part, 'r+');
  await file.sync().finally(() => file.close());
  // Linked, not renamed: a file that somebody made under this name meanwhile is not written over.
  await link(part, target);
  if (!made.manifest) throw new Error('The archive ended without a manifest.');
  return made.manifest;
}

async function* parts(
  { config }: BackupSource,
  client: Client,
  spool: string,
  made: { manifest?: Manifest },
): AsyncGenerator<ZipPart> {
  await beginSnapshot(client);
  const applied = await appliedMigrations(client);
  if (applied.length === 0)
    throw new StartError('There is nothing to back up: Steward has not used this database yet.');
  const tables = await backupTables(client);
  const sealed = await countSealed(client, tables);
  const { rows } = await client.query<{ now: Date }>('SELECT now() AS now');
  const manifest: Manifest = {
    format: backupFormat,
    product: 'steward',
    version: productVersion,
    madeAt: (rows[0]?.now ?? new Date()).toISOString(),
    keyCheck: keyCheckOf(config.appKey),
    migrations: applied.map(({ name, checksum }) => ({ name, checksum })),
    tables: [],
    jobs: { rows: 0, sha256: '' },
    files: { count: 0, bytes: 0, sha256: '', damaged: [] },
    sealed,
  };
  for (const table of tables) yield* tablePart(client, table, manifest);
  yield* copyPart(client, places.jobs, waiting, (content) => (manifest.jobs = content));
  yield* fileListPart(client, spool, manifest);
  await client.query('COMMIT');
  yield* fileParts(openFileStorage(config.storageUrl, config.dataDir), spool, manifest);
  made.manifest = manifest;
  yield { path: places.manifest, content: [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)] };
}

async function beginSnapshot(client: Client): Promise<void> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(
    "SET LOCAL TIME ZONE 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
  );
}

async function* tablePart(client: Client, { name, columns }: BackupTable, manifest: Manifest): AsyncGenerator<ZipPart> {
  const where = name === 'Setting' ? ` WHERE NOT (${passingSettings})` : '';
  const query = `SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(name)}${where}`;
  yield* copyPart(client, places.table(name), query, (content) => manifest.tables.push({ name, columns, ...content }));
}

async function* copyPart(
  client: Client,
  path: string,
  query: string,
  done: (content: { rows: number; sha256: string }) => void,
): AsyncGenerator<ZipPart> {
  const meter = new Meter();
  const { stream, rows } = copyOut(client, query);
  yield { path, content: meter.through(stream) };
  done({ rows: rows(), sha256: meter.sha256() });
}

// The list goes into the archive and beside it: once the snapshot is over, the copying reads it from there.
async function* fileListPart(client: Client, spool: string, { files }: Manifest): AsyncGenerator<ZipPart> {
  const meter = new Meter();
  const query = `SELECT json_build_object('key', key, 'size', size, 'sha256', sha256)::text FROM "StoredFile" ORDER BY key`;
  const { stream, rows } = copyOut(client, query);
  const copy = createWriteStream(spool, { flags: 'wx', mode: 0o600 });
  yield { path: places.fileList, content: alsoInto(copy, meter.through(stream)) };
  await new Promise<void>((resolve, reject) => {
    copy.once('error', reject);
    copy.end(() => resolve());
  });
  files.count = rows();
  files.sha256 = meter.sha256();
  for await (const { size } of linesOf(spool)) files.bytes += size;
}

async function* alsoInto(copy: WriteStream, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    if (!copy.write(chunk)) await once(copy, 'drain');
    yield chunk;
  }
}

async function* linesOf(spool: string): AsyncGenerator<FileLine> {
  for await (const line of createInterface({ input: createReadStream(spool), crlfDelay: Number.POSITIVE_INFINITY }))
    if (line) yield JSON.parse(line) as FileLine;
}

// One damaged file is no reason to have no backup at all; it is told, and the restore does not expect it to be whole.
async function* fileParts(storage: FileStorage, spool: string, { files }: Manifest): AsyncGenerator<ZipPart> {
  for await (const { key, sha256 } of linesOf(spool)) {
    const stream = await storage.stream(key).catch((error: unknown) => {
      log.error({ err: error, file: key }, 'the bytes of a kept file are not in the storage');
    });
    if (!stream) {
      files.damaged.push(key);
      continue;
    }
    const meter = new Meter();
    yield { path: places.file(key), content: meter.through(stream as AsyncIterable<Buffer>), compress: false };
    if (meter.sha256() !== sha256) files.damaged.push(key);
  }
}
