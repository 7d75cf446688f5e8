// Imports: a spreadsheet becomes records. Upload, rehearsal, commit, undo, each started by somebody and then done by the worker. The rule: nothing is
// written into the resource before its rehearsal was seen and confirmed.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { safeFileName } from '../../lib/file-name.ts';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { conflict, invalid } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import { readKeptSheet } from '../spreadsheets/sheet-reader.ts';
import type { Work } from '../work.ts';
import { importOfModel, parseAsked, parseMapping } from './context.ts';
import type { AnyImport } from './declaration.ts';
import type { Import } from './lease.ts';
import { rememberMapping } from './mapping.ts';
import { sealedSamples } from './secrets.ts';
import { findImport } from './view.ts';
import { enqueueImport } from './work.ts';

export { errorFile, sampleFile } from './files.ts';
export { type ImportRowView, type ImportView, readImport, readImportRows } from './view.ts';

const mostBytes = 200_000_000;
const keepDays = 30;
const sampleRows = 5;

/** Keeps a file privately and looks through it: header, number of rows, first rows. Throws `invalid` with the reason why it is not read. */
export async function uploadImport(
  core: Core,
  actor: Actor,
  model: string,
  file: { name: string; content: Readable | Uint8Array },
): Promise<{ id: string }> {
  const { resource, declaration } = importOfModel(core, actor, model);
  const id = randomUUID();
  const expiresAt = new Date(Date.now() + keepDays * 86_400_000);
  const owner = { resource: 'Import', recordId: id };
  const name = safeFileName(file.name || 'table.csv');
  const stored = await core.files.keep({
    name,
    type: 'application/octet-stream',
    content: file.content,
    expiresAt,
    owner,
    maxBytes: mostBytes,
    isUpload: true,
  });
  try {
    const seen = await lookThrough(core, declaration, stored.id);
    await core.transaction(actor, async (work) => {
      const row = { id, resource: model, fileId: stored.id, fileName: name, sha256: stored.sha256, expiresAt, ...seen };
      await work.tx.import.create({ data: { ...row, ...ownerOf(actor) } });
      const after = { file: name, sha256: stored.sha256, bytes: stored.size, rows: seen.total };
      await auditImport(work, resource, { id, fileName: name }, 'uploaded', after);
    });
    return { id };
  } catch (error) {
    await core.files.remove(stored.id);
    throw error;
  }
}

function ownerOf(actor: Actor) {
  return {
    owner: `${actor.kind}:${actor.id ?? ''}`,
    actor: actor.name,
    operatorId: actor.kind === 'operator' ? actor.id : null,
  };
}

async function lookThrough(core: Core, { bare }: AnyImport, fileId: string) {
  const rows = readKeptSheet(core, fileId);
  const first: string[][] = [];
  let count = 0;
  for (;;) {
    const step = await rows.next();
    if (step.done) {
      const isBare = bare?.fits(first[0] ?? []) ?? false;
      const [header = [], ...samples] = isBare ? [[...(bare?.header ?? [])], ...first] : first;
      const total = isBare ? count : count - 1;
      if (total < 1) throw invalid('This file has no rows below its headings.', { file: 'has no rows' });
      return {
        header,
        samples: sealedSamples(core, samples),
        total,
        format: step.value.format,
        separator: step.value.separator,
      };
    }
    for (const { cells } of step.value) if (first.length <= sampleRows) first.push(cells);
    count += step.value.length;
  }
}

/** Starts the rehearsal with these columns; also anew with others, as long as nothing was written. */
export async function startRehearsal(
  core: Core,
  actor: Actor,
  id: string,
  input: { mapping: Record<string, number>; defaults: Record<string, unknown> },
): Promise<void> {
  const row = await findImport(core, actor, id);
  const { resource } = importOfModel(core, actor, row.resource);
  const mapped = parseMapping(resource, actor, input.mapping, row.header);
  await parseAsked(core, actor, resource, input.defaults, mapped);
  await core.transaction(actor, async (work) => {
    const data = { mapping: input.mapping, defaults: input.defaults as object, position: 0, note: null };
    await move(work, row, ['uploaded', 'rehearsed', 'refused'], {
      state: 'running',
      stage: 'rehearse',
      ...data,
      ...ownerOf(actor),
    });
    await rememberMapping(work.tx, row.resource, row.header, input.mapping);
  });
}

/** Starts writing what the rehearsal showed. `expected` are the numbers that were shown; throws conflict when they are others by now. */
export async function startCommit(
  core: Core,
  actor: Actor,
  id: string,
  expected: { create: number; change: number },
): Promise<void> {
  const row = await findImport(core, actor, id);
  const { resource } = importOfModel(core, actor, row.resource);
  await core.transaction(actor, async (work) => {
    const count = (plan: 'create' | 'change') => work.tx.importRow.count({ where: { importId: id, plan } });
    const [create, change] = [await count('create'), await count('change')];
    if (create + change === 0) throw conflict('There is nothing to import: no row is new or changed.');
    if (create !== expected.create || change !== expected.change)
      throw conflict('The rehearsal was done anew meanwhile. Look at it again.');
    await move(work, row, ['rehearsed'], { state: 'running', stage: 'commit', ...ownerOf(actor) });
    await auditImport(work, resource, row, 'started', { create, change });
  });
}

/** Starts to take the whole import back. */
export async function startUndo(core: Core, actor: Actor, id: string): Promise<void> {
  const row = await findImport(core, actor, id);
  const { resource } = importOfModel(core, actor, row.resource);
  await core.transaction(actor, async (work) => {
    const done = await work.tx.importRow.count({ where: { importId: id, outcome: 'done' } });
    if (done === 0) throw conflict('This import left nothing that could be taken back.');
    await move(work, row, ['finished', 'cancelled'], { state: 'running', stage: 'undo', ...ownerOf(actor) });
    await auditImport(work, resource, row, 'undo', { records: done });
  });
}

/** Holds, goes on with or ends the work on an import. Ended while it writes, what was written stays and can be taken back. */
export async function controlImport(
  core: Core,
  actor: Actor,
  id: string,
  verb: 'pause' | 'resume' | 'cancel',
): Promise<void> {
  const row = await findImport(core, actor, id);
  const { resource } = importOfModel(core, actor, row.resource);
  await core.transaction(actor, async (work) => {
    if (verb === 'pause') await move(work, row, ['running'], { state: 'paused' });
    else if (verb === 'resume') await move(work, row, ['paused'], { state: 'running', ...ownerOf(actor) });
    else await move(work, row, ['uploaded', 'running', 'paused', 'rehearsed', 'refused'], cancelled(row));
    await auditImport(work, resource, row, verb);
  });
}

function cancelled({ stage }: Import): { state: Import['state']; stage: null } {
  // Nothing was written yet: the columns can be chosen anew.
  return { state: stage === 'rehearse' ? 'uploaded' : 'cancelled', stage: null };
}

async function move(
  work: Work,
  { id }: Import,
  from: Import['state'][],
  data: Record<string, unknown> & { state: Import['state'] },
): Promise<void> {
  const free = { leaseBy: null, leaseUntil: null };
  const { count } = await work.tx.import.updateMany({ where: { id, state: { in: from } }, data: { ...data, ...free } });
  if (count === 0) throw conflict('This import has gone on meanwhile. Load it again.');
  if (data.state === 'running') await enqueueImport(work.tx, id);
}

type ImportStep = 'uploaded' | 'started' | 'undo' | 'pause' | 'resume' | 'cancel';

function stepSentence(step: ImportStep, fileName: string, many: string): string {
  switch (step) {
    case 'uploaded':
      return `Import of ${fileName} into ${many} uploaded`;
    case 'started':
      return `Import of ${fileName} into ${many} started`;
    case 'undo':
      return `Import of ${fileName} into ${many} is being taken back`;
    case 'pause':
      return `Import of ${fileName} into ${many} paused`;
    case 'resume':
      return `Import of ${fileName} into ${many} resumed`;
    case 'cancel':
      return `Import of ${fileName} into ${many} cancelled`;
  }
}

async function auditImport(
  work: Work,
  resource: AnyResource,
  { id, fileName }: { id: string; fileName: string },
  what: ImportStep,
  after?: Record<string, unknown>,
): Promise<void> {
  const summary = stepSentence(what, fileName, resource.label.many);
  await work.audit({
    kind: 'action',
    summary,
    resource: 'Import',
    recordId: id,
    recordTitle: fileName,
    ...(after ? { after } : {}),
  });
}
