// Where core and modules meet. The start order reads as a recipe.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  buildPanel,
  buildWatch,
  buildWeb,
  type Config,
  configureLog,
  connectionUrl,
  createCore,
  listen,
  loadDemo,
  openStorage,
  type StartedCore,
  setupLink,
  startWorker,
} from './core/index.ts';
import { modules } from './modules/index.ts';
import { startWebProcesses } from './web-processes.ts';

/** What one process does. */
export interface Duties {
  web: boolean;
  worker: boolean;
}

/** A running Steward. */
export interface RunningApp {
  started: StartedCore;
  /** Where the web answers, if it does. */
  address: string;
  /** Lets requests and runs come to a good stop, then ends. */
  stop(): Promise<void>;
}

/** Starts Steward: database, migrations, core, worker, web. */
export async function startApp(config: Config, duties: Duties): Promise<RunningApp> {
  const isShared = duties.web && config.webConcurrency > 1;
  configureLog({ level: config.logLevel, readable: config.mode !== 'production' });
  // Whoever does only half of the work may join the other half's embedded database.
  const storage = await openStorage(config, { attach: !(duties.web && duties.worker) });
  try {
    const role = [duties.web && 'web', duties.worker && 'worker'].filter(Boolean).join('+');
    const started = await createCore({ config, modules, connection: storage.connection, role });
    if (config.demo) await loadDemo(started.core);
    const worker = duties.worker ? await startWorker(started.core) : undefined;
    const web = duties.web && !isShared ? await openWeb(started) : undefined;
    const watch = !duties.web && config.workerPort ? await openWatch(started, config.workerPort) : undefined;
    const processes = isShared ? startWebProcesses(config, connectionUrl(storage.connection)) : undefined;
    await processes?.ready;
    return {
      started,
      address: web ? addressOf(config, web.server) : config.publicUrl,
      async stop() {
        // Together: what a drain waits for must not be what keeps the work from its checkpoint.
        await Promise.all([web?.close(), watch?.close(), processes?.stop(), worker?.stop()]);
        await started.close();
        await storage.stop();
      },
    };
  } catch (error) {
    await storage.stop();
    throw error;
  }
}

/** Writes where people go next: the address, and the one-time link while nobody can sign in yet. */
export async function greet(app: RunningApp): Promise<void> {
  const link = await setupLink(app.started.core);
  process.stdout.write(`\nSteward is ready at ${app.address}/admin\n`);
  if (link) process.stdout.write(`Set the first operator's password here (works once): ${link}\n`);
  process.stdout.write('\n');
}

async function openWeb(started: StartedCore) {
  const panel = await buildPanel(started.core);
  return listen(started.core, buildWeb(started.core, { panel }));
}

// A worker alone has no web, but whoever watches over it must be able to ask whether it lives.
function openWatch({ core }: StartedCore, port: number) {
  return listen(core, buildWatch(core), port);
}

function addressOf(config: Config, server: Server): string {
  const { port } = server.address() as AddressInfo;
  return config.port === 0 ? `http://${config.host}:${port}` : config.publicUrl;
}
