// Small pictures laid upon a large one. The rule: a template is decoded once and kept as pixels, within a fixed amount of memory.
import { imageLibrary } from './library.ts';

/** The large picture: its bytes are asked for only when it is not at hand. The key changes with the bytes. */
export interface Template {
  key: string;
  bytes(): Promise<Uint8Array>;
}

/** A small picture and its place in pixels; what hangs over the edge is cut off. */
export interface Overlay {
  bytes: Uint8Array;
  left: number;
  top: number;
}

/** A finished picture. */
export interface Composition {
  bytes: Buffer;
  width: number;
  height: number;
}

interface Decoded {
  data: Buffer;
  width: number;
  height: number;
  channels: 3 | 4;
}

const mostKept = 160_000_000;
/** Used longest ago first. `bytes` is 0 while it is being decoded. */
const kept = new Map<string, { pixels: Promise<Decoded>; bytes: number }>();

/** Draws the overlays on the template as a PNG. `width`: of the result, for a smaller preview. */
export async function compose(
  template: Template,
  overlays: readonly Overlay[],
  options: { width?: number } = {},
): Promise<Composition> {
  const library = await imageLibrary();
  const { data, ...size } = await decodedTemplate(template);
  const fitting = await Promise.all(overlays.map((overlay) => cut(overlay, size)));
  const raw = { width: size.width, height: size.height, channels: size.channels };
  const laid = library(data, { raw }).composite(fitting.filter((one) => one !== undefined));
  // Composing adds a mask; an opaque template stays opaque.
  const whole = size.channels === 3 ? laid.removeAlpha() : laid;
  // Within one pipeline a picture is made smaller before anything is laid on it, so a preview needs two.
  const isSmaller = options.width !== undefined && options.width < size.width;
  const picture = isSmaller ? library(await whole.raw().toBuffer(), { raw }).resize(options.width) : whole;
  const { data: bytes, info } = await picture.png({ compressionLevel: 3 }).toBuffer({ resolveWithObject: true });
  return { bytes, width: info.width, height: info.height };
}

/** Lets go of all kept templates. */
export function forgetTemplates(): void {
  kept.clear();
  opaque.clear();
}

/** Returns the pixels of a template; the ones used longest ago make room. */
async function decodedTemplate(template: Template): Promise<Decoded> {
  const entry = kept.get(template.key) ?? { pixels: decode(template), bytes: 0 };
  kept.delete(template.key);
  kept.set(template.key, entry);
  try {
    entry.bytes = (await entry.pixels).data.length;
  } catch (error) {
    kept.delete(template.key);
    throw error;
  }
  for (const key of kept.keys()) {
    const total = [...kept.values()].reduce((sum, one) => sum + one.bytes, 0);
    if (total <= mostKept || key === template.key) break;
    kept.delete(key);
  }
  return entry.pixels;
}

async function decode(template: Template): Promise<Decoded> {
  const library = await imageLibrary();
  const { data, info } = await library(await template.bytes())
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3 || info.channels === 4)
    return { data, width: info.width, height: info.height, channels: info.channels };
  throw new Error(`A template has ${info.channels} channels.`);
}

/** The library refuses overlays larger than the picture below. */
async function cut({ bytes, left, top }: Overlay, below: { width: number; height: number }) {
  const library = await imageLibrary();
  const { width = 0, height = 0 } = await library(bytes).metadata();
  const [x, y] = [Math.max(0, -left), Math.max(0, -top)];
  const w = Math.min(width, below.width - left) - x;
  const h = Math.min(height, below.height - top) - y;
  if (w <= 0 || h <= 0) return undefined;
  const isWhole = w === width && h === height;
  const input = isWhole
    ? bytes
    : await library(bytes).extract({ left: x, top: y, width: w, height: h }).png().toBuffer();
  return { input: Buffer.from(input), left: Math.max(0, left), top: Math.max(0, top) };
}

const opaque = new Map<string, Promise<Uint8Array>>();
const mostOpaque = 8;

/** Returns the template as a JPEG, or as an opaque PNG of 8 bits: the bytes as they are where they are that already. */
export async function opaqueTemplate(template: Template): Promise<Uint8Array> {
  const known = opaque.get(template.key) ?? makeOpaque(template);
  opaque.delete(template.key);
  opaque.set(template.key, known);
  known.catch(() => opaque.delete(template.key));
  for (const key of opaque.keys()) if (opaque.size > mostOpaque) opaque.delete(key);
  return known;
}

async function makeOpaque(template: Template): Promise<Uint8Array> {
  const bytes = await template.bytes();
  const isJpeg = bytes[0] === 0xff;
  // The bytes of a PNG's head: depth 8, grey or RGB, not interlaced; grey and RGB may still name a transparent colour.
  const isPlainPng = bytes[24] === 8 && (bytes[25] === 0 || bytes[25] === 2) && bytes[28] === 0;
  if (isJpeg || (isPlainPng && !Buffer.from(bytes).subarray(0, 2000).includes('tRNS'))) return bytes;
  const library = await imageLibrary();
  return library(bytes)
    .toColourspace('srgb')
    .flatten({ background: '#ffffff' })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** Returns the colours and the mask of a small picture, as PDF keeps them apart. */
export async function separatePixels(
  bytes: Uint8Array,
): Promise<{ colors: Buffer; mask: Buffer; width: number; height: number }> {
  const library = await imageLibrary();
  const { data, info } = await library(bytes)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const count = info.width * info.height;
  const [colors, mask] = [Buffer.alloc(count * 3), Buffer.alloc(count)];
  for (let i = 0; i < count; i += 1) {
    colors[i * 3] = data[i * 4]!;
    colors[i * 3 + 1] = data[i * 4 + 1]!;
    colors[i * 3 + 2] = data[i * 4 + 2]!;
    mask[i] = data[i * 4 + 3]!;
  }
  return { colors, mask, width: info.width, height: info.height };
}
