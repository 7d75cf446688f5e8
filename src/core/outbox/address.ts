// Addresses of mails: exactly one recipient, whatever is typed. Rule: HTML5's own (hazard 41), the domain in ASCII.
import { domainToASCII } from 'node:url';
import { invalid } from '../errors.ts';

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const html5 = new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${label}(?:\\.${label})*$`);

/** Returns the one address in lower-case domain and ASCII, or undefined when it is not exactly one valid address. */
export function readAddress(input: string): string | undefined {
  const typed = input.trim();
  const at = typed.lastIndexOf('@');
  if (typed.length > 320 || at < 1 || /[\s,;"<>()[\]\\\u0000-\u001f\u007f]/.test(typed)) return undefined;
  const domain = domainToASCII(typed.slice(at + 1));
  const address = `${typed.slice(0, at)}@${domain}`;
  return domain && address.length <= 254 && html5.test(address) ? address : undefined;
}

/** Returns the address as it goes on the envelope. Throws invalid. */
export function mustBeAddress(input: string, field = 'to'): string {
  const address = readAddress(input);
  if (!address) throw invalid('This is not an e-mail address.', { [field]: 'is not an e-mail address' });
  return address;
}

/** Reads `Name <a@b.c>` or `a@b.c`, as MAIL_FROM is written. Throws invalid. */
export function readSender(written: string): { name: string; address: string } {
  const match = /^\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*$/.exec(written);
  return { name: match?.[1] ?? '', address: mustBeAddress(match?.[2] ?? written, 'from') };
}

/** Returns the address to which this message comes back: its id stands behind a plus (VERP). */
export function returnPathOf(bounceAddress: string, messageId: string): string {
  return bounceAddress.replace('@', `+${messageId.replaceAll('-', '')}@`);
}
