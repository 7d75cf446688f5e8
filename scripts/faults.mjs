// `npm run faults`: the fault experiments at their full size, one after the other, each with its control. `npm run faults -- F5 F9`
// runs only these. Figures go into the table of docs/reliability.md; the seed is FAULT_SEED. Everything happens on this machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

/** Which tests are which experiment. */
const experiments = [
  { id: 'F1', says: 'SIGKILL in the middle of bulk mail', files: ['tests/faults/f01'] },
  { id: 'F2', says: 'The mail server is away', files: ['tests/faults/f02'] },
  { id: 'F4', says: 'The mail server refuses', files: ['tests/faults/f04'] },
  { id: 'F5', says: 'Database connections are cut under load', files: ['tests/faults/f05'] },
  {
    id: 'F8',
    says: 'Two instances and one that sleeps past its lease',
    files: ['tests/core/runs/crashes'],
  },
  { id: 'F9', says: '500 people and 20 places', files: ['tests/modules/workshops/capacity'] },
  { id: 'F10', says: 'The same submission many times', files: ['tests/faults/f10'] },
  {
    id: 'F11',
    says: 'A large import, killed and resumed',
    files: ['tests/core/import-crash'],
  },
  { id: 'F16', says: 'SIGTERM under load', files: ['tests/faults/f16'] },
  { id: 'F18', says: 'Migrations that fail, race and are killed', files: ['tests/core/database/migrations'] },
  { id: 'F19', says: 'A backup under load, restored elsewhere', files: ['tests/faults/f19', 'tests/core/backup'] },
  {
    id: 'ABUSE',
    says: 'Hostile requests to every operation of the public API, and how late the event loop is meanwhile',
    files: ['tests/abuse/fuzzing'],
  },
  {
    id: 'WINNERS',
    says: 'SIGKILL while winners are told by SMS, at a provider that knows no repeats',
    files: ['tests/modules/contests/sigkill'],
  },
  {
    id: 'EXPORT',
    says: 'A large export while the API is served takes no more memory',
    files: ['tests/core/spreadsheets/export-large'],
  },
];
const begin = '<!-- figures: begin -->';
const end = '<!-- figures: end -->';

prepareOrExit();
const asked = process.argv.slice(2).map((id) => id.toUpperCase());
const unknown = asked.filter((id) => !experiments.some((one) => one.id === id));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no experiment ${unknown.join(', ')}. There are ${experiments.map(({ id }) => id).join(', ')}.\n`,
  );
  process.exit(2);
}
const chosen = experiments.filter(({ id }) => asked.length === 0 || asked.includes(id));
const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-faults-'));
const notes = path.join(folder, 'notes.jsonl');
const results = chosen.map((one) => ({ ...one, ...runExperiment(one) }));
if (asked.length === 0) writeTable(results);
for (const { id, says, passed, failed } of results)
  process.stdout.write(`${failed === 0 && passed > 0 ? '✓' : '✗'} ${id} ${says}: ${passed} passed, ${failed} failed\n`);
rmSync(folder, { recursive: true, force: true });
process.exit(results.every(({ passed, failed }) => failed === 0 && passed > 0) ? 0 : 1);

function runExperiment({ id, files }) {
  const report = path.join(folder, `${id}.json`);
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  spawnSync(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--maxWorkers=1', ...files],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: 'test', FAULTS: 'full', FAULT_REPORT: notes },
    },
  );
  const found = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 1 };
  return { passed: found.numPassedTests, failed: found.numFailedTests };
}

function writeTable(rows) {
  const lines = existsSync(notes)
    ? readFileSync(notes, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  const figuresOf = (id) =>
    lines
      .filter(({ fault }) => fault === id || fault === `${id} control`)
      .map(({ fault, figures }) => {
        const words = Object.entries(figures)
          .map(([name, value]) => `${value.toLocaleString('en')} ${name}`)
          .join(', ');
        return fault.endsWith('control') ? `control: ${words}` : words;
      })
      .join('; ');
  const table = rows.map(
    ({ id, says, passed, failed }) =>
      `| ${id} | ${says} | ${passed} passed${failed > 0 ? `, ${failed} failed` : ''} | ${figuresOf(id)} |`,
  );
  const page = path.join(root, 'docs/reliability.md');
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const head = '| | experiment | tests | figures |\n|---|---|---|---|';
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(
    page,
    `${text.slice(0, from)}\n\nLast full run: ${day}, ${os.cpus().length} cores, Node ${process.versions.node}.\n\n${head}\n${table.join('\n')}\n\n${text.slice(text.indexOf(end))}`,
  );
}
