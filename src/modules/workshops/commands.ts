// The module's commands of the command line.
import { z } from 'zod';
import { command, StartError, systemActor } from '../../core/index.ts';
import { operatorOf, setCredential } from './managers.ts';

const managerCredential = command({
  name: 'workshops:manager-credential',
  summary: 'Gives an operator a credential for the workshops API; it is read from the standard input.',
  options: z.object({ operator: z.string().max(254).meta({ help: 'e-mail address of the operator' }) }),
  async run(core, { operator }, print) {
    const credential = await readLine();
    await core.transaction(systemActor, async (work) =>
      setCredential(work, (await operatorOf(work, operator)).id, credential),
    );
    print(`${operator} can now sign in to the workshops API. Earlier tokens have ended.`);
  },
});

async function readLine(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Credential: ');
  let text = '';
  for await (const part of process.stdin) {
    text += String(part);
    if (text.includes('\n') || text.length > 1000) break;
  }
  const line = text.split(/\r?\n/)[0] ?? '';
  if (!line) throw new StartError('Nothing was given. Type the credential, or pipe it in: steward … < file');
  return line;
}

/** All commands of the module. */
export const commands = [managerCredential];
