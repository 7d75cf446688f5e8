// The lease of an import: one process works on it at a time. The rule (fencing) is that of runs: each write first locks the import's row and
// sees that the lease is still its own.
import { randomUUID } from 'node:crypto';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import type { Row, Transaction } from '../model.ts';
import { type Owner, rightsMark } from '../runs/actor.ts';
import { RightsChanged } from '../runs/item.ts';
import { LeaseLost, leaseSeconds } from '../runs/lease.ts';

/** The row of an import. */
export type Import = Row<'Import'>;

/** A process's hold on an import. */
export interface ImportLease {
  importId: string;
  token: string;
}

/** Takes an import that is to be worked on and that nobody works on; undefined when there is nothing to take. */
export async function takeImport(
  core: Core,
  importId: string,
): Promise<{ lease: ImportLease; row: Import } | undefined> {
  const token = `${core.instanceId}/${randomUUID()}`;
  return core.transaction(systemActor, async ({ tx }) => {
    const free = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM "Import" WHERE id = ${importId} AND state = 'running'
        AND ("leaseUntil" IS NULL OR "leaseUntil" < now()
          OR NOT EXISTS (SELECT 1 FROM "Instance" i WHERE i.id = split_part("leaseBy", '/', 1)))
      FOR UPDATE SKIP LOCKED`;
    if (free.length === 0) return undefined;
    await tx.$executeRaw`
      UPDATE "Import" SET "leaseBy" = ${token}, note = NULL,
        "leaseUntil" = now() + ${leaseSeconds}::float8 * interval '1 second' WHERE id = ${importId}`;
    return { lease: { importId, token }, row: await tx.import.findUniqueOrThrow({ where: { id: importId } }) };
  });
}

/** Throws LeaseLost unless the import is running and the lease ours; else lengthens it and holds off everybody until the transaction ends. */
export async function mustHoldImport(tx: Transaction, { importId, token }: ImportLease): Promise<void> {
  const held = await tx.$executeRaw`
    UPDATE "Import" SET "leaseUntil" = now() + ${leaseSeconds}::float8 * interval '1 second'
    WHERE id = ${importId} AND "leaseBy" = ${token} AND state = 'running'`;
  if (held === 0) throw new LeaseLost();
}

/** Gives the import back. */
export async function releaseImport(core: Core, { importId, token }: ImportLease): Promise<void> {
  await core.db.import.updateMany({
    where: { id: importId, leaseBy: token },
    data: { leaseBy: null, leaseUntil: null },
  });
}

/** Stops the work on an import with a note that people can read. */
export async function stopImport(
  core: Core,
  lease: ImportLease,
  state: 'paused' | 'refused',
  note: string,
): Promise<undefined> {
  await core.transaction(systemActor, async (work) => {
    await mustHoldImport(work.tx, lease);
    await work.tx.import.update({ where: { id: lease.importId }, data: { state, note: note.slice(0, 500) } });
    await work.audit({
      kind: 'action',
      summary: `Import ${state}: ${note}`,
      resource: 'Import',
      recordId: lease.importId,
    });
  });
  return undefined;
}

/** Throws unless the import is still held and its owner's rights are those that it was begun with. */
export async function mustStillWork(
  tx: Transaction,
  { lease, owner, mark }: { lease: ImportLease; owner: Owner; mark: string },
): Promise<void> {
  await mustHoldImport(tx, lease);
  if ((await rightsMark(tx, owner)) !== mark) throw new RightsChanged();
}
