// One export in a process of its own, so that its peak memory is its own: `export-child.ts WAY DATABASE_URL FOLDER`. Prints an Amount as JSON.
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Parser } from 'json2csv';
import pg from 'pg';
import { ZipFile } from 'yazl';
import { type Amount, timed } from './compare.ts';

type Cells = Record<string, string | Date | null>;

const columns = ['email', 'name', 'number', 'campaign', 'state', 'problem', 'mailedAt'];
const [way = '', url = '', folder = ''] = process.argv.slice(2);
const peak = watchMemory();
/** The framework's own way: freeze the set, read with the rights of the actor, write the file, outcomes and audit. */
async function ours(format: string): Promise<Amount> {
  const { systemActor } = await import('../../src/core/index.ts');
  const { runAction, readRun } = await import('../../src/core/runs/run.ts');
  const { default: certificates } = await import('../../src/modules/certificates/module.ts');
  const { openCore } = await import('./house.ts');
  const { core, close } = await openCore({ database: async () => url, folder }, [certificates]);
  const memory = peak.from();
  const { result, seconds } = await timed(() =>
    runAction(core, systemActor, 'certificates.export-recipient', {
      selection: { all: true },
      form: { format },
      idempotencyKey: `bench-${process.pid}-${Date.now()}`,
    }),
  );
  const figures = memory();
  const { counts } = await readRun(core, systemActor, result.runId);
  await close();
  return { done: counts.done, seconds, figures };
}

/** The least that writes the same table: a cursor, the library that makes the format, a file. */
async function bare(format: string, write: (rows: AsyncIterable<Cells[]>) => Readable): Promise<Amount> {
  const client = new pg.Client(url);
  await client.connect();
  const memory = peak.from();
  let done = 0;
  const { seconds } = await timed(() =>
    pipeline(
      write(cursor(client, (count) => (done += count))),
      createWriteStream(path.join(folder, `bare-${process.pid}.${format}`)),
    ),
  );
  const figures = memory();
  await client.end();
  return { done, seconds, figures };
}

async function* cursor(client: pg.Client, count: (rows: number) => void): AsyncGenerator<Cells[]> {
  await client.query('BEGIN');
  await client.query(
    `DECLARE people CURSOR FOR SELECT r.email, r.name, r.number, c.title AS campaign, r.state, r.problem, r."mailedAt"
     FROM "Recipient" r JOIN "Campaign" c ON c.id = r."campaignId" ORDER BY r."createdAt" DESC`,
  );
  for (;;) {
    const { rows } = await client.query<Cells>('FETCH 500 FROM people');
    if (rows.length === 0) break;
    count(rows.length);
    yield rows;
  }
  await client.query('COMMIT');
}

function csvOf(rows: AsyncIterable<Cells[]>): Readable {
  const parser = new Parser<Cells>({ fields: columns, header: false, eol: '\r\n' });
  return Readable.from(
    (async function* () {
      yield `${columns.join(',')}\r\n`;
      for await (const some of rows) yield `${parser.parse(some)}\r\n`;
    })(),
    { objectMode: false },
  );
}

const content = 'http://schemas.openxmlformats.org/package/2006/content-types';
const office = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

/** The smallest workbook that spreadsheet programs open: every cell an inline text. */
function xlsxOf(rows: AsyncIterable<Cells[]>): Readable {
  const zip = new ZipFile();
  const add = (name: string, xml: string) => zip.addBuffer(Buffer.from(xml), name);
  add(
    '[Content_Types].xml',
    `<Types xmlns="${content}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${office}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${office}.worksheet+xml"/></Types>`,
  );
  add(
    '_rels/.rels',
    `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  );
  add(
    'xl/workbook.xml',
    `<workbook xmlns="${main}" xmlns:r="${relation}"><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>`,
  );
  zip.addReadStream(Readable.from(sheetOf(rows), { objectMode: false }), 'xl/worksheets/sheet1.xml');
  zip.end();
  return zip.outputStream as Readable;
}

async function* sheetOf(rows: AsyncIterable<Cells[]>): AsyncGenerator<string> {
  const cell = (value: unknown) =>
    `<c t="inlineStr"><is><t>${String(value ?? '').replace(/[<&]/g, (sign) => (sign === '<' ? '&lt;' : '&amp;'))}</t></is></c>`;
  yield `<worksheet xmlns="${main}"><sheetData><row>${columns.map(cell).join('')}</row>`;
  for await (const some of rows)
    yield some.map((row) => `<row>${columns.map((name) => cell(row[name])).join('')}</row>`).join('');
  yield '</sheetData></worksheet>';
}

/** Looks at the resident size every 10 ms; `from` begins a span and returns how to end it. */
function watchMemory() {
  let highest = 0;
  const look = () => {
    highest = Math.max(highest, process.memoryUsage.rss());
  };
  setInterval(look, 10).unref();
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  return {
    from() {
      const before = process.memoryUsage.rss();
      highest = before;
      return () => {
        look();
        return { 'peak MiB': mebibytes(highest), 'MiB grown': mebibytes(highest - before) };
      };
    },
  };
}

const ways: Record<string, () => Promise<Amount>> = {
  'csv-ours': () => ours('csv'),
  'csv-bare': () => bare('csv', csvOf),
  'xlsx-ours': () => ours('xlsx'),
  'xlsx-bare': () => bare('xlsx', xlsxOf),
};
const amount = await ways[way]?.();
process.stdout.write(JSON.stringify(amount));
