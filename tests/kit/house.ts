// A whole Steward in this process for one test file: database, core with the given modules, web with or without the panel, worker.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  buildPanel,
  type Core,
  configureLog,
  createCore,
  createOperator,
  loadConfig,
  type ModuleDeclaration,
  startWorker,
  systemActor,
} from '../../src/core/index.ts';
import { cloneDatabase } from './database.ts';
import { openTestWeb, type TestWeb } from './http.ts';

/** What a test works with. */
export interface House {
  core: Core;
  web: TestWeb;
  /** The database as a URL, for other processes. */
  databaseUrl: string;
  /** Everything the log has written. */
  logged: string[];
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

export const rootPassword = 'seventeen green bicycles';

/** Opens a house of these modules; `settings` are variables of the configuration. */
export async function openHouseOf(
  modules: readonly ModuleDeclaration[],
  settings: Record<string, string> = {},
  options: { panel?: boolean } = {},
): Promise<House> {
  const database = await cloneDatabase();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-house-'));
  const config = loadConfig(
    {
      NODE_ENV: 'test',
      DATA_DIR: dataDir,
      APP_KEY: 'k'.repeat(40),
      UNDO_SECONDS: '0',
      DATABASE_WAIT_SECONDS: '30',
      PUBLIC_URL: 'https://steward.example.org',
      CORS_ORIGINS: 'https://community.example.org',
      LOG_LEVEL: 'debug',
      ...settings,
    },
    modules,
  );
  const logged: string[] = [];
  configureLog({ level: 'debug', readable: false, write: (line) => logged.push(line) });
  const started = await createCore({ config, modules, connection: database.connection, role: 'test' });
  const { core } = started;
  if (options.panel)
    await core.transaction(systemActor, (work) =>
      createOperator(work, { email: 'root@example.org', roleName: 'administrator', password: rootPassword }),
    );
  const web = await openTestWeb(core, options.panel ? await buildPanel(core) : undefined);
  let worker: Awaited<ReturnType<typeof startWorker>> | undefined;
  const house: House = {
    core,
    web,
    databaseUrl: database.url,
    logged,
    async startWorker() {
      worker ??= await startWorker(core);
    },
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async close() {
      await house.stopWorker();
      await web.close();
      await started.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return house;
}
