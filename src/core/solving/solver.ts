// Exact answers to questions of the kind "who gets what": yes-or-no choices under linear conditions, for least cost. The question goes to
// a thread that may be killed. Its rule: the answer is the best there is, or there is none; whole numbers only, so that equal means equal.
import { conflict, unavailable } from '../errors.ts';
import { startThread } from '../thread.ts';

/** One condition: the sum of the choices' parts, each a whole number, is at most, at least or exactly `bound`. */
export interface Condition {
  parts: readonly (readonly [choice: number, weight: number])[];
  is: '<=' | '>=' | '=';
  bound: number;
}

/** A question: choices by their place in `costs`, each taken or not; the sum of the costs of what is taken becomes least. */
export interface ChoiceProblem {
  costs: readonly number[];
  conditions: readonly Condition[];
}

/** What comes of a question. */
export type Answered = { taken: boolean[] } | { none: 'impossible' | 'late' };

const memoryMb = 1024;
const usualSeconds = 60;

/** Returns for each choice whether the best answer takes it; the same question gets the same answer. Throws `conflict` where no answer is possible, `unavailable` where none was found in time. */
export async function solveChoices(problem: ChoiceProblem, seconds = usualSeconds): Promise<boolean[]> {
  if (problem.costs.length === 0) return [];
  const thread = startThread(import.meta.filename, 'solver-thread', { problem, seconds }, memoryMb);
  try {
    const message = await new Promise<Answered>((resolve, reject) => {
      const late = setTimeout(() => resolve({ none: 'late' }), (seconds + 10) * 1000);
      thread.once('message', (given: Answered) => {
        clearTimeout(late);
        resolve(given);
      });
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('The solving thread ended.')));
    });
    if ('taken' in message) return message.taken;
    if (message.none === 'impossible') throw conflict('These conditions cannot all be kept.');
    throw unavailable('No answer was found in time. Try it with fewer people at once.');
  } finally {
    await thread.terminate();
  }
}
