// The solver itself: writes the question in its language and reads its answer, here and now. The only room that imports highs.
import highsModule from 'highs';
import type { Answered, ChoiceProblem, Condition } from './solver.ts';

/** Whether a choice may be taken in part, or wholly or not at all: as the LP format says it. */
type Kind = 'Bounds' | 'Binary';

// The package is a module of today whose types say that it is one of yesterday.
const loadHighs = highsModule as unknown as typeof highsModule.default;
let loaded: ReturnType<typeof loadHighs> | undefined;
// Costs are whole numbers, so an answer less than one from the best is the best.
const exact = { output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0.5, random_seed: 1 } as const;
const perLine = 50;

/** Answers a question in so many seconds at most; nothing else runs in this thread meanwhile. */
export async function answerChoices(problem: ChoiceProblem, seconds: number): Promise<Answered> {
  loaded ??= loadHighs();
  const highs = await loaded;
  // First with choices that may be taken in part, which is quick and mostly ends with whole ones: then nothing can be better.
  for (const kind of ['Bounds', 'Binary'] as const) {
    const options = { ...exact, time_limit: seconds, ...(kind === 'Bounds' && { presolve: 'off' as const }) };
    const { Status, Columns } = highs.solve(writeProblem(problem, kind), options);
    if (Status === 'Infeasible') return { none: 'impossible' };
    if (Status !== 'Optimal') continue;
    const shares = problem.costs.map((_, at) => Columns[`c${at}`]?.Primal ?? 0);
    if (shares.every((share) => Math.abs(share - Math.round(share)) < 1e-6))
      return { taken: shares.map((share) => share > 0.5) };
  }
  return { none: 'late' };
}

/** Writes the question in the LP format. */
function writeProblem({ costs, conditions }: ChoiceProblem, kind: Kind): string {
  const names = costs.map((_, at) => `c${at}`);
  return [
    'Minimize',
    ` cost: ${sum(costs.map((cost, at) => [at, cost] as const))}`,
    'Subject To',
    ...conditions.map(({ parts, is, bound }: Condition, at) => ` r${at}: ${sum(parts)} ${is} ${bound}`),
    kind,
    ...(kind === 'Bounds' ? names.map((name) => ` 0 <= ${name} <= 1`) : linesOf(names)),
    'End',
    '',
  ].join('\n');
}

function sum(parts: readonly (readonly [number, number])[]): string {
  const terms = parts.map(([at, weight]) => `${weight < 0 ? '-' : '+'} ${Math.abs(weight)} c${at}`);
  return terms.length === 0 ? '0 c0' : linesOf(terms).join('\n');
}

// Lines have a length that the solver reads, so many words go over several.
function linesOf(words: readonly string[]): string[] {
  return Array.from(
    { length: Math.ceil(words.length / perLine) },
    (_, line) => ` ${words.slice(line * perLine, (line + 1) * perLine).join(' ')}`,
  );
}
