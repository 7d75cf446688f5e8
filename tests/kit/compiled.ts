// The compiled tree of the tests: the program as it ships, and the programs that tests start. It is made once before all tests, so that
// no process reads TypeScript: loading from source is most of what a short-lived process costs.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..').replace(/[/\\]dist\.tests$/, '');
const compiledRoot = path.join(root, 'dist.tests');

/** Compiles what has changed. */
export function compileForTests(): void {
  execFileSync(process.execPath, [path.join(root, 'scripts/prepare.mjs'), '--tests'], { stdio: 'inherit' });
}

/** Returns the compiled file of a source, which is named from the project's folder or absolutely. */
export function compiledFile(source: string): string {
  return path.join(compiledRoot, path.relative(root, path.resolve(root, source))).replace(/\.ts$/, '.js');
}

/** Returns the compiled file of an import of `src`, or undefined for anything else. For vitest: tests use the program as it ships. */
export function compiledImport(source: string, importer: string | undefined): string | undefined {
  if (!importer || !/^\.{0,2}\/.*\.ts$/.test(source)) return undefined;
  const file = path.resolve(path.dirname(importer), source);
  return file.startsWith(path.join(root, 'src', path.sep)) ? compiledFile(file) : undefined;
}
