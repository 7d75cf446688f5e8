// What can stand on a printed sheet. All places and sizes are millimetres, counted from the page's upper left corner.
import type { Weight } from './fonts.ts';
import type { QrOptions } from './qr.ts';

/** A picture to print. The same key means the same bytes: it stands in the file once. */
export interface SheetPicture {
  key: string;
  /** PNG or JPEG. */
  bytes(): Promise<Uint8Array> | Uint8Array;
}

/** A filled or framed rectangle; colours are #rrggbb. */
export interface SheetRectangle {
  kind: 'rectangle';
  x: number;
  y: number;
  width: number;
  height: number;
  fill?: string;
  stroke?: string;
  /** Thickness of the frame; 0.2 by default. */
  thickness?: number;
}

/** A line, for example to cut along; `dash`: length of its dashes and gaps. */
export interface SheetLine {
  kind: 'line';
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
  color?: string;
  thickness?: number;
  dash?: number;
}

/** A picture in a box: it keeps its proportions in the middle of the box unless it should be stretched. */
export interface SheetImage {
  kind: 'picture';
  x: number;
  y: number;
  width: number;
  height: number;
  picture: SheetPicture;
  fit?: 'contain' | 'stretch';
}

/** One line of text in any script of our fonts; `y` is the top of its line box, `size` its em square. */
export interface SheetText {
  kind: 'text';
  x: number;
  y: number;
  text: string;
  size: number;
  align?: 'left' | 'center' | 'right';
  color?: string;
  weight?: Weight;
  /** A longer line is made smaller, down to half of its size, and then narrower. */
  maxWidth?: number;
}

/** A QR code; `size` is its side with the quiet zone, which `margin` (4 by default) counts in modules. */
export interface SheetQr {
  kind: 'qr';
  x: number;
  y: number;
  size: number;
  text: string;
  margin?: number;
  ecc?: QrOptions['ecc'];
  color?: string;
  background?: string;
  logo?: SheetPicture;
}

/** Something on a page. */
export type SheetItem = SheetRectangle | SheetLine | SheetImage | SheetText | SheetQr;

/** One page in millimetres; later items lie above earlier ones. */
export interface SheetPage {
  width: number;
  height: number;
  items: readonly SheetItem[];
}

/** A4 upright, in millimetres (ISO 216). */
export const a4 = { width: 210, height: 297 } as const;

/** The smallest side of a module in millimetres that office printers draw and telephones read. */
export const smallestModule = 0.33;
