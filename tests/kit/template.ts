// A database with every migration of ours and of the queue, and nothing in it: what tests and measurements clone theirs from.
import { runMigrations } from 'graphile-worker';
import { type DatabaseConnection, openPool, withClient, withDatabaseName } from '../../src/core/database/database.ts';
import { applyMigrations } from '../../src/core/database/migrations.ts';

/** Makes it on the server under this name. */
export async function makeTemplate(server: DatabaseConnection, name: string): Promise<void> {
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const connection = withDatabaseName(server, name);
  await applyMigrations(connection);
  const pool = openPool(connection, { poolSize: 2 });
  await runMigrations({ pgPool: pool });
  await pool.end();
}
