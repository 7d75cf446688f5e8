// Printed codes as a camera sees them: the rectangles of a page of a PDF become pixels, and a reader of QR codes reads those.
import jsqr from 'jsqr';
import { decodePDFRawStream, type PDFDocument, PDFRawStream } from 'pdf-lib';
import { a4 } from '../../src/core/images/sheet-pdf.ts';

/** Reads a QR code from pixels. */
export const readQr = jsqr as unknown as typeof jsqr.default;

/** Returns the operators of a page as text. */
export function operatorsOf(pdf: PDFDocument, index: number): string {
  const contents = pdf.getPage(index).node.Contents();
  if (!(contents instanceof PDFRawStream)) throw new Error('no single stream');
  return Buffer.from(decodePDFRawStream(contents).decode()).toString('latin1');
}

/** Fills the rectangles of a page's operators into pixels, as a printer would: `dots` in a millimetre. */
export function rasterise(operators: string, dots: number) {
  const [width, height] = [a4.width * dots, a4.height * dots];
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  let color = [0, 0, 0];
  let boxes: number[][] = [];
  for (const [, numbers = '', verb] of operators.matchAll(/((?:-?[\d.]+ )*)(rg|re|f)\b/g)) {
    const values = numbers.trim().split(' ').map(Number);
    if (verb === 'rg') color = values.map((share) => Math.round(share * 255));
    else if (verb === 're') boxes.push(values);
    else {
      for (const [x = 0, y = 0, w = 0, h = 0] of boxes)
        for (let row = Math.round(y * dots); row < Math.round((y + h) * dots); row += 1)
          for (let column = Math.round(x * dots); column < Math.round((x + w) * dots); column += 1)
            pixels.set(color, (row * width + column) * 4);
      boxes = [];
    }
  }
  return { pixels, width, height };
}

/** Reads the QR code in a square of a rasterised page; places and sizes in millimetres from the top left. */
export function readAt(
  { pixels, width }: ReturnType<typeof rasterise>,
  dots: number,
  box: { x: number; y: number; size: number },
) {
  const side = Math.round(box.size * dots);
  const cut = new Uint8ClampedArray(side * side * 4);
  for (let row = 0; row < side; row += 1) {
    const from = ((Math.round(box.y * dots) + row) * width + Math.round(box.x * dots)) * 4;
    cut.set(pixels.subarray(from, from + side * 4), row * side * 4);
  }
  return readQr(cut, side, side)?.data;
}
