// One line of text as a transparent picture, in any script of our fonts. The rule: the baseline is known, so that lines of
// different letters stand on the same height, and what a person typed is text and never markup.
import { visibleText } from '../../lib/visible-text.ts';
import { invalid } from '../errors.ts';
import { fontStack, type Weight } from './fonts.ts';
import { imageLibrary } from './library.ts';

/** How a line looks. */
export interface TextStyle {
  /** Pixels of the em square, 4 to 1000. */
  size: number;
  /** #rrggbb; black by default. */
  color?: string;
  weight?: Weight;
  /** Pixels; a longer line is made smaller until it fits. */
  maxWidth?: number;
  /** The smallest size it may be made; half of `size` by default. */
  minSize?: number;
}

/** A drawn line: exactly as wide as its ink, with the place of its baseline. */
export interface DrawnText {
  /** Transparent PNG. */
  bytes: Buffer;
  width: number;
  height: number;
  /** Pixels from the top of the picture down to the baseline. */
  baseline: number;
  /** The size that was asked for. */
  size: number;
  /** The smaller size that was needed, if any. */
  shrunkTo?: number;
  /** False when even the smallest size is wider than `maxWidth`. */
  fits: boolean;
}

// Two invisible bars, one raised and one lowered, give every line the same height, which the library else cuts to the ink.
// Measured on Noto Sans: "|" reaches from 0.76 em above the baseline to 0.24 em below.
const shift = 0.65;
const above = 0.76 + shift;
const below = 0.24 + shift;
/** The line box of Noto Sans: from its top to the baseline. */
const ascent = 1.069;

interface Pixels {
  data: Buffer;
  width: number;
  height: number;
}

interface Ink {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Draws a line. An empty text gives a picture of one transparent pixel. */
export async function drawText(text: string, style: TextStyle): Promise<DrawnText> {
  const { pixels, ink, size, fits } = await fitted(text, style);
  const library = await imageLibrary();
  const box = ink ?? { left: 0, right: 0, top: 0, bottom: 0 };
  const width = box.right - box.left + 1;
  const height = box.bottom - box.top + 1;
  const bytes = await library(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 4 } })
    .extract({ left: box.left, top: box.top, width, height })
    .png({ compressionLevel: 3 })
    .toBuffer();
  const baseline = baselineOf(pixels, size) - box.top;
  return { bytes, width, height, baseline, size: style.size, fits, ...(size < style.size && { shrunkTo: size }) };
}

/** Measures how a line would come out, without making the picture. */
export async function measureText(
  text: string,
  style: TextStyle,
): Promise<{ width: number; height: number; shrunkTo?: number; fits: boolean }> {
  const { ink, size, fits } = await fitted(text, style);
  const width = ink ? ink.right - ink.left + 1 : 0;
  const height = ink ? ink.bottom - ink.top + 1 : 0;
  return { width, height, fits, ...(size < style.size && { shrunkTo: size }) };
}

/** Returns where a drawn line goes: `x` is its left end, middle or right end by `align`, `y` the top of the line box. */
export function placeText(
  drawn: Pick<DrawnText, 'width' | 'baseline' | 'size'>,
  at: { x: number; y: number; align?: 'left' | 'center' | 'right' },
): { left: number; top: number } {
  const share = { left: 0, center: 0.5, right: 1 }[at.align ?? 'left'];
  // A line that was made smaller stands on the baseline of the size that was asked for.
  return {
    left: Math.round(at.x - drawn.width * share),
    top: Math.round(at.y + ascent * drawn.size) - drawn.baseline,
  };
}

async function fitted(text: string, style: TextStyle) {
  mustBeStyle(style);
  const line = visibleText(text);
  const limit = style.maxWidth ?? Number.POSITIVE_INFINITY;
  const smallest = Math.min(style.size, style.minSize ?? style.size / 2);
  let size = style.size;
  for (;;) {
    const pixels = await render(line, size, style);
    const ink = inkOf(pixels);
    const width = ink ? ink.right - ink.left + 1 : 0;
    if (width <= limit || size <= smallest) return { pixels, ink, size, fits: width <= limit };
    // Width grows in proportion to size, so one step is nearly right; the pixel less makes up for rounding.
    size = Math.max(smallest, Math.floor(Math.min(size - 1, (size * (limit - 1)) / width) * 4) / 4);
  }
}

function mustBeStyle({ size, color = '#000000', maxWidth = 1, minSize = 1 }: TextStyle): void {
  if (!(size >= 4 && size <= 1000))
    throw invalid('The text size must be 4 to 1000 pixels.', { size: 'must be 4 to 1000' });
  if (!/^#[0-9a-f]{6}$/i.test(color))
    throw invalid('The colour must look like #1a2b3c.', { color: 'must look like #1a2b3c' });
  if (!(maxWidth >= 1)) throw invalid('The width must be 1 or more.', { maxWidth: 'must be 1 or more' });
  if (!(minSize >= 1)) throw invalid('The smallest size must be 1 or more.', { minSize: 'must be 1 or more' });
}

async function render(line: string, size: number, style: TextStyle): Promise<Pixels> {
  const library = await imageLibrary();
  const units = Math.round(size * 1024);
  const rise = Math.round(size * shift * 1024);
  const bar = (by: number) => `<span alpha="1" rise="${by}">|</span>`;
  // The line stands in an isolate, so that a right-to-left name does not change places with the bars.
  const content = `${bar(rise)}${bar(-rise)} \u2068${asText(line)}\u2069`;
  const weight = style.weight === 'bold' ? 'bold' : 'normal';
  const text = `<span size="${units}" weight="${weight}" foreground="${style.color ?? '#000000'}">${content}</span>`;
  // At 72 dots an inch a point is a pixel.
  const { data, info } = await library({ text: { text, font: `${fontStack} 12`, rgba: true, dpi: 72 } })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function asText(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Marks piled higher than the bars push the baseline down; they pile upwards, so it is then counted from below. */
function baselineOf({ height }: Pixels, size: number): number {
  const isTaller = height > Math.ceil((above + below) * size) + 2;
  return isTaller ? height - Math.round(below * size) : Math.round(above * size);
}

/** Finds the smallest box that holds every visible pixel. */
function inkOf({ data, width, height }: Pixels): Ink | undefined {
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y += 1) {
    const start = y * width * 4 + 3;
    let first = 0;
    while (first < width && data[start + first * 4] === 0) first += 1;
    if (first === width) continue;
    let last = width - 1;
    while (data[start + last * 4] === 0) last -= 1;
    if (first < left) left = first;
    if (last > right) right = last;
    if (top < 0) top = y;
    bottom = y;
  }
  return right < 0 ? undefined : { left, right, top, bottom };
}
