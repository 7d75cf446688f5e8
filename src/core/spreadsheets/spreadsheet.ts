// Tables that people hand us as text: CSV with commas, semicolons or tabs. The one room that knows csv-parse.
// Its rule: whatever comes ends as rows of texts or as `invalid` with a reason.
import { CsvError, type Options, type Parser, parse as parseStream } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { invalid } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';
import { unguardCsv } from './guard.ts';

/** One row as it stands in the file; `line` counts from 1. */
export interface TableRow {
  line: number;
  cells: string[];
}

/** The sign between two cells. */
export type Separator = ',' | ';' | '\t';

/** How the bytes of a text become characters. */
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const longestRow = 100_000;
const notText = phrase('This file is not text in UTF-8. In a spreadsheet program choose "CSV UTF-8".');

/** Reads bytes as UTF-8 with or without a byte order mark, UTF-16 with one; throws `invalid` for anything else. */
export function readText(bytes: Buffer): string {
  try {
    return new TextDecoder(encodingOf(bytes.subarray(0, 2)), { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid(notText, { file: 'is not text in UTF-8' }, error);
  }
}

/** Returns the encoding that the first bytes tell: by the byte order mark, or by zeros beside the first letters; else UTF-8. */
export function encodingOf(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head.length < 8) return 'utf-8';
  const zeros = (from: number) => {
    let found = 0;
    for (let at = from; at < Math.min(head.length, 64); at += 2) if (head[at] === 0) found += 1;
    return found;
  };
  if (zeros(1) >= 4 && zeros(0) === 0) return 'utf-16le';
  return zeros(0) >= 4 && zeros(1) === 0 ? 'utf-16be' : 'utf-8';
}

/** Returns the delimiter that the first row uses most, or else the first rows together: comma, semicolon or tab. */
export function delimiterOf(text: string): Separator {
  // What stands in quotes is somebody's sentence, not the table's manner.
  const lines = text
    .slice(0, 4000)
    .trimStart()
    .replace(/"[^"]*"/g, '')
    .split(/\r\n|\r|\n/, 20);
  const most = (among: string[]) => {
    const count = (sign: string) => among.reduce((sum, line) => sum + line.split(sign).length - 1, 0);
    const signs = [',', ';', '\t'] as const;
    const best = signs.reduce<Separator>((found, sign) => (count(sign) > count(found) ? sign : found), ',');
    return count(best) > 0 ? best : undefined;
  };
  return most(lines.slice(0, 1)) ?? most(lines) ?? ',';
}

const common = {
  bom: true,
  relax_column_count: true,
  skip_empty_lines: true,
  trim: true,
  max_record_size: longestRow,
} satisfies Options;

/** Reads CSV text into trimmed cells, without blank rows and the apostrophes of our own files; where its quotes make no sense they are plain signs. Throws `invalid` over `maxRows` rows. */
export function readTable(text: string, options: { maxRows: number }): TableRow[] {
  const rows = parseRows(text, options.maxRows, true) ?? parseRows(text, options.maxRows, false) ?? [];
  if (rows.length > options.maxRows) throw invalid(`At most ${options.maxRows} lines can be read at once.`);
  return rows;
}

/** Returns undefined when a row cannot be read with these quotes. */
function parseRows(text: string, maxRows: number, quotes: boolean): TableRow[] | undefined {
  const rows: TableRow[] = [];
  try {
    parse(text, {
      ...common,
      delimiter: delimiterOf(text.replace(/^\uFEFF/, '')),
      quote: quotes ? '"' : false,
      to: maxRows + 1,
      on_record: (cells: string[], { lines }) => {
        if (cells.some(Boolean)) rows.push({ line: firstLine(cells, lines), cells: cells.map(unguardCsv) });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (!quotes) throw invalid(`Line ${error.lines ?? '?'} cannot be read.`, {}, error);
    return undefined;
  }
  return rows;
}

// The parser counts up to the row's end, which lies lower when a quoted cell has line breaks.
function firstLine(cells: string[], lines: number): number {
  return lines - (cells.join('').split(/\r\n|\r|\n/).length - 1);
}

/** Streams the rows of a CSV file; `open` is asked twice, first for its beginning. Throws `invalid` with the line where it breaks. */
export async function* readCsv(open: () => AsyncIterable<Buffer>): AsyncGenerator<TableRow, { separator: Separator }> {
  const head = await headOf(open());
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head, { stream: true }).replace(/^\uFEFF/, '');
  const separator = delimiterOf(text);
  const parser = parseStream({ ...common, delimiter: separator, relax_quotes: true, info: true });
  const feeding = feed(parser, decoded(open(), encoding));
  feeding.catch(() => {});
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>)
      if (record.some(Boolean)) yield { line: firstLine(record, info.lines), cells: record };
    await feeding;
  } catch (error) {
    throw error instanceof CsvError ? csvFault(error) : error;
  } finally {
    parser.destroy();
  }
  return { separator };
}

async function headOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of chunks) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= 16_000) break;
  }
  // An even number of bytes, so that UTF-16 is not cut in a character's middle.
  return head.subarray(0, 16_000);
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of chunks) yield checkedText(decoder.decode(chunk, { stream: true }));
    yield checkedText(decoder.decode());
  } catch (error) {
    throw error instanceof TypeError ? invalid(notText, { file: 'is not text in UTF-8' }, error) : error;
  }
}

function checkedText(text: string): string {
  if (text.includes('\0')) throw invalid('This is not a text file: it holds zero bytes.', { file: 'is not text' });
  return text;
}

async function feed(parser: Parser, texts: AsyncIterable<string>): Promise<void> {
  try {
    for await (const text of texts) {
      if (parser.destroyed) return;
      if (!parser.write(text)) await writable(parser);
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
    throw error;
  }
}

function writable(parser: Parser): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      parser.off('drain', go).off('close', go);
      resolve();
    };
    parser.on('drain', go).on('close', go);
  });
}

function csvFault(error: CsvError) {
  const line = typeof error.lines === 'number' ? error.lines : undefined;
  const reasons: Partial<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: phrase('A quotation mark is never closed'),
    CSV_MAX_RECORD_SIZE: phrase(
      `A row has more than ${longestRow} characters; perhaps a quotation mark is never closed`,
    ),
    CSV_INVALID_CLOSING_QUOTE: phrase('Something stands behind a closing quotation mark'),
  };
  const reason = reasons[error.code] ?? phrase('The table cannot be read');
  return invalid(line ? `${reason} (line ${line}).` : `${reason}.`, { file: 'cannot be read' }, error);
}
