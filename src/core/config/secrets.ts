// Secrets of this installation: the one that is made when none is given, and the keys for single purposes that are derived from it.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StartError } from '../errors.ts';

/** Makes the data folder where there is none. Throws a StartError where this account may not. */
export function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(path.join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(
      `The account ${os.userInfo().username} cannot write to DATA_DIR, which is ${dataDir} (${(error as Error).message}). ` +
        'Name another folder with DATA_DIR, or give that one to this account with chown.',
      error,
    );
  }
}

/** Returns a secret that is generated once and kept in the data folder, readable by its owner only. */
export function keptSecret(dataDir: string, name: string): string {
  const file = path.join(dataDir, 'secrets', name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  makeDataDir(dataDir);
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
