// Login keys: sealed, so that they can be printed, and looked up by a keyed hash. People type them in any case and with blanks between.
import { type Core, clearAlphabet, hashToken, newCode, open, seal } from '../../core/index.ts';

const purpose = 'workshops.login-key';
const generatedLength = 10;

/** Fewest and most characters of a key that staff choose themselves. */
const keyLength = { least: 6, most: 80 } as const;

/** Makes a key of 10 characters that nobody mixes up (44 bits). */
export function newLoginKey(): string {
  return newCode(generatedLength, clearAlphabet);
}

/** Returns what is kept of a key. */
export function keptKey(core: Pick<Core, 'config'>, key: string): { identityHash: string; identitySealed: string } {
  return { identityHash: loginKeyHash(core, key), identitySealed: seal(core.config.appKey, purpose, key) };
}

/** Returns the hash by which a key is found, whatever its case and blanks. */
export function loginKeyHash({ config }: Pick<Core, 'config'>, key: string): string {
  return hashToken(config.appKey, purpose, key.normalize('NFKC').replace(/\s+/g, '').toUpperCase());
}

/** Opens a sealed key; null where there is none. */
export function openedKey({ config }: Pick<Core, 'config'>, sealed: string | null): string | null {
  return sealed === null ? null : open(config.appKey, purpose, sealed);
}

/** Says what is wrong with a key that somebody chose; undefined when it is good. */
export function loginKeyProblem(key: string): string | undefined {
  const letters = key.replace(/\s+/g, '');
  if (letters.length < keyLength.least) return `must have ${keyLength.least} characters or more`;
  if (key.length > keyLength.most) return `may have ${keyLength.most} characters at most`;
  return /[\p{Cc}\p{Cs}]/u.test(key) ? 'has a character that cannot be typed' : undefined;
}
