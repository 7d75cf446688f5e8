// A copy of the whole project in a folder of its own, in which files may be written and a database client generated. Packages are
// linked, all but the one whose generated code must be the copy's own.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const leftBehind = ['node_modules', '.git', 'dist', 'dist.new', 'dist.tests', 'data', 'coverage', '.env'];

/** Copies the project and returns where it is. */
export function copyProject(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-copy-'));
  for (const name of readdirSync(root).filter((one) => !leftBehind.includes(one)))
    cpSync(path.join(root, name), path.join(folder, name), {
      recursive: true,
      filter: (from) => !from.includes('prisma/generated'),
    });
  linkPackages(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name === '.prisma' || name === '.cache') continue;
    if (name === '@prisma') {
      mkdirSync(path.join(to, name));
      for (const one of readdirSync(path.join(from, name))) {
        const [source, target] = [path.join(from, name, one), path.join(to, name, one)];
        if (one === 'client') cpSync(source, target, { recursive: true });
        else symlinkSync(source, target);
      }
    } else symlinkSync(path.join(from, name), path.join(to, name));
  }
}
