// Where name, number, date and QR code stand on a campaign's picture, in its pixels. What is absent has a default; null is hidden.
import { z } from 'zod';
import { invalid } from '../../core/index.ts';

const place = z.number().int().min(0).max(20_000);

/** One text on the picture: `x` is its left end, middle or right end by `align`; `y` is the top of its line. */
const textSpot = z.strictObject({
  x: place,
  y: place,
  size: z.number().int().min(8).max(1000),
  bold: z.boolean(),
  color: z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #1f2937'),
  align: z.enum(['left', 'center', 'right']),
  maxWidth: z.number().int().min(20).max(20_000),
});

/** The QR code: its upper left corner and the length of its side. */
const qrSpot = z.strictObject({ x: place, y: place, size: z.number().int().min(80).max(4000) });

/** The whole layout as the design screen saves it. */
export const layoutSchema = z.strictObject({
  name: textSpot,
  number: textSpot.nullable(),
  date: textSpot.nullable(),
  qr: qrSpot.nullable(),
});

export type TextSpot = z.output<typeof textSpot>;
export type QrSpot = z.output<typeof qrSpot>;
export type Layout = z.output<typeof layoutSchema>;
/** The picture's measures in pixels. */
export interface Canvas {
  width: number;
  height: number;
}

const stored = z.object({
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  name: textSpot.optional(),
  number: textSpot.nullable().optional(),
  date: textSpot.nullable().optional(),
  qr: qrSpot.nullable().optional(),
});
/** What the campaign's `layout` column holds. */
export type StoredLayout = z.output<typeof stored>;

/** The measures of the picture that a campaign has before somebody uploads one. */
export const plainCanvas: Canvas = { width: 1600, height: 1131 };

/** Reads the campaign's column; what does not fit counts as absent. */
export function readStored(layout: unknown): StoredLayout {
  const parsed = stored.safeParse(layout);
  return parsed.success ? parsed.data : {};
}

/** Returns the measures of the campaign's picture. */
export function canvasOf(layout: unknown): Canvas {
  const { width, height } = readStored(layout);
  return width && height ? { width, height } : plainCanvas;
}

/** Fills what is absent with defaults: all four on Steward's own picture, only the name on an uploaded one. */
export function resolveLayout(layout: unknown, hasTemplate: boolean): Layout {
  const kept = readStored(layout);
  const canvas = canvasOf(layout);
  const own = defaultLayout(canvas);
  const hidden = hasTemplate ? null : undefined;
  const or = <T>(value: T | null | undefined, fallback: T | null) =>
    value === undefined ? (hidden === null ? null : fallback) : value;
  return {
    name: kept.name ?? own.name,
    number: or(kept.number, own.number),
    date: or(kept.date, own.date),
    qr: or(kept.qr, own.qr),
  };
}

/** Returns believable places for all four on a picture of this size. */
function defaultLayout({ width, height }: Canvas): Layout {
  const unit = Math.min(width, height * 1.3) / 100;
  const text = (x: number, y: number, size: number, more: Partial<TextSpot> = {}): TextSpot => ({
    x: Math.round(x * width),
    y: Math.round(y * height),
    size: Math.max(8, Math.round(size * unit)),
    bold: false,
    color: '#374151',
    align: 'center',
    maxWidth: Math.max(20, Math.round(width * 0.7)),
    ...more,
  });
  const side = Math.max(80, Math.round(unit * 9));
  const narrow = Math.max(20, Math.round(width * 0.3));
  return {
    name: text(0.5, 0.41, 6.2, { bold: true, color: '#1f2937' }),
    number: text(0.09, 0.845, 1.7, { align: 'left', maxWidth: narrow }),
    date: text(0.5, 0.845, 1.7, { maxWidth: narrow }),
    qr: {
      x: Math.max(0, Math.round(width * 0.91) - side),
      y: Math.max(0, Math.round(height * 0.905) - side),
      size: side,
    },
  };
}

/** Throws `invalid`, naming each culprit, when something stands outside the picture. */
export function mustFit(layout: Layout, canvas: Canvas): void {
  const fields: Record<string, string> = {};
  for (const key of ['name', 'number', 'date'] as const) {
    const spot = layout[key];
    if (!spot) continue;
    if (spot.x > canvas.width) fields[`${key}.x`] = `must be at most ${canvas.width}`;
    if (spot.y + spot.size > canvas.height) fields[`${key}.y`] = `must be at most ${canvas.height - spot.size}`;
  }
  const { qr } = layout;
  if (qr && qr.x + qr.size > canvas.width) fields['qr.x'] = `must be at most ${canvas.width - qr.size}`;
  if (qr && qr.y + qr.size > canvas.height) fields['qr.y'] = `must be at most ${canvas.height - qr.size}`;
  const [first] = Object.keys(fields);
  if (first) throw invalid(`${first} stands outside the picture: it ${fields[first]}.`, fields);
}

/** Moves what would stand outside a new picture back into it. */
export function fitInto(kept: StoredLayout, canvas: Canvas): StoredLayout {
  const text = (spot: TextSpot): TextSpot => {
    const size = Math.max(8, Math.min(spot.size, Math.floor(canvas.height / 2)));
    return { ...spot, size, x: Math.min(spot.x, canvas.width), y: Math.max(0, Math.min(spot.y, canvas.height - size)) };
  };
  const square = (spot: QrSpot): QrSpot | null => {
    const size = Math.min(spot.size, canvas.width, canvas.height);
    if (size < 80) return null;
    return { size, x: Math.min(spot.x, canvas.width - size), y: Math.min(spot.y, canvas.height - size) };
  };
  return {
    ...canvas,
    ...(kept.name && { name: text(kept.name) }),
    ...(kept.number !== undefined && { number: kept.number && text(kept.number) }),
    ...(kept.date !== undefined && { date: kept.date && text(kept.date) }),
    ...(kept.qr !== undefined && { qr: kept.qr && square(kept.qr) }),
  };
}

/** How wide a text at this place may be before it leaves the picture or its own limit. */
export function roomFor(spot: TextSpot, canvas: Canvas): number {
  const left = spot.x;
  const right = canvas.width - spot.x;
  const inside = spot.align === 'left' ? right : spot.align === 'right' ? left : 2 * Math.min(left, right);
  return Math.max(1, Math.min(spot.maxWidth, inside));
}
