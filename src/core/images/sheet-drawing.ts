// Things on a printed sheet as the operators of a PDF page. The rule: what comes again (a logo, a caption) stands in the file once.
import { invalid } from '../errors.ts';
import { separatePixels } from './composition.ts';
import type { PdfWriter } from './pdf-stream.ts';
import { type QrGeometry, qrGeometry } from './qr.ts';
import {
  type SheetItem,
  type SheetLine,
  type SheetPicture,
  type SheetQr,
  type SheetRectangle,
  type SheetText,
  smallestModule,
} from './sheet-items.ts';
import { drawText, placeText } from './text-drawing.ts';

// Dots of a drawn text in a millimetre: 406 an inch.
const dots = 16;
const keptTexts = 2000;

interface Placed {
  id: number;
  width: number;
  height: number;
}

/** A document that is being drawn. */
export interface Sheet {
  writer: PdfWriter;
  pictures: Map<string, Placed>;
  texts: Map<string, Placed & { baseline: number; size: number }>;
  /** Bytes of objects that the page being made needs and that go out before it. */
  waiting: Buffer[];
  used: Set<number>;
}

/** Returns the operators that draw an item; new pictures go to `waiting`. Throws `invalid` for what cannot be printed. */
export async function draw(sheet: Sheet, item: SheetItem): Promise<string> {
  switch (item.kind) {
    case 'rectangle':
      return drawRectangle(item);
    case 'line':
      return drawLine(item);
    case 'picture': {
      const placed = await embed(sheet, item.picture);
      return show(placed.id, item.fit === 'stretch' ? item : contained(placed, item));
    }
    case 'text':
      return drawLineOfText(sheet, item);
    case 'qr':
      return drawQr(sheet, item);
  }
}

function drawRectangle({ x, y, width, height, fill, stroke, thickness = 0.2 }: SheetRectangle): string {
  const box = `${fixed(x)} ${fixed(y)} ${fixed(width)} ${fixed(height)} re`;
  const filled = fill ? [`q ${ink(fill)} rg ${box} f Q`] : [];
  const framed = stroke ? [`q ${ink(stroke)} RG ${fixed(thickness)} w ${box} S Q`] : [];
  return [...filled, ...framed].join('\n');
}

function drawLine({ from, to, color = '#000000', thickness = 0.2, dash }: SheetLine): string {
  const dashes = dash ? ` [${fixed(dash)}] 0 d` : '';
  const [start, end] = [from, to].map(([x, y]) => `${fixed(x)} ${fixed(y)}`);
  return `q ${ink(color)} RG ${fixed(thickness)} w${dashes} ${start} m ${end} l S Q`;
}

async function drawLineOfText(sheet: Sheet, item: SheetText): Promise<string> {
  if (item.text.trim() === '') return '';
  const { color = '#000000', weight = 'regular', maxWidth } = item;
  const style = { size: item.size * dots, color, weight, ...(maxWidth && { maxWidth: Math.floor(maxWidth * dots) }) };
  const key = JSON.stringify([item.text, style]);
  const drawn = sheet.texts.get(key) ?? (await embedText(sheet, item.text, style));
  sheet.texts.delete(key);
  sheet.texts.set(key, drawn);
  if (sheet.texts.size > keptTexts) sheet.texts.delete(sheet.texts.keys().next().value!);
  // What is still too long at half of its size is drawn narrower: nothing runs into its neighbour or off the paper.
  const width = maxWidth ? Math.min(drawn.width, maxWidth * dots) : drawn.width;
  const { left, top } = placeText({ ...drawn, width }, { x: item.x * dots, y: item.y * dots, align: item.align });
  return show(use(sheet, drawn.id), {
    x: left / dots,
    y: top / dots,
    width: width / dots,
    height: drawn.height / dots,
  });
}

/** A line has one colour, so its picture is one pixel of it behind the letters as a mask. */
async function embedText(sheet: Sheet, text: string, style: Parameters<typeof drawText>[1]) {
  const { bytes, width, height, baseline, size } = await drawText(text, style);
  const { mask } = await separatePixels(bytes);
  const letters = await add(sheet, { width, height, colors: 1, bytes: mask });
  const color = Buffer.from((style.color ?? '#000000').slice(1), 'hex');
  const id = await add(sheet, { width: 1, height: 1, colors: 3, bytes: color, mask: letters });
  return { id, width, height, baseline, size };
}

async function drawQr(sheet: Sheet, item: SheetQr): Promise<string> {
  const { x, y, size, text, margin = 4, color = '#000000', background = '#ffffff', ecc, logo } = item;
  const code = qrGeometry(text, { ecc, hasLogo: logo !== undefined });
  const module = size / (code.side + 2 * margin);
  if (module < smallestModule)
    throw invalid(`A QR code of ${size} mm could not be read: it needs ${neededSize(code, margin)} mm or more.`, {
      size: 'is too small to be read',
    });
  const [left, top] = [x + margin * module, y + margin * module];
  const boxes = code.dark.map(
    (box) =>
      `${fixed(left + box.x * module)} ${fixed(top + box.y * module)} ${fixed(box.width * module)} ${fixed(module)} re`,
  );
  const ground = drawRectangle({ kind: 'rectangle', x, y, width: size, height: size, fill: background });
  // One path filled at once: between many, viewers would show hair lines.
  const dark = `q ${ink(color)} rg\n${boxes.join('\n')}\nf Q`;
  if (!logo || !code.logo) return [ground, dark].join('\n');
  const placed = await embed(sheet, logo);
  const side = (code.logo.width - 1) * module;
  const at = { x: left + (code.logo.x + 0.5) * module, y: top + (code.logo.y + 0.5) * module };
  return [ground, dark, show(placed.id, contained(placed, { ...at, width: side, height: side }))].join('\n');
}

function neededSize({ side }: QrGeometry, margin: number): number {
  return Math.ceil(smallestModule * (side + 2 * margin) * 10) / 10;
}

async function embed(sheet: Sheet, picture: SheetPicture): Promise<Placed> {
  const known = sheet.pictures.get(picture.key);
  const placed = known ?? (await embedBytes(sheet, await picture.bytes()));
  sheet.pictures.set(picture.key, placed);
  use(sheet, placed.id);
  return placed;
}

async function embedBytes(sheet: Sheet, bytes: Uint8Array): Promise<Placed> {
  const jpeg = plainJpeg(bytes);
  if (jpeg) return { ...jpeg, id: await add(sheet, { ...jpeg, bytes, isJpeg: true }) };
  const { colors, mask, width, height } = await separatePixels(bytes);
  const isOpaque = mask.every((strength) => strength === 255);
  const maskId = isOpaque ? undefined : await add(sheet, { width, height, colors: 1, bytes: mask });
  const id = await add(sheet, { width, height, colors: 3, bytes: colors, mask: maskId });
  return { id, width, height };
}

/** Reads size and colours of a JPEG that PDF can keep as it is: grey or YCbCr with 8 bits (ITU-T T.81, table B.1). */
function plainJpeg(bytes: Uint8Array): { width: number; height: number; colors: 1 | 3 } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 10 < view.length && view[at] === 0xff; at += 2 + view.readUInt16BE(at + 2)) {
    const marker = view[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xc2;
    if (!isFrame) continue;
    const colors = view[at + 9];
    if (view[at + 4] !== 8 || (colors !== 1 && colors !== 3)) return undefined;
    return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7), colors };
  }
  return undefined;
}

async function add(sheet: Sheet, picture: Parameters<PdfWriter['picture']>[0]): Promise<number> {
  const { id, bytes } = await sheet.writer.picture(picture);
  sheet.waiting.push(bytes);
  return id;
}

function use(sheet: Sheet, id: number): number {
  sheet.used.add(id);
  return id;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function contained(picture: Placed, { x, y, width, height }: Box): Box {
  const scale = Math.min(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  return { x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h };
}

// Pictures stand upside down on a page that is counted from above, so each is turned back.
function show(id: number, { x, y, width, height }: Box): string {
  return `q ${fixed(width)} 0 0 ${fixed(-height)} ${fixed(x)} ${fixed(y + height)} cm /P${id} Do Q`;
}

/** Writes a number as PDF reads it. */
export function fixed(value: number, digits = 5): string {
  if (!Number.isFinite(value)) throw invalid('A place on the sheet is not a number.');
  return String(Number(value.toFixed(digits)));
}

function ink(color: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(color))
    throw invalid('The colour must look like #1a2b3c.', { color: 'must look like #1a2b3c' });
  return [1, 3, 5].map((at) => fixed(Number.parseInt(color.slice(at, at + 2), 16) / 255, 4)).join(' ');
}
