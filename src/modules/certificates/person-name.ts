// A person's name as it may stand on a certificate: 1 to 100 visible characters, whatever the script.

const visible = new Intl.Segmenter('und', { granularity: 'grapheme' });
// Direction overrides and the like would let a name rearrange what stands beside it; joiners that scripts need stay.
const forbidden =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFC]/u;

/** Returns the name in NFC, trimmed, with each stretch of white space as one space. */
export function cleanName(name: string): string {
  return name
    .slice(0, 2000)
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '');
}

/** Says what is wrong with a cleaned name, or returns undefined. */
export function nameProblem(name: string): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(name)) return 'the name is missing';
  if (forbidden.test(name)) return 'the name has characters that cannot be drawn';
  // What is short enough by its units need not be told apart into characters, which takes long for a whole list.
  if (name.length > 400 || (name.length > 100 && [...visible.segment(name)].length > 100))
    return 'the name has more than 100 characters';
  return undefined;
}
