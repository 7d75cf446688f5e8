// Drawn certificates: every script without boxes, the QR code readable, long names smaller, and what cannot be drawn refused.
import jsQR from 'jsqr';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageLibrary } from '../../../src/core/images/library.ts';
import type { Core } from '../../../src/core/index.ts';
import { checkRecipient, drawFor, drawSample, templateOf } from '../../../src/modules/certificates/drawing.ts';
import { resolveLayout } from '../../../src/modules/certificates/layout.ts';
import type { RecipientRow } from '../../../src/modules/certificates/recipient-row.ts';

// The package is CommonJS: Node hands it out as it is, the compiler sees it behind `default`.
const readQr = jsQR as unknown as typeof jsQR.default;
const core = { config: { publicUrl: 'https://steward.example.org' } } as Core;
const given = { code: '7FKM4TRAH9QDPX3W', issuedOn: new Date('2026-11-20') };
const person = (name: string, layout: object = {}, number = 'SV-42') =>
  ({
    name,
    number,
    campaign: {
      title: 'Spring',
      organisation: 'Green Canal',
      language: 'en',
      layout,
      templateId: null,
      dateFormat: 'YYYY-MM-DD',
    },
  }) as unknown as RecipientRow;

beforeAll(async () => {
  await imageLibrary();
});

async function pixels(png: Buffer) {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}

describe('a drawn certificate', () => {
  it.each(['王小明', 'Зоя Космодемьянская', 'Łukasz Żółć', 'نور الهدى', 'देवी शर्मा', '김민준', 'さくら', 'Ελένη'])(
    'can be drawn for %s, and its name differs from that of anybody else',
    async (name) => {
      expect(await checkRecipient(core, person(name))).toEqual([]);
      const [mine, other] = await Promise.all([
        drawFor(core, person(name), given),
        drawFor(core, person('Ada'), given),
      ]);
      expect(mine.png.equals(other.png)).toBe(false);
    },
  );

  it('has a QR code that a reader reads, in the PNG and at the smallest size that is allowed', async () => {
    for (const size of [80, 132, 200]) {
      const layout = { ...resolveLayout({}, false), qr: { x: 1300, y: 850, size } };
      const { png } = await drawFor(core, person('Ada', layout), given);
      const { data, width, height } = await pixels(png);
      expect(readQr(data, width, height)?.data).toBe(
        'https://steward.example.org/certificates/verify/7FKM4TRAH9QDPX3W',
      );
    }
  });

  it('is a PDF of one page as well, with its title and language', async () => {
    const { pdf } = await drawFor(core, person('王小明'), given);
    const read = await PDFDocument.load(pdf);
    expect(read.getPageCount()).toBe(1);
    expect(read.getTitle()).toBe('Spring · 王小明');
    const { width, height } = read.getPage(0).getSize();
    expect(width / height).toBeCloseTo(1600 / 1131, 2);
  });

  it('keeps a long name within its place, in smaller letters', async () => {
    const layout = resolveLayout({}, false);
    const written = {
      name: 'Maria-Magdalena van der Westhuizen-Oosterbaan',
      number: '',
      date: '',
      verifyUrl: 'https://a.b',
    };
    const { boxes } = await drawSample(core, person('').campaign, layout, written, 800);
    expect(boxes.name!.width).toBeLessThanOrEqual(layout.name.maxWidth);
    expect(boxes.name!.width).toBeGreaterThan(layout.name.maxWidth * 0.9);
    expect(boxes.name!.left).toBeGreaterThan(0);
  });

  it('is refused with the reason when a name does not fit or has characters without a glyph', async () => {
    await expect(drawFor(core, person('W'.repeat(100)), given)).rejects.toThrow('too long for its place');
    await expect(drawFor(core, person('Zoë 🌷'), given)).rejects.toThrow('cannot be drawn: 🌷');
    expect(await checkRecipient(core, person('Ada', {}, '\u{1F600}'))).toEqual([
      { part: 'number', kind: 'characters', characters: '\u{1F600}' },
    ]);
  });

  it('takes markup for what it is: letters', async () => {
    const { png } = await drawFor(core, person('<b>&amp;"Ada"</b>'), given);
    expect(png.length).toBeGreaterThan(10_000);
  });

  it('has the plain picture in the language of its campaign', async () => {
    const keys = ['en', 'zh'].map((language) => templateOf(core, { ...person('').campaign, language }).key);
    expect(new Set(keys).size).toBe(2);
  });
});
