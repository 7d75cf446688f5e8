// Gets everything ready that a start needs, and only what is missing: packages, the Prisma client, with --build the compiled
// tree, with --tests the compiled tree of the tests.
// Its rule: nothing but Node itself is used here, because it runs before anything is installed.
import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..');
const at = (...parts) => path.join(root, ...parts);
// Prisma's `generate` needs no engine; naming any file keeps it from downloading one.
const noDownload = {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
};

/** Prepares what is missing. Ends the process with a sentence when a step fails. */
export function prepare({ build = false, tests = false } = {}) {
  const steps = [
    { say: 'Installing packages (once, about half a minute)', isDone: isInstalled, run: install },
    { say: 'Generating the database client', isDone: isGenerated, run: generate },
    ...(build ? [{ say: 'Compiling', isDone: isCompiled, run: compile }] : []),
    ...(build ? [{ say: "Bundling the panel's pages", isDone: isBundled, run: bundle }] : []),
    ...(tests ? [{ say: 'Compiling for the tests', isDone: isCompiledForTests, run: compileForTests }] : []),
  ];
  if (steps.every((step) => step.isDone())) return;
  const unlock = lock();
  try {
    for (const { say, isDone, run } of steps) {
      if (isDone()) continue;
      process.stderr.write(`${say} …\n`);
      run();
    }
  } finally {
    unlock();
  }
}

// npm leaves a list of what it installed in node_modules; when it agrees with the lock file there is nothing to install.
// In production the tools may be gone again (`npm prune --omit=dev`, as in the image): where everything is built they are not missed.
function isInstalled() {
  const installed = readJson(at('node_modules/.package-lock.json'))?.packages;
  const wanted = readJson(at('package-lock.json'))?.packages;
  if (!installed || !wanted) return false;
  const isWithoutTools = process.env.NODE_ENV === 'production' && existsSync(compiledStamp);
  return Object.entries(wanted).every(([folder, { version, link, optional, dev, devOptional, peer }]) => {
    if (folder === '' || link) return true;
    const there = installed[folder];
    return there ? there.version === version : Boolean(optional || devOptional || peer || (dev && isWithoutTools));
  });
}

function install() {
  run('npm', ['ci', '--include=dev', '--include=optional'], noDownload);
}

const generatedStamp = at('prisma/generated/stamp');

function generatedFrom() {
  return hashOf([
    at('prisma/schema'),
    at('prisma/datamodel-generator.mjs'),
    at('node_modules/@prisma/client/package.json'),
  ]);
}

function isGenerated() {
  const isThere =
    existsSync(at('node_modules/.prisma/client/schema.prisma')) && existsSync(at('prisma/generated/datamodel.json'));
  return isThere && readText(generatedStamp) === generatedFrom();
}

function generate() {
  run(process.execPath, [at('node_modules/prisma/build/index.js'), 'generate', '--no-hints'], noDownload);
  writeFileSync(generatedStamp, generatedFrom());
}

const compiledStamp = at('dist/stamp');
const sources = [
  'src',
  'prisma/seed.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'prisma/generated/stamp',
  'package-lock.json',
];
const compiledFrom = () => hashOf(sources.map((one) => at(one)));

function isCompiled() {
  return readText(compiledStamp) === compiledFrom();
}

function compile() {
  compileTo('dist', 'tsconfig.build.json', compiledFrom());
}

const compiledForTestsFrom = () => hashOf([...sources, 'tests', 'tsconfig.tests.json', 'admin'].map((one) => at(one)));

function isCompiledForTests() {
  return readText(at('dist.tests/stamp')) === compiledForTestsFrom();
}

// With the panel's pages: the first tests that want them would else bundle them side by side.
function compileForTests() {
  compileTo('dist.tests', 'tsconfig.tests.json', compiledForTestsFrom());
  run(process.execPath, [at('dist.tests/src/core/panel/bundle.js')]);
}

// Beside the old tree first: a failed compilation leaves the old one, and files whose source is gone do not linger.
function compileTo(folder, project, stamp) {
  const fresh = at(`${folder}.new`);
  rmSync(fresh, { recursive: true, force: true });
  run(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at(project), '--outDir', fresh]);
  writeFileSync(path.join(fresh, 'stamp'), stamp);
  rmSync(at(folder), { recursive: true, force: true });
  renameSync(fresh, at(folder));
}

const bundler = at('dist/src/core/panel/bundle.js');
const bundledStamp = at('admin-bundle/stamp');

function bundledFrom() {
  return hashOf(['admin', 'src/core/panel', 'package-lock.json'].map((one) => at(one)));
}

function isBundled() {
  return !existsSync(bundler) || readText(bundledStamp) === bundledFrom();
}

function bundle() {
  run(process.execPath, [bundler, '--pack']);
  mkdirSync(path.dirname(bundledStamp), { recursive: true });
  writeFileSync(bundledStamp, bundledFrom());
}

function run(command, args, environment = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.stderr.write(`\nThis step failed: ${[path.basename(command), ...args].join(' ')}\n`);
  throw new PrepareError();
}

class PrepareError extends Error {}

/** Returns a digest of the contents of files and folders; what is absent counts as empty. */
function hashOf(targets) {
  const hash = createHash('sha256');
  const add = (target) => {
    hash.update(`${path.relative(root, target)}\0`);
    try {
      hash.update(readFileSync(target));
    } catch (error) {
      if (error.code === 'EISDIR') for (const name of readdirSync(target).sort()) add(path.join(target, name));
      else if (error.code !== 'ENOENT') throw error;
    }
  };
  for (const target of targets) add(target);
  return hash.digest('hex');
}

// Two starts at once on a fresh clone (server and worker) must not install over each other.
function lock() {
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const file = path.join(os.tmpdir(), `steward-prepare-${digest}-${os.userInfo().uid}`);
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readText(file)))) rmSync(file, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Prepares, and ends the process when that fails: the step has said why. */
export function prepareOrExit(options) {
  try {
    prepare(options);
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    process.exit(1);
  }
}

if (process.argv[1] === import.meta.filename)
  prepareOrExit({ build: process.argv.includes('--build'), tests: process.argv.includes('--tests') });
