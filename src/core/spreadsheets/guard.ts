// The apostrophe that keeps a text from being run as a formula: put where a file leaves, taken away where one comes back. Its rule: exactly
// one goes on and exactly that one comes off, so that every text returns as it left, also one that began with an apostrophe already.

// What a spreadsheet program takes for the beginning of a formula, also behind blanks and in its full-width forms.
const start = String.raw`(?:[\s\0]*[=+\-@＝＋－＠]|[\t\r\n\0])`;
// A text that looks guarded already is guarded as well: else its own apostrophe would be taken for ours.
const risky = new RegExp(`^'*${start}`);
const guarded = new RegExp(`^'+${start}`);
// A program that expects another separator than ours would see a cell begin inside the text.
const riskyInside = /([,;\t\r\n]["'\s]*)(?=[=+\-@＝＋－＠])/g;
const guardedInside = /([,;\t\r\n]["'\s]*)'(?=[=+\-@＝＋－＠])/g;

/** Returns the text so that no program takes it for a formula: an apostrophe goes before it (OWASP, CSV injection; ASVS 1.2.10). */
export function guardText(text: string): string {
  return risky.test(text) ? `'${text}` : text;
}

/** Takes away the apostrophe that `guardText` put; a text without one stays as it is. */
export function unguardText(text: string): string {
  return guarded.test(text) ? text.slice(1) : text;
}

/** As `guardText`, also behind each sign inside that another program could take for the end of a cell. */
export function guardCsv(text: string): string {
  return guardText(text).replace(riskyInside, "$1'");
}

/** Takes away what `guardCsv` put. */
export function unguardCsv(text: string): string {
  return unguardText(text.replace(guardedInside, '$1'));
}
