// Tokens, seals and signed links. The rule: a secret is kept only as a keyed hash or sealed, and compared in constant time.
import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { derivedKey } from './config/secrets.ts';

/** Letters and digits that nobody mixes up when reading them aloud: no 0 O, 1 I L, U V, 2 Z, 5 S, 8 B. */
export const clearAlphabet = '34679ACDEFGHJKMNPQRTWXY';

const sealVersion = 'v1';

/** Makes a random token of so many bytes (24 are 192 bits) in base64url. */
export function newToken(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** Hashes a token for look-up with HMAC-SHA-256 under a key of its own per purpose; the same input gives the same hash. */
export function hashToken(appKey: string, purpose: string, token: string): string {
  return createHmac('sha256', derivedKey(appKey, `token:${purpose}`))
    .update(token)
    .digest('base64url');
}

/** Makes a random code, each character equally likely. */
export function newCode(length: number, alphabet: string = clearAlphabet): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Encrypts a text with AES-256-GCM; it opens only with the same key and purpose. */
export function seal(appKey: string, purpose: string, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derivedKey(appKey, `seal:${purpose}`), nonce);
  cipher.setAAD(Buffer.from(`${sealVersion}:${purpose}`));
  const sealed = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${sealVersion}.${sealed.toString('base64url')}`;
}

/** Decrypts what `seal` made. Throws a plain Error when it was changed, or sealed for another purpose or key. */
export function open(appKey: string, purpose: string, sealed: string): string {
  const [version, body = ''] = sealed.split('.');
  const bytes = Buffer.from(body, 'base64url');
  if (version !== sealVersion || bytes.length < 28) throw new Error('This is not a sealed value that can be opened.');
  const decipher = createDecipheriv('aes-256-gcm', derivedKey(appKey, `seal:${purpose}`), bytes.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(`${sealVersion}:${purpose}`));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Error('This sealed value was changed, or it was sealed with another APP_KEY.', { cause });
  }
}

/** The two short values that make a link good until a moment: `e` (Unix seconds, base 36) and `s` (128 bits). */
export interface LinkSignature {
  e: string;
  s: string;
}

function linkMac(appKey: string, purpose: string, payload: string, e: string): Buffer {
  return createHmac('sha256', derivedKey(appKey, `link:${purpose}`))
    .update(`${e}\n${payload}`)
    .digest()
    .subarray(0, 16);
}

/** Signs a payload until a moment; the payload itself travels in the link's own words. */
export function signLink(appKey: string, purpose: string, payload: string, expiresAt: Date): LinkSignature {
  const e = Math.floor(expiresAt.getTime() / 1000).toString(36);
  return { e, s: linkMac(appKey, purpose, payload, e).toString('base64url') };
}

/** Tells whether the signature is ours for this payload and its time is not over. */
export function verifyLink(
  appKey: string,
  purpose: string,
  payload: string,
  signature: { e?: unknown; s?: unknown },
  now: Date = new Date(),
): boolean {
  const { e, s } = signature;
  if (typeof e !== 'string' || typeof s !== 'string' || !/^[0-9a-z]{1,9}$/.test(e) || s.length !== 22) return false;
  const given = Buffer.from(s, 'base64url');
  const right = linkMac(appKey, purpose, payload, e);
  return (
    given.length === right.length && timingSafeEqual(given, right) && Number.parseInt(e, 36) * 1000 > now.getTime()
  );
}
