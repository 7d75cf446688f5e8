// The picture of a campaign that has none of its own yet: a calm sheet with a frame and the usual words in the campaign's language.
import { compose, drawText, placeText, type Template } from '../../core/index.ts';
import { pixelCanvas, type Rgb } from '../../lib/pixel-canvas.ts';
import { plainCanvas } from './layout.ts';

interface Words {
  title: string;
  before: string;
  after: string;
}

const words: Readonly<Record<string, Words>> = {
  en: { title: 'Certificate of Volunteering', before: 'presented to', after: 'with thanks for time and care given to' },
  zh: { title: '志愿者证书', before: '兹证明', after: '作为志愿者参加了' },
  ru: { title: 'Сертификат волонтёра', before: 'вручается', after: 'с благодарностью за труд и заботу' },
  nl: { title: 'Vrijwilligerscertificaat', before: 'uitgereikt aan', after: 'met dank voor tijd en zorg voor' },
};

const deep: Rgb = [22, 78, 99];
const fresh: Rgb = [13, 148, 136];
const gold: Rgb = [202, 158, 72];

/** Returns the plain picture of a campaign; its key changes with the words on it. */
export function plainTemplate(campaign: { title: string; organisation: string; language: string }): Template {
  const { title, organisation, language } = campaign;
  return {
    key: `plain:${JSON.stringify([language, organisation, title])}`,
    bytes: async () => (await drawPlain(title, organisation, words[language] ?? words.en!)).bytes,
  };
}

let sheet: Buffer | undefined;

async function drawPlain(title: string, organisation: string, said: Words) {
  const { width, height } = plainCanvas;
  const line = async (text: string, y: number, size: number, color: string, bold = false) => {
    const weight = bold ? 'bold' : 'regular';
    const drawn = await drawText(text, { size, color, weight, maxWidth: width * 0.74, minSize: size * 0.35 });
    return { bytes: drawn.bytes, ...placeText(drawn, { x: width / 2, y: y * height, align: 'center' }) };
  };
  sheet ??= drawSheet();
  const bytes = sheet;
  return compose({ key: 'plain-sheet', bytes: async () => bytes }, [
    await line(organisation, 0.105, 30, '#0f766e', true),
    await line(said.title, 0.175, 76, '#164e63', true),
    await line(said.before, 0.345, 28, '#6b7280'),
    await line(said.after, 0.585, 28, '#6b7280'),
    await line(title, 0.64, 46, '#164e63', true),
  ]);
}

/** Draws the sheet without words. */
function drawSheet(): Buffer {
  const { width, height } = plainCanvas;
  const canvas = pixelCanvas(width, height);
  canvas.paint((x, y) => {
    const light = Math.max(0, 1 - Math.hypot(x / width - 0.5, y / height - 0.45) * 1.25);
    return [246 + 9 * light, 248 + 7 * light, 245 + 9 * light];
  });
  const corners: [number, number][] = [
    [0, 0],
    [width, 0],
  ];
  for (const [x, y] of corners) {
    canvas.disc(x, y, 250, fresh, 0.1);
    canvas.disc(x, y, 175, fresh, 0.14);
    canvas.disc(x, y, 105, deep, 0.22);
  }
  canvas.frame(34, 6, deep);
  canvas.frame(48, 2, gold);
  // The line below the name, and the mark below the title.
  canvas.rect(width * 0.2, height * 0.553, width * 0.6, 2, gold);
  canvas.rect(width / 2 - 60, height * 0.298, 120, 4, gold);
  canvas.disc(width / 2, height * 0.3, 9, fresh);
  return canvas.png();
}
