// A module: a folder whose `module.ts` is its table of contents. Data only; importing it has no effects.
import type { z } from 'zod';
import type { Actor } from './access.ts';
import type { Core } from './core.ts';
import type { AnyJob } from './job.ts';
import type { MailDeclaration } from './mail.ts';
import type { Column, ModelName } from './model.ts';
import type { AnyPersonalData } from './personal-data.ts';
import type { AnyResource } from './resource.ts';
import type { AnyRoute, Envelope } from './route.ts';
import type { SmsDeclaration } from './sms.ts';
import type { ModuleVariables } from './variables.ts';
import type { WebhookDeclaration } from './webhook.ts';
import type { Catalogues } from './words/catalogue.ts';

/** A command of the command line, `steward <name> --option value`. */
export interface Command<O extends z.ZodObject = z.ZodObject> {
  /** `module:verb-object`. */
  name: string;
  summary: string;
  /** The option that is given by its place, without a name: `steward run certificates.reset`. */
  place?: string;
  /** Options; booleans become flags, lists may be repeated. */
  options: O;
  run(core: Core, options: z.output<O>, print: (line: string) => void): Promise<void>;
  /** Instead of `run`, for what needs neither configuration nor database: it works on any machine. */
  alone?(options: z.output<O>, print: (line: string) => void): Promise<void>;
}

/** How a command is called. */
export type CommandShape = Pick<Command, 'name' | 'summary' | 'place' | 'options'>;

/** Types a command. */
export function command<O extends z.ZodObject>(declaration: Command<O>): Command {
  return declaration as unknown as Command;
}

/** Types a command that needs no running core, for example one that only checks a file. */
export function aloneCommand<O extends z.ZodObject>(
  declaration: Omit<Command<O>, 'run' | 'alone'> & Pick<Required<Command<O>>, 'alone'>,
): Command {
  const { alone } = declaration;
  return command({ ...declaration, run: (_core, options, print) => alone(options, print) });
}

/** A figure on the dashboard that leads somewhere. */
export interface Figure {
  label: string;
  value: number | string;
  tone?: 'good' | 'busy' | 'bad' | 'quiet';
  /** Path below /admin. */
  href?: string;
}

/** Something that somebody of the staff has to see to; of all cards together they stand at the head of the dashboard. */
export type Waiting = {
  /** How many; none are not told. Absent where the words are about one thing. */
  count?: number;
  tone: 'busy' | 'bad';
  /** A sentence of ours beside it. */
  note?: string;
  href: string;
} & ({ label: string } | { /** A sentence of ours in place of a label. */ summary: string });

/** What a block of the dashboard shows: figures, then shares; and what of it waits for somebody. */
export interface CardContent {
  waiting?: Waiting[];
  figures: Figure[];
  rows?: { label: string; value: string; href?: string; share?: number }[];
}

/** Records that are counted by the day of one of their moments, a column with an index. */
type CountedByDay = { [M in ModelName]: { label: string; model: M; at: Column<M> } }[ModelName];

/** A block of the dashboard, shown to those who hold the permission. */
export interface Card {
  title: string;
  permission: string;
  /** What the last two weeks brought, drawn between figures and shares for those who see all records. */
  overTime?: CountedByDay;
  load(core: Core, actor: Actor): Promise<CardContent>;
}

/** The main job of a module, to which the demo leads: where it begins, what to do, and the actions of which one does it. */
export interface DemoJob {
  title: string;
  description: string;
  /** Below /admin. */
  href: string;
  actions: readonly string[];
}

/** What a module is made of. */
export interface ModuleDeclaration {
  /** kebab-case, the folder's name. */
  name: string;
  label: string;
  /** Modules whose service this one calls. */
  needs?: readonly string[];
  /** Permission → what it allows, in words. */
  permissions: Readonly<Record<string, string>>;
  /** Row scopes: name → which resource's id binds it. */
  scopes?: Readonly<Record<string, { label: string; resource: string }>>;
  /** Roles that come with the module. */
  roles?: Readonly<Record<string, { permissions: readonly string[]; scope?: string }>>;
  resources: readonly AnyResource[];
  routes?: { envelope: Envelope; list: readonly AnyRoute[] };
  /** Address → file under `public/`, for example `/certificates/verify/:code`. */
  pages?: Readonly<Record<string, string>>;
  jobs?: readonly AnyJob[];
  // biome-ignore lint/suspicious/noExplicitAny: the core treats all mails alike; the declaration itself was checked.
  mails?: readonly MailDeclaration<any>[];
  // biome-ignore lint/suspicious/noExplicitAny: as for mails.
  sms?: readonly SmsDeclaration<any>[];
  // biome-ignore lint/suspicious/noExplicitAny: as for mails.
  webhooks?: readonly WebhookDeclaration<any>[];
  /** What its models hold about people, children before parents. Every model with an address of a person is named here. */
  privacy?: readonly AnyPersonalData[];
  commands?: readonly Command[];
  /** Variables of the environment that it reads, besides those of the house. */
  variables?: ModuleVariables;
  cards?: readonly Card[];
  /** What the module's English sentences are in the other languages; what is absent is said in English. */
  words?: Catalogues;
  /** Loads a small believable data set; called once on an empty installation. */
  demo?(core: Core): Promise<void>;
  demoJob?: DemoJob;
}

/** Declares a module. */
export function defineModule(declaration: ModuleDeclaration): ModuleDeclaration {
  return declaration;
}
