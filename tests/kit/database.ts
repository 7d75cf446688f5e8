// A database of one's own for each test file: a clone of the migrated template (some 30 ms), dropped at the end.
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import {
  connectionUrl,
  type DatabaseConnection,
  withClient,
  withDatabaseName,
} from '../../src/core/database/database.ts';

/** A database that only this test file uses. */
export interface TestDatabase {
  connection: DatabaseConnection;
  /** The same as a URL, for other processes. */
  url: string;
  drop(): Promise<void>;
}

/** Makes a database with every migration of ours and of the queue applied, and nothing in it. */
export function cloneDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('template'));
}

/** Makes a database without anything in it, not even migrations. */
export function emptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const server = inject('server');
  const name = `steward_test_${randomBytes(8).toString('hex')}`;
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const connection = withDatabaseName(server, name);
  return {
    connection,
    url: connectionUrl(connection),
    drop: async () => {
      await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}
