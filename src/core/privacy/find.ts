// What is known about a person, by the declarations of all modules. Reads only.
import type { Core } from '../core.ts';
import { type AnyRow, answered, tableOf } from '../database/tables.ts';
import { tooLarge } from '../errors.ts';
import type { Transaction } from '../model.ts';
import type { AnyPersonalData, Person } from '../personal-data.ts';

/** Records of one model that are about the person. */
export interface FoundRecords {
  data: AnyPersonalData;
  rows: AnyRow[];
}

/** More records than this of one model are not one person's. */
const most = 10_000;

/** Finds the records about the person, in the order in which they would be erased: the modules', then the house's. */
export async function findPerson(core: Core, tx: Transaction, person: Person): Promise<FoundRecords[]> {
  const found: FoundRecords[] = [];
  for (const data of declarationsOf(core)) {
    const where = data.find(person);
    if (!where) continue;
    const include = data.include ? { include: data.include } : {};
    const rows = await answered(
      tableOf(tx, data.model).findMany({ where, ...include, orderBy: { id: 'asc' }, take: most + 1 }),
    );
    if (rows.length > most) throw tooLarge(`There are more than ${most} ${data.label} under this address.`);
    if (rows.length > 0) found.push({ data, rows });
  }
  return found;
}

/** Returns what all modules declare about people; the house's comes last, because it has what the others left behind. */
export function declarationsOf(core: Pick<Core, 'modules'>): AnyPersonalData[] {
  const [house, ...modules] = core.modules;
  return [...modules, ...(house ? [house] : [])].flatMap((module) => module.privacy ?? []);
}
