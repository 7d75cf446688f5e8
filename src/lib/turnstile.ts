// A turnstile: so many go through at once, the others wait in their order. It keeps a rush from taking every connection of the database.

/** Builds a turnstile. `full` makes the error for whoever finds more than `mostWaiting` in the line. */
export function turnstile(atOnce: number, mostWaiting: number, full: () => Error) {
  const line: (() => void)[] = [];
  let inside = 0;
  return async <T>(step: () => Promise<T>): Promise<T> => {
    if (inside >= atOnce) {
      if (line.length >= mostWaiting) throw full();
      // Whoever leaves hands over the place, so the count stays.
      await new Promise<void>((resolve) => line.push(resolve));
    } else inside += 1;
    try {
      return await step();
    } finally {
      const next = line.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}
