// `npm test`: prepares, then types, lint and every test. `npm test -- some/file` runs only the tests whose path holds that text.
// The last line is exactly "N passed, N failed"; types and lint count as one each.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

prepareOrExit();
const count = { passed: 0, failed: 0 };
const tool = (file) => path.join(root, 'node_modules', file);

step('types', [tool('typescript/bin/tsc'), '--noEmit', '-p', root]);
step('lint', [tool('@biomejs/biome/bin/biome'), 'check', root]);
runTests(process.argv.slice(2));
process.stdout.write(`\n${count.passed} passed, ${count.failed} failed\n`);
process.exit(count.failed > 0 || count.passed === 0 ? 1 : 0);

function step(name, args) {
  const isFine = spawnNode(args) === 0;
  process.stdout.write(`${isFine ? '✓' : '✗'} ${name}\n`);
  count[isFine ? 'passed' : 'failed'] += 1;
}

function runTests(args) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-test-'));
  const report = path.join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const status = spawnNode([tool('vitest/vitest.mjs'), 'run', ...reporters, ...args]);
    const failedBefore = count.failed;
    countReport(report);
    // Something outside any single test went wrong: a file that does not load, an error nobody awaited, no test at all.
    if (status !== 0 && count.failed === failedBefore) count.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countReport(report) {
  let found;
  try {
    found = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return;
  }
  count.passed += found.numPassedTests;
  count.failed += found.numFailedTests;
  count.failed += found.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  sayLongest(found.testResults);
}

// Where the time goes, for whoever wants the suite to be quicker.
function sayLongest(files) {
  const seconds = ({ startTime, endTime }) => Math.round((endTime - startTime) / 1000);
  const longest = files.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, 12);
  process.stdout.write('\nLongest files, in seconds:\n');
  for (const file of longest)
    process.stdout.write(`${String(seconds(file)).padStart(5)}  ${path.relative(root, file.name)}\n`);
}

function spawnNode(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } })
    .status;
}
