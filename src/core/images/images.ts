// Pictures that people send. The rule: nothing is kept or shown as it came; it is decoded within limits and written anew.
import { invalid, tooLarge } from '../errors.ts';
import { type ImageLibrary, imageLibrary } from './library.ts';

export { type Composition, compose, forgetTemplates, type Overlay, type Template } from './composition.ts';
export { type DrawnText, drawText, measureText, placeText, type TextStyle } from './text-drawing.ts';

/** The kinds of picture that are read. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif';

/** What the head of a picture tells. */
export interface ImageFacts {
  format: ImageFormat;
  type: string;
  /** Pixels, as seen: after the camera's rotation. */
  width: number;
  height: number;
}

/** What may be sent. */
export interface ImageLimits {
  /** PNG, JPEG and WebP by default; GIF only where it is asked for. */
  formats?: readonly ImageFormat[];
  /** 10 MB by default. */
  maxBytes?: number;
  /** 40 megapixels by default. */
  maxPixels?: number;
  /** Pixels of the longer side; 12,000 by default. */
  maxSide?: number;
  /** The field that is named in errors; `image` by default. */
  field?: string;
}

/** What a picture should become. */
export interface ImageShape {
  /** Longest side of the result in pixels; a larger picture is made smaller. */
  fit?: number;
  /** Exactly so many pixels wide and high: the middle of the picture fills them. */
  crop?: { width: number; height: number };
  /** The format written, whatever came; JPEG lays what is transparent on white. */
  as?: 'png' | 'jpeg';
}

/** A picture written anew, with nothing of the old file in it but the pixels. */
export interface CleanImage extends ImageFacts {
  bytes: Buffer;
}

type Head = ImageFacts & { hasAlpha: boolean };

const longestDecode = 20;
const atOnce = 2;

/** Reads the head of a picture and checks its limits; only `reencodeImage` proves that the rest is sound. */
export async function inspectImage(bytes: Uint8Array, limits: ImageLimits = {}): Promise<ImageFacts> {
  const { format, type, width, height } = await inspect(await imageLibrary(), bytes, limits);
  return { format, type, width, height };
}

/**
 * Decodes a picture, turns it upright and writes it anew in sRGB without metadata: PNG stays PNG, JPEG stays JPEG, WebP becomes
 * one of them, because PDF knows no WebP, and of a GIF the first picture becomes a PNG. Throws `invalid` with the reason, `too-large` over `maxBytes`.
 */
export async function reencodeImage(bytes: Uint8Array, options: ImageLimits & ImageShape = {}): Promise<CleanImage> {
  const library = await imageLibrary();
  const facts = await inspect(library, bytes, options);
  return inTurn(async () => {
    try {
      return await rewrite(library, bytes, facts, options);
    } catch (cause) {
      throw refused(options, 'The picture is damaged or incomplete.', cause);
    }
  });
}

async function inspect(library: ImageLibrary, bytes: Uint8Array, limits: ImageLimits): Promise<Head> {
  const { formats = ['png', 'jpeg', 'webp'], maxBytes = 10_000_000, maxPixels = 40_000_000, maxSide = 12_000 } = limits;
  if (bytes.length > maxBytes) throw tooLarge(`The picture may have ${Math.floor(maxBytes / 1_000_000)} MB at most.`);
  const format = formatOf(bytes);
  if (!format || !formats.includes(format))
    throw refused(limits, `The picture is not in ${formats.map((one) => one.toUpperCase()).join(', ')}.`);
  const head = await library(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause) => {
      throw refused(limits, 'The picture is damaged or incomplete.', cause);
    });
  const { width, height } = head.autoOrient;
  if (width * height > maxPixels)
    throw refused(limits, `The picture has more than ${Math.floor(maxPixels / 1_000_000)} megapixels.`);
  if (Math.max(width, height) > maxSide)
    throw refused(limits, `The picture is more than ${maxSide} pixels wide or high.`);
  return { format, type: `image/${format}`, width, height, hasAlpha: head.hasAlpha };
}

/** Tells the format by the first bytes; names and declared types count for nothing. */
function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^GIF8[79]a/.test(head)) return 'gif';
  return head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP' ? 'webp' : undefined;
}

async function rewrite(
  library: ImageLibrary,
  bytes: Uint8Array,
  facts: Head,
  options: ImageLimits & ImageShape,
): Promise<CleanImage> {
  const pixels = options.maxPixels ?? 40_000_000;
  let picture = library(bytes, { failOn: 'warning', limitInputPixels: pixels, sequentialRead: true })
    .timeout({ seconds: longestDecode })
    .autoOrient()
    .toColourspace('srgb');
  if (options.fit) picture = picture.resize(options.fit, options.fit, { fit: 'inside', withoutEnlargement: true });
  if (options.crop) picture = picture.resize({ ...options.crop, fit: 'cover' });
  const isPng = options.as
    ? options.as === 'png'
    : facts.format === 'png' || facts.format === 'gif' || (facts.format === 'webp' && facts.hasAlpha);
  if (!isPng && facts.hasAlpha) picture = picture.flatten({ background: '#ffffff' });
  const written = isPng
    ? picture.png({ compressionLevel: 6 })
    : picture.jpeg({ quality: 92, chromaSubsampling: '4:4:4' });
  const { data, info } = await written.toBuffer({ resolveWithObject: true });
  const format = isPng ? 'png' : 'jpeg';
  return { bytes: data, format, type: `image/${format}`, width: info.width, height: info.height };
}

function refused(limits: ImageLimits, reason: string, cause?: unknown) {
  return invalid(reason, { [limits.field ?? 'image']: reason }, cause);
}

let running = 0;
const waiting: (() => void)[] = [];

/** Decodes a few at a time: a picture of 40 megapixels takes 160 MB while it is open. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((go) => waiting.push(go));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
