// What a person is given of all that is known about them: one JSON document, and the files that are theirs.
import type { Core } from '../core.ts';
import type { ZipEntry } from '../files/zip.ts';
import type { Transaction } from '../model.ts';
import type { Person } from '../personal-data.ts';
import { type FoundRecords, findPerson } from './find.ts';

/** The document of one person. */
export interface PersonDocument {
  person: Person;
  madeAt: string;
  data: { what: string; keptFor: string; records: Record<string, unknown>[] }[];
}

/** Reads everything that the declarations give out about the person. */
export async function exportPerson(
  core: Core,
  tx: Transaction,
  person: Person,
): Promise<{ document: PersonDocument; fileIds: string[] }> {
  const { records: found } = await findPerson(core, tx, person);
  const data: PersonDocument['data'] = [];
  for (const one of found)
    data.push({ what: one.data.label, keptFor: one.data.keptFor, records: await toldOf(core, one) });
  const fileIds = found.flatMap(({ data: of, rows }) => rows.flatMap((row) => of.files?.(row as never) ?? []));
  return {
    document: { person, madeAt: new Date().toISOString(), data },
    fileIds: fileIds.filter((id) => id !== null),
  };
}

async function toldOf(core: Core, { data, rows }: FoundRecords): Promise<Record<string, unknown>[]> {
  const told: Record<string, unknown>[] = [];
  for (const row of rows) told.push(await data.export(row as never, core));
  return told;
}

/** Streams a person's document and files as parts of an archive; one file is in memory at a time. */
export async function* personEntries(
  core: Core,
  tx: Transaction,
  person: Person,
  prefix = '',
): AsyncGenerator<ZipEntry> {
  const { document, fileIds } = await exportPerson(core, tx, person);
  yield { name: `${prefix}personal-data.json`, bytes: Buffer.from(`${JSON.stringify(document, null, 2)}\n`) };
  for (const id of fileIds) {
    const file = await tx.storedFile.findUnique({ where: { id } });
    if (file) yield { name: `${prefix}${file.name}`, bytes: await core.files.bytes(id) };
  }
}
