// Several web processes on one port (WEB_CONCURRENCY): this process works and keeps them alive, they answer requests.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import path from 'node:path';
import { type Config, log } from './core/index.ts';

/** Tells whether this process is one of several web processes; the first one speaks for all. */
export const isWebProcess: boolean = cluster.isWorker;

/** Starts `config.webConcurrency` web processes over the database at `databaseUrl`; one that dies is replaced. */
export function startWebProcesses(
  config: Config,
  databaseUrl: string,
): { ready: Promise<void>; stop(): Promise<void> } {
  let isStopping = false;
  // `npm start` runs Steward inside its own script, so the entry is named.
  const entry = path.join(import.meta.dirname, `server${path.extname(import.meta.filename)}`);
  cluster.setupPrimary({ exec: entry, args: ['--web-only'] });
  const environment = { DATABASE_URL: databaseUrl, APP_KEY: config.appKey, WEB_CONCURRENCY: '1', DEMO: '' };
  const fork = () => cluster.fork(environment);
  cluster.on('exit', (worker, code, signal) => {
    if (isStopping) return;
    log.error({ code, signal, process: worker.process.pid }, 'a web process ended; another one takes its place');
    setTimeout(() => !isStopping && fork(), 1_000);
  });
  const ready = Promise.all(Array.from({ length: config.webConcurrency }, () => listening(fork())));
  return {
    ready: ready.then(() => undefined),
    async stop() {
      isStopping = true;
      const alive = Object.values(cluster.workers ?? {}).filter(
        (one): one is Worker => one !== undefined && !one.isDead(),
      );
      await Promise.all(alive.map(ended));
    },
  };
}

async function ended(worker: Worker): Promise<void> {
  const gone = once(worker, 'exit');
  worker.process.kill('SIGTERM');
  await gone;
}

async function listening(worker: Worker): Promise<void> {
  await Promise.race([
    once(worker, 'listening'),
    once(worker, 'exit').then(() => {
      throw new Error('A web process ended before it could listen; its own words stand above.');
    }),
  ]);
}
