// Tables that we hand to people: rows of typed cells, streamed as CSV (here) or as XLSX (xlsx-writer.ts). The only room that
// imports json2csv. Its rule: no cell is ever a formula, and a text never becomes a number on the way.
import { Readable } from 'node:stream';
import { Parser } from 'json2csv';
import { clockTime } from '../records/days.ts';
import { guardCsv } from './guard.ts';

/** A calendar day without a time, such as 2026-05-03. */
export interface DayCell {
  day: string;
}

/** What stands in a cell. Texts stay texts, whatever they look like; a Date is an instant and shown in the installation's zone. */
export type Cell = string | number | bigint | boolean | Date | DayCell | null | undefined;

/** One row. */
export type CellRow = readonly Cell[];

/** Rows as they come, from memory or from the database. */
export type CellRows = AsyncIterable<CellRow> | Iterable<CellRow>;

/** How a CSV file is written. */
export interface CsvOptions {
  /** The headings; without them the file has none. */
  header?: readonly string[];
  /** `,` by default; `;` for spreadsheet programs of most of Europe. */
  separator?: ',' | ';' | '\t';
  /** A byte order mark, without which Excel takes UTF-8 for something else. Default true. */
  bom?: boolean;
}

/** The media types of both formats. */
export const spreadsheetTypes = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const batchSize = 500;
const eol = '\r\n';

/** Streams rows as CSV in UTF-8 with CRLF and every text in quotes (RFC 4180); holds 500 rows in memory at most. */
export function csvStream(rows: CellRows, options: CsvOptions = {}): Readable {
  const { header, separator = ',', bom = true } = options;
  return Readable.from(
    (async function* () {
      if (bom) yield '\uFEFF';
      if (header) yield csvOf([header], separator);
      for await (const batch of batches(rows)) yield csvOf(batch, separator);
    })(),
    { objectMode: false },
  );
}

function csvOf(rows: readonly CellRow[], delimiter: string): string {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const fields = Array.from({ length: width }, (_, at) => ({
    label: String(at),
    value: (row: CellRow) => csvCell(row[at]),
  }));
  return new Parser<CellRow>({ fields, eol, delimiter, header: false }).parse(rows) + eol;
}

function csvCell(cell: Cell): string | number | boolean {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : '';
  if (typeof cell === 'boolean') return cell;
  return plainText(cell, guardCsv);
}

/** Returns the cell as a text: instants as 2026-05-03 14:30:00 in the installation's zone, days as 2026-05-03. `guard` is asked for texts only. */
export function plainText(cell: Cell, guard: (text: string) => string): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : clockTime(cell).replace('T', ' ');
  if (typeof cell === 'object') return cell.day;
  return typeof cell === 'string' ? guard(cell) : String(cell);
}

/** Groups what comes; holds `size` at most. */
export async function* batches<T>(items: AsyncIterable<T> | Iterable<T>, size = batchSize): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
