// Secrets of this installation: the one that is made when none is given, and the keys for single purposes that are derived from it.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Returns a secret that is generated once and kept in the data folder, readable by its owner only. */
export function keptSecret(dataDir: string, name: string): string {
  const file = path.join(dataDir, 'secrets', name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const value = randomBytes(36).toString('base64url');
  // Linked into place complete: of two processes that start at once, neither may read the other's half-written secret.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${value}\n`, { mode: 0o600 });
  try {
    linkSync(own, file);
    return value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(file, 'utf8').trim();
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Derives a 32-byte key for one purpose from the application key. */
export function derivedKey(appKey: string, purpose: string): Buffer {
  return createHash('sha256').update(`${purpose}\0${appKey}`).digest();
}
