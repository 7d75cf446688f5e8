// Where the bundle of our browser components is: one file per state of the sources, so that a stale one is never served.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../project.ts';

/** The folder of everything that is bundled; no dot in its name, because Express 5 serves nothing from dot folders. */
export const bundleFolder: string = path.join(projectRoot, 'admin-bundle');

let known: string | undefined;

/** Returns the file of the bundle that fits the sources in `admin/` as they were when first asked. */
export function bundleFile(): string {
  known ??= path.join(bundleFolder, `components.${sourcesHash()}.js`);
  return known;
}

/** Tells whether the bundle was built from the sources as they are. */
export function isBundled(): boolean {
  return existsSync(bundleFile());
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  const folder = path.join(projectRoot, 'admin');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  for (const name of names.sort()) hash.update(`${name}\0`).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
