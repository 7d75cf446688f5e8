// One PostgreSQL for a run of measurements, with fsync on as in operation, and a migrated template to clone from.
import path from 'node:path';
import { connectionUrl, withClient, withDatabaseName } from '../../src/core/database/database.ts';
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts';
import { makeTemplate } from '../../tests/kit/template.ts';

/** Starts it under the folder. `clone` returns the URL of a new database; `close` ends the server. */
export async function openDatabases(folder: string): Promise<{ clone(): Promise<string>; close(): Promise<void> }> {
  const outside = process.env.DATABASE_URL;
  const embedded = outside
    ? undefined
    : await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), maxConnections: 200 });
  const server = embedded?.connection ?? { connectionString: outside };
  const template = `steward_bench_${process.pid}`;
  await makeTemplate(server, template);
  const made = [template];
  return {
    async clone() {
      const name = `${template}_${made.length}`;
      await withClient(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
      made.push(name);
      return connectionUrl(withDatabaseName(server, name));
    },
    async close() {
      for (const name of made)
        await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      await embedded?.stop();
    },
  };
}
