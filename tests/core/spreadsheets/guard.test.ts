// What leaves in a file and comes back is what it was: no apostrophe more, none less, in every format and by every reader.
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardCsv, guardText, unguardCsv, unguardText } from '../../../src/core/spreadsheets/guard.ts';
import { readSheetRows } from '../../../src/core/spreadsheets/sheet-reader.ts';
import { readTable } from '../../../src/core/spreadsheets/spreadsheet.ts';
import { csvStream } from '../../../src/core/spreadsheets/write.ts';
import { xlsxStream } from '../../../src/core/spreadsheets/xlsx-writer.ts';

const signs = ['=', '+', '-', '@', '＝', "'", "''", '"', ',', ';', '\t', '\r\n', '\n', ' ', 'a', '1', 'é', '王'];
const text = fc.array(fc.constantFrom(...signs), { maxLength: 12 }).map((parts) => parts.join(''));
// Many at once: each file is read in a thread of its own. Readers trim their cells, and a row of blanks is none; the mark in front keeps every row.
const cells = fc.array(
  text.map((one) => one.trim()),
  { minLength: 100, maxLength: 300 },
);
const known = [
  '=1+1',
  "'=1+1",
  "''=1+1",
  '+49 30 1234567',
  "'+49 30 1234567",
  '-',
  "'t Hart",
  "'quoted'",
  'a;=b',
  "a;'=b",
  'a,"=b',
  "'",
];

describe('the apostrophe', () => {
  test('that goes on comes off, whatever the text was', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(unguardText(guardText(one))).toBe(one);
        expect(unguardCsv(guardCsv(one))).toBe(one);
      }),
      { numRuns: 5_000 },
    );
  });

  test('stays where it is not ours', () => {
    for (const one of ["'t Hart", "'quoted'", "'", "O'Neill", "a;'b"]) {
      expect(unguardText(one)).toBe(one);
      expect(unguardCsv(one)).toBe(one);
    }
  });
});

describe('a file that comes back', () => {
  test.each([',', ';', '\t'] as const)('as CSV with %j has the same values', async (separator) => {
    const round = async (values: readonly string[]) => {
      const bytes = await buffer(
        csvStream(
          values.map((one) => ['x', one, 'y']),
          { separator, header: ['one', 'two', 'three'] },
        ),
      );
      const expected = values.map((one) => ['x', one, 'y']);
      expect((await readSheetRows(bytes, 500)).slice(1).map((row) => row.cells)).toEqual(expected);
      expect(
        readTable(bytes.toString('utf8'), { maxRows: 500 })
          .slice(1)
          .map((row) => row.cells),
      ).toEqual(expected);
    };
    await round(known);
    await fc.assert(fc.asyncProperty(cells, round), { numRuns: 2 });
  });

  test('as a workbook has the same values', async () => {
    const round = async (values: readonly string[]) => {
      const rows = values.map((one) => ['x', one, 'y']);
      const bytes = await buffer(xlsxStream([{ name: 'People', header: ['one', 'two', 'three'], rows }]));
      // Lines within a cell end as Excel ends them.
      const expected = rows.map((row) => row.map((one) => one.replace(/\r\n?/g, '\n')));
      expect((await readSheetRows(bytes, 500)).slice(1).map((row) => row.cells)).toEqual(expected);
    };
    await round(known);
    await fc.assert(fc.asyncProperty(cells, round), { numRuns: 2 });
  });
});
