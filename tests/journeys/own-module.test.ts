// docs/your-own-module.md, executed: its blocks are applied in their order to a copy of the project, and types, lint and the tests of the
// module pass there. And the generator by itself: what it makes passes at once, what it refuses leaves nothing.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyProject } from '../kit/project-copy.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/your-own-module.md'), 'utf8');
let folder: string;

beforeAll(() => {
  folder = copyProject();
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Block {
  language: string;
  target: string;
  text: string;
}

/** Reads the fenced blocks that name a file or say `run`. */
function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+) (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', target = '', text = '']) => ({
      language,
      target,
      text,
    }),
  );
}

function run(command: string): { code: number | null; text: string } {
  const [program = '', ...args] = command.trim().split(' ');
  const env = {
    ...process.env,
    NODE_ENV: 'test',
    TEST_DATABASE_URL: '',
    VITEST: '',
    VITEST_WORKER_ID: '',
    VITEST_POOL_ID: '',
  };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env,
    maxBuffer: 50_000_000,
  });
  return { code: status, text: `${stdout}${stderr}` };
}

/** Everything below the folders that the generator writes to. */
function written(): string[] {
  return ['src/modules', 'prisma/schema', 'prisma/migrations', 'public', 'tests/modules'].flatMap((one) =>
    readdirSync(path.join(folder, one), { recursive: true, encoding: 'utf8' }).map((file) => `${one}/${file}`),
  );
}

describe('npm run new:module', () => {
  it.each([
    ['', 'Usage: npm run new:module'],
    ['Seed_Library', 'is no name of a module'],
    ['seed--library', 'is no name of a module'],
    ['../elsewhere', 'is no name of a module'],
    ['certificates', 'There is a module "certificates" already'],
    ['admin', 'is taken by the house'],
    ['import', 'is taken by the house or by the language'],
    ['boxes --record Campaign', 'There is a model Campaign in prisma/schema/certificates.prisma already'],
    ['boxes --record message', 'must be written like Seed'],
    ['boxes --records Box', 'Say the plural of'],
    ['one two', 'Usage'],
    ['boxes --color red', 'color'],
  ])('refuses "%s" in a sentence and writes nothing', (args, sentence) => {
    const before = written();
    const { code, text } = run(`node scripts/new-module.mjs ${args}`.trim());
    expect(text).toContain(sentence);
    expect(text).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
    expect(written()).toEqual(before);
  });

  it('takes everything away again when a step fails', () => {
    const script = path.join(folder, 'scripts/migrate-new.mjs');
    const sound = readFileSync(script, 'utf8');
    const before = written();
    const registry = readFileSync(path.join(folder, 'src/modules/index.ts'), 'utf8');
    writeFileSync(script, "console.error('There is no room left.');\nprocess.exit(1);\n");
    const { code, text } = run('node scripts/new-module.mjs half-done --record Half');
    writeFileSync(script, sound);
    expect(text).toContain('Authoring the migration failed:\nThere is no room left.');
    expect(code).toBe(2);
    expect(written()).toEqual(before);
    expect(readFileSync(path.join(folder, 'src/modules/index.ts'), 'utf8')).toBe(registry);
  });

  it('makes a module that passes its own tests and the rules of the house at once', () => {
    const made = run('npm run new:module -- tool-shed --record PowerTool');
    expect(made.text).toContain('src/modules/tool-shed/module.ts');
    expect(made.code).toBe(0);
    const tested = run(
      'node_modules/.bin/vitest run tests/modules/tool-shed tests/architecture.test.ts tests/core/checks tests/core/privacy/declared',
    );
    expect(tested.code, tested.text).toBe(0);
    expect(tested.text).toContain('tests/modules/tool-shed/');
  }, 900_000);
});

it('has blocks that are executed at all', () => {
  const blocks = blocksOf(page);
  expect(blocks.filter(({ target }) => target === 'run').length).toBeGreaterThanOrEqual(3);
  expect(blocks.filter(({ target }) => target !== 'run').length).toBeGreaterThanOrEqual(12);
  // Every block of code on the page is one of them.
  expect(page.match(/^```\w/gm)).toHaveLength(blocks.length);
});

it('leads, block by block, to a module that passes everything; types and lint are those of the generated module, too', () => {
  expect(written()).toContain('src/modules/tool-shed/module.ts');
  let tested = '';
  for (const { language, target, text } of blocksOf(page)) {
    if (target !== 'run') {
      const file = path.join(folder, target);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      continue;
    }
    expect(language).toBe('sh');
    const said = run(text);
    expect(said.code, `${text}\n${said.text}`).toBe(0);
    if (text.startsWith('npm test')) tested = said.text;
  }
  expect(tested).toMatch(/^\d+ passed, 0 failed$/m);
}, 900_000);
