// A resource: how one model appears in the panel and at every other door. What is not listed here does not exist there.
import type { z } from 'zod';
import type { Actor } from './access.ts';
import type { AnyAction } from './action.ts';
import type { Core } from './core.ts';
import type { Warning } from './errors.ts';
import type { ImportDeclaration } from './imports/declaration.ts';
import type { Column, ModelName, Row, Where } from './model.ts';
import type { Registry } from './registry.ts';
import type { Work } from './work.ts';

/** How a state is coloured in lists. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet';

/** One of the values that a column may be given; `group` is the heading it stands under. */
export interface Choice {
  value: string;
  label: string;
  group?: string;
}

/** One column as people see it. Everything is off until said: only `list` and `show` are on by default. */
export interface ColumnDeclaration {
  label: string;
  /** One sentence under the field of a form. */
  help?: string;
  /** Whether the list shows it. Default true. */
  list?: boolean;
  /** Whether the record's page shows it. Default true. */
  show?: boolean;
  /** Whether the search box looks in it (text columns with a trigram index). */
  search?: boolean;
  /** Whether it can be filtered: text contains, ranges of numbers and dates, several values, empty or not. */
  filter?: boolean;
  sort?: boolean;
  /** Whether the form for a new record has it. */
  create?: boolean;
  /** Whether the form of an existing record has it. */
  update?: boolean;
  /** How it is drawn; by default from the column's type. */
  display?:
    | 'text'
    | 'longText'
    | 'email'
    | 'link'
    | 'date'
    | 'dateTime'
    | 'state'
    | 'json'
    | 'file'
    | 'boolean'
    | 'number';
  /** Its values are sentences of ours, such as reasons and titles of runs: kept in English, said in the reader's language. */
  words?: true;
  /** Words and tones for the values of an enumeration. */
  values?: Readonly<Record<string, { label: string; tone?: Tone }>>;
  /** What may be chosen where that depends on the declarations and on who asks. */
  choices?(actor: Actor, registry: Registry): readonly Choice[];
  /** A rule for what is written, checked before the database sees it. */
  rule?: z.ZodType;
  /** Seen, filtered and sorted only by actors with this permission as well. */
  permission?: string;
}

/** A column that is worked out for the rows of one page; it can be neither filtered nor sorted. */
export interface ComputedColumn<M extends ModelName> {
  label: string;
  list?: boolean;
  show?: boolean;
  display?: 'text' | 'number' | 'progress' | 'link';
  /** Its values are sentences of ours; several of them stand with semicolons between. */
  words?: true;
  /** Returns a value by record id. One query for the whole page, not one a row. */
  of(rows: Row<M>[], core: Core): Promise<Readonly<Record<string, unknown>>>;
}

/** One call of a tool: input checked by zod, then handled. `write` ones run in a unit of work and are audited by it. */
export interface ToolCall<M extends ModelName, I extends z.ZodType = z.ZodType> {
  input: I;
  /** Name of the multipart file field, if a file comes along. */
  file?: { field: string; maxBytes: number };
  handle(context: {
    row: Row<M>;
    input: z.output<I>;
    file?: { name: string; type: string; bytes: Buffer };
    core: Core;
    work: Work;
    actor: Actor;
  }): Promise<unknown>;
}

/** An own screen for one record, for example a visual editor: a browser component and the calls it makes. */
export interface Tool<M extends ModelName> {
  label: string;
  /** Name of the component in `admin/`. */
  component: string;
  permission: string;
  /** Whether a record opens here, not at its overview: where people come to read, or to decide. */
  opensFirst?: true;
  /** Names of actions that the screen itself draws, beside what is decided; the head of the page leaves them to it. */
  actions?: readonly string[];
  load(context: { row: Row<M>; core: Core; actor: Actor }): Promise<unknown>;
  calls: Readonly<Record<string, ToolCall<M>>>;
}

/** Types a tool's call, so that `handle` knows its input. */
export function toolCall<M extends ModelName, I extends z.ZodType>(call: ToolCall<M, I>): ToolCall<M> {
  return call as unknown as ToolCall<M>;
}

/** A column of a ready-made file with another heading than its label; `raw`: the value itself instead of its words or the title of what it refers to. */
export interface PresetColumn {
  column: string;
  heading?: string;
  raw?: boolean;
}

/** A ready-made file of a resource, for example one that another program expects. */
export interface ExportPreset<M extends ModelName> {
  /** kebab-case, unique in the resource. */
  name: string;
  label: string;
  format: 'csv' | 'xlsx';
  /** Of CSV; `,` by default. */
  separator?: ',' | ';';
  /** Whether CSV begins with a byte order mark. Default true. */
  bom?: boolean;
  /** Whether the first line holds headings. Default true. */
  header?: boolean;
  /** Own or worked-out columns in their order. */
  columns: readonly (string | PresetColumn)[];
  /** By the resource's own order where it is not said. */
  sort?: readonly [Column<M>, 'asc' | 'desc'];
  /** The file's name without its ending; else the label and the day. */
  fileName?: string;
}

/** The declaration of a resource. */
export interface ResourceDeclaration<M extends ModelName = ModelName> {
  label: { one: string; many: string };
  /** The heading under which the navigation shows it. */
  group: string;
  /** Whether the navigation shows it even though it can only be read and stands on another record's page. */
  inNavigation?: true;
  /** A Feather icon's name. */
  icon?: string;
  /** The record's title: a column, or words made from a row's columns. */
  title: Column<M> | ((row: Row<M>) => string);
  /** The title that is made is a sentence of ours, such as “Order 7”: kept in English, said in the reader's language, days in it as well. */
  titleIsWords?: true;
  /** Permission for each verb; an absent verb is forbidden to everybody. With `export` comes a ready action that makes CSV and XLSX files. */
  permissions: { read: string; create?: string; update?: string; delete?: string; export?: string };
  /** Row scopes by name. A role whose scope is not named here sees no row. */
  scopes?: Readonly<Record<string, (actor: Actor) => Where<M>>>;
  /** Narrows the rows for a role that is bound to no record, by what else it may read: for rows that tell of records of other resources. */
  narrows?(actor: Actor, registry: Registry): Where<M>;
  columns: Readonly<Partial<Record<Column<M>, ColumnDeclaration>>>;
  computed?: Readonly<Record<string, ComputedColumn<M>>>;
  sort: readonly [Column<M>, 'asc' | 'desc'];
  /** Ready-made filters above the list. */
  views?: readonly { label: string; where: Where<M> }[];
  actions?: readonly AnyAction[];
  /** Ready-made files beside the free choice of columns; they need `permissions.export`. */
  exports?: readonly ExportPreset<M>[];
  tools?: Readonly<Record<string, Tool<M>>>;
  /** Writing through the module's service instead of plainly. Values have passed the columns' rules. */
  write?: {
    create?(work: Work, values: Partial<Row<M>>): Promise<{ id: string }>;
    update?(work: Work, row: Row<M>, values: Partial<Row<M>>): Promise<void>;
    delete?(work: Work, row: Row<M>): Promise<void>;
  };
  /** What a change of a record would do to others, for whoever must know before it is saved; undefined: nothing. Asked inside the transaction that changes it. */
  warns?: {
    update?(work: Work, row: Row<M>, values: Partial<Row<M>>): Promise<Warning | undefined>;
    delete?(work: Work, row: Row<M>): Promise<Warning | undefined>;
  };
  /** How spreadsheets become records of this resource. */
  imports?: ImportDeclaration<M>;
  /** Its rows come with the installation, as settings do: with nothing but them it still counts as empty. */
  isGiven?: boolean;
  /** What an empty list tells a newcomer. */
  empty?: string;
  /** Child lists on the record's page: another resource filtered by its foreign key. */
  children?: readonly { resource: ModelName; by: string; label: string }[];
}

/** A declared resource with its model's name. */
export type Resource<M extends ModelName = ModelName> = ResourceDeclaration<M> & { readonly model: M };

/** A resource whose model is not known to the compiler, as the core handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the core treats all models alike; the declaration itself was checked.
export type AnyResource = Resource<any>;

/** Declares how a model appears. */
export function resource<M extends ModelName>(model: M, declaration: ResourceDeclaration<M>): Resource<M> {
  return { ...declaration, model };
}
