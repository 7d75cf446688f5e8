// While a backup copies files, no bytes are removed that its snapshot still names. Rows may go; bytes wait for a later sweep.
// The rule: whoever removes asks under the lock that a backup takes before its snapshot, so nobody removes unawares.
import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { answered } from '../database/tables.ts';
import { childLog } from '../log.ts';
import type { Transaction } from '../model.ts';

const log = childLog({ part: 'files' });
const prefix = 'files-hold:';
const lasts = 120;
const renewEvery = 30_000;

/** A backup's word that it needs all files. It ends by itself two minutes after a killed process last renewed it. */
export interface FilesHold {
  release(): Promise<void>;
}

/** The one verb that a hold needs of a connection of its own. */
interface Client {
  query(sql: string, values?: unknown[]): Promise<{ rowCount: number | null }>;
}

/** Holds all files from now on; whoever is removing one has finished with its row when this returns. */
export async function holdFiles(client: Client): Promise<FilesHold> {
  const key = `${prefix}${randomUUID()}`;
  const write = () =>
    client.query(
      `INSERT INTO "Setting" (key, value, "updatedAt") VALUES ($1, to_jsonb(now() + $2 * interval '1 second'), now())
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`,
      [key, lasts],
    );
  await client.query('BEGIN');
  await client.query("SELECT pg_advisory_xact_lock(hashtext('steward.files'))");
  await write();
  await client.query('COMMIT');
  const renew = () => write().catch((error) => log.warn({ err: error }, 'the hold on files could not be renewed'));
  const timer = setInterval(() => void renew(), renewEvery);
  return {
    async release() {
      clearInterval(timer);
      await client.query('DELETE FROM "Setting" WHERE key = $1', [key]);
    },
  };
}

/** Removes rows in a transaction of its own, and hands back what `remove` returns with whether the bytes must stay for now. */
export async function underHold<T>(
  db: Database['prisma'],
  remove: (tx: Transaction, isHeld: boolean) => Promise<T>,
): Promise<{ removed: T; isHeld: boolean }> {
  return answered(
    db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtext('steward.files'))`;
      const holds = await tx.$queryRaw<unknown[]>`
        SELECT 1 FROM "Setting" WHERE key LIKE ${`${prefix}%`} AND (value #>> '{}')::timestamptz > now() LIMIT 1`;
      const isHeld = holds.length > 0;
      return { removed: await remove(tx, isHeld), isHeld };
    }),
  );
}
