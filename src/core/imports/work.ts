// The work of an import: rehearsal, commit or undo, part after part under a lease. It may stop at any moment, also by SIGKILL: whoever takes the
// lease next goes on where the rows say it stood.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import type { Transaction } from '../database/database.ts';
import { StewardError } from '../errors.ts';
import { job } from '../job.ts';
import { addJob } from '../jobs/add.ts';
import { actorOf, type Owner, rightsMark } from '../runs/actor.ts';
import { isPassing, RightsChanged } from '../runs/item.ts';
import { LeaseLost } from '../runs/lease.ts';
import { phrase } from '../words/catalogue.ts';
import { commitImport } from './commit.ts';
import { type ImportWork, importOfModel, parseAsked, parseMapping } from './context.ts';
import { type Import, type ImportLease, releaseImport, stopImport, takeImport } from './lease.ts';
import { rehearseImport } from './rehearsal.ts';
import { undoImport } from './undo.ts';

/** The job behind each stage of an import. */
export const workImportJob = job({
  name: 'core.work-import',
  data: z.object({ importId: z.string() }),
  maxAttempts: 25,
  run: (core, { importId }, { signal }) => workImport(core, importId, signal),
});

/** Puts the job of an import in the queue; there is one waiting at most. */
export async function enqueueImport(tx: Transaction, importId: string): Promise<void> {
  await addJob(
    tx,
    workImportJob.name,
    { importId },
    { key: `import:${importId}`, maxAttempts: workImportJob.maxAttempts },
  );
}

const stages = { rehearse: rehearseImport, commit: commitImport, undo: undoImport };

/** Works on an import until its stage is over, or it is stopped or lost to somebody else. */
export async function workImport(core: Core, importId: string, signal: AbortSignal): Promise<void> {
  const taken = await takeImport(core, importId);
  if (!taken) return;
  const { lease } = taken;
  try {
    for (;;) {
      const row = await core.db.import.findUniqueOrThrow({ where: { id: importId } });
      const work = await workOf(core, row, lease);
      if (!work || !row.stage) return;
      try {
        return await stages[row.stage](work, signal);
      } catch (error) {
        if (!(error instanceof RightsChanged)) throw error;
      }
    }
  } catch (error) {
    if (error instanceof LeaseLost) return;
    if (error instanceof StewardError && error.status < 500 && !isPassing(error))
      return await stopImport(core, lease, 'paused', error.message);
    if (!signal.aborted) throw error;
  } finally {
    await releaseImport(core, lease).catch(() => {});
    if (signal.aborted) await core.transaction(systemActor, ({ tx }) => enqueueIfOpen(tx, importId)).catch(() => {});
  }
}

async function workOf(core: Core, row: Import, lease: ImportLease): Promise<ImportWork | undefined> {
  const [kind, id] = row.owner.split(':');
  const owner: Owner = { kind: kind as Owner['kind'], id: id || null };
  // The mark first: rights that change in between show as changed, never as fresh.
  const mark = await rightsMark(core.db, owner);
  const actor = await actorOf(core, owner);
  if (!actor) return stopImport(core, lease, 'paused', phrase(`${row.actor} may not work here any more.`));
  const { resource, declaration } = importOfModel(core, actor, row.resource);
  const mapped = parseMapping(resource, actor, row.mapping as Record<string, unknown>, row.header);
  const asked = await parseAsked(core, actor, resource, row.defaults as Record<string, unknown>, mapped);
  const { fileName } = row;
  const format = row.format === 'xlsx' ? 'xlsx' : 'csv';
  return {
    core,
    actor,
    resource,
    declaration,
    mapped,
    asked,
    width: row.header.length,
    format,
    fileName,
    row,
    lease,
    owner,
    mark,
  };
}

async function enqueueIfOpen(tx: Transaction, importId: string): Promise<void> {
  if ((await tx.import.count({ where: { id: importId, state: 'running' } })) > 0) await enqueueImport(tx, importId);
}

/** Puts imports back in the queue whose worker is gone. Returns how many. */
export async function requeueStrandedImports(core: Core): Promise<number> {
  const { rows } = await core.database.pool.query<{ id: string }>(
    `SELECT r.id FROM "Import" r WHERE r.state = 'running'
       AND (r."leaseUntil" IS NULL OR r."leaseUntil" < now()
         OR NOT EXISTS (SELECT 1 FROM "Instance" i WHERE i.id = split_part(r."leaseBy", '/', 1)))
       AND NOT EXISTS (SELECT 1 FROM graphile_worker._private_jobs j
         WHERE j.key = 'import:' || r.id AND j.attempts < j.max_attempts) LIMIT 100`,
  );
  for (const { id } of rows) await core.transaction(systemActor, ({ tx }) => enqueueIfOpen(tx, id));
  return rows.length;
}
