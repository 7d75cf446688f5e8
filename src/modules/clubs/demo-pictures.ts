// The pictures of the demo, drawn when they are needed, so that none lies in the repository.
import { compose, drawText } from '../../core/index.ts';
import { pixelCanvas, type Rgb } from '../../lib/pixel-canvas.ts';

const colours: readonly Rgb[] = [
  [37, 99, 160],
  [120, 72, 150],
  [46, 125, 80],
  [40, 50, 95],
  [60, 120, 170],
  [200, 90, 40],
];

/** Draws a logo, or what stands for a document of the club. */
export async function drawDemoPicture(kind: 'logo' | 'evidence', hue: number): Promise<Buffer> {
  const colour = colours[hue % colours.length] ?? [90, 90, 90];
  return kind === 'logo' ? drawLogo(colour, hue) : drawEvidence(colour, hue);
}

function drawLogo(colour: Rgb, hue: number): Buffer {
  const canvas = pixelCanvas(320, 320);
  canvas.paint(() => [250, 250, 247]);
  canvas.disc(160, 160, 140, colour);
  for (let turn = 0; turn < 5 + hue; turn += 1) {
    const angle = (turn * 2 * Math.PI) / (5 + hue);
    canvas.disc(160 + Math.cos(angle) * 80, 160 + Math.sin(angle) * 80, 26, [255, 255, 255], 0.75);
  }
  canvas.disc(160, 160, 34, [255, 255, 255]);
  return canvas.png();
}

async function drawEvidence(colour: Rgb, hue: number): Promise<Buffer> {
  const canvas = pixelCanvas(860, 560);
  canvas.paint((_x, y) => [248, 246 - y / 80, 238 - y / 40]);
  canvas.rect(0, 0, 860, 84, colour);
  canvas.rect(60, 150, 190, 240, [205, 208, 206]);
  canvas.disc(155, 235, 52, [170, 176, 173]);
  canvas.disc(155, 380, 84, [170, 176, 173], 0.8);
  for (let line = 0; line < 6; line += 1)
    canvas.rect(300, 170 + line * 46, 480 - ((line * 97) % 190), 14, [90, 98, 94], 0.55);
  canvas.disc(700, 440, 62, [190, 40, 40], 0.35);
  const bytes = canvas.png();
  const title = await drawText('SPECIMEN · 样本 · NOT A REAL DOCUMENT', {
    size: 30,
    color: '#ffffff',
    weight: 'bold',
    maxWidth: 800,
  });
  const { bytes: picture } = await compose({ key: `clubs-demo-${hue}`, bytes: async () => bytes }, [
    { bytes: title.bytes, left: 30, top: 20 },
  ]);
  return picture;
}
