// An action: one verb on chosen records, said once. List button, row button, preview, run and audit follow from it.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Actor } from './access.ts';
import type { Core } from './core.ts';
import type { Include, ModelName, RowWith, Where } from './model.ts';
import type { RecordOrder } from './runs/order.ts';
import type { Work } from './work.ts';

/** What would happen to one record, shown before anything does. */
export interface Preview {
  /** One line, for example "The notice goes to ada@example.org". */
  summary: string;
  /** The message as it would leave, rendered. */
  message?: { to: string; subject: string; text: string; html?: string };
  /** Changes of single values. */
  changes?: { label: string; from: string; to: string }[];
  /** A picture as a data address. */
  image?: string;
  /** What staff should look at before they go on, for example a name that does not fit. */
  warning?: string;
}

/** The outcome "skipped" of `each`: nothing was done, and why. */
export class Skip {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Ends `each` without a change; the reason appears beside the record and in the counts. */
export function skip(reason: string): Skip {
  return new Skip(reason);
}

/** A condition on the records: a filter, and the words for those that do not meet it. Later rules see only what passed the earlier ones. */
export interface EligibleRule<M extends ModelName> {
  where: Where<M>;
  otherwise: string;
}

/** What `each`, `all` and `preview` get beside the record. */
export interface EachContext<F> {
  form: F;
  core: Core;
  work: Work;
  /** The run's id: with the record's id it makes an idempotency key. */
  runId: string;
}

/** What `all` makes. */
export interface MadeFile {
  name: string;
  type: string;
  content: Readable | Buffer;
  /** What the audit says of it beside the filter, the number of rows, the size and the SHA-256. */
  audit?: Record<string, unknown>;
}

/** How `all` gets its records. Without it: whole rows in the order of their ids, 50 at a time. */
export interface Reading<F> {
  /** Records at once, 1,000 at most. */
  chunk?: number;
  /** The columns that are read at all. */
  select?(form: F, actor: Actor): Readonly<Record<string, true>>;
  order?(form: F): RecordOrder | undefined;
}

/** The declaration of an action. It has either `each` (one record, own outcome) or `all` (one file from many). */
export interface ActionDeclaration<M extends ModelName, F extends z.ZodObject, I extends object> {
  /** kebab-case, unique in its module. */
  name: string;
  label: { one: string; many: string };
  /** A sentence for the head of the preview: what it does and what cannot be undone. */
  description?: string;
  permission: string;
  icon?: string;
  /** Drawn as a dangerous thing, asked twice. */
  danger?: boolean;
  /** Another operator must approve the frozen plan before anything is done: always, or for so many records. */
  secondPerson?: true | ((count: number) => boolean);
  /** It sends messages: the run waits for the undo window first. */
  sends?: boolean;
  /** Even one record may take minutes: a worker does it, never the request that starts the run. */
  isLong?: true;
  /**
   * `each` changes nothing but its record, looks at no other and calls nothing outside: a few records may share one transaction,
   * which makes a large run several times as fast. It may send messages. A record that fails still fails alone.
   */
  inBatches?: true;
  /** Relations loaded with each record. */
  include?: I & Include<M>;
  eligible?: readonly EligibleRule<M>[];
  form?: F;
  /** Narrows the form to what this actor may choose; undefined: there is nothing, and the action is not theirs. */
  formFor?(actor: Actor): F | undefined;
  /** Which of the ready actions this is; the core makes those itself. */
  ready?: 'export';
  reading?: Reading<z.output<F>>;
  preview?(row: RowWith<M, I>, context: { form: z.output<F>; core: Core }): Promise<Preview> | Preview;
  /** Sentences about all records that take part, shown in the preview: what the whole would cost, or when it leaves. */
  overview?(records: { where: Where<M>; count: number }, context: { form: z.output<F>; core: Core }): Promise<string[]>;
  each?(row: RowWith<M, I>, context: EachContext<z.output<F>>): Promise<Skip | undefined>;
  all?(rows: AsyncIterable<RowWith<M, I>>, context: EachContext<z.output<F>>): Promise<MadeFile>;
}

/** A declared action. */
export type Action<
  M extends ModelName,
  F extends z.ZodObject = z.ZodObject,
  I extends object = object,
> = ActionDeclaration<M, F, I> & { readonly model: M };

/** An action as the core handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the core treats all models alike; the declaration itself was checked.
export type AnyAction = Action<any, any, any>;

/** Declares an action on a model. */
export function action<
  M extends ModelName,
  F extends z.ZodObject = z.ZodObject<Record<never, never>>,
  const I extends object = Record<never, never>,
>(model: M, declaration: ActionDeclaration<M, F, I>): Action<M, F, I> {
  return { ...declaration, model };
}
