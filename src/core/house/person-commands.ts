// Personal data on the command line, for requests that come in while nobody is at the panel.
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { systemActor } from '../access.ts';
import { invalid } from '../errors.ts';
import { zipStream } from '../files/zip.ts';
import { command } from '../module.ts';
import { erasePerson, erasureInWords, previewErasure } from '../privacy/erase.ts';
import { personEntries } from '../privacy/export.ts';
import { readPerson } from '../privacy/person.ts';
import { auditErasure } from './person-requests.ts';

const who = { email: z.string().optional(), phone: z.string().optional().meta({ help: 'such as +31612345678' }) };

/** Writes an archive with everything that is kept about a person. */
export const personExport = command({
  name: 'person:export',
  summary: 'writes everything that is kept about a person into a ZIP file',
  options: z.object({ ...who, file: z.string().meta({ help: 'a file that does not exist yet' }) }),
  async run(core, { file, ...given }, print) {
    const person = readPerson(core, given);
    const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    await pipeline(zipStream(personEntries(core, core.db, person)), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw invalid('This file exists already.', { file: 'exists already' }, error);
      throw error;
    });
    await core.transaction(systemActor, (work) =>
      work.audit({ kind: 'export', summary: 'The data of a person was exported on the command line' }),
    );
    print(`Written to ${file}. It holds personal data: delete it when it was handed over.`);
  },
});

/** Forgets a person. */
export const personErase = command({
  name: 'person:erase',
  summary: 'forgets a person in all modules, messages, files and exports; --dry-run shows what that would be',
  options: z.object({ ...who, dryRun: z.boolean().default(false) }),
  async run(core, { dryRun, ...given }, print) {
    const person = readPerson(core, given);
    if (dryRun) {
      for (const line of erasureInWords(await previewErasure(core, core.db, person))) print(line);
      return print('Nothing was changed (--dry-run).');
    }
    const kinds = await core.transaction(
      systemActor,
      async (work) => {
        const erased = await erasePerson(work, person);
        await auditErasure(work, erased);
        return erased;
      },
      { timeoutMs: 300_000 },
    );
    for (const line of erasureInWords(kinds)) print(line);
    print(
      kinds.length > 0
        ? 'The person is forgotten. Backups made before still hold them.'
        : 'Nobody is known under this address.',
    );
  },
});
