// Asking for a person's data and forgetting a person, as the requests in the panel do it, for the tests of modules.
import { systemActor } from '../../src/core/access.ts';
import type { Core } from '../../src/core/core.ts';
import { type ErasedKind, erasePerson } from '../../src/core/privacy/erase.ts';
import { exportPerson } from '../../src/core/privacy/export.ts';
import { readPerson } from '../../src/core/privacy/person.ts';

/** What is typed into a request. */
export interface Asked {
  email?: string;
  phone?: string;
}

/** Returns what the person is given: the records by what they are, all of it as text, and the bytes of the files. */
export async function handOut(core: Core, asked: Asked) {
  const { document, fileIds } = await exportPerson(core, core.db, readPerson(core, asked));
  const records = Object.fromEntries(document.data.map(({ what, records: of }) => [what, of]));
  return {
    records,
    text: JSON.stringify(document),
    files: await Promise.all(fileIds.map((id) => core.files.bytes(id))),
  };
}

/** Forgets the person and returns what was done. */
export function forget(core: Core, asked: Asked): Promise<ErasedKind[]> {
  return core.transaction(systemActor, (work) => erasePerson(work, readPerson(core, asked)));
}
