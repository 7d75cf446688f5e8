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
import { cloneDatabase, type TestDatabase } from './database.ts';
import { openTestWeb, type TestWeb } from './http.ts';
import { type Behaviour, type SmtpSink, startSmtpSink } from './smtp-sink.ts';

/** What a test works with. */
export interface House {
  core: Core;
  web: TestWeb;
  /** Where its database is, for a second instance. */
  connection: TestDatabase['connection'];
  /** The database as a URL, for other processes. */
  databaseUrl: string;
  /** Everything the log has written. */
  logged: string[];
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

/** The password of root, and of whoever else a test signs in. */
export const rootPassword = 'seventeen green bicycles';

/** A house whose mails go to an SMTP server that keeps them. */
export interface MailHouse extends House {
  sink: SmtpSink;
  /** What the mail server does to an address; none: it accepts. */
  behave: Map<string, Behaviour>;
}

/** Which doors a house has beside the public ones. */
export interface HouseOptions {
  panel?: boolean;
  /** With the panel comes root, who may do everything, unless a test makes its own operators. */
  hasRoot?: boolean;
  /** Whether the panel has its browser code; it starts sooner without. */
  isBundled?: boolean;
}

/** Opens a house of these modules with an SMTP server. */
export async function openMailHouseOf(
  modules: readonly ModuleDeclaration[],
  settings: Record<string, string> = {},
  options: HouseOptions = {},
): Promise<MailHouse> {
  const behave = new Map<string, Behaviour>();
  const sink = await startSmtpSink({ behave: (to) => behave.get(to) });
  const house = await openHouseOf(modules, { SMTP_URL: sink.url, MAIL_RATE: '500', ...settings }, options);
  const close = async () => {
    await house.close();
    await sink.stop();
  };
  return { ...house, sink, behave, close };
}

/** Opens a house of these modules; `settings` are variables of the configuration. */
export async function openHouseOf(
  modules: readonly ModuleDeclaration[],
  settings: Record<string, string> = {},
  { panel = false, hasRoot = panel, isBundled = true }: HouseOptions = {},
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
  if (hasRoot)
    await core.transaction(systemActor, (work) =>
      createOperator(work, { email: 'root@example.org', roleName: 'administrator', password: rootPassword }),
    );
  const bundle = isBundled ? {} : { componentsFile: import.meta.filename };
  const web = await openTestWeb(core, panel ? await buildPanel(core, bundle) : undefined);
  let worker: Awaited<ReturnType<typeof startWorker>> | undefined;
  const house: House = {
    core,
    web,
    connection: database.connection,
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
