// How the core comes to life and goes down again, in order. Nothing here knows a module by name.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Actor } from './access.ts';
import { checkDeclarations, describeProblems } from './checks/checks.ts';
import type { Config } from './config/config.ts';
import { makeDataDir } from './config/secrets.ts';
import type { Core } from './core.ts';
import { type DatabaseConnection, directConnection, openDatabase, withClient } from './database/database.ts';
import { type EmbeddedOptions, startEmbeddedPostgres } from './database/embedded-postgres.ts';
import { applyMigrations } from './database/migrations.ts';
import { createTransactions } from './database/transaction.ts';
import { StartError } from './errors.ts';
import { createFiles, type Files } from './files/files.ts';
import { houseModule } from './house/module.ts';
import { prepareFonts } from './images/fonts.ts';
import { startInstance } from './jobs/instances.ts';
import { migrateJobs, startWorker } from './jobs/jobs.ts';
import { createLimits } from './limits.ts';
import { log } from './log.ts';
import type { ModuleDeclaration } from './module.ts';
import { ensureTemplates } from './outbox/mail-texts.ts';
import { silenceCalls } from './outbox/outgoing.ts';
import { silenceCheck } from './outbox/restored.ts';
import { ensureHouse } from './people/operators.ts';
import { configureDays } from './records/days.ts';
import { buildRegistry } from './registry.ts';
import type { Work } from './work.ts';

/** Thrown when the modules' declarations have mistakes; the message lists every one with its hint. */
export class DeclarationError extends StartError {}

/** A running core with its end. `close` is called once, after the doors are shut. */
export interface StartedCore {
  core: Core;
  close(): Promise<void>;
}

/** Finds the database: the one of DATABASE_URL, else the embedded one in the data folder, started now. */
export async function openStorage(
  config: Config,
  options: Pick<EmbeddedOptions, 'attach' | 'onNew'> = {},
): Promise<{ connection: DatabaseConnection; stop(): Promise<void> }> {
  const { databaseUrl, databaseDirectUrl: direct } = config;
  if (databaseUrl)
    return { connection: { connectionString: databaseUrl, ...(direct ? { direct } : {}) }, stop: async () => {} };
  makeDataDir(config.dataDir);
  return startEmbeddedPostgres({ dataDir: config.dataDir, ...options });
}

/** Throws a DeclarationError that names every mistake of the declarations at once, the house's among them. */
export function mustBeSound(modules: readonly ModuleDeclaration[]): void {
  const problems = checkDeclarations([houseModule, ...modules]);
  if (problems.length > 0) throw new DeclarationError(describeProblems(problems));
}

/** Builds the core over a reachable database: checks, migrations, services, roles. `role` is shown to other instances. */
export async function createCore(options: {
  config: Config;
  modules: readonly ModuleDeclaration[];
  connection: DatabaseConnection;
  role: string;
}): Promise<StartedCore> {
  const { config, connection } = options;
  const modules = [houseModule, ...options.modules];
  mustBeSound(options.modules);
  configureDays(config.timeZone);
  await mustAnswer(directConnection(connection));
  await applyMigrations(directConnection(connection));
  const database = openDatabase(connection, {
    poolSize: config.databaseConnections,
    connectTimeout: config.databaseWaitSeconds * 1000,
  });
  await migrateJobs(database.sessions);
  const instanceId = randomUUID();
  const registry = buildRegistry(modules);
  prepareFonts(path.join(config.dataDir, 'cache'));
  const files = createFiles({ config, database });
  await checkFiles(files).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const limits = createLimits(database.pool);
  const core: Core = {
    config,
    log,
    database,
    db: database.prisma,
    files,
    limits,
    modules,
    registry,
    instanceId,
    transaction: (actor: Actor, fn: (work: Work) => Promise<never>, extra) => transactions(actor, fn, extra),
  };
  const transactions = createTransactions(core);
  const letCalls = silenceCalls(silenceCheck(core));
  const instance = await startInstance(core, options.role);
  await ensureHouse(core);
  await ensureTemplates(core);
  return {
    core,
    async close() {
      await instance.stop();
      letCalls();
      await database.close();
    },
  };
}

// Asked before anything else, so that whatever goes wrong later is no mistake of an address, a name or a password.
async function mustAnswer(connection: DatabaseConnection): Promise<void> {
  try {
    await withClient(connection, async () => {});
  } catch (error) {
    // Where a name has several addresses, Node wraps a refusal by each into one error without words.
    const reason = error instanceof AggregateError ? error.errors[0] : error;
    throw new StartError(
      `The database does not let us in: ${reason instanceof Error ? reason.message : String(reason)}. ` +
        'Look at DATABASE_URL (and DATABASE_DIRECT_URL), and whether PostgreSQL runs there; without DATABASE_URL Steward brings its own.',
      error,
    );
  }
}

// A mistake of the configuration is told now; a storage that is only away does not keep the house from opening.
async function checkFiles(files: Files): Promise<void> {
  try {
    await files.check();
  } catch (error) {
    if (error instanceof StartError) throw error;
    log.error({ err: error }, 'the storage of files does not answer yet; until it does, files answer 503');
  }
}

export { startWorker };
