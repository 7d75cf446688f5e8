// Steward as people run it: the real entry in a process of its own, over a database of the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compiledFile } from './compiled.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A server process that can be killed and started again. */
export interface ServerProcess {
  /** Its address, without a final slash. */
  base: string;
  /** Everything it has printed since its last start. */
  output(): string;
  start(): Promise<void>;
  /** Ends it with the signal and waits until it is gone; returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Runs a command of the command line with the same settings and returns what it printed. */
  command(...args: string[]): Promise<string>;
  /** The same for a command that reads its standard input. */
  commandWith(input: string, ...args: string[]): Promise<string>;
}

/** Prepares a server with these settings on a free port of the loopback; nothing runs before `start`. `program`: another entry, or one half of it. */
export async function serverProcess(
  settings: Record<string, string>,
  program: readonly string[] = ['src/server.ts'],
): Promise<ServerProcess> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    WORKER_PORT: String(port),
    DATABASE_WAIT_SECONDS: '30',
    PUBLIC_URL: base,
    ...settings,
  };
  let child: ChildProcess | undefined;
  let printed = '';
  const run = (...args: string[]) => {
    const [file = '', ...rest] = args;
    const started = spawn(process.execPath, [compiledFile(file), ...rest], { cwd: root, env });
    started.stdout.on('data', (chunk) => (printed += chunk));
    started.stderr.on('data', (chunk) => (printed += chunk));
    return started;
  };
  const told = async (input: string | undefined, args: readonly string[]) => {
    printed = '';
    const started = run('src/cli.ts', ...args);
    if (input !== undefined) started.stdin.end(input);
    const [code] = await once(started, 'close');
    if (code !== 0) throw new Error(`steward ${args.join(' ')} ended with ${code}: ${printed}`);
    return printed;
  };
  return {
    base,
    output: () => printed,
    async start() {
      printed = '';
      child = run(...program);
      await isReady(base, child, () => printed);
    },
    async stop(signal = 'SIGKILL') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
      return child.exitCode;
    },
    command: (...args) => told(undefined, args),
    commandWith: (input, ...args) => told(input, args),
  };
}

/** Finds a port that nobody listens on now, below those that systems give to connections, which could take it before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function isReady(base: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let i = 0; i < 1500; i++) {
    // What it has said last may arrive after the news of its end.
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (hasEnded && child.stdout?.closed && child.stderr?.closed) throw new Error(`the server ended: ${output()}`);
    const isUp = await fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await pause(100);
  }
  throw new Error(`the server did not come up: ${output()}`);
}
