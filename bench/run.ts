// `npm run bench`: every measurement of this folder, one after the other; `npm run bench -- seats mails` only these. What came out is printed and
// written to bench/results/<name>.json. BENCH_SMALL=1 looks whether they work; BENCH_ROUNDS sets the rounds (5).
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configureLog } from '../src/core/log.ts';
import type { Bench, Comparison, Measurement } from './kit/compare.ts';
import { openDatabases } from './kit/database.ts';

const here = import.meta.dirname;
const isSmall = process.env.BENCH_SMALL === '1';
const known = readdirSync(here)
  .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
  .map((name) => path.basename(name, '.ts'));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no measurement ${unknown.join(', ')}. There are ${known.join(', ')}.\n`);
  process.exit(2);
}

configureLog({ level: 'error', readable: true });
const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-bench-'));
const databases = await openDatabases(folder);
const bench: Bench = {
  folder,
  database: databases.clone,
  size: (full, small) => (isSmall ? small : full),
  rounds: Number(process.env.BENCH_ROUNDS ?? (isSmall ? 1 : 5)),
};
try {
  for (const name of asked.length > 0 ? asked : known) {
    const { default: measurement } = (await import(`./${name}.ts`)) as { default: Measurement };
    process.stdout.write(`\n${measurement.title}\n`);
    const comparisons = await measurement.run(bench);
    for (const one of comparisons) print(one);
    if (isSmall) continue;
    mkdirSync(path.join(here, 'results'), { recursive: true });
    writeFileSync(
      path.join(here, 'results', `${name}.json`),
      `${JSON.stringify({ measured: new Date().toISOString().slice(0, 10), machine: machine(), comparisons }, null, 2)}\n`,
    );
  }
} finally {
  await databases.close();
  rmSync(folder, { recursive: true, force: true });
}

function print({ title, unit, ways, notes }: Comparison) {
  process.stdout.write(`\n  ${title} (ours ÷ the other, median and spread; ${unit} per second)\n`);
  for (const { name, ratio, perSecond, figures } of ways) {
    const more = Object.entries(figures).map(([figure, { median }]) => `${figure} ${short(median)}`);
    process.stdout.write(
      `  ${short(ratio.median).padStart(8)} (${short(ratio.min)}–${short(ratio.max)})  ${name}: ${[`${short(perSecond.median)}/s`, ...more].join(', ')}\n`,
    );
  }
  for (const note of notes) process.stdout.write(`    ${note}\n`);
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function machine() {
  return {
    node: process.version,
    processors: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  };
}
