// Creating, changing and deleting a record: lock, compare, write, audit, all in one transaction. Nothing is written outside the actor's scope.
import { type Actor, mustMay } from '../access.ts';
import type { Core } from '../core.ts';
import type { Transaction } from '../database/database.ts';
import { modelOf } from '../database/datamodel.ts';
import { type AnyRow, answered, lockRecord, tableOf } from '../database/tables.ts';
import { conflict, forbidden, invalid, mustAccept, notFound, type StewardError } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import type { AuditInput, Work } from '../work.ts';
import { changedValues } from './audit.ts';
import { declaredColumns } from './columns.ts';
import { type RecordView, readView, recordTitle, rowWhere, titleSelect } from './view.ts';
import { checkReferences, parseValues, writtenValues } from './write.ts';

/** Creates a record and returns it. Throws invalid naming each column that is unknown, not writable, unfit or missing. */
export async function createRecord(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  values: Record<string, unknown>,
): Promise<RecordView> {
  mustMayChange(actor, resource, 'create');
  const parsed = parseValues(resource, actor, 'create', values);
  return inWork(core, actor, async (work) => {
    await checkReferences(core, actor, resource, parsed, work.tx);
    const written = writtenValues(resource, actor, parsed);
    const service = withOwnAudit(work, resource);
    const { id } = resource.write?.create
      ? await resource.write.create(service.work, written as never)
      : await tableOf(work.tx, resource.model).create({ data: written, select: { id: true } });
    const row = await snapshot(work.tx, actor, resource, id);
    // Whoever sees only part of the records must not put one where only others see it.
    if (!row) throw forbidden();
    const { after } = changedValues({}, auditedValues(resource, row));
    await auditChange(work, resource, row, 'create', { after }, await service.summaryFor(id));
    return readView({ core, actor, resource, as: 'show' }, id, work.tx);
  });
}

/** Writes the given columns of a record and returns it. `version` is the one that was shown; throws conflict when it is no longer true. Throws `WarningError` for consequences that `accepted` is not the mark of. */
export async function updateRecord(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  id: string,
  values: Record<string, unknown>,
  version?: string,
  accepted?: string,
): Promise<RecordView> {
  mustMayChange(actor, resource, 'update');
  const parsed = parseValues(resource, actor, 'update', values);
  checkVersion(version);
  rowWhere(resource, actor, id);
  return inWork(core, actor, async (work) => {
    const before = await locked(work.tx, actor, resource, id);
    const seen = versionOf(resource, before);
    if (version !== undefined && seen && seen.toISOString() !== new Date(version).toISOString())
      throw changedMeanwhile();
    await checkReferences(core, actor, resource, parsed, work.tx);
    const changed = writtenValues(resource, actor, changedValues(pick(before, parsed), parsed).after);
    if (Object.keys(changed).length > 0) {
      await mustBeAccepted(work, resource, id, accepted, changed);
      const service = withOwnAudit(work, resource);
      await writeUpdate(service.work, actor, resource, before, changed);
      const after = await snapshot(work.tx, actor, resource, id);
      if (!after) throw forbidden();
      const difference = changedValues(auditedValues(resource, before), auditedValues(resource, after));
      await auditChange(work, resource, after, 'update', difference, await service.summaryFor(id));
    }
    return readView({ core, actor, resource, as: 'show' }, id, work.tx);
  });
}

/** Deletes a record. Throws conflict when others depend on it, `WarningError` for consequences that `accepted` is not the mark of. */
export async function deleteRecord(
  core: Core,
  actor: Actor,
  resource: AnyResource,
  id: string,
  accepted?: string,
): Promise<void> {
  mustMayChange(actor, resource, 'delete');
  rowWhere(resource, actor, id);
  await inWork(core, actor, async (work) => {
    const row = await locked(work.tx, actor, resource, id);
    await mustBeAccepted(work, resource, id, accepted);
    const service = withOwnAudit(work, resource);
    if (resource.write?.delete)
      await resource.write.delete(service.work, (await wholeRow(work.tx, resource.model, id)) as never);
    else {
      const where = rowWhere(resource, actor, id);
      if ((await tableOf(work.tx, resource.model).deleteMany({ where })).count !== 1) throw notFound();
    }
    const { after: before } = changedValues({}, auditedValues(resource, row));
    await auditChange(work, resource, row, 'delete', { before }, await service.summaryFor(id));
  });
}

// Without `changed` the record is to be deleted.
async function mustBeAccepted(
  work: Work,
  { model, warns }: AnyResource,
  id: string,
  accepted: string | undefined,
  changed?: Record<string, unknown>,
): Promise<void> {
  const { update, delete: remove } = warns ?? {};
  if (!(changed ? update : remove)) return;
  const row = (await wholeRow(work.tx, model, id)) as never;
  mustAccept(await (changed ? update?.(work, row, changed as never) : remove?.(work, row)), accepted);
}

function mustMayChange(actor: Actor, resource: AnyResource, verb: 'create' | 'update' | 'delete'): void {
  const permission = resource.permissions[verb];
  if (permission === undefined) throw forbidden();
  mustMay(actor, resource.permissions.read);
  mustMay(actor, permission);
}

async function inWork<T>(core: Core, actor: Actor, fn: (work: Work) => Promise<T>): Promise<T> {
  return answered(core.transaction(actor, fn));
}

async function locked(tx: Transaction, actor: Actor, resource: AnyResource, id: string): Promise<AnyRow> {
  await lockRecord(tx, resource.model, id);
  const row = await snapshot(tx, actor, resource, id);
  if (!row) throw notFound();
  return row;
}

// What the audit and the checks compare: declared columns only, so that a secret never gets into either.
async function snapshot(tx: Transaction, actor: Actor, resource: AnyResource, id: string): Promise<AnyRow | null> {
  const { version } = modelOf(resource.model);
  const names = ['id', ...(version ? [version] : []), ...declaredColumns(resource).map((column) => column.name)];
  const select = { ...titleSelect(resource), ...Object.fromEntries(names.map((name) => [name, true])) };
  return tableOf(tx, resource.model).findFirst({ where: rowWhere(resource, actor, id), select });
}

async function wholeRow(tx: Transaction, model: string, id: string): Promise<AnyRow> {
  const row = await tableOf(tx, model).findFirst({ where: { id } });
  if (!row) throw notFound();
  return row;
}

// A service says in its own words what it did. Those words and our before and after become one entry instead of two.
function withOwnAudit(work: Work, resource: AnyResource) {
  const held: AuditInput[] = [];
  const audit = async (entry: AuditInput) => {
    if (entry.resource === resource.model) held.push(entry);
    else await work.audit(entry);
  };
  return {
    work: { ...work, audit },
    async summaryFor(id: string): Promise<string | undefined> {
      for (const entry of held) if (entry.recordId !== id) await work.audit(entry);
      return (
        held
          .filter((entry) => entry.recordId === id)
          .map(({ summary }) => summary)
          .join('. ') || undefined
      );
    },
  };
}

async function writeUpdate(
  work: Work,
  actor: Actor,
  resource: AnyResource,
  before: AnyRow,
  changed: Record<string, unknown>,
): Promise<void> {
  if (resource.write?.update) {
    await resource.write.update(work, (await wholeRow(work.tx, resource.model, before.id)) as never, changed as never);
    return;
  }
  const { version } = modelOf(resource.model);
  const seen = versionOf(resource, before);
  const same = version && seen ? { [version]: seen } : {};
  // Two writes within one millisecond would otherwise leave the same version, and the second reader would miss it.
  const next = version && seen ? { [version]: new Date(Math.max(Date.now(), seen.getTime() + 1)) } : {};
  const where = { AND: [rowWhere(resource, actor, before.id), same] };
  const { count } = await tableOf(work.tx, resource.model).updateMany({ where, data: { ...changed, ...next } });
  if (count !== 1) throw changedMeanwhile();
}

function versionOf(resource: AnyResource, row: AnyRow): Date | undefined {
  const { version } = modelOf(resource.model);
  const value = version ? row[version] : undefined;
  return value instanceof Date ? value : undefined;
}

function checkVersion(version: unknown): void {
  if (version === undefined) return;
  if (
    typeof version !== 'string' ||
    !/^\d{4}-\d\d-\d\dT[\d:.]{5,12}Z$/.test(version) ||
    Number.isNaN(Date.parse(version))
  )
    throw invalid('The version does not fit.', { version: 'is not a version' });
}

function changedMeanwhile(): StewardError {
  return conflict('Somebody else changed this meanwhile. Load it again to see the new values.');
}

function pick(row: AnyRow, names: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, row[name]]));
}

function auditedValues(resource: AnyResource, row: AnyRow): Record<string, unknown> {
  return Object.fromEntries(declaredColumns(resource).map(({ name }) => [name, row[name]]));
}

async function auditChange(
  work: Work,
  resource: AnyResource,
  row: AnyRow,
  kind: 'create' | 'update' | 'delete',
  change: { before?: Record<string, unknown>; after?: Record<string, unknown> },
  summary?: string,
): Promise<void> {
  const limited = new Set(
    declaredColumns(resource)
      .filter(({ declaration }) => declaration.permission !== undefined)
      .map(({ name }) => name),
  );
  // A column with its own permission must not be readable through the audit by those without it.
  const masked = (values: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, limited.has(name) ? '[protected]' : value]),
    );
  const title = recordTitle(resource, row);
  await work.audit({
    kind,
    summary: summary ?? changeSentence(kind, resource.label.one),
    resource: resource.model,
    recordId: row.id,
    recordTitle: title,
    ...(change.before ? { before: masked(change.before) } : {}),
    ...(change.after ? { after: masked(change.after) } : {}),
  });
}

function changeSentence(kind: 'create' | 'update' | 'delete', one: string): string {
  if (kind === 'create') return `${one} created`;
  return kind === 'update' ? `${one} changed` : `${one} deleted`;
}
