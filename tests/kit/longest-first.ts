// The order of the test files: those that start programs (servers, browsers, compilers) first, for they are the longest and wait for most of
// their time. Left to the end, one of them would keep the whole run waiting while a core has nothing to do.
import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const startsPrograms = /kit\/(server|browser)\.ts|fault-house\.ts|node:child_process/;

/** For vitest's `sequence.sequencer`; within each of the two parts vitest's own order stays. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = new Map(sorted.map((one) => [one, startsPrograms.test(readFileSync(one.moduleId, 'utf8'))]));
    return [...sorted.filter((one) => isLong.get(one)), ...sorted.filter((one) => !isLong.get(one))];
  }
}
