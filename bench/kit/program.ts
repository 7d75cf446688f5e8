// Programs in processes of their own: Steward as people start it, and the bare ones beside it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tests/kit/server.ts';
import { appKey } from './house.ts';

const root = path.resolve(import.meta.dirname, '../..');
const metricsToken = 'm'.repeat(32);

/** A running program. */
export interface Program {
  /** Its address, without a final slash. */
  base: string;
  /** From the start of the process until it said that it is ready. */
  secondsToReady: number;
  /** The memory that it holds now. */
  residentMiB(): number;
  /** Reads one figure of Steward's /metrics. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts Steward as `npm start` does, in production; `only` one half of it. Everybody comes through one proxy, so each client has an address. */
export async function startSteward(
  databaseUrl: string,
  dataDir: string,
  { only, settings = {} }: { only?: 'server' | 'worker'; settings?: Record<string, string> } = {},
): Promise<Program> {
  return start(['scripts/start.mjs', ...(only ? ['--only', only] : [])], (port) => ({
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    WORKER_PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    APP_KEY: appKey,
    TRUST_PROXY: '1',
    METRICS_TOKEN: metricsToken,
    ...settings,
  }));
}

/** Starts a program of bench/bare. It gets PORT and DATABASE_URL and answers /readyz. */
export async function startBare(
  name: string,
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<Program> {
  return start([`bench/bare/${name}.mjs`], (port) => ({
    NODE_ENV: 'production',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    ...settings,
  }));
}

async function start(args: string[], settingsOf: (port: number) => Record<string, string>): Promise<Program> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const began = performance.now();
  // What it logs goes nowhere; that it is written at all costs the same as in operation.
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...settingsOf(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ready(base, child);
  return {
    base,
    secondsToReady: (performance.now() - began) / 1000,
    residentMiB: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async metric(name) {
      const answer = await fetch(`${base}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
      const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name}{`));
      return Number(line?.split(' ').at(-1));
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function ready(base: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + 150_000;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`A program ended with ${child.exitCode} before it was ready.`);
    const isUp = await fetch(`${base}/readyz`).then(
      async (answer) => (await answer.text()) !== '' && answer.ok,
      () => false,
    );
    if (isUp) return;
    await pause(10);
  }
  child.kill('SIGKILL');
  throw new Error('A program was not ready within 150 s.');
}
