// One-time codes of authenticator apps: HOTP (RFC 4226), TOTP (RFC 6238) and base32 (RFC 4648). Pure: no clock, no storage of its own.
import { createHmac, timingSafeEqual } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const stepSeconds = 30;

/** How codes are made; apps know only the defaults for sure. */
export interface CodeOptions {
  digits?: number;
  algorithm?: 'sha1' | 'sha256' | 'sha512';
}

/** Writes bytes in base32 without padding, as apps take it. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31];
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** Returns the code of a counter (RFC 4226, section 5.3). */
export function hotp(
  secret: Uint8Array,
  counter: number,
  { digits = 6, algorithm = 'sha1' }: CodeOptions = {},
): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(algorithm, secret).update(moving).digest();
  const offset = (mac.at(-1) as number) & 15;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** Returns the time step of a moment, 30 seconds each (RFC 6238, section 4). */
export function timeStep(at: Date): number {
  return Math.floor(at.getTime() / 1000 / stepSeconds);
}

/** Returns the time step that the code belongs to, one step of drift to either side allowed (RFC 6238, section 6); undefined for a wrong code. */
export function stepOfCode(secret: Uint8Array, code: string, at: Date, options: CodeOptions = {}): number | undefined {
  const now = timeStep(at);
  // Every step is compared, so that the time taken tells nothing.
  const fitting = [now, now - 1, now + 1].filter((step) => step >= 0 && isSame(hotp(secret, step, options), code));
  return fitting[0];
}

/** Returns the address that apps read from a QR code (Key URI Format). */
export function keyUri(secret: Uint8Array, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=${stepSeconds}`;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
