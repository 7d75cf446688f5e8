// XLSX workbooks made while they are sent (ECMA-376): inline strings, one row in memory at a time, as many sheets as wanted.
// Its rule: whatever the cells hold, every program opens the file and finds typed values, never a formula.
import type { Readable } from 'node:stream';
import { packStream, type ZipPart } from '../files/zip.ts';
import { clockTime } from '../records/days.ts';
import { guardText } from './guard.ts';
import { type Cell, type CellRow, type CellRows, plainText } from './write.ts';
import { newSheetName } from './xlsx-names.ts';
import { escapeXml, workbookParts } from './xlsx-parts.ts';

/** One sheet. `lead` stands above the headings, for example a title and an empty row. */
export interface Sheet {
  /** Made valid and unique in its workbook: 31 characters at most, none of \ / * ? : [ ]. */
  name: string;
  lead?: readonly CellRow[];
  header?: readonly string[];
  rows: CellRows;
}

/** Rows that a sheet can have; more go on in a second one. */
const mostRows = 1_048_576;
const longestText = 32_767;
const rowsAtOnce = 200;
const dayLength = 86_400_000;
const epoch = Date.UTC(1899, 11, 30);
// Before March 1900 Excel counts a day that did not exist.
const firstSerial = 61;
const style = { plain: 0, heading: 1, text: 2, day: 3, instant: 4 };

/** Streams a workbook. An error of the rows, or a reader who leaves, ends both sides. */
export function xlsxStream(
  sheets: AsyncIterable<Sheet> | Iterable<Sheet>,
  options: { rowsPerSheet?: number } = {},
): Readable {
  return packStream(partsOf(sheets, options.rowsPerSheet ?? mostRows));
}

async function* partsOf(sheets: AsyncIterable<Sheet> | Iterable<Sheet>, limit: number): AsyncGenerator<ZipPart> {
  const names: string[] = [];
  const add = (name: string) => names.push(newSheetName(name, names));
  for await (const sheet of sheets) {
    const source = new RowSource(sheet.rows);
    try {
      do {
        const path = `xl/worksheets/sheet${add(sheet.name)}.xml`;
        yield { path, content: sheetXml(sheet, source, limit) };
      } while (!(await source.isOver()));
    } finally {
      await source.close();
    }
  }
  // A workbook without a sheet is none.
  if (names.length === 0)
    yield {
      path: `xl/worksheets/sheet${add('')}.xml`,
      content: sheetXml({ name: '', rows: [] }, new RowSource([]), 1),
    };
  for (const [path, xml] of workbookParts(names)) yield { path, content: [Buffer.from(xml)] };
}

/** Rows that are asked for one ahead, so that a full sheet knows whether another one follows. */
class RowSource {
  readonly #rows: AsyncIterator<CellRow> | Iterator<CellRow>;
  #ahead: Promise<IteratorResult<CellRow>> | undefined;

  constructor(rows: CellRows) {
    this.#rows = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  }

  async isOver(): Promise<boolean> {
    this.#ahead ??= Promise.resolve(this.#rows.next());
    return (await this.#ahead).done === true;
  }

  async take(): Promise<CellRow> {
    const over = await this.isOver();
    const { value } = (await this.#ahead) as IteratorResult<CellRow>;
    if (!over) this.#ahead = undefined;
    return value ?? [];
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }
}

async function* sheetXml(sheet: Sheet, source: RowSource, limit: number): AsyncGenerator<Buffer> {
  const { lead = [], header } = sheet;
  const above = lead.length + (header ? 1 : 0);
  const last = Math.max(limit, above + 1);
  const first: CellRow[] = [];
  while (first.length < Math.min(rowsAtOnce, last - above) && !(await source.isOver())) first.push(await source.take());
  yield Buffer.from(sheetHead(header, above, first));
  let text = lead.map((row, at) => rowXml(row, at + 1)).join('');
  if (header) text += rowXml(header, above, style.heading);
  text += first.map((row, at) => rowXml(row, above + at + 1)).join('');
  let number = above + first.length;
  while (number < last && !(await source.isOver())) {
    number += 1;
    text += rowXml(await source.take(), number);
    if (number % rowsAtOnce > 0) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}</sheetData></worksheet>`);
}

function sheetHead(header: readonly string[] | undefined, above: number, first: readonly CellRow[]): string {
  const pane = header
    ? `<pane ySplit="${above}" topLeftCell="A${above + 1}" activePane="bottomLeft" state="frozen"/>`
    : '';
  const widths = (header ?? []).map((heading, at) => {
    const width = Math.min(60, Math.max(14, heading.length + 4, ...first.map((row) => roomOf(row[at]) + 2)));
    return `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`;
  });
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  return (
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="${main}">` +
    `<sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews>` +
    `${widths.length > 0 ? `<cols>${widths.join('')}</cols>` : ''}<sheetData>`
  );
}

/** Returns how many digits wide a cell is, about; letters of East Asia are twice as wide. */
function roomOf(cell: Cell): number {
  const text = plainText(cell, (one) => one).slice(0, 60);
  return text.length + (text.match(/[\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\uff01-\uff60]/g)?.length ?? 0);
}

function rowXml(row: CellRow, number: number, textStyle = style.plain): string {
  let cells = '';
  for (let at = 0; at < row.length; at += 1) cells += cellXml(row[at], `${columnName(at)}${number}`, textStyle);
  return `<row r="${number}">${cells}</row>`;
}

function cellXml(cell: Cell, at: string, textStyle: number): string {
  if (cell === null || cell === undefined || cell === '') return '';
  if (typeof cell === 'boolean') return `<c r="${at}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === 'number')
    return Number.isFinite(cell) ? `<c r="${at}"><v>${String(cell).toUpperCase()}</v></c>` : '';
  if (cell instanceof Date || (typeof cell === 'object' && 'day' in cell)) {
    const serial = serialOf(cell);
    if (serial !== undefined)
      return `<c r="${at}" s="${cell instanceof Date ? style.instant : style.day}"><v>${serial}</v></c>`;
  }
  const text = plainText(cell, guardInSheet);
  if (text === '') return '';
  const kind = textStyle === style.plain && looksCounted.test(text) ? style.text : textStyle;
  const shown = escapeXml(text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text);
  return `<c r="${at}"${kind ? ` s="${kind}"` : ''} t="inlineStr"><is><t xml:space="preserve">${shown}</t></is></c>`;
}

// A text that a program would make a number of as soon as somebody edits the cell: it gets the format "text".
const looksCounted = /^['+]?[\d\s().,/:-]*\d[\d\s().,/:-]*$/;
// A telephone number is no formula here: the cell is a text by its type and its format, and people want to read +49 and not '+49.
const phone = /^\+\d[\d ()./-]{2,24}$/;

function guardInSheet(text: string): string {
  // Lines within a cell end as Excel ends them; a bare carriage return would be shown as _x000D_ by other programs.
  return phone.test(text) ? text : guardText(text).replace(/\r\n?/g, '\n');
}

/** Returns Excel's number for a day or an instant in the installation's zone; undefined for what Excel cannot count. */
function serialOf(cell: Date | { day: string }): number | undefined {
  const local = cell instanceof Date ? (Number.isNaN(cell.getTime()) ? '' : clockTime(cell)) : `${cell.day}T00:00:00`;
  const serial = (Date.parse(`${local}Z`) - epoch) / dayLength;
  // Five digits keep the second; the year 9999 is Excel's last.
  return serial >= firstSerial && serial < 2_958_466 ? Number(serial.toFixed(6)) : undefined;
}

const columnNames: string[] = [];

function columnName(at: number): string {
  let name = columnNames[at];
  if (name !== undefined) return name;
  name = '';
  for (let rest = at + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  columnNames[at] = name;
  return name;
}
