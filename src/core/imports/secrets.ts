// Cells of sensitive columns: sealed while the import is kept, and forgotten once their row is done.

import { open, seal } from '../tokens.ts';
import type { ImportContext } from './context.ts';

const purpose = 'import-cells';
type Secrets = Pick<ImportContext, 'core' | 'mapped'>;

/** Returns the cells as they are kept: those of sensitive columns empty, and sealed beside them. */
export function sealedCells({ core, mapped }: Secrets, cells: string[]): { cells: string[]; sealed: string | null } {
  const places = mapped.filter(({ spec, at }) => spec.sensitive && (cells[at] ?? '') !== '').map(({ at }) => at);
  if (places.length === 0) return { cells, sealed: null };
  const values = Object.fromEntries(places.map((at) => [at, cells[at]]));
  return {
    cells: cells.map((cell, at) => (places.includes(at) ? '' : cell)),
    sealed: seal(core.config.appKey, purpose, JSON.stringify(values)),
  };
}

/** Returns the cells as they stood in the file. */
export function openedCells({ core }: Pick<Secrets, 'core'>, row: { cells: unknown; sealed: string | null }): string[] {
  const cells = [...(row.cells as string[])];
  if (row.sealed === null) return cells;
  const values = JSON.parse(open(core.config.appKey, purpose, row.sealed)) as Record<string, string>;
  for (const [at, cell] of Object.entries(values)) cells[Number(at)] = cell;
  return cells;
}

/** Returns values of before as they are kept: sealed as a whole where the import has a sensitive column. */
export function keptBefore({ core, mapped }: Secrets, before: Record<string, unknown>): object {
  if (!mapped.some(({ spec }) => spec.sensitive)) return before;
  return { sealed: seal(core.config.appKey, purpose, JSON.stringify(before)) };
}

/** Returns the values that `keptBefore` kept. */
export function openedBefore({ core, mapped }: Secrets, kept: Record<string, unknown>): Record<string, unknown> {
  if (!mapped.some(({ spec }) => spec.sensitive)) return kept;
  return JSON.parse(open(core.config.appKey, purpose, String(kept.sealed))) as Record<string, unknown>;
}

/** Returns the first rows of a file as they are kept before anybody has said which columns are sensitive. */
export function sealedSamples({ config }: ImportContext['core'], rows: string[][]): object {
  return { sealed: seal(config.appKey, purpose, JSON.stringify(rows)) };
}

/** Returns the first rows of a file; none once they are forgotten. */
export function openedSamples({ config }: ImportContext['core'], kept: unknown): string[][] {
  const sealed = (kept as { sealed?: unknown }).sealed;
  return typeof sealed === 'string' ? (JSON.parse(open(config.appKey, purpose, sealed)) as string[][]) : [];
}
