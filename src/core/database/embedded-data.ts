// The data folder of the embedded PostgreSQL: made once, never touched while a server runs on it.
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Launcher } from './postgres-launcher.ts';

/** The name of the role and of the database. */
export const databaseName = 'steward';
const majorVersion = '18';

/** What is needed to work on the data. */
export interface Workshop {
  /** The folder around the data. */
  home: string;
  launcher: Launcher;
  password: string;
  fsync?: boolean;
}

/** Creates role, database and password, in a folder that gets its name only when it is complete. */
export async function createData(shop: Workshop, folder: string): Promise<void> {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  shop.launcher.giveAway(fresh);
  await initialise(shop, fresh);
  await runAlone(shop, fresh, `CREATE DATABASE ${databaseName};\n`);
  renameSync(fresh, folder);
}

/** Sets the password anew, for data whose kept password is gone. */
export async function setPassword(shop: Workshop, folder: string): Promise<void> {
  await runAlone(shop, folder, `ALTER ROLE ${databaseName} PASSWORD '${shop.password.replaceAll("'", "''")}';\n`);
}

/** Throws when the data was made by another major version, which this server could not read. */
export function checkVersion(folder: string): void {
  const version = readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim();
  if (version === majorVersion) return;
  throw new EmbeddedPostgresError(
    `The data in ${folder} is of PostgreSQL ${version}, and this version of Steward brings ${majorVersion}. ` +
      'Dump it with pg_dump from the version of Steward that made it, and load the dump into a new DATA_DIR.',
  );
}

async function initialise(shop: Workshop, folder: string): Promise<void> {
  const passwordFile = path.join(shop.home, 'initial-password');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, shop.password, { mode: 0o600 });
  shop.launcher.giveAway(passwordFile);
  // pg_trgm is blind to letters beyond ASCII when the character type is plain C; macOS has no C.UTF-8.
  const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const locales = [`--locale=${locale}`, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['-U', databaseName, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const args = ['-D', folder, '-E', 'UTF8', ...access, ...locales, ...(shop.fsync === false ? ['--no-sync'] : [])];
  try {
    await run(shop, 'initdb', args, '');
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Runs statements, one a line, by a server that nobody else can reach. */
async function runAlone(shop: Workshop, folder: string, sql: string): Promise<void> {
  await run(shop, 'postgres', ['--single', '-D', folder, '-c', 'log_min_messages=fatal', 'postgres'], sql);
}

async function run(shop: Workshop, program: 'initdb' | 'postgres', args: string[], input: string): Promise<void> {
  const child = shop.launcher.start(program, args, ['pipe', 'pipe', 'pipe']);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  // A program that ends before it has read everything says why in its output.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && !/\b(ERROR|FATAL|PANIC):/.test(output)) return;
  throw new EmbeddedPostgresError(
    `The embedded database could not be prepared in ${shop.home}. ${program} said:\n${output.trim()}`,
  );
}
