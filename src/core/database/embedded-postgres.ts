// The embedded default: the real PostgreSQL that comes in npm packages, its data in DATA_DIR, reached by a private socket.
// Its one rule: one process owns it, and when that process dies, however it dies, the next start finds every row again.
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keptSecret } from '../config/secrets.ts';
import type { DatabaseConnection } from './database.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { connectionTo, EmbeddedServer, readPidFile, type ServerOptions } from './embedded-server.ts';
import { folderLockHolder, isAlive, takeFolderLock } from './folder-lock.ts';
import { prepareLauncher } from './postgres-launcher.ts';

export { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** The server while it runs. */
export interface EmbeddedPostgres {
  connection: DatabaseConnection;
  /** Ends it in an orderly way and lets the next process have the folder. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions extends ServerOptions {
  /** When another process already runs the server of this folder, use it instead of being refused; it stays that process's. */
  attach?: boolean;
}

/** Starts the server on `dataDir`, creating its data at the first start. Throws an EmbeddedPostgresError that says what to do. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const home = makeHome(options.dataDir);
  const lock = takeFolderLock(path.join(home, 'steward.lock'));
  if ('heldBy' in lock) {
    if (options.attach) return { connection: await waitForRunning(options.dataDir), stop: async () => {} };
    throw new EmbeddedPostgresError(
      `Another Steward (process ${lock.heldBy.pid}) already uses the folder ${options.dataDir}. ` +
        'Stop it first, give this one a folder of its own with DATA_DIR, or let both share one server with DATABASE_URL.',
    );
  }
  try {
    const server = new EmbeddedServer(home, await prepareLauncher(home, dataOwner(home)), options);
    await server.prepareData();
    await server.launch();
    const stopWithUs = () => server.signal('SIGINT');
    process.once('exit', stopWithUs);
    return {
      connection: server.connection,
      stop: async () => {
        await server.stop();
        process.removeListener('exit', stopWithUs);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Returns the connection of the server that another process runs on `dataDir`, or undefined when none is ready. */
function runningEmbeddedPostgres(dataDir: string): DatabaseConnection | undefined {
  const home = path.join(path.resolve(dataDir), 'postgres');
  if (!folderLockHolder(path.join(home, 'steward.lock'))) return undefined;
  const running = readPidFile(path.join(home, 'data'));
  if (!running?.ready || !isAlive(running.pid)) return undefined;
  return connectionTo(running.socketFolder, keptSecret(dataDir, 'database-password'));
}

async function waitForRunning(dataDir: string): Promise<DatabaseConnection> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const connection = runningEmbeddedPostgres(dataDir);
    if (connection) return connection;
    await pause(50);
  }
  throw new EmbeddedPostgresError(
    `Another Steward uses the folder ${dataDir}, but its database does not answer. See its log.`,
  );
}

function makeHome(dataDir: string): string {
  const home = path.join(path.resolve(dataDir), 'postgres');
  // Others may pass through, by name only: the account that runs the server must reach its data.
  mkdirSync(home, { recursive: true });
  if (statSync(home).uid === process.getuid?.()) chmodSync(home, 0o711);
  return home;
}

/** Returns the account that owns the existing data, so that a folder made by an ordinary user stays that user's under root. */
function dataOwner(home: string): { uid: number; gid: number } | undefined {
  const data = path.join(home, 'data');
  if (!existsSync(data)) return undefined;
  const { uid, gid } = statSync(data);
  const me = process.getuid?.();
  if (me !== 0 && uid !== me)
    throw new EmbeddedPostgresError(
      `The database in ${data} belongs to the account with id ${uid}: Steward was last started by somebody else (perhaps by root). ` +
        'Start it the same way as then, or hand the folder over: chown -R YOU on DATA_DIR.',
    );
  return uid === 0 ? undefined : { uid, gid };
}
