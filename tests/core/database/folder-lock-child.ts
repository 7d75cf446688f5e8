// A program for the test of the folder's lock: takes it and lets it go, many times, and says how often it had it together with somebody
// else. "in-two-steps" is the control: a lock whose file is there before it says whose it is.
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { takeFolderLock } from '../../../src/core/database/folder-lock.ts';

const [file = '', rounds = '0', manner] = process.argv.slice(2);
const witness = `${file}.witness`;

function takeInTwoSteps(): { release(): void } | undefined {
  try {
    const opened = openSync(file, 'wx');
    // The moment that a busy machine may put between the two.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    writeFileSync(opened, `${process.pid}\n`);
    closeSync(opened);
    return { release: () => rmSync(file, { force: true }) };
  } catch {
    if (!saysWhose()) rmSync(file, { force: true });
    return undefined;
  }
}

function saysWhose(): boolean {
  try {
    return readFileSync(file, 'utf8').length > 0;
  } catch {
    return true;
  }
}

let [taken, together] = [0, 0];
for (let round = 0; round < Number(rounds); round += 1) {
  const lock = manner === 'in-two-steps' ? takeInTwoSteps() : takeFolderLock(file);
  if (!lock || !('release' in lock)) continue;
  taken += 1;
  try {
    closeSync(openSync(witness, 'wx'));
    for (let i = 0; i < 20; i += 1) readFileSync('/dev/null');
    rmSync(witness);
  } catch {
    together += 1;
  }
  lock.release();
}
process.stdout.write(JSON.stringify({ taken, together }));
