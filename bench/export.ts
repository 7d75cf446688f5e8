// How fast many records become a file, and with how much memory: our export with its frozen set, rights, outcomes and audit, against a cursor
// and the same library that write the same table. Each in a process of its own.
import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Amount, compare, type Measurement, type Way } from './kit/compare.ts';
import { fillRecipients } from './kit/recipients.ts';

const run = promisify(execFile);
const child = path.join(import.meta.dirname, 'kit', 'export-child.ts');

export default {
  title: 'Exports',
  async run(bench) {
    const count = bench.size(100_000, 1_000);
    const url = await bench.database();
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    await fillRecipients(pool, count);
    await pool.end();
    const way =
      (name: string): Way =>
      async () => {
        const amount = await inChild(name, url, bench.folder);
        if (amount.done !== count) throw new Error(`${name} wrote ${amount.done} of ${count} rows.`);
        return amount;
      };
    const rounds = Math.min(bench.rounds, 3);
    const notes = [
      'Memory is the resident size of the whole process, looked at every 10 ms; grown: during the export.',
    ];
    const comparisons = [];
    for (const [format, library] of [
      ['csv', 'json2csv'],
      ['xlsx', 'yazl'],
    ])
      comparisons.push(
        await compare(
          `${count} rows as ${format?.toUpperCase()}`,
          'rows',
          { 'an export run (ours)': way(`${format}-ours`), [`cursor and ${library}`]: way(`${format}-bare`) },
          { rounds, warmUp: false, notes },
        ),
      );
    return comparisons;
  },
} satisfies Measurement;

async function inChild(way: string, url: string, folder: string): Promise<Amount> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', child, way, url, folder]);
  for (const name of readdirSync(folder)) if (name.startsWith('bare-')) rmSync(path.join(folder, name));
  return JSON.parse(stdout) as Amount;
}
