// QR codes. The only room that imports qrcode.
import QRCode from 'qrcode';
import { invalid } from '../errors.ts';
import { imageLibrary } from './library.ts';

/** How a QR code is drawn. */
export interface QrOptions {
  /** Side in pixels, margin included; 256 by default. */
  size?: number;
  /** Quiet zone in modules; 4 by default, as ISO/IEC 18004 asks. */
  margin?: number;
  /** Error correction from weak to strong; M by default. */
  ecc?: 'L' | 'M' | 'Q' | 'H';
  /** #rrggbb */
  color?: string;
  /** #rrggbb, or none for a transparent ground. */
  background?: string | 'none';
}

/** Draws the text as a PNG of exactly `size` pixels a side, every module the same whole number of pixels. Throws `invalid` when it does not fit. */
export async function qrPng(text: string, options: QrOptions = {}): Promise<Buffer> {
  const { size = 256, margin = 4, color = '#000000', background = '#ffffff' } = options;
  const { data, size: side } = readModules(text, options.ecc ?? 'M');
  const scale = Math.floor(size / (side + 2 * margin));
  if (scale < 1)
    throw invalid(`A QR code of this text needs ${side + 2 * margin} pixels or more.`, { size: 'is too small' });
  const [dark, light] = [pixel(color), pixel(background)];
  const edge = Math.floor((size - side * scale) / 2);
  const pixels = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const [column, row] = [Math.floor((x - edge) / scale), Math.floor((y - edge) / scale)];
      const isInside = column >= 0 && row >= 0 && column < side && row < side;
      pixels.writeUInt32BE(isInside && data[row * side + column] ? dark : light, (y * size + x) * 4);
    }
  const library = await imageLibrary();
  return library(pixels, { raw: { width: size, height: size, channels: 4 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** Draws the text as an SVG document. Throws `invalid` when it does not fit a QR code. */
export async function qrSvg(text: string, options: QrOptions = {}): Promise<string> {
  const { size = 256, margin = 4, ecc = 'M', color = '#000000', background = '#ffffff' } = options;
  readModules(text, ecc);
  const light = background === 'none' ? '#ffffff00' : background;
  const look = { width: size, margin, errorCorrectionLevel: ecc, color: { dark: color, light } };
  return QRCode.toString(text, { ...look, type: 'svg' });
}

function readModules(text: string, ecc: NonNullable<QrOptions['ecc']>) {
  try {
    return QRCode.create(text, { errorCorrectionLevel: ecc }).modules;
  } catch (cause) {
    throw invalid('The text is empty or too long for a QR code.', {}, cause);
  }
}

function pixel(color: string): number {
  if (color === 'none') return 0xffffff00;
  if (!/^#[0-9a-f]{6}$/i.test(color))
    throw invalid('The colour must look like #1a2b3c.', { color: 'must look like #1a2b3c' });
  return Number.parseInt(`${color.slice(1)}ff`, 16);
}
