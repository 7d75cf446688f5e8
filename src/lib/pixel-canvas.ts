// A small canvas in plain JavaScript: rectangles, circles and slanted bands, written as an 8-bit RGB PNG. It knows no text.
import { crc32, deflateSync } from 'node:zlib';

/** A colour as red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** A picture to draw on; what is drawn later lies above. */
export interface PixelCanvas {
  readonly width: number;
  readonly height: number;
  /** Colours every pixel by a function of its place. */
  paint(color: (x: number, y: number) => Rgb): void;
  /** Fills a rectangle; `strength` from 0 to 1 mixes it with what lies below. */
  rect(x: number, y: number, width: number, height: number, color: Rgb, strength?: number): void;
  /** Draws a rectangle's edge inwards. */
  frame(inset: number, thickness: number, color: Rgb): void;
  /** Fills a circle with smooth edges. */
  disc(x: number, y: number, radius: number, color: Rgb, strength?: number): void;
  /** Returns the PNG. */
  png(): Buffer;
}

/** Makes a white canvas. */
export function pixelCanvas(width: number, height: number): PixelCanvas {
  const pixels = Buffer.alloc(width * height * 3, 255);
  const mix = (x: number, y: number, color: Rgb, strength: number) => {
    if (x < 0 || y < 0 || x >= width || y >= height || strength <= 0) return;
    const at = (y * width + x) * 3;
    for (let part = 0; part < 3; part += 1)
      pixels[at + part] = Math.round(pixels[at + part]! * (1 - strength) + color[part]! * strength);
  };
  const rect: PixelCanvas['rect'] = (left, top, w, h, color, strength = 1) => {
    for (let y = Math.round(top); y < Math.round(top + h); y += 1)
      for (let x = Math.round(left); x < Math.round(left + w); x += 1) mix(x, y, color, strength);
  };
  return {
    width,
    height,
    paint(color) {
      for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) mix(x, y, color(x, y), 1);
    },
    rect,
    frame(inset, thickness, color) {
      const [w, h] = [width - 2 * inset, height - 2 * inset];
      rect(inset, inset, w, thickness, color);
      rect(inset, height - inset - thickness, w, thickness, color);
      rect(inset, inset, thickness, h, color);
      rect(width - inset - thickness, inset, thickness, h, color);
    },
    disc(cx, cy, radius, color, strength = 1) {
      for (let y = Math.floor(cy - radius - 1); y <= cy + radius + 1; y += 1)
        for (let x = Math.floor(cx - radius - 1); x <= cx + radius + 1; x += 1) {
          const cover = Math.min(1, Math.max(0, radius - Math.hypot(x - cx, y - cy) + 0.5));
          mix(x, y, color, cover * strength);
        }
    },
    png: () => encode(width, height, pixels),
  };
}

function encode(width: number, height: number, pixels: Buffer): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) pixels.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
