// Exact choices: answers in a thread, whole numbers only, no answer where none is possible, and the thread is gone afterwards.
import { expect, it } from 'vitest';
import { answerChoices } from '../../../src/core/solving/answer.ts';
import { type ChoiceProblem, solveChoices } from '../../../src/core/solving/solver.ts';

const pairOf = (first: number, second: number, bound: number) => ({
  parts: [
    [first, 1],
    [second, 1],
  ] as const,
  is: '<=' as const,
  bound,
});

it('takes what costs least under the conditions', async () => {
  const problem: ChoiceProblem = { costs: [-3, -2, -2, 5], conditions: [pairOf(0, 1, 1), pairOf(0, 2, 1)] };
  expect(await solveChoices(problem)).toEqual([false, true, true, false]);
}, 120_000);

it('takes whole choices where halves would cost less', async () => {
  // Three that exclude each other in pairs: three halves would be worth more than one whole.
  const problem = { costs: [-2, -2, -3], conditions: [pairOf(0, 1, 1), pairOf(1, 2, 1), pairOf(0, 2, 1)] };
  expect(await answerChoices(problem, 30)).toEqual({ taken: [false, false, true] });
});

it('says so when nothing is possible, and needs no thread for nothing', async () => {
  const impossible = { costs: [1], conditions: [{ parts: [[0, 1]] as const, is: '=' as const, bound: 2 }] };
  await expect(solveChoices(impossible)).rejects.toMatchObject({ status: 409 });
  expect(await solveChoices({ costs: [], conditions: [] })).toEqual([]);
}, 120_000);
