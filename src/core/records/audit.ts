// The audit: who did what to which record. Entries are written once, in the transaction of the deed, and never changed.
import { uuid7 } from '../../lib/uuid7.ts';
import type { Actor } from '../access.ts';
import { Prisma, type Transaction } from '../database/database.ts';
import type { AuditInput, Work } from '../work.ts';
import { jsonSafe } from './column-values.ts';

const longestValue = 1_000;

/** Writes an audit entry in the transaction of what it tells. */
export async function writeAudit(
  tx: Transaction,
  actor: Actor,
  runId: string | null,
  entry: AuditInput,
): Promise<void> {
  const { before, after, ...row } = rowOf(actor, runId, entry);
  const data = { ...row, before: before ?? Prisma.DbNull, after: after ?? Prisma.DbNull };
  await tx.auditEntry.create({ data, select: { id: true } });
}

/** Writes many audit entries at once, for work on some hundred records in one transaction. */
export async function writeAudits({ tx, actor, runId }: Work, entries: readonly AuditInput[]): Promise<void> {
  const rows = entries.map((entry) => rowOf(actor, runId, entry));
  const [first] = rows;
  if (!first) return;
  const texts = (pick: (row: AuditRow) => string | null) => rows.map(pick);
  const json = (values: AuditRow['before']) => (values === null ? null : JSON.stringify(values));
  // One statement with arrays: Prisma's createMany takes several times as long.
  await tx.$executeRaw`
    INSERT INTO "AuditEntry" (id, kind, actor, "operatorId", "runId", summary, resource, "recordId", "recordTitle", before, after)
    SELECT id, kind::"AuditKind", ${first.actor}, ${first.operatorId}, ${runId}, summary, resource, record, title, before::jsonb, after::jsonb
    FROM unnest(${rows.map(uuid7)}::text[], ${texts((row) => row.kind)}::text[], ${texts((row) => row.summary)}::text[],
      ${texts((row) => row.resource)}::text[], ${texts((row) => row.recordId)}::text[], ${texts((row) => row.recordTitle)}::text[],
      ${texts((row) => json(row.before))}::text[], ${texts((row) => json(row.after))}::text[])
      AS entry (id, kind, summary, resource, record, title, before, after)`;
}

type AuditRow = ReturnType<typeof rowOf>;

function rowOf(actor: Actor, runId: string | null, entry: AuditInput) {
  return {
    kind: entry.kind,
    summary: shortened(entry.summary),
    actor: actor.name,
    operatorId: actor.kind === 'operator' ? actor.id : null,
    resource: entry.resource ?? null,
    recordId: entry.recordId ?? null,
    recordTitle: entry.recordTitle ? shortened(entry.recordTitle) : null,
    runId,
    before: entry.before ? jsonValues(entry.before) : null,
    after: entry.after ? jsonValues(entry.after) : null,
  };
}

/** Returns what differs between two states of a record: the old and the new values of the changed columns only. */
export function changedValues(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(jsonSafe(before[name])) !== JSON.stringify(jsonSafe(after[name])),
  );
  const pick = (from: Readonly<Record<string, unknown>>) => Object.fromEntries(names.map((name) => [name, from[name]]));
  return { before: pick(before), after: pick(after) };
}

function jsonValues(values: Record<string, unknown>): Prisma.InputJsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const safe = jsonSafe(value);
      return [name, typeof safe === 'string' ? shortened(safe) : safe];
    }),
  ) as Prisma.InputJsonObject;
}

function shortened(text: string): string {
  // Cut by characters, not by units: half a character would be refused by the database.
  return text.length <= longestValue ? text : `${Array.from(text).slice(0, longestValue).join('')}…`;
}
