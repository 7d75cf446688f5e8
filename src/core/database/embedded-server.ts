// The server's process and its folders: created once, started, watched, ended. Its one rule: it is told apart from strangers by
// more than its process id, so nothing that is not ours is ever ended, and nothing of ours is left behind.
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keptSecret } from '../config/secrets.ts';
import { childLog } from '../log.ts';
import type { DatabaseConnection } from './database.ts';
import { checkVersion, createData, databaseName, setPassword } from './embedded-data.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { commandOf, isAlive, trySignal } from './folder-lock.ts';
import type { Launcher } from './postgres-launcher.ts';

/** Longest path of a Unix socket, in bytes, on the strictest system. */
const longestSocketPath = 103;
const log = childLog({ part: 'embedded-postgres' });

/** What may be chosen when the server starts. */
export interface ServerOptions {
  /** Called at the first start, before the data is made. */
  onNew?(): void;
  dataDir: string;
  /** False only for tests: quicker, and not safe against a power cut. */
  fsync?: boolean;
  maxConnections?: number;
}

/** The server's process and its folders. */
export class EmbeddedServer {
  readonly connection: DatabaseConnection;
  readonly #home: string;
  readonly #data: string;
  readonly #launcher: Launcher;
  readonly #options: ServerOptions;
  readonly #socketFolder: string;
  readonly #password: string;
  readonly #passwordIsNew: boolean;
  #child: ChildProcess | undefined;
  #stopping = false;

  constructor(home: string, launcher: Launcher, options: ServerOptions) {
    this.#home = home;
    this.#data = path.join(home, 'data');
    this.#launcher = launcher;
    this.#options = options;
    this.#socketFolder = makeSocketFolder(home, launcher);
    this.#passwordIsNew = !existsSync(path.join(options.dataDir, 'secrets', 'database-password'));
    this.#password = keptSecret(options.dataDir, 'database-password');
    this.connection = connectionTo(this.#socketFolder, this.#password);
  }

  /** Creates the data at the first start, in a folder that gets its name only when it is complete. */
  async prepareData(): Promise<void> {
    await this.#endOrphan();
    const workshop = {
      home: this.#home,
      launcher: this.#launcher,
      password: this.#password,
      fsync: this.#options.fsync,
    };
    if (!existsSync(this.#data)) {
      this.#options.onNew?.();
      await createData(workshop, this.#data);
    } else {
      checkVersion(this.#data);
      if (this.#passwordIsNew) await setPassword(workshop, this.#data);
    }
  }

  /** Starts the server and waits until it takes connections; a recovery after a crash may take its time. */
  async launch(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#tryLaunch();
      if (!failure) return;
      const isBlocked = failure.includes('already exists') || failure.includes('is still in use');
      if (!isBlocked || attempt > 40)
        throw new EmbeddedPostgresError(
          `The embedded PostgreSQL did not start; its log is ${this.#logFile}. ${failure}`,
        );
      await pause(250);
      await this.#endOrphan();
      // After four seconds the id in the file belongs to a stranger: ours would have gone by then.
      if (attempt === 16 && !this.#orphan()) this.#removeStaleLocks();
    }
  }

  #removeStaleLocks(): void {
    rmSync(path.join(this.#data, 'postmaster.pid'), { force: true });
    rmSync(path.join(this.#socketFolder, '.s.PGSQL.5432.lock'), { force: true });
  }

  /** Ends the server: first politely, then at once. Either way nothing committed is lost. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.ref();
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const impatience = setTimeout(() => child.kill('SIGQUIT'), 10_000);
      await ended;
      clearTimeout(impatience);
    }
    if (!this.#socketFolder.startsWith(this.#home)) rmSync(this.#socketFolder, { recursive: true, force: true });
  }

  signal(signal: NodeJS.Signals): void {
    this.#stopping = true;
    this.#child?.kill(signal);
  }

  get #logFile(): string {
    return path.join(this.#home, 'server.log');
  }

  /** Returns undefined when the server is ready, else what it said. */
  async #tryLaunch(): Promise<string | undefined> {
    const output = openSync(this.#logFile, 'w', 0o600);
    const child = this.#launcher.start('postgres', this.#arguments(), ['ignore', output, output]);
    closeSync(output);
    let failed: Error | undefined;
    child.once('error', (error) => {
      failed = error;
    });
    while (child.exitCode === null && child.signalCode === null && !failed) {
      const running = readPidFile(this.#data);
      if (running?.ready && running.pid === child.pid) {
        this.#watch(child);
        return undefined;
      }
      await pause(15);
    }
    return failed?.message ?? readFileSync(this.#logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
  }

  #watch(child: ChildProcess): void {
    this.#child = child;
    child.unref();
    child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      log.error({ code, signal }, 'the embedded PostgreSQL ended by itself; starting it again');
      this.launch().catch((error: unknown) =>
        log.fatal({ err: error }, 'the embedded PostgreSQL could not be started again'),
      );
    });
  }

  #arguments(): string[] {
    const settings = {
      listen_addresses: '',
      unix_socket_directories: this.#socketFolder,
      unix_socket_permissions: '0700',
      port: 5432,
      max_connections: this.#options.maxConnections ?? 60,
      shared_buffers: '64MB',
      dynamic_shared_memory_type: 'mmap',
      jit: 'off',
      timezone: 'UTC',
      log_timezone: 'UTC',
      // Errors of statements carry values, which are people's data; we log them ourselves, without.
      log_min_messages: 'log',
      log_min_error_statement: 'panic',
      log_checkpoints: 'off',
      ...(this.#options.fsync === false ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    };
    return ['-D', this.#data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  }

  /** Returns the id of a server left behind on our data by an owner that was killed. */
  #orphan(): number | undefined {
    const pid = readPidFile(this.#data)?.pid;
    if (!pid || !isAlive(pid)) return undefined;
    return commandOf(pid).includes(this.#data) ? pid : undefined;
  }

  // We hold the folder's lock, so whoever still serves this data has lost its owner.
  async #endOrphan(): Promise<void> {
    const pid = this.#orphan();
    if (!pid) return;
    log.info({ server: pid }, 'ending the database server that an earlier process left behind');
    const giveUp = Date.now() + 30_000;
    for (let signal: NodeJS.Signals = 'SIGINT'; isAlive(pid) && Date.now() < giveUp; ) {
      trySignal(pid, signal);
      for (let i = 0; i < 100 && isAlive(pid); i += 1) await pause(50);
      signal = 'SIGQUIT';
    }
  }
}

/** Makes the folder of the socket: ours alone, and with a path that fits a socket's address. */
function makeSocketFolder(home: string, launcher: Launcher): string {
  const inHome = path.join(home, 'run');
  const fits = Buffer.byteLength(path.join(inHome, '.s.PGSQL.5432')) <= longestSocketPath;
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16);
  let folder = fits ? inHome : path.join(os.tmpdir(), `steward-${digest}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const isOurs = found.isDirectory() && (found.uid === launcher.uid || found.uid === process.getuid?.());
  // In a folder for everybody somebody may have been there first; then the server gets another one.
  if (!isOurs) folder = mkdtempSync(path.join(os.tmpdir(), 'steward-'));
  chmodSync(folder, 0o700);
  launcher.giveAway(folder);
  return folder;
}

/** Returns what a running server says of itself in its data folder. */
export function readPidFile(data: string): { pid: number; socketFolder: string; ready: boolean } | undefined {
  const file = path.join(data, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socketFolder: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

/** Returns how to reach the server by its socket folder. */
export function connectionTo(host: string, password: string): DatabaseConnection {
  return { host, port: 5432, user: databaseName, password, database: databaseName };
}
