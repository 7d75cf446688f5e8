// Opens a workbook as a spreadsheet program would: every sheet by its name, every cell by its place, read apart from the core's own reader.
import { buffer } from 'node:stream/consumers';
import { fromBuffer } from 'yauzl';

/** One sheet: its name and its rows of texts; a row that is not there is empty. */
export interface OpenedSheet {
  name: string;
  rows: string[][];
}

/** Returns the sheets of a workbook in their order. */
export async function openWorkbook(bytes: Buffer): Promise<OpenedSheet[]> {
  const parts = await unzipped(bytes);
  const names = [...(parts.get('xl/workbook.xml') ?? '').matchAll(/<sheet name="([^"]+)"/g)].map(([, name = '']) =>
    plain(name),
  );
  return names.map((name, at) => ({ name, rows: rowsOf(parts.get(`xl/worksheets/sheet${at + 1}.xml`) ?? '') }));
}

/** Returns the parts of a package by their paths. */
export async function unzipped(bytes: Buffer): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const parts = new Map<string, string>();
      zip.on('entry', (entry) =>
        zip.openReadStream(entry, async (wrong, stream) => {
          if (wrong) return reject(wrong);
          parts.set(entry.fileName, (await buffer(stream)).toString());
          zip.readEntry();
        }),
      );
      zip.on('end', () => resolve(parts));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}

function rowsOf(xml: string): string[][] {
  const rows: string[][] = [];
  for (const [, number = '', cells = ''] of xml.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)) {
    const row: string[] = [];
    for (const [, letters = '', content = ''] of cells.matchAll(/<c r="([A-Z]+)\d+"[^>]*>(.*?)<\/c>/gs)) {
      const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      row[column] = plain(/<t[^>]*>(.*?)<\/t>|<v>(.*?)<\/v>/s.exec(content)?.slice(1).find(Boolean) ?? '');
    }
    rows[Number(number) - 1] = Array.from(row, (cell) => cell ?? '');
  }
  return Array.from(rows, (row) => row ?? []);
}

function plain(xml: string): string {
  const signs: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return xml
    .replace(/&(\w+);/g, (_, name: string) => signs[name] ?? '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
