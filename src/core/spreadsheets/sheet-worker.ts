// A thread that reads one table file and hands over its rows, a batch at a time and only when asked.
import { parentPort, workerData } from 'node:worker_threads';
import { StewardError } from '../errors.ts';
import { readTableFile, type TableKind } from './sheet-table.ts';
import type { TableRow } from './spreadsheet.ts';

/** What the thread says. */
export type SheetMessage =
  | { rows: TableRow[] }
  | { end: TableKind }
  | { refused: { message: string; fields: Record<string, string> } }
  | { broken: string };

const batchRows = 500;
const batchLetters = 1_000_000;

/** Counts how many batches were asked for and not yet sent. */
class Asked {
  #open = 0;
  #wake: (() => void) | undefined;

  more(): void {
    this.#open += 1;
    this.#wake?.();
  }

  async next(): Promise<void> {
    if (this.#open === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#open -= 1;
  }
}

if (parentPort) {
  const port = parentPort;
  const asked = new Asked();
  port.on('message', () => asked.more());
  const say = (message: SheetMessage) => port.postMessage(message);
  read((workerData as { path: string }).path, say, asked)
    .catch((error: unknown) => {
      if (error instanceof StewardError) say({ refused: { message: error.message, fields: { ...error.fields } } });
      else say({ broken: error instanceof Error ? error.message : String(error) });
    })
    .finally(() => port.close());
}

async function read(path: string, say: (message: SheetMessage) => void, asked: Asked): Promise<void> {
  const rows = readTableFile(path);
  let batch: TableRow[] = [];
  let letters = 0;
  for (;;) {
    const step = await rows.next();
    if (!step.done) {
      batch.push(step.value);
      for (const cell of step.value.cells) letters += cell.length;
      if (batch.length < batchRows && letters < batchLetters) continue;
    }
    if (batch.length > 0) {
      await asked.next();
      say({ rows: batch });
      batch = [];
      letters = 0;
    }
    if (step.done) return say({ end: step.value });
  }
}
