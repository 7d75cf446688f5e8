// The picture of the demo campaign, drawn when it is needed, so that no picture lies in the repository.
import { compose, drawText, placeText } from '../../core/index.ts';
import { pixelCanvas, type Rgb } from '../../lib/pixel-canvas.ts';
import type { Layout } from './layout.ts';

const width = 1754;
const height = 1240;
const leaf: Rgb = [46, 125, 80];
const sky: Rgb = [37, 99, 160];
const petal: Rgb = [214, 92, 122];
const sun: Rgb = [240, 180, 60];

/** Draws a spring certificate with everything but name, number, date and QR code. */
export async function drawDemoPicture(): Promise<Buffer> {
  const canvas = pixelCanvas(width, height);
  canvas.paint((_x, y) => {
    const down = y / height;
    return [252 - 14 * down, 253 - 5 * down, 250 - 18 * down];
  });
  hills(canvas);
  flowers(canvas);
  const line = async (text: string, y: number, size: number, color: string, bold = false) => {
    const drawn = await drawText(text, { size, color, weight: bold ? 'bold' : 'regular', maxWidth: width * 0.8 });
    return { bytes: drawn.bytes, ...placeText(drawn, { x: width / 2, y, align: 'center' }) };
  };
  const bytes = canvas.png();
  const { bytes: picture } = await compose({ key: 'demo-picture', bytes: async () => bytes }, [
    await line('GREEN CANAL SOCIETY', 105, 34, '#2e7d50', true),
    await line('Certificate of Volunteering', 165, 92, '#1f4d36', true),
    await line('for hands that planted, cleaned, carried and cooked', 300, 36, '#5b6b60'),
    await line('is thanked for taking part in', 640, 34, '#5b6b60'),
    await line('Spring volunteers 2026', 700, 58, '#2563a0', true),
  ]);
  return picture;
}

function hills(canvas: ReturnType<typeof pixelCanvas>): void {
  const layers: [number, number, number, Rgb, number][] = [
    [0.86, 46, 0.0031, sky, 0.16],
    [0.9, 34, 0.0047, leaf, 0.3],
    [0.945, 22, 0.0072, leaf, 0.75],
  ];
  for (const [level, swing, step, color, strength] of layers)
    for (let x = 0; x < width; x += 1) {
      const top = height * level + Math.sin(x * step + level * 20) * swing;
      canvas.rect(x, top, 1, height - top, color, strength);
    }
}

function flowers(canvas: ReturnType<typeof pixelCanvas>): void {
  const places: [number, number, number][] = [
    [90, 95, 30],
    [175, 70, 20],
    [70, 185, 18],
    [width - 95, 100, 30],
    [width - 180, 72, 20],
    [width - 72, 190, 18],
  ];
  for (const [x, y, size] of places) {
    for (let turn = 0; turn < 6; turn += 1) {
      const angle = (turn * Math.PI) / 3;
      canvas.disc(x + Math.cos(angle) * size, y + Math.sin(angle) * size, size * 0.62, petal, 0.55);
    }
    canvas.disc(x, y, size * 0.55, sun);
  }
  canvas.rect(width * 0.22, 590, width * 0.56, 3, leaf, 0.6);
}

/** Where name, number, date and QR code stand on it. */
export const demoLayout: Layout = {
  name: { x: width / 2, y: 430, size: 104, bold: true, color: '#1f2937', align: 'center', maxWidth: 1300 },
  number: { x: 130, y: 945, size: 28, bold: false, color: '#374151', align: 'left', maxWidth: 500 },
  date: { x: width / 2, y: 830, size: 32, bold: false, color: '#374151', align: 'center', maxWidth: 500 },
  qr: { x: width - 290, y: 840, size: 160 },
};
