// A core over a database of its own, without doors and workers: for tests of the rooms between them.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Actor } from '../../src/core/access.ts';
import { loadConfig } from '../../src/core/config/config.ts';
import type { Core } from '../../src/core/core.ts';
import { openDatabase } from '../../src/core/database/database.ts';
import { createTransactions } from '../../src/core/database/transaction.ts';
import { createFiles } from '../../src/core/files/files.ts';
import { houseModule } from '../../src/core/house/module.ts';
import { createLimits } from '../../src/core/limits.ts';
import { log } from '../../src/core/log.ts';
import type { ModuleDeclaration } from '../../src/core/module.ts';
import { ensureHouse } from '../../src/core/people/operators.ts';
import { configureDays } from '../../src/core/records/days.ts';
import { buildRegistry } from '../../src/core/registry.ts';
import type { Work } from '../../src/core/work.ts';
import { cloneDatabase } from './database.ts';

/** A core for one test file, and its end. */
export interface TestCore {
  core: Core;
  close(): Promise<void>;
}

/** Builds a core of the house and these modules; `settings` are variables of the configuration. */
export async function testCore(
  modules: readonly ModuleDeclaration[] = [],
  settings: Record<string, string> = {},
): Promise<TestCore> {
  const clone = await cloneDatabase();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-core-'));
  const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, APP_KEY: 'k'.repeat(40), ...settings }, modules);
  configureDays(config.timeZone);
  const database = openDatabase(clone.connection, { poolSize: 5, connectTimeout: 30_000 });
  const all = [houseModule, ...modules];
  const core: Core = {
    config,
    log,
    database,
    db: database.prisma,
    files: createFiles({ config, database }),
    limits: createLimits(database.pool),
    modules: all,
    registry: buildRegistry(all),
    instanceId: `test-${process.pid}`,
    transaction: (actor, fn, options) => transactions(actor, fn, options),
  };
  const transactions = createTransactions(core) as <T>(
    actor: Actor,
    fn: (work: Work) => Promise<T>,
    options?: { runId?: string; timeoutMs?: number },
  ) => Promise<T>;
  await ensureHouse(core);
  return {
    core,
    async close() {
      await database.close();
      await clone.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An operator as an actor, without a row of his own. */
export function actorWith(permissions: readonly string[], extra: Partial<Actor> = {}): Actor {
  return {
    kind: 'operator',
    id: '0190a000-0000-7000-8000-000000000001',
    name: 'Olga Operator',
    permissions: new Set(permissions),
    scope: 'all',
    scopeId: null,
    ...extra,
  };
}
