// The module's commands of the command line: the list of winners as the seed loads it, and the check of a draw on any machine.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { aloneCommand, command, importFile, invalid, StewardError, systemActor } from '../../core/index.ts';
import { currentContest, findContest } from './contests.ts';
import { sha256 } from './drawing.ts';
import { protocolSchema, verifyProtocol } from './protocol.ts';

const largestProtocol = 100_000_000;
const file = z.string().max(1_000).meta({ example: 'FILE' });

async function mustBeFile(given: string, largest = Number.POSITIVE_INFINITY): Promise<string> {
  const found = await stat(given).catch(() => undefined);
  if (!found?.isFile()) throw invalid(`There is no file ${given}.`, { file: 'does not exist' });
  if (found.size > largest) throw invalid('This file is too large.', { file: 'is too large' });
  return given;
}

const loadWinners = command({
  name: 'contests:load-winners',
  summary: 'loads a list of winners: “<participant id>;<prize>” without headings, or CSV/XLSX with them',
  place: 'file',
  options: z.object({ file, contest: z.string().max(80).optional() }),
  async run(core, options, print) {
    const content = createReadStream(await mustBeFile(options.file));
    const contest = options.contest ? await findContest(core, options.contest) : await currentContest(core);
    const done = await importFile(core, systemActor, 'Winner', {
      name: path.basename(options.file),
      content,
      defaults: { contestId: contest.id },
    });
    const { plans, outcomes, reasons } = done;
    print(`${contest.title}: ${outcomes.done} winners loaded of ${done.total} rows.`);
    print(
      `${plans.same} are winners already, ${plans.repeated} repeated, ${plans.invalid} unknown or faulty, ${outcomes.failed} failed.`,
    );
    for (const { reason, count } of reasons) print(`  ${count} × ${reason}`);
    print('The rows are in the panel under “Imports”, where the whole can be taken back.');
  },
});

const verifyDraw = aloneCommand({
  name: 'contests:verify-draw',
  summary: 'draws again from a protocol and says whether everything comes out the same; needs no database',
  place: 'file',
  options: z.object({ file }),
  async alone(options, print) {
    const text = await readFile(await mustBeFile(options.file, largestProtocol), 'utf8');
    const checks = await verifyProtocol(readProtocol(text));
    for (const { isRight, what } of checks) print(`${isRight ? '✓' : '✗'} ${what}`);
    const wrong = checks.filter(({ isRight }) => !isRight).length;
    if (wrong > 0)
      throw new StewardError(
        'not-the-same',
        409,
        `This protocol is not right: ${wrong} of ${checks.length} checks failed.`,
      );
    print('The draw is right.');
  },
});

function readProtocol(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('This is not a protocol: it is no JSON.', { file: 'is no JSON' }, error);
  }
  const read = protocolSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalid(`This is not a protocol: ${issue?.path.join('.')} ${issue?.message}.`, { file: 'is no protocol' });
}

const commitment = aloneCommand({
  name: 'contests:commitment',
  summary: 'prints the commitment (SHA-256) to words for a draw’s seed; needs no database',
  options: z.object({ words: z.string().min(12, 'must have 12 characters or more').max(500) }),
  async alone({ words }, print) {
    print(sha256(words));
  },
});

/** All commands of the module. */
export const commands = [loadWinners, verifyDraw, commitment];
