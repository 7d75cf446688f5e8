// A table file of any kind as a header and rows: what the worker of sheet-reader.ts runs. Its rule: cells are known by their place,
// never by a heading, so that no heading can be more than a word.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { invalid } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';
import { unguardCsv, unguardText } from './guard.ts';
import { readCsv, type Separator, type TableRow } from './spreadsheet.ts';
import { readXlsx } from './xlsx-reader.ts';

/** What a table file is. */
export interface TableKind {
  format: 'csv' | 'xlsx';
  separator: Separator;
  /** The sheet that was read, of a workbook. */
  sheet?: string;
}

const mostColumns = 500;
const mostRows = 1_000_000;
const longestHeading = 200;

/** Streams a file's rows, the header first. Throws `invalid` with the reason why a file is not read. */
export async function* readTableFile(path: string): AsyncGenerator<TableRow, TableKind> {
  const isBook = await isWorkbook(path);
  const rows = isBook ? readXlsx(path) : readCsv(() => createReadStream(path) as AsyncIterable<Buffer>);
  let count = 0;
  for (;;) {
    const step = await rows.next();
    if (step.done) {
      if (count === 0) throw invalid('There is nothing in this file.', { file: 'is empty' });
      return { format: isBook ? 'xlsx' : 'csv', separator: ',', ...step.value };
    }
    const { line, cells } = step.value;
    if (cells.length > mostColumns)
      throw invalid(`Line ${line} has more than ${mostColumns} columns.`, { file: 'is too wide' });
    if (count > mostRows) throw invalid(`At most ${mostRows} rows are read at once.`, { file: 'is too long' });
    const own = cells.map(isBook ? unguardText : unguardCsv);
    yield { line, cells: count === 0 ? headerOf(own) : own };
    count += 1;
  }
}

async function isWorkbook(path: string): Promise<boolean> {
  const file = await open(path);
  const head = Buffer.alloc(8);
  await file.read(head, 0, 8, 0).finally(() => file.close());
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return true;
  const kinds = [
    [
      'd0cf11e0',
      phrase('This is an old Excel file or one with a password. Save it as .xlsx without a password, or as CSV.'),
    ],
    ['25504446', phrase('This is a PDF. Save the table as .xlsx or CSV.')],
  ] as const;
  const other = kinds.find(([magic]) => head.toString('hex').startsWith(magic));
  if (other) throw invalid(other[1], { file: 'is of another kind' });
  return false;
}

function headerOf(cells: string[]): string[] {
  const header = cells.map((cell) => cell.replace(/\s+/g, ' ').trim().slice(0, longestHeading));
  while (header.at(-1) === '') header.pop();
  if (header.includes('__proto__'))
    throw invalid('A column is called “__proto__”, which is no name for a column. Rename it.', {
      file: 'has a bad heading',
    });
  if (header.some((heading) => /[\p{Cc}\p{Cs}]/u.test(heading)))
    throw invalid('The first row holds signs that no heading has. It must name the columns.', {
      file: 'has a bad heading',
    });
  return header;
}
