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
  type OpenWeb,
  openStorage,
  type RunningWorker,
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
  const storage = await openStorage(config, {
    attach: !(duties.web && duties.worker),
    onNew: () => process.stderr.write('Making the database …\n'),
  });
  const parts: Parts = {};
  const stop = async () => {
    // Together: what a drain waits for must not be what keeps the work from its checkpoint.
    const { started, web, watch, processes, worker } = parts;
    await Promise.all([web?.close(), watch?.close(), processes?.stop(), worker?.stop()]);
    await started?.close();
    await storage.stop();
  };
  try {
    const role = [duties.web && 'web', duties.worker && 'worker'].filter(Boolean).join('+');
    const started = await createCore({ config, modules, connection: storage.connection, role });
    parts.started = started;
    if (config.demo) await loadDemo(started.core);
    // The doors first: where a port is taken, no work is begun.
    if (duties.web && !isShared) parts.web = await openWeb(started);
    if (!duties.web && config.workerPort) parts.watch = await openWatch(started, config.workerPort);
    if (duties.worker) parts.worker = await startWorker(started.core);
    if (isShared) parts.processes = startWebProcesses(config, connectionUrl(storage.connection));
    await parts.processes?.ready;
    return { started, address: parts.web ? addressOf(config, parts.web.server) : config.publicUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What runs so far. */
interface Parts {
  started?: StartedCore;
  web?: OpenWeb;
  watch?: OpenWeb;
  worker?: RunningWorker;
  processes?: ReturnType<typeof startWebProcesses>;
}

/** Writes where people go next: the address, and the one-time link while nobody can sign in yet. */
export async function greet(app: RunningApp): Promise<void> {
  const link = await setupLink(app.started.core);
  process.stdout.write(`\nSteward is ready at ${app.address}/admin\n`);
  if (link) process.stdout.write(`Set the first operator's password here (works once): ${link}\n`);
  process.stdout.write('Stop it with Ctrl+C.\n\n');
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
