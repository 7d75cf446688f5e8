// Codes for the printer: a PDF of A4 sheets in exact millimetres, or single pictures with a list. The rule: a size that telephones
// could not read is refused before anything is drawn.
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import {
  a4,
  type CellRow,
  type Core,
  csvStream,
  invalid,
  moduleSize,
  notFound,
  qrPng,
  qrSvg,
  type Row,
  type SheetItem,
  type SheetPage,
  sheetPdf,
  smallestModule,
  type Work,
  zipStream,
} from '../../core/index.ts';
import { type Look, logoOf, lookOf, type QrStyle } from './styles.ts';

/** A code with what it is drawn by. */
export type PrintedCode = Row<'QrCode'> & { style: QrStyle | null };

/** How codes are printed. */
export const printForm = z.object({
  format: z
    .enum(['pdf', 'svg', 'png'])
    .default('pdf')
    .meta({
      label: 'What to make',
      labels: { pdf: 'PDF, A4 sheets', svg: 'ZIP of SVG files and a list', png: 'ZIP of PNG files and a list' },
    }),
  size: z
    .number()
    .min(10)
    .max(180)
    .default(30)
    .meta({ label: 'Side of a code in mm', help: 'With its white border of four modules.' }),
  gap: z.number().min(0).max(40).default(4).meta({ label: 'Space between codes in mm' }),
  caption: z.boolean().default(true).meta({ label: 'Write the beginning of the id below each code' }),
  lines: z.boolean().default(true).meta({ label: 'Lines to cut along' }),
});

/** The form's values. */
export type PrintForm = z.output<typeof printForm>;

const edge = 10;
const captionHeight = 4;
const dotsPerMm = 300 / 25.4;
const mostDots = 1600;

/** Returns the address that a code holds. */
export function codeUrl(core: Pick<Core, 'config'>, uniqueId: string): string {
  return `${core.config.publicUrl}/qrcode?id=${uniqueId}`;
}

/** Throws invalid, naming the smallest size, when telephones could not read a code of this size. */
export function mustBeReadable(core: Core, look: Look, size: number): void {
  const url = codeUrl(core, '0'.repeat(32));
  const module = moduleSize(url, { size, ecc: look.level, hasLogo: look.logoId !== null });
  if (module >= smallestModule) return;
  const needed = Math.ceil((size / module) * smallestModule * 10) / 10;
  throw invalid(`Codes of ${size} mm could not be read; make them ${needed} mm or larger.`, {
    size: `must be ${needed} or more`,
  });
}

/** Returns how many codes go on a sheet. */
export function gridOf({ size, gap, caption }: PrintForm): { columns: number; rows: number } {
  const step = size + gap;
  const high = step + (caption ? captionHeight : 0);
  return {
    columns: Math.max(1, Math.floor((a4.width - 2 * edge + gap) / step)),
    rows: Math.max(1, Math.floor((a4.height - 2 * edge + gap) / high)),
  };
}

/** Makes the file that was asked for. */
export async function printCodes(work: Work, codes: AsyncIterable<PrintedCode>, form: PrintForm, name: string) {
  const checked = readable(work.core, codes, form.size);
  if (form.format === 'pdf') {
    const facts = { title: name, author: 'Steward' };
    return { name: `${name}.pdf`, type: 'application/pdf', content: sheetPdf(pagesOf(work, checked, form), facts) };
  }
  return { name: `${name}.zip`, type: 'application/zip', content: zipStream(picturesOf(work, checked, form)) };
}

async function* readable(core: Core, codes: AsyncIterable<PrintedCode>, size: number): AsyncGenerator<PrintedCode> {
  const seen = new Set<string | null>();
  let isEmpty = true;
  for await (const code of codes) {
    isEmpty = false;
    if (!seen.has(code.styleId)) mustBeReadable(core, lookOf(code.style), size);
    seen.add(code.styleId);
    yield code;
  }
  if (isEmpty) throw notFound('There are no codes to print yet.');
}

async function* pagesOf(work: Work, codes: AsyncIterable<PrintedCode>, form: PrintForm): AsyncGenerator<SheetPage> {
  const { columns, rows } = gridOf(form);
  const step = { x: form.size + form.gap, y: form.size + form.gap + (form.caption ? captionHeight : 0) };
  const left = (a4.width - columns * step.x + form.gap) / 2;
  let items: SheetItem[] = [];
  let count = 0;
  for await (const code of codes) {
    const at = { x: left + (count % columns) * step.x, y: edge + Math.floor(count / columns) * step.y };
    items.push(...drawn(work, code, form, at));
    count += 1;
    if (count < columns * rows) continue;
    yield { ...a4, items };
    [items, count] = [[], 0];
  }
  if (count > 0) yield { ...a4, items };
}

function drawn(work: Work, code: PrintedCode, form: PrintForm, { x, y }: { x: number; y: number }): SheetItem[] {
  const look = lookOf(code.style);
  const { color, background, level } = look;
  const high = form.size + (form.caption ? captionHeight : 0);
  const cut = { kind: 'rectangle', x, y, width: form.size, height: high, stroke: '#c8c8c8', thickness: 0.1 } as const;
  const caption = {
    kind: 'text',
    x: x + form.size / 2,
    y: y + form.size - 0.6,
    text: code.uniqueId.slice(0, 8),
    size: 2.6,
    align: 'center',
    color: '#555555',
  } as const;
  return [
    {
      kind: 'qr',
      x,
      y,
      size: form.size,
      text: codeUrl(work.core, code.uniqueId),
      ecc: level,
      color,
      background,
      logo: logoOf(work, look),
    },
    ...(form.caption ? [caption] : []),
    ...(form.lines ? [cut] : []),
  ];
}

async function* picturesOf(work: Work, codes: AsyncIterable<PrintedCode>, form: PrintForm) {
  const logos = new Map<string, Buffer>();
  const list: CellRow[] = [];
  const size = Math.min(mostDots, Math.round(form.size * dotsPerMm));
  for await (const { uniqueId, channel, place, style } of codes) {
    const { color, background, level, logoId } = lookOf(style);
    if (logoId && !logos.has(logoId)) logos.set(logoId, await work.core.files.bytes(logoId));
    const options = { size, color, background, ecc: level, ...(logoId && { logo: logos.get(logoId) }) };
    const url = codeUrl(work.core, uniqueId);
    const bytes = form.format === 'png' ? await qrPng(url, options) : Buffer.from(await qrSvg(url, options));
    const name = `${uniqueId}.${form.format}`;
    list.push([uniqueId, url, channel, style?.name ?? '', place, name]);
    yield { name, bytes };
  }
  const header = ['unique_id', 'address', 'channel', 'style', 'place', 'file'];
  yield { name: 'codes.csv', bytes: await buffer(csvStream(list, { header })) };
}
