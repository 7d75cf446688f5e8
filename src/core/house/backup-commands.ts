// Backup and restore on the command line. They work on the database itself, without starting a core on it: a backup must change nothing,
// and before a restore there is nothing to start.
import path from 'node:path';
import { z } from 'zod';
import { systemActor } from '../access.ts';
import { restoreBackup } from '../backup/restore.ts';
import { writeBackup } from '../backup/write.ts';
import type { Config } from '../config/config.ts';
import { type DatabaseConnection, directConnection } from '../database/database.ts';
import { StewardError } from '../errors.ts';
import { type CommandShape, command } from '../module.ts';
import { releaseCopy } from '../outbox/restored.ts';

/** What a command has that needs no core. */
interface ColdStart {
  config: Config;
  connection: DatabaseConnection;
}

/** A command that needs the configuration and a reachable database only. */
export interface ColdCommand extends CommandShape {
  runCold(from: ColdStart, options: Record<string, unknown>, print: (line: string) => void): Promise<void>;
}

const file = z.string().min(1).max(1000).meta({ example: 'FILE' });
const backupOptions = z.object({ file });
const restoreOptions = z.object({
  file,
  overwrite: z.boolean().default(false),
  otherKey: z.boolean().default(false),
});

const backup: ColdCommand = {
  name: 'backup',
  summary: 'writes database and files into one archive, while Steward runs; the APP_KEY is not in it',
  place: 'file',
  options: backupOptions,
  async runCold(from, options, print) {
    const target = path.resolve(backupOptions.parse(options).file);
    const { tables, files, jobs, madeAt } = await writeBackup(pastPooler(from), target);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    print(`${target}: the state of ${madeAt}`);
    print(
      `  ${tables.length} tables with ${rows} rows, ${jobs.rows} waiting jobs, ${files.count} files (${megabytes(files.bytes)})`,
    );
    print('  The APP_KEY is not in it. Keep it somewhere else: without it sealed secrets stay closed.');
    if (files.damaged.length === 0) return;
    for (const key of files.damaged.slice(0, 20)) print(`  damaged or missing: ${key}`);
    throw new StewardError(
      'damaged',
      500,
      `The backup was written, but ${files.damaged.length} files in the storage are damaged.`,
    );
  },
};

const restore: ColdCommand = {
  name: 'restore',
  summary: 'puts a backup into an empty database and the storage; the copy then sends nothing until outbox:release',
  place: 'file',
  options: restoreOptions,
  async runCold(from, options, print) {
    const { file: source, ...allowed } = restoreOptions.parse(options);
    const { manifest, applied, isOtherKey } = await restoreBackup(
      { ...pastPooler(from), ...allowed },
      path.resolve(source),
    );
    print(
      `Restored the state of ${manifest.madeAt} (Steward ${manifest.version}): ${manifest.tables.length} tables, ${manifest.files.count} files.`,
    );
    if (applied.length > 0) print(`Brought to this version: ${applied.join(', ')}.`);
    if (isOtherKey) print('The APP_KEY is another one: what was sealed with the old one stays closed.');
    print('Sessions were not in the backup: everybody signs in anew. Runs and imports that were going on are paused.');
    print('This copy sends nothing and starts no schedule until you say so: npm run steward -- outbox:release');
  },
};

function pastPooler({ config, connection }: ColdStart): ColdStart {
  return { config, connection: directConnection(connection) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Lets a restored copy send again. */
export const outboxRelease = command({
  name: 'outbox:release',
  summary: 'lets a restored copy send, call and start schedules; --withdraw-waiting: without the messages that wait',
  options: z.object({ withdrawWaiting: z.boolean().default(false) }),
  async run(core, { withdrawWaiting }, print) {
    const released = await core.transaction(systemActor, (work) => releaseCopy(work, { withdraw: withdrawWaiting }), {
      timeoutMs: 300_000,
    });
    if (!released) return print('This is no silent copy; nothing was changed.');
    print(
      `Released: ${released.messages} messages leave now, ${released.withdrawn} were withdrawn, ${released.jobs} jobs have their times back.`,
    );
    if (released.pausedRuns > 0)
      print(`${released.pausedRuns} runs are paused. Look at each in the panel and resume or cancel it.`);
  },
});

/** The commands that need no core. */
export const coldCommands: readonly ColdCommand[] = [backup, restore];
