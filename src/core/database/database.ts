// The database: one pool, one Prisma client over it. The only room that imports pg, Prisma's values and its adapter.
import { randomBytes } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '@prisma/client';
import { ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { childLog } from '../log.ts';
import { oneAtATime } from './one-at-a-time.ts';

export { mapDatabaseError } from './database-errors.ts';
export { Prisma, type PrismaClient };

/** The client inside a transaction: what every service takes first. */
export type Transaction = Prisma.TransactionClient;

/** Where a database is: a URL, or the socket folder of the embedded server with its password. */
export interface DatabaseConnection {
  connectionString?: string;
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  /** The same database past a pooler that hands each transaction to another session. */
  direct?: string;
}

/** An open database; `prisma` and `pool` share the same connections. */
export interface Database {
  pool: pg.Pool;
  /** For what needs a session of its own (LISTEN, session locks): past a pooler where there is one, else `pool` itself. */
  sessions: pg.Pool;
  prisma: PrismaClient;
  /** Ends every connection; waits for the ones in use. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections at most; 15 suit one process that serves and works. */
  poolSize?: number;
  /** Longest wait for a connection, in milliseconds; then the caller gets "unavailable" instead of waiting on. */
  connectTimeout?: number;
  /** Longest time for one statement, in milliseconds; 0 means no limit. */
  statementTimeout?: number;
}

const log = childLog({ part: 'database' });

/** Opens a pool whose sessions run in UTC and whose waits all have an end. */
export function openPool(connection: DatabaseConnection, options: DatabaseOptions = {}): pg.Pool {
  // Columns are timestamps without zone, which Prisma reads as UTC: a session in another zone would shift every now().
  const settings =
    "SET TIME ZONE 'UTC'; SET lock_timeout = 10000; SET idle_in_transaction_session_timeout = 60000; " +
    `SET statement_timeout = ${Math.trunc(options.statementTimeout ?? 30_000)}`;
  const config: pg.PoolConfig = {
    ...connection,
    max: options.poolSize ?? 15,
    connectionTimeoutMillis: options.connectTimeout ?? 2_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'steward',
    // Settings travel as a statement, not as start-up options, because poolers such as PgBouncer refuse the latter.
    onConnect: async (client) => {
      await client.query(settings);
    },
  };
  const pool = new pg.Pool(config);
  // A pool that is being ended leaves its idle connections to the server, which may go down before it has let them go.
  pool.on('error', (error: Error) => {
    if (!pool.ending) log.warn({ reason: error.message }, 'a database connection was lost');
  });
  // A connection that dies while somebody holds it, between two statements, would otherwise end the process.
  pool.on('connect', (client) => {
    client.on('error', () => {});
    oneAtATime(client);
  });
  return pool;
}

/** Opens the database. Nothing is sent before the first query. */
export function openDatabase(connection: DatabaseConnection, options: DatabaseOptions = {}): Database {
  const pool = openPool(connection, options);
  const sessions = connection.direct ? openPool(directConnection(connection), { ...options, poolSize: 8 }) : pool;
  const prisma = new PrismaClient({
    adapter: new CountingAdapterFactory(pool),
    errorFormat: 'minimal',
    transactionOptions: { maxWait: options.connectTimeout ?? 2_000, timeout: 15_000 },
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await prisma.$disconnect();
    await pool.end();
    if (sessions !== pool) await sessions.end();
  };
  return {
    pool,
    sessions,
    prisma,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Returns the connection for what a pooler in transaction mode would break: migrations, session locks, listening, backups. */
export function directConnection(connection: DatabaseConnection): DatabaseConnection {
  return connection.direct ? { connectionString: connection.direct } : connection;
}

/** Runs `use` with one connection of its own, outside any pool; for locks that must live as long as the session. */
export async function withClient<T>(
  connection: DatabaseConnection,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000, application_name: 'steward' });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query("SET TIME ZONE 'UTC'");
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Writes a connection as a URL that pg, libpq and Prisma understand; socket folders are percent-encoded as the host. */
export function connectionUrl(connection: DatabaseConnection): string {
  if (connection.connectionString) return connection.connectionString;
  const { host = 'localhost', port = 5432, user = '', password, database = '' } = connection;
  const credentials = password
    ? `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
    : encodeURIComponent(user);
  return `postgresql://${credentials}@${encodeURIComponent(host)}:${port}/${encodeURIComponent(database)}`;
}

/** Returns the same server with another database name. */
export function withDatabaseName(connection: DatabaseConnection, database: string): DatabaseConnection {
  if (!connection.connectionString) return { ...connection, database };
  const url = new URL(connection.connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return { connectionString: url.href };
}

/** Builds what Prisma's schema engine reads and writes through. `close` ends its connections. */
export function migrationAdapter(connection: DatabaseConnection): { factory: PrismaPg; close(): Promise<void> } {
  const pool = openPool(connection, { poolSize: 1, connectTimeout: 30_000, statementTimeout: 0 });
  return { factory: new MigrationAdapterFactory(pool, connection), close: () => pool.end() };
}

const orderOfCount =
  /^(SELECT COUNT\(\*\) AS "[^"]+" FROM \(SELECT .+) ORDER BY "[^"]+"\."[^"]+"\."id" ASC( LIMIT \$\d+ OFFSET \$\d+\) AS "sub")$/s;

/**
 * Prisma's adapter, which orders nothing that is only counted. A count up to a limit comes from Prisma ordered by id: its number is the
 * same without, and the database need not read and sort all that match.
 */
class CountingAdapterFactory extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = (query) => queryRaw({ ...query, sql: query.sql.replace(orderOfCount, '$1$2') });
    return adapter;
  }
}

/**
 * Prisma's adapter with two things put right for migrations. It cuts a script at every semicolon and sends the pieces one by
 * one: function bodies break, and a failing migration stays half applied. Here a script is one simple query, which PostgreSQL
 * runs in one transaction. And it refuses the internal type "char", in which the catalog keeps the kinds of constraints.
 */
class MigrationAdapterFactory extends PrismaPg {
  readonly #connection: DatabaseConnection;
  readonly #charColumns: Set<string>;

  constructor(pool: pg.Pool, connection: DatabaseConnection) {
    super(pool);
    this.#connection = connection;
    this.#charColumns = passInternalChar(pool);
  }

  override async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const found = await queryRaw(query);
      const isChar = (index: number) => this.#charColumns.has(found.columnNames[index] ?? '');
      const columnTypes = found.columnTypes.map((type, index) => (isChar(index) ? ColumnTypeEnum.Character : type));
      return { ...found, columnTypes };
    };
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(script).catch(throwForEngine);
    };
    return adapter;
  }

  /** Makes an empty database and drops it when the engine is done with it. */
  override async connectToShadowDb() {
    const name = `steward_shadow_${randomBytes(8).toString('hex')}`;
    await withClient(this.#connection, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
    const shadow = migrationAdapter(withDatabaseName(this.#connection, name));
    const adapter = await shadow.factory.connect();
    adapter.dispose = async () => {
      await shadow.close();
      await withClient(this.#connection, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    };
    return adapter;
  }
}

/** Lets results with the type "char" (18) pass as text (1042) and returns the growing set of the columns that had it. */
function passInternalChar(pool: pg.Pool): Set<string> {
  const columns = new Set<string>();
  const query = pool.query.bind(pool) as (...given: unknown[]) => Promise<pg.QueryArrayResult>;
  const passing = async (...given: unknown[]) => {
    const result = await query(...given);
    for (const field of result.fields ?? []) {
      if (field.dataTypeID !== 18) continue;
      field.dataTypeID = 1042;
      columns.add(field.name);
    }
    return result;
  };
  pool.query = passing as typeof pool.query;
  return columns;
}

function throwForEngine(error: unknown): never {
  if (!(error instanceof pg.DatabaseError)) throw error;
  const { code = 'N/A', severity = 'ERROR', message, detail, column, hint } = error;
  throw new DriverAdapterError({
    kind: 'postgres',
    originalCode: code,
    originalMessage: message,
    code,
    severity,
    message,
    detail,
    column,
    hint,
  });
}
