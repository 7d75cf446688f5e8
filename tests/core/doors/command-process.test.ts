// The command line as people start it: a process of its own over a real database, with its words and its exit code.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiledFile } from '../../kit/compiled.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';

const root = path.join(import.meta.dirname, '../../..');
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-command-'));
let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs `steward …` and returns what it wrote and its exit code. */
function steward(args: string[], environment: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, [compiledFile('src/cli.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_ENV: 'test', DATA_DIR: dataDir, DATABASE_URL: database.url, ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, text })));
}

it('checks the declarations, the house’s among them, and what is not fit for production', async () => {
  const { code, text } = await steward(['check', '--deploy']);
  expect(text).toContain('No mistakes found.');
  expect(text).toMatch(/serious\s+deploy\.D001 {2}NODE_ENV is test\.\n\s+→ Set NODE_ENV=production\./);
  expect(text).toMatch(/serious\s+deploy\.D010/);
  expect(text).toContain('This is not fit for production yet.');
  expect(code).toBe(1);
}, 300_000);

it('tells in words, without a stack, what is missing', async () => {
  const [nothing, configuration] = await Promise.all([steward(['run']), steward(['check'], { PORT: 'many' })]);
  expect(nothing).toEqual({ code: 1, text: expect.stringContaining('--action: is missing') });
  expect(configuration).toEqual({ code: 1, text: expect.stringContaining('PORT') });
  expect(nothing.text + configuration.text).not.toMatch(/\n\s+at /);
}, 300_000);
