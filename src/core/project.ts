// Where the project's own folders are, from the source and from the compiled tree alike.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json: one above `src`, two above `dist/src`. */
export const projectRoot: string = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('The folder of package.json was not found above the program.');
  return findRoot(parent);
}
