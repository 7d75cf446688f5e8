// How fast certificates are drawn: ours looks whether each text can be drawn and fits, keeps the decoded picture, places lines by their ink and writes
// a PDF in which the picture stands once; against the library alone that lays the same texts and code on the same picture.
import { PDFDocument } from 'pdf-lib';
import QRCode from 'qrcode';
import sharp from 'sharp';
import { type Core, newCode } from '../src/core/index.ts';
import { drawFor, drawSample } from '../src/modules/certificates/drawing.ts';
import { canvasOf, type Layout, resolveLayout, type TextSpot } from '../src/modules/certificates/layout.ts';
import certificates from '../src/modules/certificates/module.ts';
import { plainTemplate } from '../src/modules/certificates/plain-template.ts';
import type { RecipientRow } from '../src/modules/certificates/recipient-row.ts';
import { compare, type Measurement, timed, type Way } from './kit/compare.ts';
import { openCore } from './kit/house.ts';
import { fillRecipients } from './kit/recipients.ts';

const atOnce = 2;

export default {
  title: 'Certificates',
  async run(bench) {
    const count = bench.size(60, 6);
    const { core, close } = await openCore(bench, [certificates]);
    try {
      await fillRecipients(core.database.pool, count);
      const people = await core.db.recipient.findMany({ include: { campaign: true } });
      const [first] = people as [RecipientRow];
      const canvas = canvasOf(first.campaign.layout);
      const layout = resolveLayout(first.campaign.layout, false);
      const picture = Buffer.from(await plainTemplate(first.campaign).bytes());
      const each = (draw: (person: RecipientRow) => Promise<Uint8Array>) => over(people, draw);
      return [
        await compare(
          `PNG of ${canvas.width} × ${canvas.height} pixels, ${atOnce} at once`,
          'certificates',
          {
            'ours, without the PDF': each((person) => ourPng(core, person, layout, canvas.width)),
            'sharp alone': each((person) => barePng(picture, layout, person)),
          },
          { rounds: bench.rounds },
        ),
        await compare(
          `PNG and PDF, ${atOnce} at once`,
          'certificates',
          {
            'ours, with every check': each((person) => ourBoth(core, person)),
            'sharp, and pdf-lib around its picture': each(async (person) =>
              barePdf(await barePng(picture, layout, person)),
            ),
          },
          { rounds: bench.rounds },
        ),
      ];
    } finally {
      await close();
    }
  },
} satisfies Measurement;

/** Draws for everybody, some at a time as a worker does, and looks at the first bytes of each. */
function over(people: readonly RecipientRow[], draw: (person: RecipientRow) => Promise<Uint8Array>): Way {
  return async () => {
    const line = [...people];
    const { seconds } = await timed(() =>
      Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let person = line.pop(); person; person = line.pop()) {
            const [first] = await draw(person);
            if (first !== 0x89 && first !== 0x25) throw new Error(`Neither a PNG nor a PDF came for ${person.name}.`);
          }
        }),
      ),
    );
    return { done: people.length, seconds };
  };
}

async function ourPng(core: Core, { campaign, name, number }: RecipientRow, layout: Layout, width: number) {
  const written = { name, number, date: '2026-05-03', verifyUrl: verifyUrl() };
  return (await drawSample(core, campaign, layout, written, width)).png;
}

async function ourBoth(core: Core, person: RecipientRow) {
  const { png, pdf } = await drawFor(core, person, { code: newCode(16), issuedOn: new Date() });
  return png.length > 0 ? pdf : png;
}

async function barePng(picture: Buffer, layout: Layout, { name, number }: RecipientRow): Promise<Buffer> {
  const texts = [line(layout.name, name), line(layout.number, number), line(layout.date, '2026-05-03')];
  const { x = 0, y = 0, size = 80 } = layout.qr ?? {};
  const code = await QRCode.toBuffer(verifyUrl(), { width: size, margin: 3 });
  return sharp(picture)
    .composite([...texts.filter((one) => one !== undefined), { input: code, left: x, top: y }])
    .png({ compressionLevel: 3 })
    .toBuffer();
}

function line(spot: TextSpot | null, text: string) {
  if (!spot) return undefined;
  const { size, color, bold, x, y, maxWidth, align } = spot;
  const markup = `<span foreground="${color}" weight="${bold ? 'bold' : 'normal'}">${text}</span>`;
  const left = Math.max(0, Math.round(align === 'left' ? x : x - maxWidth / 2));
  return { input: { text: { text: markup, font: `Noto Sans ${size}`, dpi: 72, rgba: true } }, left, top: y };
}

async function barePdf(png: Buffer): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const picture = await pdf.embedPng(png);
  pdf.addPage([picture.width, picture.height]).drawImage(picture);
  return pdf.save();
}

function verifyUrl(): string {
  return `http://localhost:3000/certificates/verify/${newCode(16)}`;
}
