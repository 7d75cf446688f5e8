// Waiting in line within this process. Two hundred clicks on one thing would otherwise take every connection of the database's pool to wait
// for one row. Only politeness: locks decide who is first.

const lines = new Map<string, Promise<unknown>>();

/** Takes a step when the earlier ones of the same key are over, however they ended. */
export async function inLine<T>(key: string, step: () => Promise<T>): Promise<T> {
  const before = lines.get(key) ?? Promise.resolve();
  const mine = before.then(step, step);
  lines.set(key, mine);
  try {
    return await mine;
  } finally {
    if (lines.get(key) === mine) lines.delete(key);
  }
}
