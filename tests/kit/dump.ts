// Everything that a database and a folder hold, as text: for tests that ask whether something is really gone.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Core } from '../../src/core/core.ts';

/** Returns the names of tables (with their schema) in which a text occurs anywhere, in whatever column, letters' size aside. */
export async function tablesWith(core: Pick<Core, 'database'>, text: string): Promise<string[]> {
  const { pool } = core.database;
  const { rows } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const hits = await pool.query(`SELECT 1 FROM ${name} t WHERE strpos(lower(t::text), lower($1)) > 0 LIMIT 1`, [
      text,
    ]);
    if (hits.rowCount) found.push(name.replace('public.', '').replaceAll('"', ''));
  }
  return found;
}

/** Returns all rows of all our tables as text, sorted: equal before and after means that nothing was changed. */
export async function wholeDump(core: Pick<Core, 'database'>, tables: readonly string[]): Promise<string> {
  const each = tables.map((table, index) => `SELECT ${index} AS place, t::text AS line FROM "${table}" t`);
  const { rows } = await core.database.pool.query<{ place: number; line: string }>(
    `${each.join(' UNION ALL ')} ORDER BY place, line`,
  );
  return rows.map(({ place, line }) => `${tables[place]} ${line}`).join('\n');
}

/** Returns the files below a folder whose bytes hold the text. */
export function filesWith(folder: string, text: string): string[] {
  return filesBelow(folder).filter((file) => readFileSync(file).includes(text));
}

/** Returns all files below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
