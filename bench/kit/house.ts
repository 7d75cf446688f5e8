// Steward's core in this process over a database of the measurement, without web and worker unless they are started.
import path from 'node:path';
import { createCore, loadConfig, type ModuleDeclaration } from '../../src/core/index.ts';
import type { Bench } from './compare.ts';

/** Opens the core with these modules; `close` ends it. `settings` are variables of the configuration. */
export async function openCore(
  bench: Bench,
  modules: readonly ModuleDeclaration[],
  settings: Record<string, string> = {},
): ReturnType<typeof createCore> {
  const databaseUrl = await bench.database();
  const dataDir = path.join(bench.folder, path.basename(new URL(databaseUrl).pathname));
  const config = loadConfig(
    {
      NODE_ENV: 'test',
      DATA_DIR: dataDir,
      APP_KEY: 'b'.repeat(40),
      LOG_LEVEL: 'error',
      UNDO_SECONDS: '0',
      ...settings,
    },
    modules,
  );
  return createCore({ config, modules, connection: { connectionString: databaseUrl }, role: 'bench' });
}
