// How a command reads its arguments: `--kebab-case value` by its zod options. The rule: what is unknown or repeated without leave is refused.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { invalid } from '../errors.ts';
import type { CommandShape } from '../module.ts';
import { parseForm } from '../records/form.ts';

interface OptionShape {
  /** As typed, without the dashes. */
  flag: string;
  name: string;
  isFlag: boolean;
  isList: boolean;
  isRequired: boolean;
  help: string;
}

/** Reads a command's options from its arguments. Throws invalid that names each option at fault. */
export function readArguments(command: CommandShape, args: readonly string[]): Record<string, unknown> {
  const shapes = shapesOf(command);
  const options = Object.fromEntries(
    shapes.map(({ flag, isFlag, isList }) => [
      flag,
      { type: isFlag ? ('boolean' as const) : ('string' as const), multiple: isList },
    ]),
  );
  const { values, positionals, tokens } = parsed({
    args: [...args],
    options,
    strict: true,
    allowPositionals: true,
    tokens: true,
  });
  const named = tokens.flatMap(({ name }) => (name !== undefined && !options[name]?.multiple ? [name] : []));
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice) throw invalid('An option was given twice.', { [twice]: 'was given twice' });
  if (positionals.length > (command.place ? 1 : 0))
    throw invalid(`What is “${positionals.at(-1)?.slice(0, 80)}”? Options are written --name value.`);
  const given = shapes.map(({ name, flag }) => [name, values[flag]] as const);
  const placed = command.place && positionals.length > 0 ? [[command.place, positionals[0]] as const] : [];
  const found = [...given, ...placed].filter(([, value]) => value !== undefined);
  const missing = shapes.filter(({ name, isRequired }) => isRequired && !found.some(([one]) => one === name));
  if (missing.length > 0)
    throw invalid('Something is missing.', Object.fromEntries(missing.map(({ flag }) => [flag, 'is missing'])));
  return parseForm(command.options, Object.fromEntries(found)) as Record<string, unknown>;
}

/** Returns how commands are called, a block each. */
export function usageOf(commands: readonly CommandShape[]): string {
  const lines = commands.map((command) => {
    // The word without dashes first, as it is typed in our examples.
    const shapes = shapesOf(command).sort(
      (a, b) => Number(b.name === command.place) - Number(a.name === command.place),
    );
    return `  ${[command.name, ...shapes.map((shape) => wordOf(command, shape))].join(' ')}\n      ${command.summary}`;
  });
  return `Usage: npm run steward -- <command> [options]\n\n${lines.join('\n')}\n`;
}

/** Returns an option as it is typed: `expiresAt` is `expires-at`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function wordOf(command: CommandShape, { name, flag, isFlag, isList, isRequired, help }: OptionShape): string {
  const value = isFlag ? '' : ` ${help || `<${flag}>`}`;
  if (name === command.place) return help || `<${flag}>`;
  return isRequired ? `--${flag}${value}` : `[--${flag}${value}]${isList ? '…' : ''}`;
}

function shapesOf(command: CommandShape): OptionShape[] {
  const json = z.toJSONSchema(command.options, { io: 'input' });
  const required = new Set(json.required ?? []);
  return Object.entries(json.properties ?? {}).map(([name, property]) => {
    const { type, example } = property as { type?: string; example?: string };
    return {
      name,
      flag: kebab(name),
      isFlag: type === 'boolean',
      isList: type === 'array',
      isRequired: required.has(name),
      help: example ?? '',
    };
  });
}

// Node's own complaints are sentences already; they become ours so that no stack is shown.
function parsed(config: NonNullable<Parameters<typeof parseArgs>[0]>) {
  try {
    return parseArgs(config) as {
      values: Record<string, unknown>;
      positionals: string[];
      tokens: { name?: string }[];
    };
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'The options do not fit.', {}, error);
  }
}
