// How an XLSX workbook writes values (ECMA-376, part 1, section 18): styles that make a number a date, and what a cell says as text.
import { readXml } from './xml-events.ts';

/** What a number means by its style. */
export type NumberKind = 'plain' | 'date' | 'dateTime' | 'time';

/** Which date the day 0 is. */
export interface DateSystem {
  is1904: boolean;
}

const dayLength = 86_400;

/** Reads which style means which kind of number, by the style's position. */
export async function readStyles(chunks: AsyncIterable<Buffer> | undefined): Promise<NumberKind[]> {
  const own = new Map<number, NumberKind>();
  const kinds: NumberKind[] = [];
  let isInCells = false;
  if (!chunks) return kinds;
  const reading = readXml(chunks, {
    open(name, attributes) {
      if (name === 'numFmt') own.set(Number(attributes.numFmtId), kindOfFormat(attributes.formatCode ?? ''));
      else if (name === 'cellXfs') isInCells = true;
      else if (name === 'xf' && isInCells) {
        const id = Number(attributes.numFmtId ?? 0);
        kinds.push(own.get(id) ?? kindOfBuiltIn(id));
      }
    },
    close(name) {
      if (name === 'cellXfs') isInCells = false;
    },
  });
  for await (const _ of reading);
  return kinds;
}

function kindOfBuiltIn(id: number): NumberKind {
  if (id === 22) return 'dateTime';
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return 'date';
  return (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) ? 'time' : 'plain';
}

function kindOfFormat(code: string): NumberKind {
  // Words in quotes, escaped signs and colours are no parts of a date.
  const bare = code.slice(0, 300).replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  const hasTime = /[hs]/i.test(bare.replace(/general/gi, ''));
  const hasDate = /[yd]/i.test(bare.replace(/general/gi, '')) || (!hasTime && /m{3,}/i.test(bare));
  if (hasDate) return hasTime ? 'dateTime' : 'date';
  return hasTime ? 'time' : 'plain';
}

/** Returns a number as text: long digits as they are, dates as 2026-05-03, instants as 2026-05-03T14:30:00. */
export function numberText(raw: string, kind: NumberKind, system: DateSystem): string {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return raw;
  if (kind === 'plain') return /^-?\d{1,40}(\.\d{1,15})?$/.test(raw) ? raw : plainNumber(value);
  if (value < 0 || value >= 2_958_466) return raw;
  return serialText(value, kind, system);
}

function plainNumber(value: number): string {
  // 7.9161234567E10 is how programs write a phone number; people mean its digits.
  return Number.isSafeInteger(value) ? value.toFixed(0) : String(value);
}

function serialText(value: number, kind: NumberKind, { is1904 }: DateSystem): string {
  const seconds = Math.round(value * dayLength);
  const clock = new Date((seconds % dayLength) * 1000).toISOString().slice(11, 19);
  const days = Math.floor(seconds / dayLength);
  if (days === 0 && kind !== 'date' && !is1904) return clock;
  // Excel counts a 29 February 1900 that never was.
  const epoch = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const day = new Date(epoch + days * dayLength * 1000).toISOString().slice(0, 10);
  return kind === 'date' || (kind === 'dateTime' && seconds % dayLength === 0) ? day : `${day}T${clock}`;
}

/** Returns the column's place, from 0, of a reference such as AB12; undefined when it is none. */
export function columnOfReference(reference: string): number | undefined {
  const letters = /^([A-Z]{1,3})\d{1,7}$/.exec(reference)?.[1];
  if (!letters) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Undoes the escapes of control signs, `_x000D_` and the like; what no text may hold becomes a blank. */
export function unescapedText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code === 10 || code === 13 || code === 9
      ? String.fromCharCode(code)
      : code < 32 || (code >= 0xd800 && code < 0xe000)
        ? ' '
        : String.fromCharCode(code);
  });
}
