// A whole import at once, for the command line: upload, rehearsal and commit in this process. The import is an ordinary one: it stands in the
// panel with its rows, and can be taken back there.
import type { Readable } from 'node:stream';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import { startCommit, startRehearsal, uploadImport } from './imports.ts';
import { type ImportView, readImport } from './view.ts';
import { workImport } from './work.ts';

/** Imports a file by the guessed columns and returns the import as it ended. Throws invalid for a file that is not read. */
export async function importFile(
  core: Core,
  actor: Actor,
  model: string,
  file: { name: string; content: Readable | Uint8Array; defaults?: Record<string, unknown> },
): Promise<ImportView> {
  const { id } = await uploadImport(core, actor, model, file);
  const { mapping } = await readImport(core, actor, id);
  await startRehearsal(core, actor, id, { mapping, defaults: file.defaults ?? {} });
  const rehearsed = await worked(core, actor, id);
  if (rehearsed.state !== 'rehearsed') throw invalid(rehearsed.note ?? 'The file could not be read to its end.');
  const { create, change } = rehearsed.plans;
  if (create + change === 0) return rehearsed;
  await startCommit(core, actor, id, { create, change });
  return worked(core, actor, id);
}

// A worker beside us may take it as well; whoever has the lease does it, and we wait.
async function worked(core: Core, actor: Actor, id: string): Promise<ImportView> {
  for (;;) {
    await workImport(core, id, new AbortController().signal);
    const view = await readImport(core, actor, id);
    if (view.state !== 'running') return view;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
