// An import as people see it: where it stands, its rows with what they would do or did. The rule: who may not import into the resource, or did not
// start it and sees only part of the records, finds nothing.
import { type Actor, may } from '../access.ts';
import type { Core } from '../core.ts';
import { notFound } from '../errors.ts';
import type { Row } from '../model.ts';
import { type AskedColumn, askedColumns, importOfModel, importTargets } from './context.ts';
import type { Import } from './lease.ts';
import { guessMapping, type Mapping } from './mapping.ts';
import type { CellChange } from './plan.ts';
import { openedSamples } from './secrets.ts';

type Plan = Row<'ImportRow'>['plan'];
type Outcome = Row<'ImportRow'>['outcome'];

/** An import with its progress. */
export interface ImportView {
  id: string;
  resource: string;
  fileName: string;
  format: string;
  state: Import['state'];
  stage: Import['stage'];
  actor: string;
  note?: string;
  header: string[];
  /** The first rows, until the rehearsal. */
  samples: string[][];
  mapping: Mapping;
  defaults: Record<string, unknown>;
  columns: { name: string; label: string; required: boolean; sensitive: boolean; example: string }[];
  asked: { name: string; label: string; help?: string; required: boolean; reference?: string }[];
  total: number;
  /** Rows of the file that the rehearsal has read. */
  position: number;
  plans: Record<Plan, number>;
  outcomes: Record<Outcome, number>;
  reasons: { reason: string; count: number }[];
  /** Rows that an error file would have. */
  faulty: number;
  mayControl: boolean;
  createdAt: Date;
  finishedAt: Date | null;
  expiresAt: Date;
}

/** One row of an import. */
export interface ImportRowView {
  line: number;
  cells: string[];
  plan: Plan;
  outcome: Outcome;
  reason: string | null;
  changes: CellChange[];
  recordId: string | null;
}

const noPlans = { create: 0, change: 0, same: 0, invalid: 0, repeated: 0 };
const noOutcomes = { pending: 0, done: 0, skipped: 0, failed: 0, undone: 0, kept: 0 };
const perPage = 25;

/** The rows that an error file has: those that became nothing, and why. */
export const faultyRows = {
  OR: [{ plan: { in: ['invalid', 'repeated'] } }, { outcome: { in: ['failed', 'kept'] } }],
} as const;

/** Returns the import if the actor may know of it. Throws not-found. */
export async function findImport(core: Core, actor: Actor, id: string): Promise<Import> {
  const row = /^[0-9a-f-]{36}$/.test(id) ? await core.db.import.findUnique({ where: { id } }) : null;
  if (!row) throw notFound('This import does not exist.');
  const resource = core.registry.resources.get(row.resource);
  const isOwn = row.owner === `${actor.kind}:${actor.id ?? ''}`;
  const mayImport = resource?.imports !== undefined && may(actor, resource.imports.permission);
  if (!mayImport || !(isOwn || actor.scope === 'all')) throw notFound('This import does not exist.');
  return row;
}

/** Returns an import as the actor may see it. Throws not-found. */
export async function readImport(core: Core, actor: Actor, id: string): Promise<ImportView> {
  const row = await findImport(core, actor, id);
  const { resource } = importOfModel(core, actor, row.resource);
  const targets = importTargets(resource, actor);
  const where = { importId: id };
  const groups = await core.db.importRow.groupBy({ by: ['plan', 'outcome'], where, _count: true });
  const plans = { ...noPlans };
  const outcomes = { ...noOutcomes };
  for (const { plan, outcome, _count } of groups) {
    plans[plan] += _count;
    if (plan === 'create' || plan === 'change') outcomes[outcome] += _count;
  }
  const isFresh = row.state === 'uploaded' && Object.keys(row.mapping as object).length === 0;
  return {
    id,
    resource: row.resource,
    fileName: row.fileName,
    format: row.format,
    state: row.state,
    stage: row.stage,
    actor: row.actor,
    ...(row.note ? { note: row.note } : {}),
    header: row.header,
    samples: openedSamples(core, row.samples),
    mapping: isFresh ? await guessMapping(core, row.resource, row.header, targets) : (row.mapping as Mapping),
    defaults: row.defaults as Record<string, unknown>,
    columns: targets.map(({ name, spec }) => ({
      name,
      label: spec.label,
      required: spec.required ?? false,
      sensitive: spec.sensitive ?? false,
      example: spec.example,
    })),
    asked: askedColumns(resource, actor).map(askedView),
    total: row.total,
    position: row.position,
    plans,
    outcomes,
    reasons: await reasonsOf(core, id),
    faulty: await core.db.importRow.count({ where: { ...where, ...faultyRows } as never }),
    mayControl: true,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    expiresAt: row.expiresAt,
  };
}

function askedView({ name, label, help, required, column }: AskedColumn) {
  const reference = column.model.reference;
  return { name, label, required, ...(help ? { help } : {}), ...(reference ? { reference } : {}) };
}

async function reasonsOf(core: Core, importId: string): Promise<{ reason: string; count: number }[]> {
  // "repeats line 12" is a reason of its own for each row; people want to know how many repeat.
  const rows = await core.db.$queryRaw<{ reason: string; count: number }[]>`
    SELECT CASE WHEN plan = 'repeated' THEN 'repeats an earlier line' ELSE reason END AS reason, count(*)::int AS count
    FROM "ImportRow" WHERE "importId" = ${importId} AND reason IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`;
  return rows;
}

/** Returns one page of an import's rows, in the order of the file. */
export async function readImportRows(
  core: Core,
  actor: Actor,
  id: string,
  query: { plan?: Plan; outcome?: Outcome; page: number },
): Promise<{ rows: ImportRowView[]; total: number; page: number; perPage: number }> {
  await findImport(core, actor, id);
  const { plan, outcome, page } = query;
  const planned = outcome ? { plan: plan ?? { in: ['create' as const, 'change' as const] } } : plan ? { plan } : {};
  const where = { importId: id, ...planned, ...(outcome ? { outcome } : {}) };
  const select = {
    line: true,
    cells: true,
    plan: true,
    outcome: true,
    reason: true,
    changes: true,
    recordId: true,
  } as const;
  const [rows, total] = await Promise.all([
    core.db.importRow.findMany({
      where,
      select,
      orderBy: { position: 'asc' },
      skip: (page - 1) * perPage,
      take: perPage,
    }),
    core.db.importRow.count({ where }),
  ]);
  return { rows: rows as unknown as ImportRowView[], total, page, perPage };
}
