// A picture as a one-page PDF: the template goes in as it is, the texts above it as transparent pictures, because text in a PDF
// would need shaping and direction of its own. The only room that imports pdf-lib.
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { PDFDocument, PDFPage, PDFRef } from 'pdf-lib';
import { type Overlay, opaqueTemplate, separatePixels, type Template } from './composition.ts';

/** Loaded when the first PDF is made. */
type Library = typeof import('pdf-lib');

const pack = promisify(deflate) as (bytes: Uint8Array) => Promise<Buffer>;

/** What the page is made of. Places are pixels of the template. */
export interface ImagePdf {
  /** PNG or JPEG. */
  template: Template;
  /** PNG. */
  overlays: readonly Overlay[];
  title: string;
  author?: string;
  subject?: string;
  /** Tag such as `zh`. */
  language?: string;
  /** Points of the longer side; 841.89 (A4) by default. */
  longSide?: number;
}

/** Makes the PDF of a template and what lies on it. */
export async function imagePdf(input: ImagePdf): Promise<Buffer> {
  const library = await import('pdf-lib');
  const pdf = await library.PDFDocument.create();
  describe(pdf, input);
  const ground = await embedGround(pdf, await opaqueTemplate(input.template));
  const scale = (input.longSide ?? 841.89) / Math.max(ground.width, ground.height);
  const [width, height] = [ground.width * scale, ground.height * scale];
  const page = pdf.addPage([width, height]);
  place(library, page, ground.ref, [width, 0, 0, height, 0, 0]);
  for (const { bytes, left, top } of input.overlays) {
    const picture = await embedOverlay(pdf, bytes);
    const [w, h] = [picture.width * scale, picture.height * scale];
    place(library, page, picture.ref, [w, 0, 0, h, left * scale, height - top * scale - h]);
  }
  return Buffer.from(await pdf.save());
}

function place(
  library: Library,
  page: PDFPage,
  ref: PDFRef,
  [a, b, c, d, e, f]: [number, number, number, number, number, number],
): void {
  const name = page.node.newXObject('Picture', ref);
  page.pushOperators(
    library.pushGraphicsState(),
    library.concatTransformationMatrix(a, b, c, d, e, f),
    library.drawObject(name),
    library.popGraphicsState(),
  );
}

function describe(pdf: PDFDocument, { title, author, subject, language }: ImagePdf): void {
  pdf.setTitle(title, { showInWindowTitleBar: true });
  if (author) pdf.setAuthor(author);
  if (subject) pdf.setSubject(subject);
  if (language) pdf.setLanguage(language);
  pdf.setProducer('Steward');
  pdf.setCreator('Steward');
}

async function embedGround(pdf: PDFDocument, bytes: Uint8Array) {
  if (bytes[0] === 0xff) {
    const { ref, width, height } = await pdf.embedJpg(bytes);
    return { ref, width, height };
  }
  return embedPngAsIs(pdf, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/**
 * Embeds an opaque PNG of 8 bits without decoding it: PDF reads the same compressed rows (ISO 32000-1, 7.4.4.4, predictor 15).
 * The library's own way decodes and compresses it anew in JavaScript, which takes seconds for a large template.
 */
function embedPngAsIs(pdf: PDFDocument, png: Buffer) {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const colors = png[25] === 0 ? 1 : 3;
  const predictor = { Predictor: 15, Colors: colors, BitsPerComponent: 8, Columns: width };
  const ref = register(pdf, pixelRows(png), { width, height, colors }, { DecodeParms: predictor });
  return { ref, width, height };
}

/** Embeds a transparent picture as its colours and, beside them, its mask. */
async function embedOverlay(pdf: PDFDocument, bytes: Uint8Array) {
  const { colors, mask, width, height } = await separatePixels(bytes);
  const [packedColors, packedMask] = await Promise.all([pack(colors), pack(mask)]);
  const maskRef = register(pdf, packedMask, { width, height, colors: 1 });
  const ref = register(pdf, packedColors, { width, height, colors: 3 }, { SMask: maskRef });
  return { ref, width, height };
}

function register(
  pdf: PDFDocument,
  packed: Uint8Array,
  size: { width: number; height: number; colors: 1 | 3 },
  more: Record<string, PDFRef | Record<string, number>> = {},
): PDFRef {
  const stream = pdf.context.stream(packed, {
    Type: 'XObject',
    Subtype: 'Image',
    Width: size.width,
    Height: size.height,
    ColorSpace: size.colors === 1 ? 'DeviceGray' : 'DeviceRGB',
    BitsPerComponent: 8,
    Filter: 'FlateDecode',
    ...more,
  });
  return pdf.context.register(stream);
}

/** Returns the compressed rows of a PNG: its IDAT chunks, joined. */
function pixelRows(png: Buffer): Buffer {
  const rows: Buffer[] = [];
  for (let at = 8; at + 8 <= png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') rows.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(rows);
}
