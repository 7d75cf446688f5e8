// Where the project's own folders are and which version it is, from the source and from the compiled tree alike.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json: one above `src`, two above `dist/src`. */
export const projectRoot: string = findRoot(import.meta.dirname);

/** The version in package.json. */
export const productVersion: string = (
  JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string }
).version;

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('The folder of package.json was not found above the program.');
  return findRoot(parent);
}
