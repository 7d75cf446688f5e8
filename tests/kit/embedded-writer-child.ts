// A program for the tests to kill: starts the embedded server on the folder it is given, then inserts rows as fast as they are
// acknowledged and says each one ("row N"). With "once" it inserts one row and ends in order. With "attach" it uses a running server.
import { withClient } from '../../src/core/database/database.ts';
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts';

const [dataDir = '', manner] = process.argv.slice(2);

try {
  const server = await startEmbeddedPostgres({ dataDir, attach: manner === 'attach' });
  await withClient(server.connection, async (client) => {
    await client.query('CREATE TABLE IF NOT EXISTS kept (n serial PRIMARY KEY)');
    for (;;) {
      const { rows } = await client.query<{ n: number }>('INSERT INTO kept DEFAULT VALUES RETURNING n');
      process.stdout.write(`row ${rows[0]?.n}\n`);
      if (manner) break;
    }
  });
  await server.stop();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.name}: ${error.message}` : error}\n`);
  process.exitCode = 1;
}
