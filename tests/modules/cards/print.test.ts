// Orders of codes, styles and what goes to the printer: made in portions, going on after a break, read back by a reader of QR codes.
import { spawnSync } from 'node:child_process';
import jsqr from 'jsqr';
import { decodePDFRawStream, PDFDocument, type PDFRawStream } from 'pdf-lib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewAction, readArguments, systemActor } from '../../../src/core/index.ts';
import { runAction, startRun } from '../../../src/core/runs/run.ts';
import { createBatch, makeCodes } from '../../../src/modules/cards/batches.ts';
import { commands } from '../../../src/modules/cards/commands.ts';
import { createStyle, setLogo } from '../../../src/modules/cards/styles.ts';
import { logoTool } from '../../../src/modules/cards/tools.ts';
import { until } from '../../kit/until.ts';
import { type House, newCodes, openHouse, picture, unzip } from './cards-house.ts';

const readQr = jsqr as unknown as typeof jsqr.default;
let house: House;
const many = Number(process.env.CARDS_CODES ?? 12_000);

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const order = (ordered: number, more = {}) =>
  house.core.transaction(systemActor, (work) => createBatch(work, { ordered, channel: 3, ...more }));
const run = async (action: string, ids: string[], form: object) => {
  const idempotencyKey = crypto.randomUUID();
  const { runId } = await runAction(house.core, systemActor, `cards.${action}`, {
    selection: { ids },
    form,
    idempotencyKey,
  });
  const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
  const items = await house.core.db.runItem.findMany({ where: { runId } });
  return { file: fileId ? await house.core.files.bytes(fileId) : undefined, items };
};
const url = (id: string) => `https://cards.example.org/qrcode?id=${id}`;

describe('an order of codes', () => {
  it(`of ${many} is made in portions, all different, and goes on where a worker was stopped`, async () => {
    const batch = await order(many);
    const stop = new AbortController();
    let portions = 0;
    const counting = {
      ...house.core,
      transaction: ((...args: Parameters<typeof house.core.transaction>) => {
        portions += 1;
        if (portions === 2) stop.abort(new Error('the worker stops'));
        return house.core.transaction(...args);
      }) as typeof house.core.transaction,
    };
    await expect(makeCodes(counting, batch.id, { signal: stop.signal })).rejects.toThrow('the worker stops');
    const half = await house.core.db.qrBatch.findUniqueOrThrow({ where: { id: batch.id } });
    expect(half.made).toBeLessThan(many);
    expect(half).toMatchObject({ made: 10_000, finishedAt: null });
    await Promise.all([makeCodes(house.core, batch.id), makeCodes(house.core, batch.id)]);
    const whole = await house.core.db.qrBatch.findUniqueOrThrow({ where: { id: batch.id } });
    expect(whole).toMatchObject({ made: many, finishedAt: expect.any(Date) });
    const { rows } = await house.core.database.pool.query(
      'SELECT count(*)::int AS n, count(DISTINCT "uniqueId")::int AS ids FROM "QrCode" WHERE "batchId" = $1',
      [batch.id],
    );
    expect(rows[0]).toEqual({ n: many, ids: many });
  });

  it('is printed in the background, however few orders are chosen: one may hold all codes', async () => {
    const batch = await order(3);
    await makeCodes(house.core, batch.id);
    const started = { selection: { ids: [batch.id] }, form: {}, expected: 1, idempotencyKey: crypto.randomUUID() };
    const { runId } = await startRun(house.core, systemActor, 'cards.download-sheets', started);
    const waiting = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    expect(waiting).toMatchObject({ state: 'scheduled', fileId: null });
    await house.startWorker();
    await until(async () => (await house.core.db.run.findUniqueOrThrow({ where: { id: runId } })).fileId !== null);
  });

  it('is made by the worker, started as a run from a style', async () => {
    await house.startWorker();
    const style = await house.core.transaction(systemActor, (work) => createStyle(work, { name: 'Run' }));
    const { items } = await run('create-batch', [style.id], { number: 40, channel: 9, place: 'Hall' });
    expect(items.map(({ outcome }) => outcome)).toEqual(['done']);
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      if ((await house.core.db.qrBatch.count({ where: { styleId: style.id, made: 40 } })) === 1) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await house.core.db.qrCode.count({ where: { styleId: style.id, channel: 9 } })).toBe(40);
  });

  it('can be neither empty nor larger than 100,000', async () => {
    for (const ordered of [0, 100_001, -1]) await expect(order(ordered)).rejects.toMatchObject({ status: 400 });
    const style = await house.core.transaction(systemActor, (work) => createStyle(work, { name: 'Large' }));
    await expect(run('create-batch', [style.id], { number: 100_001 })).rejects.toMatchObject({ status: 400 });
  });

  it('comes from the command line too, one id a line and nothing else', async () => {
    const [command] = commands;
    const lines: string[] = [];
    const options = readArguments(command!, ['--number', '25', '--channel', '4', '--style', 'Run']);
    await command!.run(house.core, options, (line) => lines.push(line));
    expect(lines).toHaveLength(25);
    expect(new Set(lines).size).toBe(25);
    for (const line of lines) expect(line).toMatch(/^[0-9a-f]{32}$/);
    expect(
      await house.core.db.qrCode.count({ where: { uniqueId: { in: lines }, channel: 4, style: { name: 'Run' } } }),
    ).toBe(25);
    for (const args of [
      ['--number', '0', '--channel', '1'],
      ['--number', '100001', '--channel', '1'],
      ['--number', 'ten', '--channel', '1'],
      ['--number', '5'],
    ])
      expect(() => readArguments(command!, args)).toThrow();
    await expect(command!.run(house.core, { ...options, style: 'Nothing' }, () => {})).rejects.toMatchObject({
      status: 404,
    });
  });
});

/** Fills the rectangles of a page's operators into pixels, with so many dots in a millimetre. */
function rasterise(pdf: PDFDocument, index: number, dots: number) {
  const contents = pdf.getPage(index).node.Contents() as PDFRawStream;
  const operators = Buffer.from(decodePDFRawStream(contents).decode()).toString('latin1');
  const [width, height] = [210 * dots, 297 * dots];
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  let color = [0, 0, 0];
  let boxes: number[][] = [];
  for (const [, numbers = '', verb] of operators.matchAll(/((?:-?[\d.]+ )*)(rg|re|f|S)\b/g)) {
    const values = numbers.trim().split(' ').map(Number);
    if (verb === 'rg') color = values.map((share) => Math.round(share * 255));
    else if (verb === 're') boxes.push(values);
    else {
      for (const [x = 0, y = 0, w = 0, h = 0] of verb === 'f' ? boxes : [])
        for (let row = Math.round(y * dots); row < Math.round((y + h) * dots); row += 1)
          for (let column = Math.round(x * dots); column < Math.round((x + w) * dots); column += 1)
            pixels.set(color, (row * width + column) * 4);
      boxes = [];
    }
  }
  const grounds = [...operators.matchAll(/rg ([\d.]+) ([\d.]+) (30) 30 re f/g)].map(([, x, y]) => ({
    x: Number(x),
    y: Number(y),
  }));
  return { pixels, width, grounds };
}

function readAt(
  { pixels, width }: { pixels: Uint8ClampedArray; width: number },
  dots: number,
  { x, y }: { x: number; y: number },
  size: number,
) {
  const side = Math.round(size * dots);
  const cut = new Uint8ClampedArray(side * side * 4);
  for (let row = 0; row < side; row += 1) {
    const from = ((Math.round(y * dots) + row) * width + Math.round(x * dots)) * 4;
    cut.set(pixels.subarray(from, from + side * 4), row * side * 4);
  }
  return readQr(cut, side, side)?.data;
}

describe('sheets for the printer', () => {
  it('hold every code of the order, read back from the pages, in the colours of the style and with its logo', async () => {
    const style = await house.core.transaction(systemActor, async (work) => {
      const made = await createStyle(work, { name: 'Green', color: '#14532d', background: '#f7fee7' });
      return setLogo(work, made, await picture(200, 200, '#ffffff').png().toBuffer());
    });
    const batch = await order(40, { styleId: style.id });
    await makeCodes(house.core, batch.id);
    const { file, items } = await run('download-sheets', [batch.id], { size: 30, gap: 4 });
    expect(items.map(({ outcome }) => outcome)).toEqual(['done']);
    const pdf = await PDFDocument.load(file!);
    expect(pdf.getPageCount()).toBe(2);
    const found: string[] = [];
    for (const index of pdf.getPageIndices()) {
      const sheet = rasterise(pdf, index, 10);
      for (const at of sheet.grounds) found.push(readAt(sheet, 10, at, 30) ?? 'unread');
    }
    const ids = (await house.core.db.qrCode.findMany({ where: { batchId: batch.id } })).map(({ uniqueId }) =>
      url(uniqueId),
    );
    expect(found.sort()).toEqual(ids.sort());
  });

  it('are drawn the same by Debian’s own PDF reader, where there is one', async () => {
    const probe = spawnSync('pdftoppm', ['-v']);
    const [id = ''] = await newCodes(house, 1);
    const code = await house.core.db.qrCode.findUniqueOrThrow({ where: { uniqueId: id } });
    const { file } = await run('download-codes', [code.id], { size: 40 });
    expect(file?.subarray(0, 5).toString()).toBe('%PDF-');
    if (probe.error) return;
    const { stdout } = spawnSync('pdftoppm', ['-png', '-r', '200', '-'], { input: file!, maxBuffer: 50_000_000 });
    const { data, info } = await sharp(stdout).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(readQr(new Uint8ClampedArray(data), info.width, info.height)?.data).toBe(url(id));
  });

  it('are refused in a size that could not be read, and the size that could is named', async () => {
    const batch = await order(3);
    await makeCodes(house.core, batch.id);
    const selection = { ids: [batch.id] };
    await expect(
      previewAction(house.core, systemActor, 'cards.download-sheets', { selection, form: { size: 10 } }),
    ).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/make them 1\d(\.\d)? mm or larger/),
    });
    const started = { selection, form: { size: 10 }, expected: 1, idempotencyKey: crypto.randomUUID() };
    const { runId } = await startRun(house.core, systemActor, 'cards.download-sheets', started);
    await until(async () => (await house.core.db.runItem.count({ where: { runId, outcome: 'failed' } })) === 1);
    const [item] = await house.core.db.runItem.findMany({ where: { runId } });
    const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    expect([item?.outcome, item?.reason, fileId]).toEqual([
      'failed',
      expect.stringContaining('could not be read'),
      null,
    ]);
    const fine = await previewAction(house.core, systemActor, 'cards.download-sheets', {
      selection,
      form: { size: 20 },
    });
    expect(fine.sample?.preview).toMatchObject({
      summary: expect.stringContaining('3 codes of 20 mm on 1 A4 sheet'),
      image: expect.any(String),
    });
  });

  it.each(['png', 'svg'] as const)(
    'as a ZIP of %s files come with a list that is safe in spreadsheets',
    async (format) => {
      const batch = await order(4, { place: '=cmd|calc' });
      await makeCodes(house.core, batch.id);
      const { file } = await run('download-sheets', [batch.id], { format, size: 25 });
      const entries = await unzip(file!);
      expect(entries.size).toBe(5);
      const ids = (await house.core.db.qrCode.findMany({ where: { batchId: batch.id } })).map(
        ({ uniqueId }) => uniqueId,
      );
      const list = entries.get('codes.csv')!.toString('utf8');
      for (const id of ids) {
        expect(list).toContain(url(id));
        const picture = entries.get(`${id}.${format}`)!;
        if (format === 'svg') expect(picture.toString()).toMatch(/^<svg [^>]*viewBox/);
        else {
          const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
          expect(readQr(new Uint8ClampedArray(data), info.width, info.height)?.data).toBe(url(id));
        }
      }
      expect(list).toContain("'=cmd|calc");
    },
  );
});

describe('a style', () => {
  const make = (values: object) =>
    house.core.transaction(systemActor, (work) => createStyle(work, { name: crypto.randomUUID(), ...values }));
  it.each([
    { color: '#ffff00', background: '#ffffff' },
    { color: '#ffffff', background: '#000000' },
    { color: '#777777', background: '#888888' },
  ])('whose colours telephones do not tell apart is refused: %j', async (values) => {
    await expect(make(values)).rejects.toMatchObject({ status: 400, fields: { color: expect.any(String) } });
  });

  it('gets its logo by the panel’s tool; what is no picture is refused', async () => {
    const row = await make({});
    const call = (name: 'put' | 'remove', file?: { name: string; type: string; bytes: Buffer }) =>
      house.core.transaction(systemActor, async (work) =>
        logoTool.calls[name]!.handle({
          row: await work.tx.qrStyle.findUniqueOrThrow({ where: { id: row.id } }),
          input: { slot: 'logo' },
          file,
          core: house.core,
          work,
          actor: systemActor,
        }),
      );
    const png = { name: 'logo.png', type: 'image/png', bytes: await picture(50, 50).png().toBuffer() };
    await expect(call('put', { ...png, bytes: Buffer.from('<svg/>') })).rejects.toMatchObject({ status: 400 });
    await expect(call('put')).rejects.toMatchObject({ status: 400 });
    expect(await call('put', png)).toMatchObject({ slots: [{ name: 'logo', current: { type: 'image/png' } }] });
    expect(await call('remove')).toMatchObject({ slots: [{ current: null }] });
  });
});
