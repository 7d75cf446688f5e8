// Before all tests: one real PostgreSQL (the embedded one, or TEST_DATABASE_URL) with one migrated template to clone from.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { type DatabaseConnection, withClient } from '../../src/core/database/database.ts';
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts';
import { configureLog } from '../../src/core/log.ts';
import { makeTemplate } from './template.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server, by its maintenance database. */
    server: DatabaseConnection;
    /** The name of the migrated database that clones are made of. */
    template: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  configureLog({ level: 'warn', readable: true });
  const { server, stop } = await startServer();
  const template = `steward_template_${process.pid}`;
  try {
    await makeTemplate(server, template);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('server', server);
  project.provide('template', template);
  return async () => {
    await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`));
    await stop();
  };
}

async function startServer(): Promise<{ server: DatabaseConnection; stop: () => Promise<void> }> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { server: { connectionString: url }, stop: async () => {} };
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-tests-'));
  const server = await startEmbeddedPostgres({ dataDir, fsync: false, maxConnections: 200 });
  return {
    server: server.connection,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
