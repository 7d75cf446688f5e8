// What the fault experiments share: Steward in a process of its own over a database of its own, figures read from SQL and never
// from Steward's own answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `look` says yes; throws with `what` after so many seconds. */
export async function until(what: string, look: () => Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`It did not come to this: ${what}.`);
    await pause(150);
  }
}

/** A house for one experiment. */
export interface FaultHouse {
  server: ServerProcess;
  database: TestDatabase;
  sql: pg.Client;
  /** The first column of the first row as a number. */
  count(text: string, values?: unknown[]): Promise<number>;
  /** Posts JSON; undefined when nothing answered. */
  post(route: string, body: unknown, headers?: Record<string, string>): Promise<Reply | undefined>;
  /** Makes a campaign with so many recipients and returns its organiser's key. */
  campaign(slug: string, addresses: readonly string[]): Promise<string>;
  /** Makes an operator's API key. */
  apiKey(permissions: string): Promise<string>;
  close(): Promise<void>;
}

/** An answer of the server. */
export interface Reply {
  status: number;
  json: Record<string, unknown>;
}

/** Opens a house; its server is not started yet. */
export async function openFaultHouse(settings: Record<string, string>): Promise<FaultHouse> {
  const folder = mkdtempSync(path.join(tmpdir(), 'steward-fault-'));
  const database = await cloneDatabase();
  const sql = new pg.Client(database.url);
  // Experiments cut connections; this one is opened anew when it is asked again.
  sql.on('error', () => {});
  await sql.connect();
  const server = await serverProcess({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    SMTP_URL: '',
    MAIL_RATE: '1000',
    UNDO_SECONDS: '0',
    LOG_LEVEL: 'error',
    ...settings,
  });
  const house: FaultHouse = {
    server,
    database,
    sql,
    async count(text, values = []) {
      const { rows } = await sql.query<Record<string, string>>(text, values);
      return Number(Object.values(rows[0] ?? {})[0]);
    },
    async post(route, body, headers = {}) {
      const answer = await fetch(server.base + route, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(60_000),
      }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (!answer || text === undefined) return undefined;
      return { status: answer.status, json: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
    },
    async campaign(slug, addresses) {
      const printed = await server.command('certificates:organiser-key', '--campaign', slug, '--create');
      const key = printed.match(/stw_[\w-]+/)?.[0];
      if (!key) throw new Error(`no organiser's key: ${printed}`);
      if (addresses.length > 0) await house.post('/api/addUserData', { token: key, email: addresses });
      return key;
    },
    async apiKey(permissions) {
      await server.command('operator:create', '--email', 'fay@example.org', '--password', 'lantern orchid seven canal');
      const printed = await server.command(
        'api-key:create',
        '--operator',
        'fay@example.org',
        '--permissions',
        permissions,
      );
      const key = printed.match(/stw_[\w-]+/)?.[0];
      if (!key) throw new Error(`no API key: ${printed}`);
      return key;
    },
    async close() {
      await server.stop();
      await sql.end().catch(() => {});
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return house;
}

/** Makes addresses person0@example.org and so on. */
export function addressesOf(count: number, name = 'person'): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i}@example.org`);
}
