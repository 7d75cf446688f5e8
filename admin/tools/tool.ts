// What an own screen for one record gets from the panel. Its data and calls are those that the resource declares.

import type { ActionView } from '../types.ts';

/** The properties of a tool's component. */
export interface ToolProps {
  /** The resource's model, for example `Campaign`. */
  model: string;
  recordId: string;
  /** The actions that this tool draws itself, as far as they can be done to the record now. */
  actions: ActionView[];
  /** To be called when an action was done: the page reads the record anew. */
  acted: () => void;
  /** Reads what the tool's `load` returns on the server. Throws an ApiError. */
  load: <T = unknown>() => Promise<T>;
  /** Makes one of the tool's declared calls, with a file if it takes one. Throws an ApiError. */
  call: <T = unknown>(name: string, input?: object, file?: { field: string; file: File }) => Promise<T>;
}
