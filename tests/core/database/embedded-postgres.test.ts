import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { withClient } from '../../../src/core/database/database.ts';
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/core/database/embedded-postgres.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { until } from '../../kit/until.ts';

const root = path.join(import.meta.dirname, '../../..');
const isRoot = process.getuid?.() === 0;
const nobody = 65534;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A new folder that only its owner can enter, as a private home is. */
function privateFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-embedded-'));
  chmodSync(folder, 0o700);
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(options);
  cleanups.push(() => server.stop());
  return server;
}

const ask = async (server: EmbeddedPostgres, sql: string) =>
  (await withClient(server.connection, (client) => client.query<Record<string, unknown>>(sql))).rows;
const keptRows = async (server: EmbeddedPostgres) =>
  Number((await ask(server, 'SELECT count(*) AS n FROM kept'))[0]?.n);
const refusal = (started: Promise<unknown>): Promise<string> =>
  started.then(
    () => 'not refused',
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** Starts tests/kit/embedded-writer-child.ts in a process of its own; `as` runs it under another account (root only). */
function startWriter(
  dataDir: string,
  options: { manner?: 'once' | 'attach'; as?: { uid: number; home: string } } = {},
): ChildProcess {
  const program = [process.execPath, compiledFile('tests/kit/embedded-writer-child.ts'), dataDir];
  const account = options.as && ['setpriv', `--reuid=${options.as.uid}`, `--regid=${options.as.uid}`, '--clear-groups'];
  const [command = '', ...args] = [...(account ?? []), ...program, ...(options.manner ? [options.manner] : [])];
  const env = { ...process.env, ...(options.as ? { HOME: options.as.home } : {}) };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  cleanups.push(() => child.kill('SIGKILL'));
  return child;
}

async function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

function firstOutput(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) stream?.once('data', (chunk) => resolve(String(chunk)));
  });
}

/** Lets a writer run until it has said `count` rows, kills it and returns the last row that it was promised. */
async function killAfter(child: ChildProcess, count: number): Promise<number> {
  let said = 0;
  let last = 0;
  const exited = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout! })) {
    last = Number(line.replace('row ', ''));
    said += 1;
    if (said === count) child.kill('SIGKILL');
  }
  await exited;
  return last;
}

describe('the embedded PostgreSQL', () => {
  it('creates its data at the first start and finds it again at the next', async () => {
    const dataDir = privateFolder();
    const first = await startEmbeddedPostgres({ dataDir });
    await ask(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await first.stop();
    expect(await keptRows(await start({ dataDir }))).toBe(1);
  });

  it('knows the letters of all languages, lives in UTC and never runs as root', async () => {
    const server = await start({ dataDir: privateFolder(), fsync: false });
    await ask(server, 'CREATE EXTENSION pg_trgm');
    const [row] = await ask(
      server,
      `SELECT cardinality(show_trgm('王小明')) AS trigrams, lower('ЗОЯ') AS lower, current_setting('TimeZone') AS zone,
       pg_read_file('/proc/self/status') AS status`,
    );
    expect(row).toMatchObject({ lower: 'зоя', zone: 'UTC' });
    expect(Number(row?.trigrams)).toBeGreaterThan(0);
    expect(String(row?.status)).not.toMatch(/^Uid:.*\b0\b/m);
  });

  it('listens on a private socket only, and only to whoever knows the password', async () => {
    const server = await start({ dataDir: privateFolder(), fsync: false });
    expect(await ask(server, "SELECT current_setting('listen_addresses') AS tcp")).toEqual([{ tcp: '' }]);
    expect(statSync(String(server.connection.host)).mode & 0o777).toBe(0o700);
    const guess = { ...server, connection: { ...server.connection, password: 'guess' } };
    await expect(ask(guess, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('loses no promised row when its owner is killed in the middle of writing', async () => {
    const dataDir = privateFolder();
    for (const count of [1, 40, 400]) {
      const promised = await killAfter(startWriter(dataDir), count);
      const server = await startEmbeddedPostgres({ dataDir });
      expect(Number((await ask(server, 'SELECT max(n) AS n FROM kept'))[0]?.n)).toBeGreaterThanOrEqual(promised);
      await server.stop();
    }
  });

  it('refuses a second owner of the folder with a clear sentence, and the first works on', async () => {
    const dataDir = privateFolder();
    const server = await start({ dataDir });
    const { code, output } = await finished(startWriter(dataDir, { manner: 'once' }));
    expect(code).toBe(1);
    expect(output).toContain(`Another Steward (process ${process.pid}) already uses the folder ${dataDir}.`);
    expect(await refusal(startEmbeddedPostgres({ dataDir }))).toContain('Another Steward');
    expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('lets a second process attach to the running server, and ending that process leaves the server alone', async () => {
    const dataDir = privateFolder();
    const server = await start({ dataDir });
    expect(await finished(startWriter(dataDir, { manner: 'attach' }))).toEqual({ code: 0, output: 'row 1\n' });
    expect(await keptRows(server)).toBe(1);
  });

  it('lets exactly one of several processes that start at once have the folder', async () => {
    const dataDir = privateFolder();
    const writers = Array.from({ length: 4 }, () => startWriter(dataDir));
    const firstWords = await Promise.all(writers.map(firstOutput));
    const told = firstWords.map((words) => {
      if (words.startsWith('row 1\n')) return 'has it';
      return words.includes('Another Steward') ? 'is kept out' : words;
    });
    expect(told.sort()).toEqual(['has it', 'is kept out', 'is kept out', 'is kept out']);
  });

  it('is not kept out by lock files whose process ids belong to others by now', async () => {
    const dataDir = privateFolder();
    const first = await startEmbeddedPostgres({ dataDir });
    await ask(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await first.stop();
    writeFileSync(path.join(dataDir, 'postgres/steward.lock'), `${process.ppid} 1 an-earlier-boot\n`);
    writeFileSync(
      path.join(dataDir, 'postgres/data/postmaster.pid'),
      `${process.pid}\n${dataDir}\n1\n5432\n/nowhere\n\n\nready\n`,
    );
    if (isRoot) chownSync(path.join(dataDir, 'postgres/data/postmaster.pid'), nobody, nobody);
    expect(await keptRows(await start({ dataDir }))).toBe(1);
  });

  it('starts where the path is too long for a socket', async () => {
    const dataDir = path.join(privateFolder(), 'x'.repeat(100));
    const server = await start({ dataDir, fsync: false });
    const { host } = server.connection;
    expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(existsSync(String(host))).toBe(false);
  });

  it('gives the database a new password when the kept one is gone', async () => {
    const dataDir = privateFolder();
    const first = await startEmbeddedPostgres({ dataDir });
    await first.stop();
    rmSync(path.join(dataDir, 'secrets'), { recursive: true });
    const second = await start({ dataDir });
    expect(second.connection.password).not.toBe(first.connection.password);
    expect(await ask(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says what to do when the data is of another PostgreSQL', async () => {
    const dataDir = privateFolder();
    await (await startEmbeddedPostgres({ dataDir, fsync: false })).stop();
    writeFileSync(path.join(dataDir, 'postgres/data/PG_VERSION'), '17\n');
    expect(await refusal(startEmbeddedPostgres({ dataDir }))).toMatch(
      /^EmbeddedPostgresError: .* is of PostgreSQL 17, .* brings 18\./,
    );
  });

  it('starts again by itself when the server process is killed', async () => {
    const dataDir = privateFolder();
    const server = await start({ dataDir });
    await ask(server, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    const pid = () => Number(readFileSync(path.join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    const killed = pid();
    process.kill(killed, 'SIGKILL');
    await until(async () => (await keptRows(server).catch(() => 0)) === 1 && pid() !== killed);
  });

  it.runIf(!isRoot || canReadProject())(
    'ends a server that a killed owner could not take along, and serves its data',
    async () => {
      const folder = privateFolder();
      chmodSync(folder, 0o755);
      const dataDir = path.join(folder, 'data');
      const first = await startEmbeddedPostgres({ dataDir });
      await ask(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
      await first.stop();
      const orphan = await startOrphan(dataDir);
      const server = await start({ dataDir });
      expect(await keptRows(server)).toBe(1);
      expect(orphan.exitCode ?? orphan.signalCode).not.toBeNull();
    },
  );
});

describe.runIf(isRoot && canReadProject())('the embedded PostgreSQL of an ordinary user', () => {
  it('works in a private home, and root, too, can go on with that data', async () => {
    const home = privateFolder();
    chownSync(home, nobody, nobody);
    const dataDir = path.join(home, 'data');
    const as = { uid: nobody, home };
    expect(await finished(startWriter(dataDir, { manner: 'once', as }))).toEqual({ code: 0, output: 'row 1\n' });
    expect(await finished(startWriter(dataDir, { manner: 'once', as }))).toEqual({ code: 0, output: 'row 2\n' });
    expect(readdirSync(path.join(dataDir, 'postgres'))).not.toContain('steward.lock');
    expect(await keptRows(await start({ dataDir }))).toBe(2);
  });

  it('is told when the data belongs to somebody else', async () => {
    const folder = privateFolder();
    chmodSync(folder, 0o755);
    const dataDir = path.join(folder, 'data');
    await (await startEmbeddedPostgres({ dataDir, fsync: false })).stop();
    chownSync(path.join(dataDir, 'postgres/data'), 1, 1);
    for (const one of ['postgres', 'secrets']) chownSync(path.join(dataDir, one), nobody, nobody);
    mkdirSync(path.join(dataDir, 'secrets'), { recursive: true });
    const { code, output } = await finished(
      startWriter(dataDir, { manner: 'once', as: { uid: nobody, home: folder } }),
    );
    expect(code).toBe(1);
    expect(output).toContain('belongs to the account with id 1');
  });
});

/** Runs the server as it would be left where no `setpriv` ties it to its owner. */
async function startOrphan(dataDir: string): Promise<ChildProcess> {
  const data = path.join(dataDir, 'postgres/data');
  const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { postgres: string };
  const identity = isRoot ? { uid: statSync(data).uid, gid: statSync(data).gid } : {};
  const args = ['-D', data, '-k', path.join(dataDir, 'postgres/run'), '-c', 'listen_addresses='];
  const orphan = spawn(postgres, args, { ...identity, stdio: 'ignore', detached: true, cwd: '/' });
  cleanups.push(() => orphan.kill('SIGQUIT'));
  const isReady = () =>
    existsSync(path.join(data, 'postmaster.pid')) &&
    readFileSync(path.join(data, 'postmaster.pid'), 'utf8').includes('ready');
  await until(isReady);
  return orphan;
}

/** Whether the ordinary user of these tests reaches the project at all: below a private home of root's it does not. */
function canReadProject(): boolean {
  const identity = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  return spawnSync('setpriv', [...identity, 'test', '-r', path.join(root, 'package.json')]).status === 0;
}
