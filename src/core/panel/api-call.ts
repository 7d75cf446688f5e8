// What a call of the panel's JSON API is: the rooms that answer declare them, api.ts mounts them.
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import type { Request } from '../web/express.ts';

/** What a call gets: who asks, and the request. */
export interface ApiContext {
  core: Core;
  actor: Actor;
  request: Request;
  /** A part of the address; empty where it is absent. */
  part(name: string): string;
}

/** One call: what it returns is the answer's JSON; undefined is `{}`. */
export interface ApiCall {
  method: 'get' | 'post';
  path: string;
  /** Names in the answer that hold words of ours beside the usual ones, for example `title` of a run. */
  ours?: readonly string[];
  handle(context: ApiContext): Promise<unknown>;
}
