// How an import knows that a record is as it left it, and how the ends of many rows are written at once.
import { createHash } from 'node:crypto';
import { modelOf } from '../database/datamodel.ts';
import type { AnyRow } from '../database/tables.ts';
import type { Row, Transaction } from '../model.ts';
import { jsonSafe } from '../records/column-values.ts';
import { LeaseLost } from '../runs/lease.ts';
import type { ImportContext } from './context.ts';

/** What became of a row. */
export interface Ended {
  id: string;
  outcome: Row<'ImportRow'>['outcome'];
  reason?: string;
  recordId?: string;
  version?: string;
  before?: object;
}

/** Returns a text that changes with the record: its version's time, or else a print of the imported columns. */
export function versionText({ resource, mapped }: Pick<ImportContext, 'resource' | 'mapped'>, row: AnyRow): string {
  const { version, columns } = modelOf(resource.model);
  const at = version ? row[version] : undefined;
  if (at instanceof Date) return at.toISOString();
  const values = mapped.map(({ name }) => jsonSafe(row[name], columns.get(name)));
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url');
}

/** Writes the ends of rows that have none; what was sealed of a row that is done is forgotten. Throws LeaseLost when somebody else was faster. */
export async function writeEnds(
  tx: Transaction,
  ends: readonly Ended[],
  from: 'pending' | 'done' = 'pending',
): Promise<void> {
  if (ends.length === 0) return;
  const text = (pick: (end: Ended) => string | undefined) => ends.map((end) => pick(end) ?? null);
  const count = await tx.$executeRaw`
    UPDATE "ImportRow" r SET outcome = e.outcome::"ImportOutcome", reason = left(e.reason, 500), "recordId" = coalesce(e.record, r."recordId"),
      version = coalesce(e.version, r.version), before = coalesce(e.before::jsonb, r.before),
      sealed = CASE WHEN e.outcome = 'done' THEN NULL ELSE r.sealed END
    FROM unnest(${text(({ id }) => id)}::text[], ${text(({ outcome }) => outcome)}::text[], ${text(({ reason }) => reason)}::text[],
      ${text(({ recordId }) => recordId)}::text[], ${text(({ version }) => version)}::text[],
      ${text(({ before }) => before && JSON.stringify(before))}::text[]) AS e(id, outcome, reason, record, version, before)
    WHERE r.id = e.id AND r.outcome = ${from}::"ImportOutcome"`;
  if (count !== ends.length) throw new LeaseLost();
}
