// What stands on a certificate and where: the words that the screen of the design, its picture and its panel share.

/** One text on the picture. */
export interface TextSpot {
  x: number;
  y: number;
  size: number;
  bold: boolean;
  color: string;
  align: 'left' | 'center' | 'right';
  maxWidth: number;
}

/** The QR code's place. */
export interface QrSpot {
  x: number;
  y: number;
  size: number;
}

/** What stands on the picture; null is hidden. */
export interface Layout {
  name: TextSpot;
  number: TextSpot | null;
  date: TextSpot | null;
  qr: QrSpot | null;
}

export type Part = keyof Layout;

/** A campaign's design as the server tells it. */
export interface Design {
  canvas: { width: number; height: number };
  layout: Layout;
  hasTemplate: boolean;
  dateFormat: string;
}

/** What the preview is drawn with. */
export interface Sample {
  name: string;
  number: string;
}
