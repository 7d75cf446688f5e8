// Printed sheets: the file is read back by another program, and its codes by a reader of QR codes, from the very operators of the page.
import { buffer } from 'node:stream/consumers';
import { decodePDFRawStream, PDFArray, PDFDict, PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { qrGeometry, qrPng, qrSvg } from '../../../src/core/images/qr.ts';
import { a4, moduleSize, type SheetItem, type SheetPage, sheetPdf } from '../../../src/core/images/sheet-pdf.ts';
import { operatorsOf, rasterise, readAt, readQr } from '../../kit/printed-codes.ts';

const facts = { title: 'Codes (spring) – 春', author: 'Ada', language: 'zh' };
const link = (n: number) => `https://steward.example.org/qrcode?id=${String(n).padStart(32, '0')}`;
const make = (pages: Iterable<SheetPage> | AsyncIterable<SheetPage>) => buffer(sheetPdf(pages, facts));
const page = (...items: SheetItem[]): SheetPage => ({ ...a4, items });
const solid = (background: string, side = 60) =>
  sharp({ create: { width: side, height: side, channels: 3, background } });

describe('a printed sheet', () => {
  it('has pages of exactly A4 and says what it is in any script', async () => {
    const pdf = await PDFDocument.load(await make([page(), { width: 85.6, height: 53.98, items: [] }]));
    expect(pdf.getPageCount()).toBe(2);
    const { width, height } = pdf.getPage(0).getSize();
    expect(width).toBeCloseTo((210 / 25.4) * 72, 3);
    expect(height).toBeCloseTo((297 / 25.4) * 72, 3);
    expect(pdf.getPage(1).getSize().width).toBeCloseTo((85.6 / 25.4) * 72, 3);
    expect(pdf.getTitle()).toBe(facts.title);
    expect(pdf.getAuthor()).toBe('Ada');
  });

  it('holds codes that a reader reads at their places, in colour and on the smallest size', async () => {
    const small = moduleSize(link(2), { size: 1 });
    const tiny = Math.ceil((0.33 / small) * 10) / 10;
    const codes = [
      { kind: 'qr', x: 10, y: 10, size: 40, text: link(1) },
      { kind: 'qr', x: 60, y: 10, size: tiny, text: link(2), color: '#123456', background: '#ffffee' },
      { kind: 'qr', x: 150.5, y: 250.25, size: 38, text: '祝你生日快乐', ecc: 'H' },
    ] as const;
    const operators = operatorsOf(await PDFDocument.load(await make([page(...codes)])), 0);
    const sheet = rasterise(operators, 12);
    for (const code of codes) expect(readAt(sheet, 12, code)).toBe(code.text);
  });

  it('keeps the quiet zone free of dark modules, to the hundredth of a millimetre', async () => {
    const code = { kind: 'qr', x: 20, y: 30, size: 40, text: link(3), margin: 4 } as const;
    const operators = operatorsOf(await PDFDocument.load(await make([page(code)])), 0);
    const module = moduleSize(code.text, code);
    const [, ...boxes] = [...operators.matchAll(/([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re/g)].map((one) =>
      one.slice(1).map(Number),
    );
    expect(Math.min(...boxes.map(([x = 0]) => x))).toBeCloseTo(20 + 4 * module, 2);
    expect(Math.min(...boxes.map(([, y = 0]) => y))).toBeCloseTo(30 + 4 * module, 2);
    expect(Math.max(...boxes.map(([x = 0, , w = 0]) => x + w))).toBeCloseTo(60 - 4 * module, 2);
    expect(Math.max(...boxes.map(([, y = 0, , h = 0]) => y + h))).toBeCloseTo(70 - 4 * module, 2);
  });

  it('refuses a code that nobody could read, and names the size it needs', async () => {
    const code = { kind: 'qr', x: 0, y: 0, size: 12, text: link(4) } as const;
    await expect(make([page(code)])).rejects.toMatchObject({ status: 400, fields: { size: expect.any(String) } });
    await expect(make([page(code)])).rejects.toThrow(/needs \d+(\.\d)? mm/);
    await expect(make([page({ ...code, size: 30, text: '' })])).rejects.toMatchObject({ status: 400 });
    await expect(make([page({ ...code, size: 30, color: '") re' })])).rejects.toMatchObject({ status: 400 });
    await expect(make([page({ ...code, x: Number.NaN, size: 30 })])).rejects.toMatchObject({ status: 400 });
  });

  it('keeps a line within its width, however long it is', async () => {
    const name = 'Wilhelmina van den Bouwhuijsen-van Steenbergen tot Oudegeest';
    const text = { kind: 'text', y: 20, text: name, size: 5, maxWidth: 30 } as const;
    const lines = [
      { ...text, x: 20 },
      { ...text, x: 60, align: 'right' },
      { ...text, x: 20, text: 'Bo' },
    ] as const;
    const operators = operatorsOf(await PDFDocument.load(await make([page(...lines)])), 0);
    const places = [...operators.matchAll(/q ([\d.]+) 0 0 -?[\d.]+ ([\d.]+) [\d.]+ cm \/P/g)].map((one) =>
      one.slice(1).map(Number),
    );
    expect(places.map(([width = 0]) => Math.round(width * 10) / 10)).toEqual([30, 30, expect.any(Number)]);
    expect(places.map(([, left = 0]) => Math.round(left))).toEqual([20, 30, 20]);
    expect(places[2]?.[0]).toBeLessThan(10);
  });

  it('writes texts of every script, and the same text only once', async () => {
    const text = { kind: 'text', x: 105, y: 20, size: 5, align: 'center' } as const;
    const names = ['Łukasz', '王小明', 'نور الهدى', '王小明'];
    const pdf = await PDFDocument.load(
      await make([
        page(...names.map((name, n) => ({ ...text, y: 20 + n * 10, text: name }))),
        page({ ...text, text: '王小明' }),
      ]),
    );
    const masks = pdf.context
      .enumerateIndirectObjects()
      .filter(
        ([, one]) => one instanceof PDFRawStream && one.dict.get(PDFName.of('ColorSpace')) === PDFName.of('DeviceGray'),
      );
    expect(masks).toHaveLength(3);
    expect(operatorsOf(pdf, 0).match(/ Do /g)).toHaveLength(4);
    for (const [, mask] of masks)
      expect(Math.max(...decodePDFRawStream(mask as PDFRawStream).decode())).toBeGreaterThan(200);
  });

  it('prints pictures: a JPEG as it came, transparency as a mask, each once, and in their proportions', async () => {
    const jpeg = await sharp({ create: { width: 80, height: 40, channels: 3, background: '#00ff00' } })
      .jpeg()
      .toBuffer();
    const clear = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    let asked = 0;
    const bytesOfPhoto = () => {
      asked += 1;
      return jpeg;
    };
    const photo = { key: 'photo', bytes: bytesOfPhoto };
    const box = { kind: 'picture', x: 10, y: 10, width: 40, height: 40 } as const;
    const bytes = await make([
      page({ ...box, picture: photo }, { ...box, y: 60, picture: { key: 'clear', bytes: () => clear } }),
      page({ ...box, picture: photo, fit: 'stretch' }),
    ]);
    expect(asked).toBe(1);
    expect(bytes.includes(jpeg)).toBe(true);
    const pdf = await PDFDocument.load(bytes);
    expect(operatorsOf(pdf, 0)).toContain('q 40 0 0 -20 10 40 cm');
    expect(operatorsOf(pdf, 1)).toContain('q 40 0 0 -40 10 50 cm');
    const named = pdf.getPage(0).node.Resources()?.lookup(PDFName.of('XObject'), PDFDict);
    expect(named?.keys()).toHaveLength(2);
  });

  it('draws lines and rectangles', async () => {
    const operators = operatorsOf(
      await PDFDocument.load(
        await make([
          page(
            { kind: 'rectangle', x: 1, y: 2, width: 3, height: 4, fill: '#ff0000', stroke: '#0000ff' },
            { kind: 'line', from: [0, 99], to: [210, 99], dash: 2 },
          ),
        ]),
      ),
      0,
    );
    expect(operators).toContain('q 1 0 0 rg 1 2 3 4 re f Q');
    expect(operators).toContain('q 0 0 1 RG 0.2 w 1 2 3 4 re S Q');
    expect(operators).toContain('[2] 0 d 0 99 m 210 99 l S Q');
  });

  it('leaves while it is made: a reader who stops ends the making, and nothing piles up', async () => {
    let made = 0;
    async function* endless() {
      for (;;) {
        made += 1;
        yield page({ kind: 'qr', x: 10, y: 10, size: 40, text: link(made) });
      }
    }
    const stream = sheetPdf(endless(), facts);
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length;
      if (bytes > 50_000) break;
    }
    expect(stream.destroyed).toBe(true);
    const before = made;
    expect(before).toBeLessThan(200);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(made).toBe(before);
  });

  it('passes the error of its source on', async () => {
    async function* broken() {
      yield page();
      throw new Error('the source broke');
    }
    await expect(make(broken())).rejects.toThrow('the source broke');
  });

  it('has a table of places that leads to every object', async () => {
    const bytes = await make([page({ kind: 'qr', x: 10, y: 10, size: 40, text: link(1) }), page()]);
    const text = bytes.toString('latin1');
    const start = Number(/startxref\n(\d+)/.exec(text)?.[1]);
    expect(text.slice(start, start + 4)).toBe('xref');
    const places = [...text.slice(start).matchAll(/^(\d{10}) 00000 n/gm)].map((one) => Number(one[1]));
    for (const [index, place] of places.entries())
      expect(text.slice(place, place + 12)).toMatch(new RegExp(`^${index + 1} 0 obj`));
    const kids = (await PDFDocument.load(bytes)).catalog.Pages().lookup(PDFName.of('Kids'), PDFArray);
    expect(kids.size()).toBe(2);
  });
});

describe('a QR code with a logo in its middle', () => {
  const text = link(7);
  it('still reads as a PNG, and the logo is there', async () => {
    const logo = await solid('#cc0000').png().toBuffer();
    const png = await qrPng(text, { size: 600, logo, color: '#003300' });
    const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(readQr(new Uint8ClampedArray(data), info.width, info.height)?.data).toBe(text);
    const middle = (info.width * 300 + 300) * 4;
    expect([...data.subarray(middle, middle + 3)]).toEqual([204, 0, 0]);
  });

  it('leaves the modules below the logo out, in the middle, and raises the error level to H', () => {
    const code = qrGeometry(text, { ecc: 'L', hasLogo: true });
    expect(code.side).toBe(qrGeometry(text, { ecc: 'H' }).side);
    const { x, y, width, height } = code.logo!;
    expect(x * 2 + width).toBe(code.side);
    expect(y * 2 + height).toBe(code.side);
    expect((width * height) / code.side ** 2).toBeLessThan(0.06);
    const inside = code.dark.filter(
      (box) => box.y >= y && box.y < y + height && box.x < x + width && box.x + box.width > x,
    );
    expect(inside).toEqual([]);
  });

  it('reads from a sheet with the modules below the logo left blank', async () => {
    const logo = { key: 'logo', bytes: () => solid('#ffffff').jpeg().toBuffer() };
    const code = { kind: 'qr', x: 30, y: 40, size: 50, text, logo } as const;
    const operators = operatorsOf(await PDFDocument.load(await make([page(code)])), 0);
    expect(operators).toMatch(/ Do Q$/);
    expect(readAt(rasterise(operators, 12), 12, code)).toBe(text);
  });

  it('is one SVG with the logo inside it', async () => {
    const svg = await qrSvg(text, { logo: await solid('#cc0000').png().toBuffer(), color: '#003300' });
    expect(svg).toContain('href="data:image/png;base64,');
    expect(svg).not.toMatch(/href="http/);
    await expect(qrSvg(text, { color: '"/><script>' })).rejects.toMatchObject({ status: 400 });
  });
});
