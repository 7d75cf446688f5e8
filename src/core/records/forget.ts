// What runs and the audit keep of a record that is erased for a person's sake. The rule: that something was done, when and by whom,
// stays; what it was done to keeps no name and no value.
import type { Work } from '../work.ts';

const noName = '(erased)';

/** Takes the name and every value of a record out of the items of runs and out of the audit, for a person who is erased. */
export async function forgetRecord({ tx }: Pick<Work, 'tx'>, resource: string, recordId: string): Promise<void> {
  await tx.runItem.updateMany({ where: { recordId, run: { resource } }, data: { recordTitle: noName } });
  await tx.$executeRaw`
    UPDATE "AuditEntry" SET "recordTitle" = ${noName}, "before" = NULL, "after" = NULL
    WHERE "resource" = ${resource} AND "recordId" = ${recordId}`;
}
