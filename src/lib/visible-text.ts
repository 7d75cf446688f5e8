// Text that people typed, made fit to be drawn on one line: composed, without controls, without tricks of direction.

/** Composes (NFC), turns line breaks into blanks, drops control characters, direction overrides and half characters, trims. */
export function visibleText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\s\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu, '')
    .trim();
}
