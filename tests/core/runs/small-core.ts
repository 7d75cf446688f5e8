// The small core of a test file: opened before its tests, closed after them, and nothing held from one test to the next.
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Config } from '../../../src/core/config/config.ts';
import type { Core } from '../../../src/core/core.ts';
import type { DatabaseConnection } from '../../../src/core/database/database.ts';
import { cloneDatabase } from '../../kit/database.ts';
import { hold, openSmallCore } from './fixture.ts';

/** Returns the core, and the connection for others beside it; there is nothing in it before the first test. */
export function smallCoreOfFile(settings: Partial<Config> = {}): { core: Core; connection: DatabaseConnection } {
  const small = {} as { core: Core; connection: DatabaseConnection };
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const database = await cloneDatabase();
    const opened = await openSmallCore(database.connection, settings);
    Object.assign(small, { core: opened.core, connection: database.connection });
    close = async () => {
      await opened.close();
      await database.drop();
    };
  });
  afterEach(() => {
    hold.each = undefined;
    hold.all = undefined;
  });
  afterAll(() => close?.());
  return small;
}
