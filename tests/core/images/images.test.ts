// Pictures: hostile files are refused, every script is drawn with real letters on a machine without fonts, PDF and QR are read back.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import jsqr from 'jsqr';
import { decodePDFRawStream, PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fontFiles, missingGlyphs, prepareFonts } from '../../../src/core/images/fonts.ts';
import {
  compose,
  drawText,
  forgetTemplates,
  inspectImage,
  measureText,
  placeText,
  reencodeImage,
  type TextStyle,
} from '../../../src/core/images/images.ts';
import { imagePdf } from '../../../src/core/images/pdf.ts';
import { qrPng, qrSvg } from '../../../src/core/images/qr.ts';

// Its types promise a namespace, but the package is the function itself.
const readQr = jsqr as unknown as typeof jsqr.default;
const folder = mkdtempSync(path.join(tmpdir(), 'steward-images-'));
beforeAll(async () => {
  // Only our fonts from here on: no font of this machine can help.
  expect(prepareFonts(folder)).toBe(process.env.FONTCONFIG_FILE);
  await drawText('x', { size: 10 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plain = (width: number, height: number, background = '#336699') =>
  sharp({ create: { width, height, channels: 3, background } });
const crc = (bytes: Buffer) => {
  let c = -1;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
};
const chunk = (type: string, data: Buffer) => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
};
/** A grey PNG that is small as a file and enormous as a picture. */
function bomb(side: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a picture that somebody sends', () => {
  it('is written anew: upright, without metadata, in its format', async () => {
    const photo = await plain(60, 40)
      .withExifMerge({ IFD0: { Artist: 'CANARY-NAME' } })
      .jpeg()
      .toBuffer();
    const turned = await sharp(photo).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(turned.includes('CANARY')).toBe(true);
    const clean = await reencodeImage(turned);
    expect(clean).toMatchObject({ format: 'jpeg', type: 'image/jpeg', width: 40, height: 60 });
    expect(clean.bytes.includes('CANARY')).toBe(false);
    expect((await sharp(clean.bytes).metadata()).exif).toBeUndefined();
    expect(await inspectImage(turned)).toEqual({ format: 'jpeg', type: 'image/jpeg', width: 40, height: 60 });
  });

  it('is read in every kind of PNG, JPEG and WebP', async () => {
    const kinds: [string, Buffer, string][] = [
      ['WebP', await plain(20, 10).webp().toBuffer(), 'jpeg'],
      ['WebP with mask', await plain(20, 10).ensureAlpha(0.5).webp().toBuffer(), 'png'],
      ['PNG of 16 bits', await plain(20, 10).toColourspace('rgb16').png().toBuffer(), 'png'],
      ['PNG with palette', await plain(20, 10).png({ palette: true }).toBuffer(), 'png'],
      ['grey PNG', await plain(20, 10).greyscale().png().toBuffer(), 'png'],
      ['JPEG in CMYK', await plain(20, 10).toColourspace('cmyk').jpeg().toBuffer(), 'jpeg'],
      ['progressive JPEG', await plain(20, 10).jpeg({ progressive: true }).toBuffer(), 'jpeg'],
    ];
    for (const [kind, bytes, format] of kinds) {
      const clean = await reencodeImage(bytes);
      expect(clean, kind).toMatchObject({ format, width: 20, height: 10 });
      expect((await sharp(clean.bytes).metadata()).space, kind).toMatch(/srgb|b-w/);
    }
  });

  it('is read as GIF only where that is asked for, and its first picture becomes a PNG', async () => {
    const gif = await plain(20, 10).gif().toBuffer();
    const clean = await reencodeImage(gif, { formats: ['png', 'gif'] });
    expect(clean).toMatchObject({ format: 'png', width: 20, height: 10 });
    expect(await reencodeImage(gif).catch((error) => error.status)).toBe(400);
  });

  it('is made smaller where a longest side is asked for', async () => {
    expect(await reencodeImage(await plain(200, 100).png().toBuffer(), { fit: 50 })).toMatchObject({
      width: 50,
      height: 25,
    });
  });

  it('is cut to a square from its middle, and written as what is asked for', async () => {
    const stripes = sharp({ create: { width: 300, height: 100, channels: 4, background: '#0000ff' } }).composite([
      { input: await plain(100, 100, '#ff0000').png().toBuffer(), left: 100, top: 0 },
    ]);
    const square = await reencodeImage(await stripes.png().toBuffer(), { crop: { width: 60, height: 60 }, as: 'png' });
    expect(square).toMatchObject({ width: 60, height: 60, format: 'png' });
    const { dominant } = await sharp(square.bytes).stats();
    expect(dominant.r).toBeGreaterThan(200);
    expect(dominant.b).toBeLessThan(60);
    const clear = await sharp({ create: { width: 9, height: 9, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    const opaque = await reencodeImage(clear, { as: 'jpeg' });
    expect(opaque).toMatchObject({ format: 'jpeg', type: 'image/jpeg' });
    expect((await sharp(opaque.bytes).stats()).channels[0]?.min).toBeGreaterThan(250);
  });

  it('that is a page behind a picture loses the page', async () => {
    const polyglot = Buffer.concat([await plain(8, 8).jpeg().toBuffer(), Buffer.from('<script>alert(1)</script>')]);
    const clean = await reencodeImage(polyglot).catch((error) => error);
    expect('bytes' in clean ? clean.bytes.includes('script') : clean.status).toBe('bytes' in clean ? false : 400);
  });

  const refuse = async (bytes: Uint8Array, status: number, reason: RegExp, more = {}) => {
    const error = await reencodeImage(bytes, { field: 'template', ...more }).then(
      () => undefined,
      (e) => e,
    );
    expect(error).toMatchObject({ status });
    expect(error.message).toMatch(reason);
    if (status === 400) expect(error.fields.template).toMatch(reason);
  };

  it('that is a bomb is refused by its head', async () => {
    const small = bomb(16_000);
    expect(small.length).toBeLessThan(100_000);
    await refuse(small, 400, /more than 40 megapixels/);
    await refuse(bomb(6000).fill(0x7f, 16, 20), 400, /damaged|megapixels/);
    await refuse(await plain(13_000, 10).png().toBuffer(), 400, /12000 pixels/);
  });

  it('that is something else is refused, whatever it calls itself', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';
    const others = [
      svg,
      `<?xml version="1.0"?>${svg}`,
      '<html>',
      'GIF89a\x01\0\x01\0',
      'II*\0',
      '%PDF-1.7',
      '',
      'x',
      'RIFF\0\0\0\0WAVE',
    ];
    for (const text of others) await refuse(Buffer.from(text, 'latin1'), 400, /not in PNG, JPEG, WEBP/);
    await refuse(await plain(8, 8).gif().toBuffer(), 400, /not in PNG/);
    await refuse(Buffer.from('GIF89a\x01\0\x01\0', 'latin1'), 400, /damaged/, { formats: ['gif'] });
    await refuse(await plain(8, 8).tiff().toBuffer(), 400, /not in PNG/);
    await refuse(await plain(8, 8).webp().toBuffer(), 400, /not in PNG, JPEG\./, { formats: ['png', 'jpeg'] });
    await refuse(Buffer.alloc(10_000_001), 413, /10 MB/);
  });

  it('with the right first bytes and anything behind them is refused', async () => {
    const heads = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff\xe0', 'RIFF\x10\0\0\0WEBP'];
    for (const head of heads)
      for (const rest of ['', svgText, '<html><script>', '\0'.repeat(500), '\xff'.repeat(500)])
        await refuse(Buffer.from(head + rest, 'latin1'), 400, /damaged or incomplete/);
  });

  it('that is cut or damaged anywhere is refused or comes out sound, never a fault', async () => {
    const noise = Buffer.from(Array.from({ length: 40 * 40 * 3 }, (_, i) => (i * 7919) % 251));
    const source = () => sharp(noise, { raw: { width: 40, height: 40, channels: 3 } });
    for (const whole of [
      await source().png().toBuffer(),
      await source().jpeg().toBuffer(),
      await source().webp().toBuffer(),
    ]) {
      for (const share of [0.2, 0.5, 0.8])
        await refuse(whole.subarray(0, Math.floor(whole.length * share)), 400, /damaged|incomplete/);
      for (let at = 13; at < whole.length; at += Math.ceil(whole.length / 60)) {
        const bent = Buffer.from(whole);
        bent[at] = bent[at]! ^ 0x55;
        const result = await reencodeImage(bent).catch((error) => error);
        expect('bytes' in result || result.status === 400, `byte ${at}`).toBe(true);
      }
    }
  });
});
const svgText = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';

/** The drawn letters as a picture of fixed size, so that shapes can be compared. */
async function shape(text: string, weight: TextStyle['weight'] = 'regular'): Promise<Buffer> {
  const { bytes } = await drawText(text, { size: 60, weight });
  return sharp(bytes).flatten({ background: '#fff' }).greyscale().resize(32, 32, { fit: 'fill' }).raw().toBuffer();
}
const difference = (a: Buffer, b: Buffer) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

const scripts: [string, string][] = [
  ['Latin', 'ÅłŻéß'],
  ['Vietnamese', 'ễỗặ'],
  ['Cyrillic', 'ЗяЖїѢ'],
  ['Greek', 'ΩλήΨ'],
  ['Chinese', '王小明龍鑫'],
  ['Japanese', 'さくらカナ'],
  ['Korean', '김철수뷁'],
  ['Arabic', 'أحمدپگ'],
  ['Devanagari', 'अमितक्ष'],
];

describe('drawn text', () => {
  it.each(scripts)('in %s has letters of its own, regular and bold, and no boxes', async (_, letters) => {
    expect([missingGlyphs(letters), missingGlyphs(letters, 'bold')]).toEqual([[], []]);
    for (const weight of ['regular', 'bold'] as const) {
      // U+0378 and U+0379 will never be letters: they show the box that a missing letter gets, with its number inside.
      const boxes = [await shape('\u0378', weight), await shape('\u0379', weight)];
      expect(difference(boxes[0]!, boxes[1]!)).toBeLessThan(12);
      for (const letter of letters.normalize('NFC')) {
        if (/\p{M}/u.test(letter)) continue;
        expect(difference(await shape(letter, weight), boxes[0]!), `${letter} ${weight}`).toBeGreaterThan(25);
      }
    }
    const [regular, bold] = [await shape(letters), await shape(letters, 'bold')];
    expect(difference(regular, bold)).toBeGreaterThan(3);
  });

  it('knows what cannot be drawn', () => {
    expect(missingGlyphs('Ada 𠮷 😀 \u0378 😀 王')).toEqual(['𠮷', '😀', '\u0378']);
    expect(missingGlyphs('e\u0301 \u200d\u200c\u00ad\ufe0f \t\n')).toEqual([]);
  });

  it('stands on one baseline, whatever its letters', async () => {
    const bottoms = await Promise.all(
      ['H', 'HH', 'HÄ', 'Hello', 'H'].map(async (text) => (await drawText(text, { size: 100 })).baseline),
    );
    const [h, , , ,] = await Promise.all(['H'].map((text) => drawText(text, { size: 100 })));
    expect(Math.abs(h!.height - h!.baseline)).toBeLessThanOrEqual(1);
    const g = await drawText('g', { size: 100 });
    expect(g.height - g.baseline).toBeGreaterThan(15);
    const x = await drawText('x', { size: 100 });
    expect(placeText(x, { x: 0, y: 0 }).top + x.baseline).toBe(placeText(g, { x: 0, y: 0 }).top + g.baseline);
    expect(bottoms.every((one) => one > 60)).toBe(true);
  });

  it('is placed by its left end, middle or right end', () => {
    const drawn = { width: 100, baseline: 70, size: 100 };
    expect(placeText(drawn, { x: 500, y: 10 }).left).toBe(500);
    expect(placeText(drawn, { x: 500, y: 10, align: 'center' }).left).toBe(450);
    expect(placeText(drawn, { x: 500, y: 10, align: 'right' }).left).toBe(400);
    expect(placeText(drawn, { x: 500, y: 10 }).top).toBe(10 + 107 - 70);
  });

  it('is made smaller until it fits, and says so when it cannot', async () => {
    const wide = 'Łukasz Śląski-Zażółcki von und zu Hohenstein';
    const free = await drawText(wide, { size: 100 });
    expect(free).toMatchObject({ fits: true });
    expect(free.shrunkTo).toBeUndefined();
    const less = await drawText(wide, { size: 100, maxWidth: 1500 });
    expect(less.fits).toBe(true);
    expect(less.width).toBeLessThanOrEqual(1500);
    expect(less.width).toBeGreaterThan(1450);
    expect(less.shrunkTo).toBeLessThan(100);
    expect(await drawText(wide, { size: 100, maxWidth: 600 })).toMatchObject({ fits: false, shrunkTo: 50 });
    expect(await drawText(wide, { size: 100, maxWidth: 600, minSize: 8 })).toMatchObject({ fits: true });
    expect(await measureText(wide, { size: 100, maxWidth: 1500 })).toMatchObject({
      width: less.width,
      shrunkTo: less.shrunkTo,
    });
  });

  it('is text and never markup, and bears what people paste', async () => {
    const nasty = [
      '<b>bold</b>',
      '&amp; &',
      '<span size="900000">x',
      'a\0b\x07c',
      'x\ud800y',
      'line\nbreak\r\ttab',
      '\u202egnp.exe',
      '" \' >',
      '%s %n',
      ']]>',
    ];
    for (const text of nasty)
      expect((await drawText(text, { size: 20 })).width, JSON.stringify(text)).toBeGreaterThan(1);
    expect((await drawText('<b>i</b>', { size: 40 })).width).toBeGreaterThan(
      (await drawText('i', { size: 40 })).width * 5,
    );
    expect((await drawText('a\0b', { size: 40 })).width).toBe((await drawText('ab', { size: 40 })).width);
    expect((await drawText('\u202eabc', { size: 40 })).bytes.equals((await drawText('abc', { size: 40 })).bytes)).toBe(
      true,
    );
    for (const empty of ['', '   ', '\u200b'])
      expect(await drawText(empty, { size: 40 })).toMatchObject({ width: 1, fits: true });
    for (const [style, field] of [
      [{ size: 40, color: 'red"/>' }, 'color'],
      [{ size: 4000 }, 'size'],
      [{ size: Number.NaN }, 'size'],
      [{ size: 40, maxWidth: -1 }, 'maxWidth'],
    ] as const)
      await expect(drawText('x', style)).rejects.toMatchObject({
        status: 400,
        fields: { [field]: expect.any(String) },
      });
  });

  it('has its colour and a transparent ground', async () => {
    const { bytes } = await drawText('|', { size: 200, color: '#12ab34', weight: 'bold' });
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 4;
    expect([...data.subarray(middle, middle + 4)]).toEqual([0x12, 0xab, 0x34, 255]);
  });

  it('runs from right to left where it should', async () => {
    const ink = async (text: string) =>
      sharp((await drawText(text, { size: 60 })).bytes)
        .extractChannel('alpha')
        .raw()
        .toBuffer({ resolveWithObject: true });
    // Alef is a bare upright stroke: it comes first, so it stands at the right end.
    const { data, info } = await ink('ا سسس');
    const column = (x: number) =>
      Array.from({ length: info.height }, (_, y) => data[y * info.width + x]!).filter((alpha) => alpha > 128).length;
    expect(column(info.width - 3)).toBeGreaterThan(info.height * 0.5);
    expect(column(2)).toBeLessThan(info.height * 0.5);
  });
});

describe('a composition', () => {
  const template = (key: string, bytes: Promise<Buffer>) => {
    const asked = { count: 0 };
    return {
      key,
      asked,
      bytes: () => {
        asked.count += 1;
        return bytes;
      },
    };
  };
  const pixel = async (bytes: Buffer, x: number, y: number) => [
    ...(await sharp(bytes).extract({ left: x, top: y, width: 1, height: 1 }).removeAlpha().raw().toBuffer()),
  ];

  it('has each overlay in its place, cut at the edges, and decodes the template once', async () => {
    forgetTemplates();
    const red = await plain(20, 20, '#ff0000').png().toBuffer();
    const ground = template('t1', plain(100, 60, '#ffffff').png().toBuffer());
    const laid = [
      [10, 10],
      [-10, -10],
      [95, 55],
      [500, 500],
    ].map(([left, top]) => ({ bytes: red, left: left!, top: top! }));
    laid.push({ bytes: await plain(300, 10, '#0000ff').png().toBuffer(), left: -100, top: 45 });
    const [one] = await Promise.all([compose(ground, laid), compose(ground, laid), compose(ground, laid)]);
    expect(one).toMatchObject({ width: 100, height: 60 });
    expect(await pixel(one!.bytes, 15, 15)).toEqual([255, 0, 0]);
    expect(await pixel(one!.bytes, 5, 5)).toEqual([255, 0, 0]);
    expect(await pixel(one!.bytes, 97, 58)).toEqual([255, 0, 0]);
    expect(await pixel(one!.bytes, 50, 50)).toEqual([0, 0, 255]);
    expect(await pixel(one!.bytes, 50, 20)).toEqual([255, 255, 255]);
    expect(ground.asked.count).toBe(1);
    expect((await sharp(one!.bytes).metadata()).channels).toBe(3);
  });

  it('as a preview is the whole made smaller', async () => {
    const red = await plain(40, 40, '#ff0000').png().toBuffer();
    const small = await compose(
      template('t2', plain(200, 100, '#ffffff').jpeg().toBuffer()),
      [{ bytes: red, left: 160, top: 60 }],
      { width: 50 },
    );
    expect(small).toMatchObject({ width: 50, height: 25 });
    expect(await pixel(small.bytes, 45, 20)).toEqual([255, 0, 0]);
    expect((await pixel(small.bytes, 20, 12))[1]).toBeGreaterThan(240);
  });

  it('whose template cannot be read fails each time and is not remembered', async () => {
    const broken = { key: 't3', bytes: async () => Buffer.from('nothing') };
    await expect(compose(broken, [])).rejects.toThrow();
    await expect(compose(template('t3', plain(8, 8).png().toBuffer()), [])).resolves.toMatchObject({ width: 8 });
  });
});

describe('a PDF', () => {
  const bytesOf = (pdf: PDFDocument) =>
    pdf.context.enumerateIndirectObjects().flatMap(([, object]) => (object instanceof PDFRawStream ? [object] : []));

  it.each(['jpeg', 'png', 'grey png', 'transparent png'])(
    'of a %s opens, with the picture as it was, the texts above it and its title',
    async (kind) => {
      const ground = plain(400, 200, '#ddeeff');
      const made = {
        jpeg: ground.clone().jpeg(),
        png: ground.clone().png(),
        'grey png': ground.clone().greyscale().png(),
        'transparent png': ground.clone().ensureAlpha(0.5).png(),
      }[kind]!;
      const template = await made.toBuffer();
      const text = await drawText('王小明', { size: 40 });
      const bytes = await imagePdf({
        template: { key: `pdf ${kind}`, bytes: async () => template },
        overlays: [{ bytes: text.bytes, left: 10, top: 20 }],
        title: 'Сертификат 王小明',
        author: 'Org',
        language: 'zh',
      });
      const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
      expect([pdf.getPageCount(), pdf.getTitle(), pdf.getAuthor()]).toEqual([1, 'Сертификат 王小明', 'Org']);
      const { width, height } = pdf.getPage(0).getSize();
      expect([width, height].map(Math.round)).toEqual([842, 421]);
      const pictures = bytesOf(pdf).filter((stream) => stream.dict.get(PDFName.of('Subtype')) === PDFName.of('Image'));
      expect(pictures).toHaveLength(3);
      if (kind === 'jpeg') expect(pictures.some((one) => template.equals(Buffer.from(one.contents)))).toBe(true);
      const masks = pictures.filter((one) => one.dict.has(PDFName.of('SMask')));
      expect(masks).toHaveLength(1);
      expect(Buffer.from(decodePDFRawStream(masks[0]!).decode()).length).toBe(text.width * text.height * 3);
    },
  );
});

describe('a QR code', () => {
  const text = 'https://example.org/certificates/verify/7KQ4-王';
  const decode = async (png: Buffer) => {
    const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return { text: readQr(new Uint8ClampedArray(data), info.width, info.height)?.data, width: info.width };
  };
  it.each([
    {},
    { size: 150 },
    { size: 407, margin: 2, ecc: 'H' as const },
    { size: 300, color: '#123456', background: '#ffffee' },
  ])('drawn with %j reads back', async (options) => {
    expect(await decode(await qrPng(text, options))).toEqual({ text, width: options.size ?? 256 });
  });

  it('as SVG and with a transparent ground is a picture too', async () => {
    const svg = await qrSvg(text, { size: 300 });
    expect(
      await decode(
        await sharp(await qrPng(text, { background: 'none' }))
          .flatten({ background: '#fff' })
          .png()
          .toBuffer(),
      ),
    ).toMatchObject({ text });
    expect(svg).toMatch(/^<svg [^>]*width="300"/);
  });

  it('refuses what does not fit', async () => {
    await expect(qrPng('')).rejects.toMatchObject({ status: 400 });
    await expect(qrPng('x'.repeat(8000))).rejects.toMatchObject({ status: 400 });
    await expect(qrSvg('x'.repeat(8000))).rejects.toMatchObject({ status: 400 });
    await expect(qrPng(text, { size: 20 })).rejects.toMatchObject({
      status: 400,
      fields: { size: expect.any(String) },
    });
    await expect(qrPng(text, { color: '"/><script>' })).rejects.toMatchObject({ status: 400 });
  });
});

it('fonts come with the packages, and fontconfig is told of no others', () => {
  const require = createRequire(import.meta.url);
  const conf = readFileSync(process.env.FONTCONFIG_FILE!, 'utf8');
  expect(conf).not.toMatch(/\/usr|include/);
  for (const file of [...fontFiles('regular'), ...fontFiles('bold')]) {
    expect(path.isAbsolute(file)).toBe(true);
    expect(readFileSync(file).length).toBeGreaterThan(100_000);
  }
  expect(fontFiles('regular')[0]).toContain(path.dirname(require.resolve('@expo-google-fonts/noto-sans/package.json')));
});
