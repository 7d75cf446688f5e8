// QR codes as pixels, as SVG and as bare geometry. The rule: all three come from the same modules, so what reads on the screen
// reads on paper. The only room that imports qrcode.
import QRCode from 'qrcode';
import { invalid } from '../errors.ts';
import { imageLibrary } from './library.ts';

/** How a QR code is drawn. */
export interface QrOptions {
  /** Side in pixels, margin included; 256 by default. */
  size?: number;
  /** Quiet zone in modules; 4 by default, as ISO/IEC 18004 asks. */
  margin?: number;
  /** Error correction from weak to strong; M by default, and always H with a logo. */
  ecc?: 'L' | 'M' | 'Q' | 'H';
  /** #rrggbb */
  color?: string;
  /** #rrggbb, or none for a transparent ground. */
  background?: string | 'none';
  /** PNG or JPEG for the middle; it covers a little of the code, which level H makes up for. */
  logo?: Uint8Array;
}

/** A rectangle in modules, counted from the code's corner without its quiet zone. */
export interface ModuleBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A QR code as rectangles. */
export interface QrGeometry {
  /** Modules a side, without the quiet zone. */
  side: number;
  /** The dark modules, joined along their rows. */
  dark: ModuleBox[];
  /** Where the logo goes; what lies there is left out of `dark`. */
  logo?: ModuleBox;
}

// 0.22 of the side is under 5 % of the modules; level H restores up to 30 % of the codewords.
const logoShare = 0.22;

/** Returns the rectangles of a code. Throws `invalid` when the text does not fit. */
export function qrGeometry(text: string, options: { ecc?: QrOptions['ecc']; hasLogo?: boolean } = {}): QrGeometry {
  const { data, size: side } = readModules(text, options.hasLogo ? 'H' : (options.ecc ?? 'M'));
  const logo = options.hasLogo ? middleOf(side) : undefined;
  const isDark = (x: number, y: number) => Boolean(data[y * side + x]) && !(logo && isWithin(logo, x, y));
  const dark: ModuleBox[] = [];
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      if (!isDark(x, y)) continue;
      const start = x;
      while (x + 1 < side && isDark(x + 1, y)) x += 1;
      dark.push({ x: start, y, width: x + 1 - start, height: 1 });
    }
  return { side, dark, ...(logo && { logo }) };
}

// An odd number of modules, as the side itself is odd, so that the logo stands exactly in the middle.
function middleOf(side: number): ModuleBox {
  const width = Math.floor((side * logoShare - 1) / 2) * 2 + 1;
  const at = (side - width) / 2;
  return { x: at, y: at, width, height: width };
}

function isWithin({ x, y, width, height }: ModuleBox, column: number, row: number): boolean {
  return column >= x && column < x + width && row >= y && row < y + height;
}

/** Draws the text as a PNG of exactly `size` pixels a side, every module the same whole number of pixels. Throws `invalid` when it does not fit. */
export async function qrPng(text: string, options: QrOptions = {}): Promise<Buffer> {
  const { size = 256, margin = 4, color = '#000000', background = '#ffffff', ecc, logo } = options;
  const code = qrGeometry(text, { ecc, hasLogo: logo !== undefined });
  const scale = Math.floor(size / (code.side + 2 * margin));
  if (scale < 1)
    throw invalid(`A QR code of this text needs ${code.side + 2 * margin} pixels or more.`, { size: 'is too small' });
  const [dark, light] = [pixel(color), pixel(background)];
  const edge = Math.floor((size - code.side * scale) / 2);
  const pixels = Buffer.alloc(size * size * 4);
  for (let at = 0; at < pixels.length; at += 4) pixels.writeUInt32BE(light, at);
  for (const box of code.dark)
    for (let y = edge + box.y * scale; y < edge + (box.y + box.height) * scale; y += 1)
      for (let x = edge + box.x * scale; x < edge + (box.x + box.width) * scale; x += 1)
        pixels.writeUInt32BE(dark, (y * size + x) * 4);
  const library = await imageLibrary();
  const picture = library(pixels, { raw: { width: size, height: size, channels: 4 } });
  if (logo && code.logo) {
    const side = Math.max(1, Math.round((code.logo.width - 1) * scale));
    const at = edge + code.logo.x * scale + Math.round(scale / 2);
    const input = await fitted(logo, side);
    return library(
      await picture
        .composite([{ input, left: at, top: at }])
        .png()
        .toBuffer(),
    )
      .png({ compressionLevel: 6 })
      .toBuffer();
  }
  return picture.png({ compressionLevel: 6 }).toBuffer();
}

/** Draws the text as an SVG document. Throws `invalid` when it does not fit a QR code. */
export async function qrSvg(text: string, options: QrOptions = {}): Promise<string> {
  const { size = 256, margin = 4, ecc, color = '#000000', background = '#ffffff', logo } = options;
  const code = qrGeometry(text, { ecc, hasLogo: logo !== undefined });
  const whole = code.side + 2 * margin;
  for (const one of [color, background]) pixel(one);
  const path = code.dark.map(({ x, y, width, height }) => `M${x + margin} ${y + margin}h${width}v${height}h-${width}z`);
  const ground = background === 'none' ? '' : `<path fill="${background}" d="M0 0h${whole}v${whole}H0z"/>`;
  const picture =
    logo && code.logo
      ? svgPicture(await fitted(logo, 256), code.logo.x + margin + 0.5, code.logo.y + margin + 0.5, code.logo.width - 1)
      : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${whole} ${whole}" shape-rendering="crispEdges">${ground}<path fill="${color}" d="${path.join('')}"/>${picture}</svg>\n`;
}

function svgPicture(png: Buffer, x: number, y: number, side: number): string {
  return `<image x="${x}" y="${y}" width="${side}" height="${side}" href="data:image/png;base64,${png.toString('base64')}"/>`;
}

/** Makes the logo a square PNG of this side; what it does not fill stays transparent. */
async function fitted(logo: Uint8Array, side: number): Promise<Buffer> {
  const library = await imageLibrary();
  return library(logo)
    .resize(side, side, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer();
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
