// The command line: `steward <command> --option value`. Core and modules declare the commands.
import {
  checkCommand,
  coldCommands,
  configureLog,
  coreCommands,
  createCore,
  kebab,
  loadConfig,
  mustBeSound,
  openStorage,
  readArguments,
  StartError,
  StewardError,
  usageOf,
} from './core/index.ts';
import { modules } from './modules/index.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const warmCommands = [...coreCommands, checkCommand, ...modules.flatMap((module) => module.commands ?? [])];
const commands = [...coldCommands, ...warmCommands];

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const command = commands.find((one) => one.name === name);
  if (!command) {
    print(usageOf(commands));
    return name && name !== 'help' && name !== '--help' ? 2 : 0;
  }
  if (args.some((one) => one === '--help' || one === '-h')) {
    print(usageOf([command]));
    return 0;
  }
  const options = readArguments(command, args);
  if ('alone' in command && command.alone) {
    await command.alone(options, print);
    return 0;
  }
  const config = loadConfig(process.env, modules);
  configureLog({ level: 'warn', readable: true });
  if (command === checkCommand) mustBeSound(modules);
  const storage = await openStorage(config, { attach: true });
  try {
    const { connection } = storage;
    if ('runCold' in command) await command.runCold({ config, connection }, options, print);
    else {
      const started = await createCore({ config, modules, connection, role: 'cli' });
      await command.run(started.core, options, print).finally(() => started.close());
    }
  } finally {
    await storage.stop();
  }
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    const known = error instanceof StewardError || error instanceof StartError;
    const fields =
      error instanceof StewardError
        ? Object.entries(error.fields).map(
            ([k, v]) => `\n  --${kebab(k).replace(/^selection\.filters\./, 'filter ')}: ${v}`,
          )
        : [];
    process.stderr.write(
      `${known || !(error instanceof Error) ? error.message : (error.stack ?? error.message)}${fields.join('')}\n`,
    );
    process.exit(1);
  },
);
