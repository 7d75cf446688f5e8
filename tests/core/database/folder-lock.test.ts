// The lock of the data folder: whoever has it has it alone, also where several begin at the same moment.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { takeFolderLock } from '../../../src/core/database/folder-lock.ts';
import { compiledFile } from '../../kit/compiled.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function crowd(name: string, manner = ''): Promise<{ taken: number; together: number }> {
  const program = compiledFile('tests/core/database/folder-lock-child.ts');
  const args = [program, path.join(folder, name), '1000', manner];
  const told = await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args)));
  const counts = told.map(({ stdout }) => JSON.parse(stdout) as { taken: number; together: number });
  const sum = (of: 'taken' | 'together') => counts.reduce((all, one) => all + one[of], 0);
  return { taken: sum('taken'), together: sum('together') };
}

it('is had by one at a time, however many begin at once', async () => {
  const { taken, together } = await crowd('once.lock');
  expect(taken).toBeGreaterThan(100);
  expect(together).toBe(0);
  expect(readdirSync(folder).filter((name) => name.startsWith('once.lock'))).toEqual([]);
});

it('is had by several where its file is there before it says whose it is: the control', async () => {
  expect((await crowd('two-steps.lock', 'in-two-steps')).together).toBeGreaterThan(0);
});

it('of an earlier process that left nothing in it is taken over', () => {
  const file = path.join(folder, 'empty.lock');
  writeFileSync(file, '');
  const lock = takeFolderLock(file);
  expect(lock).toHaveProperty('release');
  expect(takeFolderLock(file)).toEqual({ heldBy: { pid: process.pid } });
});
