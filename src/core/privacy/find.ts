// What is known about a person, by the declarations of all modules. Reads only.
import type { Core } from '../core.ts';
import { type AnyRow, answered, tableOf } from '../database/tables.ts';
import { tooLarge } from '../errors.ts';
import type { Transaction } from '../model.ts';
import type { ModuleDeclaration } from '../module.ts';
import type { AnyPersonalData, Person } from '../personal-data.ts';

/** Records of one model that are about the person. */
export interface FoundRecords {
  data: AnyPersonalData;
  rows: AnyRow[];
}

/** Everything about the person. */
export interface FoundPerson {
  records: FoundRecords[];
  /** By what they are known: what was asked for, and the addresses that the records of the modules add to it. */
  persons: Person[];
}

/** More records than this of one model are not one person's. */
const most = 10_000;

/** Finds the records about the person, in the order in which they would be erased: the modules', then what the house has of all their addresses. */
export async function findPerson(core: Core, tx: Transaction, person: Person): Promise<FoundPerson> {
  const [house, ...modules] = core.modules;
  const records = await search(core, tx, modules, [person]);
  const persons = [person, ...otherAddresses(person, records)];
  records.push(...(await search(core, tx, house ? [house] : [], persons)));
  return { records, persons };
}

async function search(
  core: Core,
  tx: Transaction,
  modules: readonly ModuleDeclaration[],
  persons: readonly Person[],
): Promise<FoundRecords[]> {
  const found: FoundRecords[] = [];
  for (const data of modules.flatMap((module) => module.privacy ?? [])) {
    const asked = await Promise.all(persons.map((person) => data.find(person, { core, tx })));
    const OR = asked.filter((where) => where !== undefined);
    if (OR.length === 0) continue;
    const include = data.include ? { include: data.include } : {};
    const rows = await answered(
      tableOf(tx, data.model).findMany({ where: { OR }, ...include, orderBy: { id: 'asc' }, take: most + 1 }),
    );
    if (rows.length > most) throw tooLarge(`There are more than ${most} ${data.label} under this address.`);
    if (rows.length > 0) found.push({ data, rows });
  }
  return found;
}

function otherAddresses(person: Person, records: readonly FoundRecords[]): Person[] {
  const known = records.flatMap(({ data, rows }) => rows.map((row): Person => data.also?.(row as never) ?? {}));
  const emails = new Set(known.flatMap(({ email }) => (email && email !== person.email ? email : [])));
  const phones = new Set(known.flatMap(({ phone }) => (phone && phone !== person.phone ? phone : [])));
  return [...[...emails].map((email) => ({ email })), ...[...phones].map((phone) => ({ phone }))];
}
