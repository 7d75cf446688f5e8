// Names of sheets that Excel accepts, whatever they are made from.

const longest = 31;

/** Returns a valid name that none of `taken` has, letter case apart: "Chess", "Chess (2)". */
export function newSheetName(name: string, taken: readonly string[]): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[\\/*?:[\]]+/g, '-')
    .replace(/\s+/g, ' ')
    // An apostrophe at either end is refused by Excel.
    .replace(/^[\s']+|[\s']+$/g, '');
  // "History" is Excel's own.
  const stem = plain === '' ? 'Sheet' : /^history$/i.test(plain) ? `${plain}_` : plain;
  const isTaken = (candidate: string) => taken.some((one) => one.toLowerCase() === candidate.toLowerCase());
  let candidate = shortened(stem, longest);
  for (let n = 2; isTaken(candidate); n += 1) candidate = `${shortened(stem, longest - ` (${n})`.length)} (${n})`;
  return candidate;
}

// Excel counts UTF-16 units; half a character would make the file unreadable.
function shortened(text: string, units: number): string {
  let short = '';
  for (const character of text) {
    if (short.length + character.length > units) break;
    short += character;
  }
  return short.replace(/[\s']+$/, '');
}
