// Reads the first visible sheet of an XLSX workbook row by row, in memory that does not grow with its rows. Formulas give the value
// that was last worked out. Its rule: what cannot be told for sure, such as merged cells, is refused and not guessed.
import type { TableRow } from './spreadsheet.ts';
import {
  columnOfReference,
  type DateSystem,
  type NumberKind,
  numberText,
  readStyles,
  unescapedText,
} from './xlsx-cells.ts';
import { openXlsx, refusedWorkbook, type XlsxPackage } from './xlsx-package.ts';
import { readXml } from './xml-events.ts';

const mostSharedTexts = 2_000_000;
const mostSharedLetters = 60_000_000;
const longestText = 100_000;
const mostColumns = 500;
const lastRow = 1_048_576;

interface Book extends DateSystem {
  strings: string[];
  styles: NumberKind[];
}

/** Streams the rows of a workbook's first visible sheet. Throws `invalid` with the reason. */
export async function* readXlsx(path: string): AsyncGenerator<TableRow, { sheet: string }> {
  const file = await openXlsx(path);
  try {
    const { is1904, name, target } = await firstSheet(file);
    const strings = await readSharedTexts(await file.part('xl/sharedStrings.xml'));
    const styles = await readStyles(await file.part('xl/styles.xml'));
    const sheet = await file.part(target);
    if (!sheet) throw refusedWorkbook('The first sheet of this workbook is missing.');
    yield* readRows(sheet, { strings, styles, is1904 });
    return { sheet: name };
  } finally {
    file.close();
  }
}

async function firstSheet(file: XlsxPackage): Promise<DateSystem & { name: string; target: string }> {
  const book = await file.part('xl/workbook.xml');
  if (!book) throw refusedWorkbook('This file is not an Excel workbook (.xlsx).');
  const found: { is1904: boolean; sheet?: { name: string; relation: string } } = { is1904: false };
  const reading = readXml(book, {
    open(name, attributes) {
      if (name === 'workbookPr') found.is1904 = attributes.date1904 === '1' || attributes.date1904 === 'true';
      if (name !== 'sheet' || found.sheet || (attributes.state ?? 'visible') !== 'visible') return;
      const relation = Object.entries(attributes).find(([key]) => /:id$/.test(key))?.[1] ?? '';
      found.sheet = { name: (attributes.name ?? '').slice(0, 100), relation };
    },
  });
  for await (const _ of reading);
  if (!found.sheet) throw refusedWorkbook('This workbook has no visible sheet.');
  const { name, relation } = found.sheet;
  return { is1904: found.is1904, name, target: await targetOf(file, relation) };
}

async function targetOf(file: XlsxPackage, relation: string): Promise<string> {
  const relations = await file.part('xl/_rels/workbook.xml.rels');
  let target = '';
  if (!relations) throw refusedWorkbook('This file is not an Excel workbook (.xlsx).');
  const reading = readXml(relations, {
    open(name, attributes) {
      if (name === 'Relationship' && attributes.Id === relation && attributes.TargetMode !== 'External')
        target = attributes.Target ?? '';
    },
  });
  for await (const _ of reading);
  if (!target) throw refusedWorkbook('The first sheet of this workbook is missing.');
  return target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`;
}

async function readSharedTexts(chunks: AsyncIterable<Buffer> | undefined): Promise<string[]> {
  const strings: string[] = [];
  if (!chunks) return strings;
  let letters = 0;
  let current = '';
  let isText = false;
  let isReading = false;
  const reading = readXml(chunks, {
    open(name) {
      if (name === 'si') current = '';
      // How Japanese names are read aloud stands beside them; it is not the cell's text.
      if (name === 'rPh') isReading = true;
      isText = name === 't' && !isReading;
    },
    close(name) {
      if (name === 'rPh') isReading = false;
      isText = false;
      if (name !== 'si') return;
      letters += current.length;
      if (strings.push(unescapedText(current)) > mostSharedTexts || letters > mostSharedLetters)
        throw refusedWorkbook('This workbook holds too much text. Save the sheet as CSV and try again.');
    },
    text(text) {
      if (isText) current = appended(current, text);
    },
  });
  for await (const _ of reading);
  return strings;
}

function appended(current: string, text: string): string {
  if (current.length + text.length > longestText) throw refusedWorkbook('A cell of this workbook has too long a text.');
  return current + text;
}

async function* readRows(chunks: AsyncIterable<Buffer>, book: Book): AsyncGenerator<TableRow> {
  const reader = new RowReader(book);
  const reading = readXml(chunks, reader);
  for await (const _ of reading) yield* reader.taken();
  yield* reader.taken();
}

/** Gathers rows while the sheet is read. */
class RowReader {
  readonly #book: Book;
  #rows: TableRow[] = [];
  #line = 0;
  #cells: string[] = [];
  #cell: { at: number; type: string; style: number; value: string } | undefined;
  #next = 0;
  #isValue = false;
  #isReading = false;

  constructor(book: Book) {
    this.#book = book;
  }

  taken(): TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') this.#openRow(attributes.r);
    else if (name === 'c') this.#openCell(attributes);
    else if (name === 'rPh') this.#isReading = true;
    else if (name === 'mergeCell')
      throw refusedWorkbook(
        `The cells ${(attributes.ref ?? '').slice(0, 20)} are merged, so it is not clear to which row they belong. Unmerge them and try again.`,
      );
    this.#isValue = this.#cell !== undefined && (name === 'v' || (name === 't' && !this.#isReading));
  }

  close(name: string): void {
    this.#isValue = false;
    if (name === 'rPh') this.#isReading = false;
    else if (name === 'c') this.#closeCell();
    else if (name === 'row') this.#closeRow();
  }

  text(text: string): void {
    if (this.#isValue && this.#cell) this.#cell.value = appended(this.#cell.value, text);
  }

  #openRow(given: string | undefined): void {
    const line = given === undefined ? this.#line + 1 : Number(given);
    if (!Number.isInteger(line) || line <= this.#line || line > lastRow)
      throw refusedWorkbook('The rows of this sheet are not in order.');
    this.#line = line;
    this.#cells = [];
    this.#next = 0;
  }

  #openCell({ r, t = 'n', s = '0' }: Readonly<Record<string, string>>): void {
    const at = r === undefined ? this.#next : columnOfReference(r);
    if (at === undefined || at < this.#next) throw refusedWorkbook(`The cells of row ${this.#line} are not in order.`);
    this.#next = at + 1;
    this.#cell = { at, type: t, style: Number(s), value: '' };
  }

  #closeCell(): void {
    const cell = this.#cell;
    this.#cell = undefined;
    if (!cell) return;
    const text = this.#textOf(cell.type, cell.value, cell.style).trim();
    if (text === '') return;
    if (cell.at >= mostColumns) throw refusedWorkbook(`Row ${this.#line} has more than ${mostColumns} columns.`);
    while (this.#cells.length < cell.at) this.#cells.push('');
    this.#cells.push(text);
  }

  #closeRow(): void {
    if (this.#cells.length > 0) this.#rows.push({ line: this.#line, cells: this.#cells });
    this.#cells = [];
  }

  #textOf(type: string, value: string, style: number): string {
    if (type === 's') return this.#book.strings[Number(value)] ?? '';
    if (type === 'b') return value === '1' ? 'true' : 'false';
    if (type === 'n') return numberText(value, this.#book.styles[style] ?? 'plain', this.#book);
    return type === 'd' ? value : unescapedText(value);
  }
}
