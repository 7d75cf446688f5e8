// Pictures of the demo's cards: a hill, a sun and balloons, drawn in code.
import { pixelCanvas, type Rgb } from '../../lib/pixel-canvas.ts';

const skies: readonly [Rgb, Rgb][] = [
  [
    [255, 214, 165],
    [255, 240, 219],
  ],
  [
    [173, 216, 255],
    [232, 246, 255],
  ],
  [
    [214, 196, 255],
    [248, 240, 255],
  ],
];
const colors: readonly Rgb[] = [
  [214, 64, 69],
  [36, 123, 160],
  [255, 183, 3],
  [88, 129, 87],
];

/** Draws the picture of this number as a PNG. */
export function demoPicture(number: number): Buffer {
  const [width, height] = [960, 640];
  const [top, bottom] = skies[number % skies.length] ?? skies[0]!;
  const canvas = pixelCanvas(width, height);
  canvas.paint(
    (_, y) => [0, 1, 2].map((part) => top[part]! + ((bottom[part]! - top[part]!) * y) / height) as unknown as Rgb,
  );
  canvas.disc(740 - number * 180, 170, 78, [255, 221, 120]);
  canvas.disc(300, 1180, 720, [126, 176, 110]);
  canvas.disc(860, 1240, 760, [101, 155, 94]);
  for (let n = 0; n < 5; n += 1) {
    const [x, y] = [150 + n * 165, 210 + ((n * 83 + number * 57) % 150)];
    canvas.rect(x - 1, y + 60, 2, 120, [110, 110, 110], 0.7);
    canvas.disc(x, y, 58, colors[(n + number) % colors.length]!);
    canvas.disc(x - 18, y - 20, 14, [255, 255, 255], 0.45);
  }
  return canvas.png();
}
