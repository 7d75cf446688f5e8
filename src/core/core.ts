// The running core: what every door and service is handed. Built once by `createCore` in start.ts.
import type { Actor } from './access.ts';
import type { Config } from './config/config.ts';
import type { Database } from './database/database.ts';
import type { Files } from './files/files.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { Transaction } from './model.ts';
import type { ModuleDeclaration } from './module.ts';
import type { Registry } from './registry.ts';
import type { Work } from './work.ts';

/** The running core. */
export interface Core {
  readonly config: Config;
  readonly log: Log;
  readonly database: Database;
  /** The Prisma client, for reading outside a transaction. */
  readonly db: Transaction;
  readonly files: Files;
  readonly limits: Limits;
  readonly modules: readonly ModuleDeclaration[];
  readonly registry: Registry;
  /** This process's row in Instance. */
  readonly instanceId: string;
  /** Runs `fn` in one transaction as the actor; messages, jobs and audit entries commit with it. */
  transaction<T>(
    actor: Actor,
    fn: (work: Work) => Promise<T>,
    options?: { runId?: string; timeoutMs?: number },
  ): Promise<T>;
}
