// Steward as people run it: the real entry in a process of its own, over a database of the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

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
}

/** Prepares a server with these settings on a free port of the loopback; nothing runs before `start`. It serves and works, or only one of both. */
export async function serverProcess(
  settings: Record<string, string>,
  role: 'both' | 'web' | 'worker' = 'both',
): Promise<ServerProcess> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    ...(role === 'worker' ? { WORKER_PORT: String(port) } : {}),
    PUBLIC_URL: base,
    ...settings,
  };
  let child: ChildProcess | undefined;
  let printed = '';
  const run = (...args: string[]) => {
    const started = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: root, env });
    started.stdout.on('data', (chunk) => (printed += chunk));
    started.stderr.on('data', (chunk) => (printed += chunk));
    return started;
  };
  return {
    base,
    output: () => printed,
    async start() {
      printed = '';
      child =
        role === 'worker' ? run('src/worker.ts') : run('src/server.ts', ...(role === 'web' ? ['--web-only'] : []));
      await isReady(base, child, () => printed);
    },
    async stop(signal = 'SIGKILL') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
      return child.exitCode;
    },
    async command(...args) {
      printed = '';
      const [code] = await once(run('src/cli.ts', ...args), 'close');
      if (code !== 0) throw new Error(`steward ${args.join(' ')} ended with ${code}: ${printed}`);
      return printed;
    },
  };
}

/** Finds a port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function isReady(base: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let i = 0; i < 1500; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${output()}`);
    const isUp = await fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await pause(100);
  }
  throw new Error(`the server did not come up: ${output()}`);
}
