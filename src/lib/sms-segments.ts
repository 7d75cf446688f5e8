// How many parts a text message is sent, and charged, in. GSM 03.38's alphabet holds 160 letters, everything else 70 (UCS-2).

/** The size of a text message. */
export interface SmsSize {
  encoding: 'GSM-7' | 'UCS-2';
  /** Septets or 16-bit units used. */
  units: number;
  segments: number;
  /** Units that fit into each part. */
  perSegment: number;
}

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extended = new Set('\f^{}\\[~]|€');

/** Counts the parts of a text. A pair (an escaped letter, an emoji) is never cut in two by a part's end. */
export function measureSms(text: string): SmsSize {
  const letters = [...text];
  const isGsm = letters.every((letter) => basic.has(letter) || extended.has(letter));
  const sizes = letters.map((letter) => (isGsm ? (extended.has(letter) ? 2 : 1) : letter.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const encoding = isGsm ? 'GSM-7' : 'UCS-2';
  const [alone, joined] = isGsm ? [160, 153] : [70, 67];
  if (units <= alone) return { encoding, units, segments: units === 0 ? 0 : 1, perSegment: alone };
  return { encoding, units, segments: countParts(sizes, joined), perSegment: joined };
}

function countParts(sizes: readonly number[], room: number): number {
  let parts = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > room) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return parts;
}
