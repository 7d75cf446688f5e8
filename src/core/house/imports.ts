// Imports in the panel's lists: read only. They are made from the list of the resource and steered on their own page.
import { z } from 'zod';
import { job } from '../job.ts';
import { resource } from '../resource.ts';
import { ofReadableRecords, ownRuns } from './own-rows.ts';
import { recordKinds } from './record-kinds.ts';

/** Spreadsheets that came in: who, when, into what. */
export const imports = resource('Import', {
  label: { one: 'import', many: 'imports' },
  group: 'Work',
  icon: 'Upload',
  title: 'fileName',
  permissions: { read: 'core:runs' },
  scopes: ownRuns,
  narrows: ofReadableRecords,
  columns: {
    fileName: { label: 'File', filter: true },
    resource: { label: 'Records of', filter: true, choices: recordKinds },
    state: {
      label: 'State',
      filter: true,
      values: {
        uploaded: { label: 'Uploaded', tone: 'quiet' },
        running: { label: 'Running', tone: 'busy' },
        paused: { label: 'Paused', tone: 'quiet' },
        rehearsed: { label: 'Rehearsed', tone: 'busy' },
        finished: { label: 'Finished', tone: 'good' },
        cancelled: { label: 'Cancelled', tone: 'quiet' },
        undone: { label: 'Taken back', tone: 'quiet' },
        refused: { label: 'Refused', tone: 'bad' },
      },
    },
    total: { label: 'Rows' },
    actor: { label: 'By', filter: true },
    operatorId: { label: 'Operator', list: false, filter: true },
    note: { label: 'Note', list: false, words: true },
    sha256: { label: 'SHA-256 of the file', list: false },
    createdAt: { label: 'Uploaded at', sort: true, filter: true },
    finishedAt: { label: 'Finished', list: false },
    expiresAt: { label: 'Forgotten at', list: false },
  },
  sort: ['createdAt', 'desc'],
  empty: 'Nothing was imported yet. Open a list and choose “Import”.',
});

/** Forgets imports whose time is over, with their rows, every night; what they made stays. */
export const forgetImports = job({
  name: 'core.forget-imports',
  data: z.object({}),
  schedule: '43 3 * * *',
  async run(core, _, { signal }) {
    while (!signal.aborted) {
      const over = { expiresAt: { lt: new Date() }, state: { not: 'running' as const } };
      const found = await core.db.import.findFirst({ where: over, select: { id: true } });
      if (!found) return;
      await core.db.import.deleteMany({ where: { id: found.id, ...over } });
    }
  },
});
