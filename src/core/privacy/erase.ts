// Forgetting a person: all records that modules declare, and every trace in the framework, in one transaction. Bytes of files follow it.
// The rule: all or nothing; what is told afterwards are kinds and numbers, never who it was.
import { z } from 'zod';
import type { Core } from '../core.ts';
import { lockRecords, tableOf } from '../database/tables.ts';
import { job } from '../job.ts';
import type { Transaction } from '../model.ts';
import type { Person } from '../personal-data.ts';
import type { Work } from '../work.ts';
import { type FoundRecords, findPerson } from './find.ts';
import { patternOf } from './person.ts';
import { eraseTraces } from './traces.ts';
import { emptyUploads } from './uploads.ts';

/** What an erasure does, or did, to one kind of records. */
export interface ErasedKind {
  model: string;
  label: string;
  count: number;
  /** What becomes of them, or why they stay. */
  fate: string;
  isKept: boolean;
}

/** Works out what an erasure would do. Writes nothing. */
export async function previewErasure(core: Core, tx: Transaction, person: Person): Promise<ErasedKind[]> {
  return (await findPerson(core, tx, person)).records.map(kindOf);
}

function kindOf({ data, rows }: FoundRecords): ErasedKind {
  const isKept = 'keptBecause' in data;
  return {
    model: String(data.model),
    label: data.label,
    count: rows.length,
    fate: isKept ? data.keptBecause : data.fate,
    isKept,
  };
}

/** Forgets a person and returns what that was, by kinds. Throws conflict while a message is leaving or an import is open. */
export async function erasePerson(work: Work, person: Person): Promise<ErasedKind[]> {
  const { core, tx } = work;
  // A set that is being frozen would write down titles that we could not see yet.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('steward.erase'))`;
  const { records: found, persons } = await findPerson(core, tx, person);
  const going = found.filter(({ data }) => 'erase' in data);
  for (const { data, rows } of going)
    await lockRecords(
      tx,
      data.model,
      rows.map(({ id }) => id),
    );
  const files = going.flatMap(({ data, rows }) => rows.flatMap((row) => data.files?.(row as never) ?? []));
  const keys = await keysOf(tx, files);
  const records = going.flatMap(({ data, rows }) => rows.map(({ id }) => ({ resource: String(data.model), id })));
  keys.push(...(await eraseTraces(tx, { records, pattern: patternOf(persons) })));
  for (const { data, rows } of going) for (const row of rows) await eraseOne(work, data, row.id);
  const uploads = await emptyUploads(core, tx, persons);
  keys.push(...(await keysOf(tx, uploads)));
  await tx.storedFile.deleteMany({ where: { id: { in: [...files, ...uploads].filter((one) => one !== null) } } });
  if (keys.length > 0) await work.enqueue(eraseBytesJob, { keys });
  return found.map(kindOf);
}

// Read again: the lock may have waited for a change, and an earlier record may have taken this one with it.
async function eraseOne(work: Work, data: FoundRecords['data'], id: string): Promise<void> {
  const include = data.include ? { include: data.include } : {};
  const row = await tableOf(work.tx, data.model).findFirst({ where: { id }, ...include });
  if (row && 'erase' in data) await data.erase(row as never, work);
}

// Asked before a module removes the rows itself: afterwards nobody would know where the bytes lie.
async function keysOf(tx: Transaction, ids: readonly (string | null)[]): Promise<string[]> {
  const id = { in: ids.filter((one) => one !== null) };
  return (await tx.storedFile.findMany({ where: { id }, select: { key: true } })).map(({ key }) => key);
}

/** Removes the bytes of files whose rows an erasure has deleted; the hourly sweep would leave them for a day. */
export const eraseBytesJob = job({
  name: 'core.erase-bytes',
  data: z.object({ keys: z.array(z.string()) }),
  run: (core, { keys }) => core.files.forget(keys),
});

/** Says an erasure in words, a line each. */
export function erasureInWords(kinds: readonly ErasedKind[]): string[] {
  return kinds.map(({ label, count, fate, isKept }) => `${count} ${label}: ${isKept ? `kept. ${fate}` : fate}`);
}
