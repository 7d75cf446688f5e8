// Makes a module that passes every check at once: `npm run new:module -- seed-library --record Seed`.
// Its rule: what can be refused is refused before anything is written, and what fails later is taken away again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepareOrExit, root } from './prepare.mjs';

const templates = path.join(import.meta.dirname, 'new-module');
const registry = path.join(root, 'src/modules/index.ts');
const migrations = path.join(root, 'prisma/migrations');
const usage =
  'Usage: npm run new:module -- NAME [--record Record] [--records Records]\n  for example: npm run new:module -- seed-library --record Seed';
// Folders and addresses of the house, and words that no variable may be named.
const taken = [
  'admin',
  'api',
  'core',
  'docs',
  'files',
  'healthz',
  'index',
  'metrics',
  'modules',
  'readyz',
  'shared',
  'unsubscribe',
];
const reserved =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield modules'.split(
    ' ',
  );

class Refused extends Error {}

/** Works out every word of the module from its name. Throws Refused with a sentence. */
function wordsOf(name, givenRecord, givenRecords) {
  if (!name) throw new Refused(usage);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
    throw new Refused(
      `"${name}" is no name of a module: small letters and digits, words joined by "-", 40 at most, as in seed-library.`,
    );
  const camelName = camel(name);
  if (taken.includes(name) || reserved.includes(camelName))
    throw new Refused(`The name "${name}" is taken by the house or by the language. Choose another one.`);
  const Record = givenRecord ?? pascal(singular(name));
  const Records = givenRecords ?? plural(Record);
  for (const [option, word] of Object.entries({ record: Record, records: Records }))
    if (!/^[A-Z][A-Za-z0-9]{1,40}$/.test(word))
      throw new Refused(`--${option} "${word}" must be written like Seed or SeedPacket.`);
  if (Record === Records) throw new Refused(`Say the plural of ${Record} with --records.`);
  const [record, records] = [lower(Record), lower(Records)];
  if (reserved.includes(records))
    throw new Refused(`"${records}" is a word of the language. Say another plural with --records.`);
  return {
    name,
    'name camel': camelName,
    Label: sentence(spaced(pascal(name))),
    Record,
    Records,
    record,
    records,
    'record words': spaced(Record),
    'records words': spaced(Records),
  };
}

const pascal = (name) =>
  name
    .split('-')
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join('');
const lower = (word) => word[0].toLowerCase() + word.slice(1);
const camel = (name) => lower(pascal(name));
const spaced = (word) => word.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
const sentence = (words) => words[0].toUpperCase() + words.slice(1);
const singular = (name) => {
  if (/ies$/.test(name)) return name.replace(/ies$/, 'y');
  if (/(ss|x|ch|sh)es$/.test(name)) return name.slice(0, -2);
  return /[^s]s$/.test(name) ? name.slice(0, -1) : name;
};
const plural = (word) =>
  /[^aeiou]y$/.test(word) ? word.replace(/y$/, 'ies') : /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;

/** Lists the files to write: template → target. */
function filesOf({ name }) {
  const inFolder = (from, to) =>
    readdirSync(path.join(templates, from)).map((file) => [
      path.join(templates, from, file),
      path.join(root, to, file),
    ]);
  return [
    [path.join(templates, 'schema.prisma'), path.join(root, `prisma/schema/${name}.prisma`)],
    ...inFolder('module', `src/modules/${name}`),
    ...inFolder('public', `public/${name}`),
    [path.join(templates, 'tests/module.test.ts'), path.join(root, `tests/modules/${name}/${name}.test.ts`)],
  ];
}

/** Throws Refused when anything that the module needs is there already. */
function mustBeFree(words, files) {
  const there = [`src/modules/${words.name}`, `public/${words.name}`, `tests/modules/${words.name}`]
    .map((folder) => path.join(root, folder))
    .concat(files.map(([, target]) => target))
    .find((target) => existsSync(target));
  if (there) throw new Refused(`There is a module "${words.name}" already: ${path.relative(root, there)}`);
  const schema = path.join(root, 'prisma/schema');
  for (const file of readdirSync(schema).filter((one) => one.endsWith('.prisma')))
    if (new RegExp(`^(model|enum|type)\\s+${words.Record}\\b`, 'm').test(readFileSync(path.join(schema, file), 'utf8')))
      throw new Refused(
        `There is a model ${words.Record} in prisma/schema/${file} already. Name the records with --record.`,
      );
}

function filled(text, words) {
  return text.replace(/\{\{([^{}]+)\}\}/g, (found, word) => words[word] ?? found);
}

/** Writes the module into src/modules/index.ts. Throws Refused when that file has another shape. */
function registered(source, words) {
  const list = /export const modules = \[([^\]]*)\];/.exec(source);
  if (!list)
    throw new Refused('src/modules/index.ts has no line "export const modules = […];". Put the module in by hand.');
  const names = [
    ...list[1]
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    words['name camel'],
  ];
  const lastImport = [...source.matchAll(/^import .*;$/gm)].at(-1);
  const at = lastImport ? lastImport.index + lastImport[0].length : 0;
  const line = `${at > 0 ? '\n' : ''}import ${words['name camel']} from './${words.name}/module.ts';`;
  const rest = source.slice(at).replace(list[0], `export const modules = [${names.join(', ')}];`);
  return source.slice(0, at) + line + rest;
}

function run(script, args, said) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Refused(`${said} failed:\n${stdout}${stderr}`);
}

function make(words) {
  const files = filesOf(words);
  mustBeFree(words, files);
  const before = readFileSync(registry, 'utf8');
  const after = registered(before, words);
  const earlier = new Set(readdirSync(migrations));
  try {
    for (const [from, to] of files) {
      mkdirSync(path.dirname(to), { recursive: true });
      writeFileSync(to, filled(readFileSync(from, 'utf8'), words));
    }
    run('scripts/migrate-new.mjs', [words.name], 'Authoring the migration');
    writeFileSync(registry, after);
    run(
      'node_modules/@biomejs/biome/bin/biome',
      ['check', '--write', ...files.map(([, to]) => to).filter((to) => /\.(ts|js)$/.test(to)), registry],
      'Formatting',
    );
    run('scripts/prepare.mjs', [], 'Generating the database client');
  } catch (error) {
    writeFileSync(registry, before);
    for (const [, to] of files) rmSync(to, { force: true });
    for (const folder of ['src/modules', 'public', 'tests/modules'])
      rmSync(path.join(root, folder, words.name), { recursive: true, force: true });
    for (const one of readdirSync(migrations))
      if (!earlier.has(one)) rmSync(path.join(migrations, one), { recursive: true });
    throw error;
  }
  return files
    .map(([, to]) => path.relative(root, to))
    .concat(
      readdirSync(migrations)
        .filter((one) => !earlier.has(one))
        .map((one) => `prisma/migrations/${one}`),
    );
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { record: { type: 'string' }, records: { type: 'string' } },
  });
  if (positionals.length > 1) throw new Refused(usage);
  const words = wordsOf(positionals[0], values.record, values.records);
  mustBeFree(words, filesOf(words));
  prepareOrExit();
  console.log(
    `The module ${words.name} is there:\n${make(words)
      .map((file) => `  ${file}`)
      .join('\n')}`,
  );
  console.log(
    `\nTry it: npm test -- tests/modules/${words.name}\nThen read docs/your-own-module.md, which goes on from here.`,
  );
} catch (error) {
  if (!(error instanceof Refused) && error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error;
  console.error(error.message);
  process.exit(2);
}
