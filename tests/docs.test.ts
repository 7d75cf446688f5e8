// What docs/security.md promises is looked up: it names only tests and files that exist.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const folders: Record<string, string> = { panel: 'tests/core/panel', core: 'tests/core', tests: 'tests' };

/** Returns the path of a test file as the table writes it; a bare name is one of the certificates' tests. */
function fileOf(written: string): string {
  const [first = '', ...rest] = written.split('/');
  return rest.length > 0 ? path.join(folders[first] ?? first, ...rest) : path.join('tests/modules/certificates', first);
}

test('docs/security.md names a test for each of the 54 hazards, and every test that it names exists', () => {
  const rows = [...read('docs/security.md').matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)];
  const numbers = rows.map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: 54 }, (_, i) => i + 1));
  const missing: string[] = [];
  for (const [, number, tests = ''] of rows) {
    const named = [...tests.matchAll(/`([\w./-]+\.test\.ts)`(?: "([^"]+)")?/g)];
    if (named.length === 0) missing.push(`${number}: no test`);
    for (const [, written = '', title] of named) {
      const file = fileOf(written);
      if (!existsSync(path.join(root, file))) missing.push(`${number}: ${file}`);
      else if (title && !read(file).includes(title)) missing.push(`${number}: "${title}" in ${file}`);
    }
  }
  expect(missing).toEqual([]);
});

test('every file of the code that docs/security.md names exists', () => {
  const rows = [...read('docs/security.md').matchAll(/^\| \d+ \| [^|]+ \| [^|]+ \| ([^|]+) \|$/gm)];
  const named = rows.flatMap(([, where = '']) =>
    [...where.matchAll(/`([\w./-]+)`/g)].map(([, name]) => name as string),
  );
  const known = (name: string) =>
    ['src/core', 'src/modules', 'src'].some((folder) => existsSync(path.join(root, folder, name)));
  expect(named.filter((name) => name.includes('/') || name.endsWith('.ts')).filter((name) => !known(name))).toEqual([]);
});
