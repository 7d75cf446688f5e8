// The solver itself: writes the question in its language and reads its answer, here and now. The only room that imports highs.
import highsModule from 'highs';
import type { ChoiceProblem, Condition } from './solver.ts';

/** What comes of a question. */
export type Answered = { taken: boolean[] } | { none: 'impossible' | 'late' };

// The package is a module of today whose types say that it is one of yesterday.
const loadHighs = highsModule as unknown as typeof highsModule.default;
// Costs are whole numbers, so an answer less than one from the best is the best.
const exact = { output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0.5, random_seed: 1 } as const;
const perLine = 50;

/** Answers a question in so many seconds at most; nothing else runs in this thread meanwhile. */
export async function answerChoices(problem: ChoiceProblem, seconds: number): Promise<Answered> {
  const highs = await loadHighs();
  const { Status, Columns } = highs.solve(writeProblem(problem), { ...exact, time_limit: seconds });
  if (Status === 'Infeasible') return { none: 'impossible' };
  if (Status !== 'Optimal') return { none: 'late' };
  return { taken: problem.costs.map((_, at) => (Columns[`c${at}`]?.Primal ?? 0) > 0.5) };
}

/** Writes the question in the LP format. */
function writeProblem({ costs, conditions }: ChoiceProblem): string {
  const names = costs.map((_, at) => `c${at}`);
  return [
    'Minimize',
    ` cost: ${sum(costs.map((cost, at) => [at, cost] as const))}`,
    'Subject To',
    ...conditions.map(({ parts, is, bound }: Condition, at) => ` r${at}: ${sum(parts)} ${is} ${bound}`),
    'Binary',
    ...Array.from(
      { length: Math.ceil(names.length / perLine) },
      (_, line) => ` ${names.slice(line * perLine, (line + 1) * perLine).join(' ')}`,
    ),
    'End',
    '',
  ].join('\n');
}

// Lines have a length that the solver reads, so long sums go over several.
function sum(parts: readonly (readonly [number, number])[]): string {
  const terms = parts.map(([at, weight]) => `${weight < 0 ? '-' : '+'} ${Math.abs(weight)} c${at}`);
  if (terms.length === 0) return '0 c0';
  const lines = Array.from({ length: Math.ceil(terms.length / perLine) }, (_, line) =>
    terms.slice(line * perLine, (line + 1) * perLine).join(' '),
  );
  return lines.join('\n  ');
}
