// What experiments share wherever they stand: a seed, sizes that are small in the suite and full under `npm run faults`, and a note of the figures.
import { appendFileSync } from 'node:fs';

const isFull = process.env.FAULTS === 'full';
/** What every round of chance begins with; FAULT_SEED. */
export const seed = Number(process.env.FAULT_SEED ?? 20261120);

/** Returns the size for the suite, or the full one under `npm run faults`; a variable of the environment beats both. */
export function sizeOf(variable: string, small: number, full: number): number {
  return Number(process.env[variable] ?? (isFull ? full : small));
}

/** A small linear congruential generator, so that a failing round can be repeated by its seed. */
export function randomFrom(state: number): () => number {
  let current = state >>> 0;
  return () => {
    current = (Math.imul(current, 1664525) + 1013904223) >>> 0;
    return current / 2 ** 32;
  };
}

/** Notes the figures of an experiment; `npm run faults` makes the table of docs/reliability.md of them. */
export function report(fault: string, figures: Record<string, number | string>): void {
  console.info(`${fault} (seed ${seed}): ${JSON.stringify(figures)}`);
  if (process.env.FAULT_REPORT)
    appendFileSync(process.env.FAULT_REPORT, `${JSON.stringify({ fault, seed, isFull, figures })}\n`);
}
