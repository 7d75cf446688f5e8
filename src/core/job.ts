// A job: work for later. Its name, the shape of its data, when it repeats, what it does.
import type { z } from 'zod';
import type { Core } from './core.ts';

/** The declaration of a job. It must bear being run twice: after a crash it is. */
export interface JobDeclaration<D extends z.ZodType = z.ZodType> {
  /** `module.verb-object`, unique. */
  name: string;
  data: D;
  /** Five cron fields in UTC; the data is then `{}`. */
  schedule?: string;
  /** Tries before it is given up, with growing pauses. Default 10. */
  maxAttempts?: number;
  run(core: Core, data: z.output<D>, context: { signal: AbortSignal }): Promise<void>;
}

/** Declares a job. */
export function job<D extends z.ZodType>(declaration: JobDeclaration<D>): JobDeclaration<D> {
  return declaration;
}

/** A job as the core handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the core treats all jobs alike; the declaration itself was checked.
export type AnyJob = JobDeclaration<any>;
