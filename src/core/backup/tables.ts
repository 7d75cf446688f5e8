// Which tables a backup holds, read from the database itself, so that a new module's tables are in it without being named here.
import type { Client } from 'pg';

/** A table and its columns in their order; generated columns make themselves. */
export interface BackupTable {
  name: string;
  columns: string[];
}

/**
 * Left out on purpose: what ends with a process or a visit (sessions, limits, heartbeats, the rate's clocks), and the list of migrations, which
 * the restore writes by applying them. The queue lies in a schema of its own; its waiting jobs are kept as jobs.
 */
export const leftOut: readonly string[] = ['WebSession', 'RateLimit', 'Instance', 'SendingClock', '_prisma_migrations'];

/** Settings that are of the running installation only. */
export const passingSettings = "key LIKE 'files-hold:%'";

/** Lists the tables of our schema in the order of their names. */
export async function backupTables(client: Client): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND NOT c.relname = ANY($1)
     GROUP BY c.relname ORDER BY c.relname`,
    [leftOut],
  );
  return rows;
}

/** Counts what only opens with the key of this installation: sealed values, and hashes made with it. */
export async function countSealed(client: Client, tables: readonly BackupTable[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, columns } of tables)
    for (const column of columns.filter((one) => /(sealed|secrets?|hash)$/i.test(one) && one !== 'passwordHash')) {
      const { rows } = await client.query<{ count: string }>(
        `SELECT count(${quoted(column)}) AS count FROM ${quoted(name)}`,
      );
      const count = Number(rows[0]?.count ?? 0);
      if (count > 0) counts[`${name}.${column}`] = count;
    }
  return counts;
}

/** Writes a name as SQL does. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
