// One action of the endpoint: its name, whether somebody must be signed in, what it takes, what it does. The rule: input is checked
// before anything is looked up, and the first field at fault is named.
import type { z } from 'zod';
import { addressKey, type Core, invalid, type LimitRule, notFound, publicActor, type Work } from '../../core/index.ts';
import type { Caller } from './accounts.ts';
import { missing, notSignedIn } from './refusals.ts';
import { type Account, accountOfSession } from './sessions.ts';

/** What an action's handler gets. */
export interface WireCall<I, A> extends Caller {
  core: Core;
  input: I;
  account: A;
  /** Runs a unit of work as the public. */
  transaction<T>(fn: (work: Work) => Promise<T>): Promise<T>;
}

/** An answer that sets the session cookie; undefined takes it back. */
export class WithCookie {
  readonly cookie: string | undefined;

  constructor(cookie: string | undefined) {
    this.cookie = cookie;
  }
}

/** The declaration of an action. */
export interface WireAction<I extends z.ZodObject = z.ZodObject> {
  name: string;
  summary: string;
  /** Whether it needs somebody signed in. */
  needsSession: boolean;
  /** Everything beside `action` and `version`. */
  input: I;
  /** Each is consumed per address. */
  limits?: readonly LimitRule[];
  /** What it answers, for example. */
  answer?: object;
  handle(call: WireCall<z.output<I>, Account | undefined>): Promise<object | undefined>;
}

/** An action as the endpoint handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the endpoint treats all actions alike; the declaration itself was checked.
export type AnyWireAction = WireAction<any>;

type Declared<I extends z.ZodObject> = Omit<WireAction<I>, 'needsSession' | 'handle'>;

/** Declares an action for everybody; `account` is undefined when nobody is signed in. */
export function openAction<I extends z.ZodObject>(
  declaration: Declared<I> & { handle(call: WireCall<z.output<I>, Account | undefined>): Promise<object | undefined> },
): WireAction<I> {
  return { ...declaration, needsSession: false };
}

/** Declares an action for whoever is signed in. */
export function ownAction<I extends z.ZodObject>(
  declaration: Declared<I> & { handle(call: WireCall<z.output<I>, Account>): Promise<object | undefined> },
): WireAction<I> {
  const handle: WireAction<I>['handle'] = async ({ account, ...call }) => {
    if (!account) throw notSignedIn();
    return declaration.handle({ ...call, account });
  };
  return { ...declaration, needsSession: true, handle };
}

/** Finds and runs the action that a body names. Throws missing, not-found, unauthenticated, invalid with its field. */
export async function callAction(
  core: Core,
  actions: ReadonlyMap<string, AnyWireAction>,
  body: unknown,
  caller: Caller,
): Promise<object | undefined> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('The body must be a JSON object.');
  const { action: name, ...input } = body as Record<string, unknown>;
  if (name === undefined) throw missing('action');
  if (typeof name !== 'string') throw invalid('The action must be a word.', { action: 'must be a word' });
  const action = actions.get(name);
  if (!action) throw notFound('There is no such action.');
  for (const limit of action.limits ?? []) await core.limits.consume(limit, addressKey(caller.address));
  const account = await accountOfSession(core, caller.cookie);
  if (action.needsSession && !account) throw notSignedIn();
  return action.handle({
    ...caller,
    core,
    account,
    input: readInput(action.input, input),
    transaction: (fn) => core.transaction(publicActor, fn),
  });
}

function readInput(schema: z.ZodObject, given: Record<string, unknown>): Record<string, unknown> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map(String);
  const field = path.at(-1) ?? 'body';
  const value = path.reduce<unknown>(
    (whole, part) => (isRecord(whole) && Object.hasOwn(whole, part) ? whole[part] : undefined),
    given,
  );
  if (value === undefined) throw missing(field);
  throw invalid(`${field} does not fit: ${issue?.message}.`, { [field]: issue?.message ?? 'does not fit' });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
