// Spreadsheets that were uploaded and not imported yet: no row tells who is in them, so they are read through.
import type { Core } from '../core.ts';
import type { Transaction } from '../model.ts';
import type { Person } from '../personal-data.ts';
import { readKeptSheet } from '../spreadsheets/sheet-reader.ts';
import { expressionOf } from './person.ts';

/** Takes file and first rows from the uploads that name the person. Returns the ids of the files. */
export async function emptyUploads(core: Core, tx: Transaction, persons: readonly Person[]): Promise<string[]> {
  const where = {
    state: { in: ['uploaded' as const, 'refused' as const, 'cancelled' as const] },
    fileId: { not: null },
  };
  const uploads = await tx.import.findMany({ where, select: { id: true, fileId: true } });
  const files: string[] = [];
  for (const { id, fileId } of uploads) {
    if (fileId === null || !(await holds(core, fileId, persons))) continue;
    await tx.import.update({ where: { id }, data: { samples: [], fileId: null } });
    files.push(fileId);
  }
  return files;
}

async function holds(core: Core, fileId: string, persons: readonly Person[]): Promise<boolean> {
  const expression = expressionOf(persons);
  if (
    await core.files.find(fileId).then(
      () => false,
      () => true,
    )
  )
    return false;
  for await (const rows of readKeptSheet(core, fileId))
    if (rows.some(({ cells }) => cells.some((cell) => expression.test(cell)))) return true;
  return false;
}
