// The core's own commands: operators, API keys, the demo, the checks.
import { z } from 'zod';
import { may, systemActor } from '../access.ts';
import { deployFacts, deployProblems } from '../checks/deploy.ts';
import type { Core } from '../core.ts';
import { conflict, invalid, notFound, StewardError } from '../errors.ts';
import { type Command, command } from '../module.ts';
import { createApiKey } from '../people/api-keys.ts';
import { actorOfOperator, createOperator, oneTimeLink } from '../people/operators.ts';
import { outboxRelease } from './backup-commands.ts';
import { loadDemo } from './demo.ts';
import { personErase, personExport } from './person-commands.ts';
import { operatorLink, operatorResetFactor } from './recovery-commands.ts';
import { runCommand } from './run-command.ts';

const email = z.email().meta({ label: 'E-mail' });

const operatorCreate = command({
  name: 'operator:create',
  summary: 'makes an operator; without a password it prints a one-time link',
  options: z.object({
    email,
    name: z.string().max(100).optional(),
    password: z.string().max(200).optional(),
    role: z.string().default('administrator'),
    account: z
      .string()
      .regex(/^[^@\s]{1,100}$/, 'may have neither blanks nor an @')
      .optional(),
  }),
  async run(core, { account, role, ...given }, print) {
    const link = await core.transaction(systemActor, async (work) => {
      const { id } = await createOperator(work, { ...given, roleName: role, accountName: account });
      return given.password ? undefined : oneTimeLink(work, id, 'set-password', 24);
    });
    print(`Operator ${given.email} has the role ${role}.`);
    if (link) print(`Set the password here (works once, for 24 hours): ${link}`);
  },
});

const apiKeyCreate = command({
  name: 'api-key:create',
  summary: 'makes an API key and prints it once',
  options: z.object({
    operator: email,
    permissions: z.string().meta({ help: 'separated by commas' }),
    name: z.string().max(100).default('API key'),
  }),
  async run(core, options, print) {
    const email = options.operator.toLowerCase();
    const operator = await core.db.operator.findUnique({ where: { email }, include: { role: true } });
    if (!operator) throw notFound(`There is no operator ${options.operator}.`);
    if (operator.state !== 'active') throw conflict('A blocked operator gets no key.');
    const permissions = options.permissions.split(',').map((one) => one.trim());
    const lacking = permissions.filter(
      (one) => core.registry.permissions.has(one) && !may(actorOfOperator(operator), one),
    );
    if (lacking.length > 0)
      throw invalid(`${email} may not do this, and a key can do no more: ${lacking.join(', ')}.`, {
        permissions: 'are more than the role has',
      });
    const { key } = await core.transaction(systemActor, (work) =>
      createApiKey(work, { name: options.name, permissions, operatorId: operator.id }),
    );
    print(key);
  },
});

const demoLoad = command({
  name: 'demo:load',
  summary: 'loads a small believable set of data',
  options: z.object({}),
  async run(core: Core, _options, print) {
    print((await loadDemo(core)) ? 'The demo is loaded.' : 'The demo was loaded before; nothing was changed.');
  },
});

/** Checks the declarations, the configuration and the database, and says so. */
export const checkCommand: Command = command({
  name: 'check',
  summary: 'checks configuration, declarations, migrations and database; --deploy: what is not fit for production',
  options: z.object({ deploy: z.boolean().default(false) }),
  async run(core, options, print) {
    const [{ version }] = (await core.db.$queryRaw`select version()`) as [{ version: string }];
    print(`Database: ${version.split(' on ')[0]}`);
    print(`Modules: ${core.modules.map(({ name }) => name).join(', ')}`);
    print(
      `Resources: ${core.registry.resources.size}, actions: ${core.registry.actions.size}, jobs: ${core.registry.jobs.size}`,
    );
    print(`Mail: ${core.config.smtpUrl ? 'SMTP' : 'kept in the outbox (SMTP_URL is not set)'}`);
    print('No mistakes found.');
    if (options.deploy) await checkDeploy(core, print);
  },
});

async function checkDeploy(core: Core, print: (line: string) => void): Promise<void> {
  const problems = deployProblems(core.config, await deployFacts(core));
  for (const { id, level, message, hint } of problems)
    print(`\n${level.padEnd(7)}  ${id}  ${message}\n         → ${hint}`);
  const found = problems.filter(({ level }) => level === 'serious').length;
  print(`\n${found} serious, ${problems.length - found} to think about.`);
  if (found > 0) throw new StewardError('unfit', 500, 'This is not fit for production yet.');
}

/** The commands of the core. */
export const coreCommands: readonly Command[] = [
  operatorCreate,
  operatorLink,
  operatorResetFactor,
  apiKeyCreate,
  demoLoad,
  outboxRelease,
  personExport,
  personErase,
  runCommand,
];
