// Steward's core in this process over a database of the measurement, without web and worker unless they are started.
import path from 'node:path';
import { createCore, loadConfig, type ModuleDeclaration } from '../../src/core/index.ts';
import type { Bench } from './compare.ts';

/** The application key of all cores and programs of a run, so that one reads what another has signed. */
export const appKey = 'b'.repeat(40);

/** Opens the core with these modules; `close` ends it. `settings` are variables of the configuration. */
export async function openCore(
  bench: Pick<Bench, 'database' | 'folder'>,
  modules: readonly ModuleDeclaration[],
  settings: Record<string, string> = {},
  databaseUrl?: string,
): ReturnType<typeof createCore> {
  const url = databaseUrl ?? (await bench.database());
  const dataDir = path.join(bench.folder, path.basename(new URL(url).pathname));
  const config = loadConfig(
    {
      NODE_ENV: 'test',
      DATA_DIR: dataDir,
      APP_KEY: appKey,
      LOG_LEVEL: 'error',
      UNDO_SECONDS: '0',
      ...settings,
    },
    modules,
  );
  return createCore({ config, modules, connection: { connectionString: url }, role: 'bench' });
}
