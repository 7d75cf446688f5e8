// A pooler in transaction mode, as PgBouncer is one: each transaction gets the session that has rested longest, so nothing that a session
// remembers can be relied on. With TEST_PGBOUNCER=/usr/sbin/pgbouncer the real one takes its place.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { connectionUrl, type DatabaseConnection } from '../../src/core/database/database.ts';
import { freePort } from './server.ts';

/** A running pooler. */
export interface Pooler {
  url: string;
  /** How many transactions it has handed to another session than the client's last one. */
  switches(): number;
  stop(): Promise<void>;
}

/** Starts a pooler over a database with so many sessions. */
export async function startPooler(database: DatabaseConnection, sessions = 6): Promise<Pooler> {
  const binary = process.env.TEST_PGBOUNCER;
  return binary ? startPgBouncer(binary, database, sessions) : startOwn(database, sessions);
}

async function startOwn(database: DatabaseConnection, size: number): Promise<Pooler> {
  const resting: Session[] = [];
  const waiting: ((session: Session) => void)[] = [];
  let switches = 0;
  let isStopping = false;
  const rest = (session: Session) => {
    const next = waiting.shift();
    if (next) next(session);
    else resting.push(session);
  };
  const open = async () => {
    const session = await openSession(database);
    session.stream.on('close', () => {
      const at = resting.indexOf(session);
      if (at >= 0) resting.splice(at, 1);
      // Whoever holds it learns of it; the place is filled again.
      session.holder?.destroy();
      if (!isStopping) open().catch(() => {});
    });
    rest(session);
  };
  for (let n = 0; n < size; n += 1) await open();
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    serveClient(socket, {
      take: () =>
        new Promise((resolve) => {
          const session = resting.shift();
          if (session) resolve(session);
          else waiting.push(resolve);
        }),
      rest,
      switched: () => {
        switches += 1;
      },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `postgresql://anybody:anything@127.0.0.1:${port}/any`,
    switches: () => switches,
    async stop() {
      isStopping = true;
      for (const socket of clients) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      for (const { stream } of resting) stream.destroy();
    },
  };
}

interface Session {
  stream: Socket;
  /** The client that it is given to. */
  holder?: Socket;
}

// The driver signs in; then its stream is ours.
async function openSession(database: DatabaseConnection): Promise<Session> {
  const client = new pg.Client({ connectionString: connectionUrl(database) });
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  for (const event of ['data', 'error', 'close', 'end']) stream.removeAllListeners(event);
  stream.on('error', () => {});
  stream.resume();
  return { stream };
}

interface Pool {
  take(): Promise<Session>;
  rest(session: Session): void;
  switched(): void;
}

function serveClient(socket: Socket, pool: Pool): void {
  let isGreeted = false;
  let session: Session | undefined;
  let last: Session | undefined;
  let unanswered = 0;
  let line: Promise<void> = Promise.resolve();
  const answers = splitter((message) => {
    if (!socket.destroyed) socket.write(message);
    if (message[0] !== 0x5a) return;
    unanswered -= 1;
    if (unanswered > 0 || String.fromCharCode(message[5] ?? 0) !== 'I' || !session) return;
    const done = session;
    session = undefined;
    done.holder = undefined;
    done.stream.removeAllListeners('data');
    pool.rest(done);
  });
  const forward = async (message: Buffer) => {
    if (message[0] === 0x58) return void socket.end();
    if (!session) {
      const taken = await pool.take();
      // Whoever gave up meanwhile must not keep it.
      if (socket.destroyed) return pool.rest(taken);
      session = taken;
      session.holder = socket;
      if (last && last !== session) pool.switched();
      last = session;
      session.stream.on('data', answers);
    }
    if (message[0] === 0x51 || message[0] === 0x53) unanswered += 1;
    session.stream.write(message);
  };
  const messages = splitter((message) => {
    line = line.then(() => forward(message));
  });
  let start: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    if (isGreeted) return messages(chunk);
    start = Buffer.concat([start, chunk]);
    if (start.length < 8 || start.length < start.readUInt32BE(0)) return;
    const code = start.readUInt32BE(4);
    const left = start.subarray(start.readUInt32BE(0));
    start = Buffer.alloc(0);
    if (code === 80877103) return void socket.write('N');
    if (code === 80877102) return socket.destroy();
    isGreeted = true;
    socket.write(greeting());
    if (left.length > 0) messages(left);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    // Whoever leaves in the middle of a transaction takes the session along.
    if (!session) return;
    session.stream.destroy();
    session = undefined;
  });
}

function splitter(each: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= 5 && rest.length >= rest.readUInt32BE(1) + 1) {
      const size = rest.readUInt32BE(1) + 1;
      const message = rest.subarray(0, size);
      rest = rest.subarray(size);
      each(message);
    }
  };
}

function greeting(): Buffer {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeUInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const said = {
    server_version: '18.0',
    client_encoding: 'UTF8',
    standard_conforming_strings: 'on',
    integer_datetimes: 'on',
  };
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...Object.entries(said).map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`))),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ]);
}

async function startPgBouncer(binary: string, database: DatabaseConnection, size: number): Promise<Pooler> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-pooler-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const { host = '', port: given = 5432, user, password, database: name } = partsOf(database);
  const bridge = host.startsWith('/') ? await openBridge(path.join(host, `.s.PGSQL.${given}`)) : undefined;
  const ini = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    `[databases]\nsteward = host=${bridge ? '127.0.0.1' : host} port=${bridge?.port ?? given} dbname=${name} user=${user} password=${password}\n` +
      `[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = any\n` +
      `pool_mode = transaction\ndefault_pool_size = ${size}\nmax_client_conn = 500\nserver_round_robin = 1\n` +
      'ignore_startup_parameters = extra_float_digits\n',
    { mode: 0o644 },
  );
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const child = spawn(binary, [ini], { stdio: ['ignore', 'inherit', 'inherit'], ...as });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const url = `postgresql://steward@127.0.0.1:${port}/steward`;
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client(url);
    if (
      (await client.connect().then(
        () => client.end(),
        () => 'not yet',
      )) !== 'not yet'
    )
      break;
    if (tries > 100 || child.exitCode !== null) throw new Error('PgBouncer did not start');
    await pause(100);
  }
  return {
    url,
    switches: () => Number.POSITIVE_INFINITY,
    async stop() {
      child.kill('SIGINT');
      await gone;
      bridge?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// The embedded server's socket lies in a folder that only this account may enter.
async function openBridge(socketFile: string): Promise<{ port: number; close(): void }> {
  const server = createServer((client) => {
    const to = connect(socketFile);
    client.on('error', () => to.destroy()).on('close', () => to.destroy());
    to.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(to).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}

function partsOf(connection: DatabaseConnection) {
  if (!connection.connectionString) return connection;
  const url = new URL(connection.connectionString);
  return {
    host: decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}
