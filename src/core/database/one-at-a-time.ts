// One connection does one thing at a time. Prisma asks for the relations of a record side by side, inside a transaction too, where there is
// one connection for all of them; the driver queues them and warns that its next version will not.
import type { PoolClient } from 'pg';

/** Makes a connection begin a statement only when the one before has ended. What brings its own callback, or is a stream, is passed on. */
export function oneAtATime(client: PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = (...given: unknown[]): unknown => {
    if (given.some((one) => typeof one === 'function') || isStream(given[0])) return query(...given);
    const answer = before.then(() => query(...given));
    before = answer.catch(() => {});
    return answer;
  };
  client.query = inTurn as typeof client.query;
}

function isStream(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'submit' in given;
}
