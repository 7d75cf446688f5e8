// Measuring side by side. The rule: ways are taken in turn within one run (A B A B …), each round gives a ratio to the first way, and what is told
// is the median with its spread; a single absolute number says more about the machine than about us.

/** One way of doing the same work. It returns how much it did and how long that took, so that preparing and checking are not counted. */
export type Way = () => Promise<Amount>;

export interface Amount {
  /** Units of work that were done and checked: requests, rows, mails … */
  done: number;
  /** How long only the work took. */
  seconds: number;
  /** Further figures of this round, for example the 99th percentile in ms or the peak memory in MiB. */
  figures?: Record<string, number>;
}

/** What one measurement says. */
export interface Comparison {
  title: string;
  /** What is counted by the second: “requests”, “rows” … */
  unit: string;
  ways: {
    name: string;
    perSecond: Spread;
    /** Ours against this way, round by round: 0.5 means that the first way does half as much in the same time. */
    ratio: Spread;
    figures: Record<string, Spread>;
  }[];
  notes: string[];
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** A measurement: a file of this folder has it as its default export. It sees to its own data and leaves nothing running. */
export interface Measurement {
  title: string;
  run(bench: Bench): Promise<Comparison[]>;
}

/** What a measurement is given. */
export interface Bench {
  /** A new, migrated, empty database on a PostgreSQL of this run; dropped at the end. */
  database(): Promise<string>;
  /** A folder of this run; removed at the end. */
  folder: string;
  /** The size to work at: `full` of the figures, or the small one of a look whether it works (`BENCH_SMALL=1`). */
  size(full: number, small: number): number;
  /** How many rounds each way gets. */
  rounds: number;
}

/** Takes the ways in turn, after one round of each that is not counted, and returns their ratios. The first way is ours. */
export async function compare(
  title: string,
  unit: string,
  ways: Record<string, Way>,
  { rounds, warmUp = true, notes = [] }: { rounds: number; warmUp?: boolean; notes?: string[] },
): Promise<Comparison> {
  const names = Object.keys(ways);
  const taken = new Map<string, Amount[]>(names.map((name) => [name, []]));
  for (let round = warmUp ? -1 : 0; round < rounds; round += 1)
    for (const [name, way] of Object.entries(ways)) {
      const amount = await way();
      if (round >= 0) taken.get(name)?.push(amount);
    }
  const speeds = names.map((name) => (taken.get(name) ?? []).map(({ done, seconds }) => done / seconds));
  return {
    title,
    unit,
    ways: names.map((name, at) => ({
      name,
      perSecond: spread(speeds[at] ?? []),
      ratio: spread((speeds[0] ?? []).map((ours, round) => ours / (speeds[at]?.[round] ?? Number.NaN))),
      figures: spreads((taken.get(name) ?? []).map(({ figures }) => figures ?? {})),
    })),
    notes,
  };
}

/** Times one thing that is awaited. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}

/** The middle of some numbers and how far they lie apart. */
export function spread(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

function spreads(rounds: readonly Record<string, number>[]): Record<string, Spread> {
  return Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((name) => [name, spread(rounds.map((round) => round[name] ?? Number.NaN))]),
  );
}
