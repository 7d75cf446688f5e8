// Printed sheets in exact millimetres, streamed page by page. The rule: a code that nobody could read is refused, not printed.
import { Readable } from 'node:stream';
import { type PdfFacts, pdfWriter, pointsPerMm } from './pdf-stream.ts';
import { type QrOptions, qrGeometry } from './qr.ts';
import { draw, fixed, type Sheet } from './sheet-drawing.ts';
import type { SheetPage } from './sheet-items.ts';

export * from './sheet-items.ts';

/** Returns the side of one module in millimetres for a code printed at `size`, quiet zone included. Throws `invalid` for a text that does not fit. */
export function moduleSize(
  text: string,
  { size, margin = 4, ecc, hasLogo }: { size: number; margin?: number; ecc?: QrOptions['ecc']; hasLogo?: boolean },
): number {
  return size / (qrGeometry(text, { ecc, hasLogo }).side + 2 * margin);
}

/** Streams the pages as a PDF; a page is asked for when the one before has been taken. Fails with `invalid` on what cannot be printed. */
export function sheetPdf(pages: AsyncIterable<SheetPage> | Iterable<SheetPage>, facts: PdfFacts): Readable {
  return Readable.from(write(pages, facts), { objectMode: false });
}

async function* write(pages: AsyncIterable<SheetPage> | Iterable<SheetPage>, facts: PdfFacts): AsyncGenerator<Buffer> {
  const sheet: Sheet = { writer: pdfWriter(), pictures: new Map(), texts: new Map(), waiting: [], used: new Set() };
  yield sheet.writer.begin();
  for await (const { width, height, items } of pages) {
    sheet.used = new Set();
    const drawn: string[] = [];
    for (const item of items) drawn.push(await draw(sheet, item));
    yield* sheet.waiting.splice(0);
    const turned = `${fixed(pointsPerMm, 8)} 0 0 ${fixed(-pointsPerMm, 8)} 0 ${fixed(height * pointsPerMm)} cm`;
    yield await sheet.writer.page({ width, height, operators: [turned, ...drawn].join('\n'), pictures: sheet.used });
  }
  yield sheet.writer.end(facts);
}
