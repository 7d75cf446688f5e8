// A public route: method, path, input by zod, limits, handler. A module's routes share one documented envelope.
import type { z } from 'zod';
import type { Actor } from './access.ts';
import type { Core } from './core.ts';
import type { Language } from './words/language.ts';

/** How often something may be done: `points` times in `seconds`, counted in the database over all instances. */
export interface LimitRule {
  name: string;
  points: number;
  seconds: number;
}

/** An uploaded file within the route's limits, in memory. */
export interface UploadedFile {
  field: string;
  name: string;
  type: string;
  bytes: Buffer;
}

/** What a handler gets: parsed input and who asks. */
export interface RouteRequest<Q, B, P, C = unknown> {
  query: Q;
  body: B;
  params: P;
  files: UploadedFile[];
  /** The body as it came; empty unless the route keeps it. */
  raw: string;
  /** One header's value, or undefined. */
  header(name: string): string | undefined;
  /** The caller's address for limits; forwarded addresses count only behind the configured proxies. */
  address: string;
  /** The best of Steward's languages for the caller: en, zh, ru or nl. */
  language: string;
  actor: Actor;
  /** What `admits` returned. */
  caller: C;
  core: Core;
}

/** What is known of a request before anything of its input is read. */
export type Arrival = Pick<RouteRequest<unknown, unknown, unknown>, 'header' | 'core'>;

/** What a route's documentation says beyond its schemas; examples are checked by nobody but the reader. */
export interface RouteDocs {
  description?: string;
  /** Headers that the handler reads: name → what it is. */
  headers?: Readonly<Record<string, string>>;
  /** File fields of a multipart body: name → what it is. */
  files?: Readonly<Record<string, string>>;
  /** Media type of the answer where it is not JSON. */
  produces?: string;
  /** What `handle` returns, for example. */
  answer?: unknown;
  /** Where one address does several things: each with its own body and answer. */
  variants?: readonly RouteVariant[];
}

/** One of the things that an address does, chosen by its body. */
export interface RouteVariant {
  name: string;
  summary: string;
  body: z.ZodType;
  answer?: unknown;
}

/** The declaration of a route. */
export interface RouteDeclaration<
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  P extends z.ZodType = z.ZodType,
  C = unknown,
> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Express 5 path, for example `/api/certificates/verify/:code`. */
  path: string;
  summary: string;
  query?: Q;
  /** Bodies are read only where this is given; a schema that takes `undefined` lets the client send none. */
  body?: B;
  params?: P;
  /** Whether the handler also gets the body as it came (JSON only), for example to check a signature. */
  keepsRaw?: boolean;
  /** Media types read: JSON by default. */
  accepts?: readonly ('json' | 'form' | 'multipart' | 'any-json')[];
  /** Bytes; 1 MB by default. */
  maxBytes?: number;
  /** Keys, and list elements, of a JSON body; 20,000 by default. */
  maxKeys?: number;
  maxFiles?: number;
  /** Refuses what pages of other sites send (Fetch Metadata, Origin): for routes that know callers by a cookie. Programs pass. */
  refusesForeign?: boolean;
  /** Permission of an API key in the Authorization header; absent: public. */
  permission?: string;
  /** Needs an API key, whatever it may do: the handler asks for the permission. */
  needsKey?: boolean;
  /** Says who calls, before anything of the input is read or judged; throws for whoever may not. The handler gets it as `caller`. */
  admits?(arrival: Arrival): Promise<C>;
  /** Tells whether the body does not matter for whoever calls: it is not read then, whatever it holds. */
  ignoresBody?(arrival: Arrival): Promise<boolean>;
  /** Each is consumed per address before the handler runs. */
  limits?: readonly LimitRule[];
  /** Headers of the answer that scripts of other allowed sites may read, for example `X-Role`. */
  exposes?: readonly string[];
  /** What the documentation says beyond the schemas. */
  docs?: RouteDocs;
  handle(request: RouteRequest<z.output<Q>, z.output<B>, z.output<P>, C>): Promise<unknown>;
}

/** A finished answer where the envelope alone does not do, for example a file or a status without a body. */
export class Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** How a module's routes wrap results and errors. */
export interface Envelope {
  /** The contract's language: what the core refuses is said in it, or in one of ours that the caller asks for. Absent: in English. */
  language?: Language;
  success(value: unknown): { status: number; body: unknown };
  failure(error: {
    code: string;
    status: number;
    message: string;
    fields: Record<string, string>;
    retryAfter?: number;
  }): { status: number; body: unknown };
}

/** A route as the core handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the core treats all routes alike; the declaration itself was checked.
export type AnyRoute = RouteDeclaration<any, any, any, any>;

/** Types a route, so that `handle` knows its input. */
export function route<Q extends z.ZodType, B extends z.ZodType, P extends z.ZodType, C = undefined>(
  declaration: RouteDeclaration<Q, B, P, C>,
): RouteDeclaration<Q, B, P, C> {
  return declaration;
}

/** Plain JSON: the value itself, errors as `{code, message, fields}` under their status. */
export const plainEnvelope: Envelope = {
  success: (value) => ({ status: 200, body: value }),
  failure: ({ code, status, message, fields }) => ({ status, body: { code, message, fields } }),
};
