// The files that an import gives back: a sample to fill in, and the rows that became nothing with the reason beside each. Its rule: they have the
// format of the file that came, so that they can be corrected and uploaded again.
import type { Readable } from 'node:stream';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { conflict } from '../errors.ts';
import { askerOf } from '../people/asked-link.ts';
import type { Separator } from '../spreadsheets/spreadsheet.ts';
import { type CellRow, type CellRows, csvStream, spreadsheetTypes } from '../spreadsheets/write.ts';
import { xlsxStream } from '../spreadsheets/xlsx-writer.ts';
import { importOfModel, importTargets } from './context.ts';
import type { Import } from './lease.ts';
import { openedCells } from './secrets.ts';
import { faultyRows, findImport } from './view.ts';

/** A file made for somebody who may have it. */
export interface GivenFile {
  name: string;
  link: string;
}

const keepHours = 24;
const atOnce = 1_000;

/** Makes a sample with the headings that an import knows and one row of examples. */
export async function sampleFile(core: Core, actor: Actor, model: string, format: 'csv' | 'xlsx'): Promise<GivenFile> {
  const { resource } = importOfModel(core, actor, model);
  const targets = importTargets(resource, actor);
  const header = targets.map(({ spec }) => spec.label);
  const rows = [targets.map(({ spec }) => spec.example)];
  const name = `${resource.label.many.replaceAll(' ', '-')}-sample`;
  return keepTable(core, actor, name, { format, separator: ',' }, header, rows, {
    resource: 'ImportSample',
    recordId: model,
  });
}

/** Makes the file of the rows that became nothing: the person's own cells, and the reason. Throws conflict when there are none. */
export async function errorFile(core: Core, actor: Actor, id: string): Promise<GivenFile> {
  const row = await findImport(core, actor, id);
  const where = { importId: id, ...faultyRows } as never;
  if ((await core.db.importRow.count({ where })) === 0) throw conflict('No row of this import has a fault.');
  const width = row.header.length;
  const kind = { format: row.format === 'xlsx' ? 'xlsx' : 'csv', separator: row.separator as Separator } as const;
  const name = `${row.fileName.replace(/\.[A-Za-z]{2,5}$/, '')}-not-imported`;
  return keepTable(core, actor, name, kind, [...row.header, 'Line', 'Reason'], faulty(core, row, width), {
    resource: 'Import',
    recordId: id,
  });
}

async function* faulty(core: Core, { id }: Import, width: number): AsyncGenerator<CellRow> {
  for (let last = -1; ; ) {
    const where = { importId: id, position: { gt: last }, ...faultyRows } as never;
    const rows = await core.db.importRow.findMany({ where, orderBy: { position: 'asc' }, take: atOnce });
    for (const row of rows) {
      const cells = openedCells({ core }, row);
      yield [...Array.from({ length: width }, (_, at) => cells[at] ?? ''), row.line, row.reason ?? ''];
    }
    const end = rows.at(-1);
    if (!end || rows.length < atOnce) return;
    last = end.position;
  }
}

async function keepTable(
  core: Core,
  actor: Actor,
  name: string,
  { format, separator }: { format: 'csv' | 'xlsx'; separator: Separator },
  header: string[],
  rows: CellRows,
  owner: { resource: string; recordId: string },
): Promise<GivenFile> {
  const content: Readable =
    format === 'csv' ? csvStream(rows, { header, separator }) : xlsxStream([{ name: 'Table', header, rows }]);
  const expiresAt = new Date(Date.now() + keepHours * 3_600_000);
  const file = await core.files.keep({
    name: `${name}.${format}`,
    type: spreadsheetTypes[format],
    content,
    expiresAt,
    owner,
  });
  return { name: file.name, link: core.files.link(file.id, { download: true, asker: await askerOf(core, actor) }) };
}
