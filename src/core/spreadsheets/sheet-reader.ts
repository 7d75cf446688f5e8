// Reads table files in a thread of their own, which may be killed: with a limit of memory, and an end when nothing comes any more.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Worker } from 'node:worker_threads';
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { TableKind } from './sheet-table.ts';
import type { SheetMessage } from './sheet-worker.ts';
import type { TableRow } from './spreadsheet.ts';

const memoryMb = 384;
const silenceMs = 60_000;

/** Streams the batches of rows of a kept file, the header as its first row. Throws `invalid` with the reason why it is not read. */
export async function* readKeptSheet(core: Core, fileId: string): AsyncGenerator<TableRow[], TableKind> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'steward-sheet-'));
  try {
    const { stream } = await core.files.read(fileId);
    const local = path.join(folder, 'table');
    await pipeline(stream, createWriteStream(local, { mode: 0o600 }));
    return yield* readSheet(local);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the rows of a table file in memory, CSV or workbook, the header first. Throws `invalid` over `maxRows` rows, or with the reason why it is not read. */
export async function readSheetRows(bytes: Uint8Array, maxRows: number): Promise<TableRow[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'steward-sheet-'));
  try {
    const local = path.join(folder, 'table');
    await writeFile(local, bytes, { mode: 0o600 });
    const rows: TableRow[] = [];
    for await (const batch of readSheet(local)) {
      rows.push(...batch);
      if (rows.length > maxRows + 1)
        throw invalid(`At most ${maxRows} rows are read at once.`, { file: 'is too long' });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Streams the batches of rows of a table file on this machine. Throws `invalid` with the reason why it is not read. */
export async function* readSheet(
  file: string,
  options: { silenceMs?: number } = {},
): AsyncGenerator<TableRow[], TableKind> {
  const worker = startThread(import.meta.filename, 'sheet-worker', { path: file }, memoryMb);
  const inbox = new Inbox(worker, options.silenceMs ?? silenceMs);
  try {
    for (;;) {
      worker.postMessage('more');
      const message = await inbox.next();
      if ('rows' in message) yield message.rows;
      else if ('end' in message) return message.end;
      else if ('refused' in message) throw invalid(message.refused.message, message.refused.fields);
      else throw invalid('This file cannot be read.', { file: 'cannot be read' }, new Error(message.broken));
    }
  } finally {
    inbox.close();
    await worker.terminate();
  }
}

/** The messages of a worker in their order; its end without a last word is a message too. */
class Inbox {
  readonly #messages: (SheetMessage | Error)[] = [];
  readonly #silenceMs: number;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(worker: Worker, silence: number) {
    this.#silenceMs = silence;
    const add = (message: SheetMessage | Error) => {
      this.#messages.push(message);
      this.#wake?.();
    };
    worker.on('message', add);
    worker.on('error', (error: NodeJS.ErrnoException) =>
      add(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? invalid('This file needs too much memory to be read. Save it as CSV and try again.', {
              file: 'is too large',
            })
          : error,
      ),
    );
    worker.on('exit', () => add(new Error('The reading thread ended.')));
  }

  async next(): Promise<SheetMessage> {
    if (this.#messages.length === 0)
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        this.#timer = setTimeout(
          () =>
            reject(invalid('This file takes too long to read. Save it as CSV and try again.', { file: 'is too slow' })),
          this.#silenceMs,
        );
      }).finally(() => this.close());
    const message = this.#messages.shift();
    if (message instanceof Error) throw message;
    return message as SheetMessage;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#wake = undefined;
  }
}
