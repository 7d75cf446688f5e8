// Tables for people: whatever somebody calls himself, the spreadsheet shows it and does not run it, in both formats.
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { afterEach, describe, expect, test } from 'vitest';
import { configureDays } from '../../../src/core/records/days.ts';
import { guardText } from '../../../src/core/spreadsheets/guard.ts';
import { type CellRow, csvStream } from '../../../src/core/spreadsheets/write.ts';
import { newSheetName } from '../../../src/core/spreadsheets/xlsx-names.ts';
import { xlsxStream } from '../../../src/core/spreadsheets/xlsx-writer.ts';
import { until } from '../../kit/until.ts';
import { readWorkbook } from '../spreadsheet-reading.ts';

const hostile = [
  '=1+1',
  '=HYPERLINK("http://evil.example","x")',
  '+1-2|cmd',
  '-2',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '  \u00a0=1',
  '\0=1',
  '＝1',
  '＋a',
  '－1',
  '＠x',
  '"=1"',
  'a,b;c',
  'Ada;=1+1;b',
  'Ada,=1+1',
  'a\t@x',
  'a\r\n=1',
  'a"b',
  'a\r\nb',
  "'quoted'",
  '__proto__',
  'constructor',
  '<b>&amp;</b>]]>',
  '_x0041_',
  'a\u0001b\u000bc',
  '\ufeffBOM',
  'half \ud800 character',
  'Зоя',
  '王小明',
  '👩‍👩‍👧',
  'اَلْعَرَبِيَّةُ',
  'x'.repeat(40_000),
];
const begins = /^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n\0]/;

afterEach(() => configureDays('UTC'));

const csv = async (rows: CellRow[], options = {}) => String(await buffer(csvStream(rows, options)));
const sheets = async (...args: Parameters<typeof xlsxStream>) => readWorkbook(await buffer(xlsxStream(...args)));

describe('CSV', () => {
  test.each([',', ';'] as const)(
    'with "%s" no cell begins with what is computed, and every one comes back',
    async (separator) => {
      const text = await csv(
        hostile.map((name) => [name, 'end']),
        { separator, header: ['Name, full', '=x'] },
      );
      const rows = parse(text, { bom: true, delimiter: separator, record_delimiter: '\r\n' }) as string[][];
      expect(rows[0]).toEqual(['Name, full', "'=x"]);
      expect(rows).toHaveLength(hostile.length + 1);
      for (const [at, name] of hostile.entries()) {
        const [cell = '', last] = rows[at + 1] ?? [];
        expect(last).toBe('end');
        expect(cell).not.toMatch(begins);
        // Bytes hold no half characters.
        expect(cell.replaceAll("'", '')).toBe(name.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll("'", ''));
      }
    },
  );

  test('a program that expects the other separator finds no formula either', async () => {
    for (const [separator, other] of [
      [',', ';'],
      [';', ','],
      [',', '\t'],
    ] as const) {
      const text = await csv(
        hostile.map((name) => [name]),
        { separator, bom: false },
      );
      const cells = text.split(/\r\n|\r|\n/).flatMap((line) => line.split(other));
      for (const cell of cells) expect(cell.replace(/^"?\s*/, '')).not.toMatch(/^[=@＝＠+\-＋－]/);
    }
  });

  test('numbers, flags, days and instants have one form, and a phone number stays a text', async () => {
    configureDays('Europe/Amsterdam');
    const row: CellRow = [
      -5,
      1.5,
      12n,
      true,
      null,
      new Date('2026-07-01T22:30:00Z'),
      { day: '2026-05-03' },
      '+31612345678',
      '00012345678901234567890',
      Number.NaN,
      new Date(Number.NaN),
    ];
    expect(await csv([row])).toBe(
      '\ufeff-5,1.5,"12",true,"","2026-07-02 00:30:00","2026-05-03","\'+31612345678","00012345678901234567890","",""\r\n',
    );
  });

  test('an empty table has its heading, a long one has it once, and one without headings none', async () => {
    expect(await csv([], { header: ['Name'] })).toBe('\ufeff"Name"\r\n');
    expect(await csv([], { bom: false })).toBe('');
    const many = Array.from({ length: 1201 }, (_, index) => [`n${index}`]);
    const rows = parse(await csv(many, { header: ['Name'] }), { bom: true }) as string[][];
    expect(rows).toHaveLength(1202);
    expect(rows.filter(([cell]) => cell === 'Name')).toHaveLength(1);
    expect(rows.at(-1)).toEqual(['n1200']);
  });

  test('an error of the rows is the error of the stream', async () => {
    const rows = (async function* () {
      yield ['a'];
      throw new Error('the database went away');
    })();
    await expect(buffer(csvStream(rows))).rejects.toThrow('the database went away');
  });
});

describe('XLSX', () => {
  test('no cell begins with what is computed, no part is broken, every text comes back', async () => {
    const [sheet] = await sheets([{ name: 'People', header: ['Name', '=x'], rows: hostile.map((name) => [name, 1]) }]);
    expect(sheet?.cells.get('B1')?.value).toBe("'=x");
    for (const [at, name] of hostile.entries()) {
      const cell = String(sheet?.cells.get(`A${at + 2}`)?.value);
      expect(cell).not.toMatch(begins);
      const expected = name.length > 32_767 ? `${name.slice(0, 32_766)}…` : guardText(name);
      expect(cell).toBe(expected.replace(/\p{Surrogate}/gu, '\ufffd').replace(/\r\n?/g, '\n'));
      expect(sheet?.cells.get(`B${at + 2}`)?.value).toBe(1);
    }
  });

  test('cells have the types of their values; phones and long digits are texts with the format for texts', async () => {
    configureDays('Europe/Amsterdam');
    const row: CellRow = [
      '+31 6 1234-5678',
      '12345678901234567890',
      '007',
      'a',
      -5.25,
      3n,
      true,
      false,
      { day: '2026-05-03' },
      new Date('2026-07-01T22:30:00Z'),
      { day: '1850-01-01' },
      null,
      'end',
    ];
    const [sheet] = await sheets([{ name: 'S', rows: [row] }]);
    const found = [...(sheet?.cells ?? [])].map(([at, { value, style }]) => [at, value, style]);
    expect(found).toEqual([
      ['A1', '+31 6 1234-5678', 2],
      ['B1', '12345678901234567890', 2],
      ['C1', '007', 2],
      ['D1', 'a', 0],
      ['E1', -5.25, 0],
      ['F1', '3', 2],
      ['G1', true, 0],
      ['H1', false, 0],
      ['I1', 46145, 3],
      ['J1', 46205.020833, 4],
      ['K1', '1850-01-01', 2],
      ['M1', 'end', 0],
    ]);
  });

  test('sheets have valid names of their own, titles above, and a table too long for one goes on in the next', async () => {
    const rows = Array.from({ length: 25 }, (_, n) => [n]);
    const found = await sheets(
      [
        { name: 'Robots: [beginners] / Monday*?', lead: [['Robots'], []], header: ['No.'], rows },
        { name: 'ROBOTS- -beginners- - Monday-', rows: [] },
        { name: '', rows: [['x']] },
      ],
      { rowsPerSheet: 13 },
    );
    expect(found.map(({ name, rows }) => [name, rows])).toEqual([
      ['Robots- -beginners- - Monday-', 13],
      ['Robots- -beginners- - Monda (2)', 13],
      ['Robots- -beginners- - Monda (3)', 8],
      ['ROBOTS- -beginners- - Monda (4)', 0],
      ['Sheet', 1],
    ]);
    expect(found[0]?.cells.get('A1')?.value).toBe('Robots');
    expect(found[0]?.cells.has('A2')).toBe(false);
    expect(found[0]?.cells.get('A3')).toEqual({ value: 'No.', style: 1 });
    const numbers = found.slice(0, 3).flatMap(({ cells }) => [...cells.values()].map(({ value }) => value));
    expect(numbers.filter((value) => typeof value === 'number')).toEqual(rows.flat());
    expect(await sheets([])).toMatchObject([{ name: 'Sheet', rows: 0 }]);
  });

  test('names of sheets are what Excel takes', () => {
    const taken: string[] = [];
    for (const name of [
      'x'.repeat(40),
      'x'.repeat(40),
      '👩‍👩‍👧'.repeat(9),
      "'a'",
      'History',
      'a\0b\u202e',
      '///',
      ' ',
      '会'.repeat(35),
    ]) {
      const made = newSheetName(name, taken);
      expect(made.length).toBeLessThanOrEqual(31);
      expect(made).toMatch(/^[^\\/*?:[\]\p{Cc}\p{Surrogate}]+$/u);
      expect(made).not.toMatch(/^'|'$|^history$/i);
      expect(taken.map((one) => one.toLowerCase())).not.toContain(made.toLowerCase());
      taken.push(made);
    }
  });

  test('an error of the rows is the error of the stream, and a reader who leaves ends the rows', async () => {
    const broken = (async function* () {
      yield ['a'];
      throw new Error('the database went away');
    })();
    await expect(buffer(xlsxStream([{ name: 'S', rows: broken }]))).rejects.toThrow('the database went away');
    let hasEnded = false;
    const endless = (async function* () {
      try {
        for (let n = 0; ; n += 1) yield [n, `${Math.random()}`];
      } finally {
        hasEnded = true;
      }
    })();
    const stream = xlsxStream([{ name: 'S', rows: endless }]);
    for await (const _ of stream) break;
    await until(() => hasEnded);
  });

  test('a column is as wide as what stands in it, within reason', async () => {
    const rows = [
      ['Wilhelmina van den Bouwhuijsen', 1],
      ['欧阳娜娜·司徒美堂', 2],
      [null, 3],
    ];
    const [sheet] = await sheets([{ name: 'S', header: ['Name', 'No.'], rows }]);
    expect([...(sheet?.xml ?? '').matchAll(/ width="(\d+)"/g)].map(([, width]) => width)).toEqual(['32', '14']);
    const [long] = await sheets([{ name: 'S', header: ['Name'], rows: [['a'.repeat(500)]] }]);
    expect(long?.xml).toContain(' width="60"');
  });
});
