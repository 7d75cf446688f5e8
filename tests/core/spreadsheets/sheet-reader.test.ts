// Table files as an enemy would make them: each ends as rows or as a refusal with a reason, and nothing is left on the disk.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import yazl from 'yazl';
import type { Core } from '../../../src/core/core.ts';
import { StewardError } from '../../../src/core/errors.ts';
import { readKeptSheet, readSheet } from '../../../src/core/spreadsheets/sheet-reader.ts';
import { readTableFile } from '../../../src/core/spreadsheets/sheet-table.ts';
import type { TableRow } from '../../../src/core/spreadsheets/spreadsheet.ts';
import { until } from '../../kit/until.ts';

let folder: string;
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'steward-hostile-'));
  // What is copied while it is read is looked for below; other tests copy tables at the same time.
  vi.stubEnv('TMPDIR', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(content: string | Buffer): string {
  made += 1;
  const file = path.join(folder, `table-${made}`);
  writeFileSync(file, content);
  return file;
}

async function rowsOf(content: string | Buffer): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of readTableFile(fileOf(content))) rows.push(row);
  return rows;
}

const cellsOf = async (content: string | Buffer) => (await rowsOf(content)).map(({ cells }) => cells);

/** A refusal's words; anything else thrown, or nothing, fails the test. */
async function refusal(content: string | Buffer): Promise<string> {
  const error: unknown = await rowsOf(content).then(
    (rows) => new Error(`${rows.length} rows were read`),
    (caught: unknown) => caught,
  );
  if (!(error instanceof StewardError)) throw error;
  expect(error.status).toBe(400);
  return error.message;
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const book = `${head}<workbook ${ns} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`;
const relations = `${head}<Relationships xmlns="x"><Relationship Id="rId1" Type="worksheet" Target="worksheets/sheet1.xml"/></Relationships>`;
const sheetOf = (rows: string, after = '') =>
  `${head}<worksheet ${ns}><sheetData>${rows}</sheetData>${after}</worksheet>`;
const two = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>';

async function workbook(parts: Record<string, string | Buffer | Readable>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const all: Record<string, string | Buffer | Readable> = {
    'xl/workbook.xml': book,
    'xl/_rels/workbook.xml.rels': relations,
    'xl/worksheets/sheet1.xml': sheetOf(two),
    ...parts,
  };
  for (const [name, content] of Object.entries(all))
    if (content instanceof Readable) zip.addReadStream(content, name);
    else zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream as unknown as Readable);
}

describe('CSV', () => {
  it.each([
    ['commas', 'a,b\n1,2\n'],
    ['semicolons and CRLF', 'a;b\r\n1;2\r\n'],
    ['tabs and CR only', 'a\tb\r1\t2\r'],
    ['a byte order mark', '\uFEFFa,b\n1,2'],
    ['UTF-16 LE with its mark', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['UTF-16 BE with its mark', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le').swap16()],
    ['UTF-16 LE without a mark', Buffer.from('a,b\n1,2\n', 'utf16le')],
    ['blank rows between', '\n\na,b\n,\n\n1,2\n'],
  ])('is read with %s', async (_, content) => {
    expect(await cellsOf(content)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('keeps quotes, line breaks and other people’s separators inside cells, and says the line a row begins at', async () => {
    expect(await rowsOf('a;b\n"x;""y""\nz";5" pipe\nlast;"1,2,3,4,5"\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x;"y"\nz', '5" pipe'] },
      { line: 4, cells: ['last', '1,2,3,4,5'] },
    ]);
  });

  it('does not cut letters of several bytes where the file is read in pieces', async () => {
    const name = '王'.repeat(30_000);
    expect((await cellsOf(`a,b\n${`x${name},y\n`}`))[1]?.[0]).toBe(`x${name}`);
  });

  it.each([
    ['a zero byte', 'a,b\n1,x\0y\n', 'zero bytes'],
    ['a quote that is never closed', `a,b\n1,"x\n${'y\n'.repeat(100)}`, 'never closed'],
    ['a field without end', `a,b\n1,"${'x'.repeat(5_000_000)}`, '100000 characters'],
    ['100,000 columns', `${Array(100_000).fill('x').join(',')}\n`, /columns|characters/],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x41]), 'UTF-8'],
    ['nothing', '', 'nothing in this file'],
    ['blank rows only', '\n,,\n \n', 'nothing in this file'],
    ['a heading __proto__', 'a,__proto__\n1,2\n', '__proto__'],
    ['a PDF', '%PDF-1.7 x', 'PDF'],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1aa', 'hex'), 'old Excel'],
  ])('is refused with %s', async (_, content, reason) => {
    expect(await refusal(content)).toMatch(reason);
  });

  it('takes headings that objects inherit for plain words', async () => {
    expect(await cellsOf('constructor,toString\n1,2\n')).toEqual([
      ['constructor', 'toString'],
      ['1', '2'],
    ]);
  });
});

describe('XLSX', () => {
  it('reads texts, long digits, dates of both systems, booleans and the values of formulas', async () => {
    const styles = `${head}<styleSheet ${ns}><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="171" formatCode="&quot;day&quot; 0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`;
    const strings = `${head}<sst ${ns}><si><t>na</t></si><si><r><t>王</t></r><r><t>小明</t></r><rPh><t>wang</t></rPh></si></sst>`;
    const cells = [
      '<c r="A2" t="s"><v>1</v></c>',
      '<c r="B2"><v>79161234567</v></c>',
      '<c r="C2" s="1"><v>46145</v></c>',
      '<c r="D2" s="2"><v>46145.604166667</v></c>',
      '<c r="E2" t="b"><v>1</v></c>',
      '<c r="F2"><f>1+1</f><v>2</v></c>',
      '<c r="G2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>',
      '<c r="H2" s="3"><v>1.5</v></c>',
      '<c r="J2" t="inlineStr"><is><t>x_x0000_y_xD800_</t></is></c>',
    ];
    const row1 = `<row r="1">${[...'ABCDEFGHIJ'].map((letter) => `<c r="${letter}1" t="s"><v>0</v></c>`).join('')}</row>`;
    const read = await cellsOf(
      await workbook({
        'xl/styles.xml': styles,
        'xl/sharedStrings.xml': strings,
        'xl/worksheets/sheet1.xml': sheetOf(`${row1}<row r="2">${cells.join('')}</row>`),
      }),
    );
    expect(read[1]).toEqual([
      '王小明',
      '79161234567',
      '2026-05-03',
      '2026-05-03T14:30:00',
      'true',
      '2',
      'ab',
      '1.5',
      '',
      'x y',
    ]);
  });

  it.each([
    [
      'merged cells over the whole sheet',
      { 'xl/worksheets/sheet1.xml': sheetOf(two, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>') },
      'merged',
    ],
    [
      'a cell at the end of the world',
      { 'xl/worksheets/sheet1.xml': sheetOf('<row r="1"><c r="XFD1"><v>1</v></c></row>') },
      '500 columns',
    ],
    [
      'rows that go back',
      {
        'xl/worksheets/sheet1.xml': sheetOf(
          '<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        ),
      },
      'not in order',
    ],
    [
      'entities of its own',
      {
        'xl/worksheets/sheet1.xml': `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${sheetOf(two).slice(head.length)}`,
      },
      'entities',
    ],
    [
      'an outer entity',
      {
        'xl/sharedStrings.xml': `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><sst><si><t>&f;</t></si></sst>`,
      },
      'entities',
    ],
    ['a tag without end', { 'xl/worksheets/sheet1.xml': `${head}<worksheet x="${'y'.repeat(3_000_000)}` }, 'no end'],
    [
      'a cell of 5 MB',
      { 'xl/worksheets/sheet1.xml': sheetOf(`<row r="1"><c r="A1" t="str"><v>${'y'.repeat(5_000_000)}</v></c></row>`) },
      /no end|too long/,
    ],
    ['a depth without end', { 'xl/worksheets/sheet1.xml': `${head}<worksheet>${'<a>'.repeat(10_000)}` }, 'nested'],
    ['XML that breaks off', { 'xl/worksheets/sheet1.xml': sheetOf(two).slice(0, -20) }, 'well-formed'],
    [
      'a sheet that is elsewhere',
      {
        'xl/_rels/workbook.xml.rels': relations
          .replace('worksheets/sheet1.xml', 'http://x.example/')
          .replace('Target=', 'TargetMode="External" Target='),
      },
      'missing',
    ],
    [
      'a heading __proto__',
      { 'xl/worksheets/sheet1.xml': sheetOf('<row r="1"><c r="A1" t="str"><v>__proto__</v></c></row>') },
      '__proto__',
    ],
    ['no rows', { 'xl/worksheets/sheet1.xml': sheetOf('') }, 'nothing in this file'],
  ])('is refused with %s', async (_, parts, reason) => {
    expect(await refusal(await workbook(parts))).toMatch(reason);
  });

  it('refuses a zip bomb by its table of contents, before it is unpacked', async () => {
    const zeros = Readable.from(
      (function* () {
        const megabyte = Buffer.alloc(1_000_000, '0');
        for (let i = 0; i < 600; i += 1) yield megabyte;
      })(),
    );
    const bomb = await workbook({ 'xl/worksheets/sheet1.xml': zeros });
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await refusal(bomb)).toMatch('500 MB are read');
    const tight = Readable.from(
      (function* () {
        for (let i = 0; i < 60; i += 1) yield Buffer.alloc(1_000_000, '0');
      })(),
    );
    expect(await refusal(await workbook({ 'xl/worksheets/sheet1.xml': tight }))).toMatch('packed so tightly');
  }, 60_000);

  it('refuses an entry that holds more than it says', async () => {
    const honest = await workbook({ 'xl/worksheets/sheet1.xml': sheetOf(two + ' '.repeat(200_000)) });
    const lying = Buffer.from(honest);
    // The uncompressed size in the central directory, 24 bytes behind its signature.
    for (let at = lying.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = lying.indexOf('PK\x01\x02', at + 4, 'latin1'))
      if (lying.readUInt32LE(at + 24) > 100_000) lying.writeUInt32LE(100, at + 24);
    expect(await refusal(lying)).toMatch('damaged');
  });

  it('bears a workbook cut off at any place', async () => {
    const whole = await workbook({});
    for (let size = 4; size < whole.length; size += 97) await refusal(whole.subarray(0, size));
  });

  it('bears a flipped bit at any place: rows or a refusal, nothing else', async () => {
    const whole = await workbook({});
    let refused = 0;
    for (let at = 0; at < whole.length; at += 7) {
      const bent = Buffer.from(whole);
      bent[at] = (bent[at] as number) ^ 0x41;
      try {
        await rowsOf(bent);
      } catch (error) {
        if (!(error instanceof StewardError)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});

describe('the reading thread', () => {
  const collect = async (file: string, options?: { silenceMs?: number }) => {
    let count = 0;
    for await (const batch of readSheet(file, options)) count += batch.length;
    return count;
  };

  it('hands over every row in batches and ends', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `p${i}@example.org,${i}`).join('\n');
    expect(await collect(fileOf(`email,n\n${lines}`))).toBe(3_001);
  }, 30_000);

  it('tells a refusal of the thread as one of ours', async () => {
    await expect(collect(fileOf('a,b\n1,\0'))).rejects.toMatchObject({ status: 400, fields: { file: 'is not text' } });
  }, 30_000);

  it('is ended when it says nothing for too long', async () => {
    await expect(collect(fileOf('a\n1\n'), { silenceMs: 1 })).rejects.toMatchObject({
      status: 400,
      fields: { file: 'is too slow' },
    });
  }, 30_000);

  it('ends when its reader leaves in the middle, and its copy of the file goes with it', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `p${i},x`).join('\n');
    const core = { files: { read: async () => ({ stream: Readable.from([`a,b\n${lines}`]) }) } } as unknown as Core;
    const copies = () => readdirSync(folder).filter((name) => name.startsWith('steward-sheet-'));
    const threads = () => readdirSync('/proc/self/task').length;
    const leave = async () => {
      for await (const batch of readKeptSheet(core, 'file')) return { rows: batch.length, during: copies() };
      throw new Error('Nothing was read.');
    };
    // Once before, so that whatever the process starts for files only once is there already.
    await leave();
    const before = threads();
    const { rows, during } = await leave();
    expect(rows).toBeGreaterThan(0);
    expect(during).toHaveLength(1);
    expect(copies()).toEqual([]);
    await until(() => threads() <= before);
  });
});
