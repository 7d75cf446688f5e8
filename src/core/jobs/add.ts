// The queue's near side: a job is a row added in the transaction that it is about, so both happen or neither.
import type { Transaction } from '../model.ts';

/** Tries before a job is given up, where its declaration does not say. */
export const usualAttempts = 10;

/** Adds a job inside the transaction. `key`: a waiting job with the same key is replaced. */
export async function addJob(
  tx: Transaction,
  name: string,
  data: unknown,
  options: { at?: Date; key?: string; maxAttempts?: number } = {},
): Promise<void> {
  const { at, key, maxAttempts = usualAttempts } = options;
  await tx.$executeRaw`select graphile_worker.add_job(
    identifier := ${name}::text, payload := ${JSON.stringify(data)}::json,
    run_at := ${at?.toISOString() ?? null}::timestamptz, max_attempts := ${maxAttempts}::int, job_key := ${key ?? null}::text)`;
}
