// Brings a database to the schema of this version: the SQL of prisma/migrations, applied by Prisma's own schema engine
// (compiled to WebAssembly, nothing is downloaded) under an advisory lock, in the table that `prisma migrate deploy` uses.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import { StartError } from '../errors.ts';
import { childLog } from '../log.ts';
import { projectRoot } from '../project.ts';
import { type DatabaseConnection, migrationAdapter, withClient } from './database.ts';

/** One folder of prisma/migrations. */
export interface Migration {
  name: string;
  sql: string;
}

/** The database cannot be brought to this version; the message says why and what to do. */
export class MigrationError extends StartError {}

const log = childLog({ part: 'migrations' });
const filters = { externalTables: [], externalEnums: [] };
const oldestServer = 140_000;
// Any constant will do as long as nobody else uses it; this one spells "Stwd".
const lockKey = 0x53747764;

/** Reads the migrations that ship with this version, oldest first. */
export function readMigrations(folder = path.join(projectRoot, 'prisma/migrations')): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: entry.name, file: path.join(folder, entry.name, 'migration.sql') }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({ name, sql: readFileSync(file, 'utf8') }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Applies what is missing and returns the names of what it applied. Throws a MigrationError for a newer, a foreign or a failing database. */
export async function applyMigrations(
  connection: DatabaseConnection,
  migrations: Migration[] = readMigrations(),
): Promise<string[]> {
  return await withClient(connection, async (client) => {
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    if (Number(rows[0]?.version) < oldestServer)
      throw new MigrationError('The database server is too old: Steward needs PostgreSQL 14 or newer.');
    // A session lock: it ends with this connection, also when the process is killed in the middle.
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const query = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows;
    const applied = await readApplied(query);
    if (missingMigrations(applied, migrations).length === 0) return [];
    await forgetUnfinished(query, applied);
    return await runEngine(connection, migrations);
  });
}

/** A row of `_prisma_migrations`. */
interface Applied {
  name: string;
  checksum: string;
  finished: boolean;
}

/** Reads which migrations a database has, with Prisma's checksums, in the order in which they were applied. */
export async function appliedMigrations(client: {
  query(sql: string): Promise<{ rows: unknown[] }>;
}): Promise<{ name: string; checksum: string }[]> {
  const applied = await readApplied(async (sql) => (await client.query(sql)).rows as Record<string, unknown>[]);
  return applied.filter(({ finished }) => finished);
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

async function readApplied(query: Query): Promise<Applied[]> {
  const [table] = await query(`SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS there`);
  if (!table?.there) return [];
  const rows = await query(
    'SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM "_prisma_migrations" ' +
      'WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  return rows.map((row) => ({
    name: String(row.migration_name),
    checksum: String(row.checksum),
    finished: row.finished === true,
  }));
}

function missingMigrations(applied: Applied[], migrations: Migration[]): Migration[] {
  const ours = new Map(migrations.map((one) => [one.name, one]));
  const unknown = applied.filter((row) => !ours.has(row.name));
  if (unknown.length > 0)
    throw new MigrationError(
      `The database has a newer schema than this version of Steward: it was changed by ${unknown.map((row) => row.name).join(', ')}, ` +
        'which this version does not know. Start the newer version, or restore a backup from before the update.',
    );
  const edited = applied.find((row) => row.finished && row.checksum !== checksum(ours.get(row.name)?.sql ?? ''));
  if (edited)
    throw new MigrationError(
      `The migration ${edited.name} was edited after this database had applied it. Restore its file from version control, ` +
        'or, if this database holds nothing of value, delete it (embedded: the folder "postgres" in DATA_DIR) and start again.',
    );
  const done = new Set(applied.filter((row) => row.finished).map((row) => row.name));
  return migrations.filter((one) => !done.has(one.name));
}

// A migration runs in one transaction, so one that failed or was killed has left nothing and may simply be tried again.
// Prisma would ask for `migrate resolve --rolled-back`; this writes what that command writes.
async function forgetUnfinished(query: Query, applied: Applied[]): Promise<void> {
  const unfinished = applied.filter((row) => !row.finished);
  if (unfinished.length === 0) return;
  log.warn({ migrations: unfinished.map((row) => row.name) }, 'trying again what an earlier start could not finish');
  await query(
    'UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
  );
}

/** Computes the checksum that Prisma keeps of a migration. */
export function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}

async function runEngine(connection: DatabaseConnection, migrations: Migration[]): Promise<string[]> {
  try {
    const done = await withEngine(connection, (engine) =>
      engine.applyMigrations({ migrationsList: listOf(migrations), filters }),
    );
    return done.appliedMigrationNames;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (said.includes('P3005') || /schema is not empty/.test(said))
      throw new MigrationError(
        'The database is not empty, and what is in it is not of Steward. Give DATABASE_URL an empty database.',
        error,
      );
    const [, name] = said.match(/migration_name="([^"]+)"/) ?? [];
    const reason = said.split('\n').find((line) => /ERROR|FATAL|Error/.test(line)) ?? said;
    throw new MigrationError(
      name
        ? `The migration ${name} failed, and nothing of it was kept: ${reason.replace('Error querying the database: ', '')}`
        : `The database could not be brought to this version: ${said}`,
      error,
    );
  }
}

/** Computes the SQL that leads from what `migrations` produce to the models in `schema`; undefined when nothing differs. Needs the right to create databases. */
export async function diffMigrations(
  connection: DatabaseConnection,
  migrations: Migration[],
  schema: { path: string; content: string }[],
): Promise<string | undefined> {
  const made = await withEngine(connection, (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...listOf(migrations) },
      to: { tag: 'schemaDatamodel', files: schema },
      script: true,
      exitCode: true,
      filters,
    }),
  );
  return made.exitCode === 0 ? undefined : (made.stdout ?? undefined);
}

function listOf(migrations: Migration[]): MigrationList {
  return {
    baseDir: path.join(projectRoot, 'prisma/migrations'),
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

type Bindings = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');
let loaded: Promise<Bindings> | undefined;

async function withEngine<T>(connection: DatabaseConnection, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  loaded ??= loadEngine();
  const { SchemaEngine } = await loaded;
  const adapter = migrationAdapter(connection);
  const datamodel = 'datasource db {\n  provider = "postgresql"\n}\n';
  try {
    const factory = bindMigrationAwareSqlAdapterFactory(adapter.factory);
    const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', datamodel]] }, () => {}, factory);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await adapter.close();
  }
}

// The package's own entry imports the .wasm file as a module, which Node 20 cannot; this does what that entry would do.
async function loadEngine(): Promise<Bindings> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = readFileSync(path.join(path.dirname(entry), 'schema_engine_bg.wasm'));
  const imports = { './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports };
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}
