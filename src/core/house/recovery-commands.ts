// Ways back in from the command line, for when nobody in the panel can help: whoever has the shell has the data anyway.
import { z } from 'zod';
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { notFound } from '../errors.ts';
import { command } from '../module.ts';
import { normaliseEmail, oneTimeLink } from '../people/operators.ts';
import { removeFactor } from '../people/second-factor.ts';

const options = z.object({ email: z.email().meta({ label: 'E-mail' }) });

/** Prints a link for a new password. */
export const operatorLink = command({
  name: 'operator:link',
  summary: 'prints a one-time link with which an operator sets a new password',
  options,
  async run(core, { email }, print) {
    const id = await idOf(core, email);
    const link = await core.transaction(systemActor, async (work) => {
      await work.audit({
        kind: 'action',
        summary: 'A link to set the password was made',
        resource: 'Operator',
        recordId: id,
      });
      return oneTimeLink(work, id, 'set-password', 24);
    });
    print(`Set the password here (works once, for 24 hours): ${link}`);
  },
});

/** Takes an operator's second factor away. */
export const operatorResetFactor = command({
  name: 'operator:reset-second-factor',
  summary: 'takes an operator’s second factor away, for a lost phone',
  options,
  async run(core, { email }, print) {
    const id = await idOf(core, email);
    await core.transaction(systemActor, (work) => removeFactor(work, id));
    print(`${email} signs in with the password alone now, and is signed out everywhere.`);
  },
});

async function idOf(core: Core, email: string): Promise<string> {
  const operator = await core.db.operator.findUnique({ where: { email: normaliseEmail(email) } });
  if (!operator) throw notFound(`There is no operator ${email}.`);
  return operator.id;
}
