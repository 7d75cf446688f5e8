// The import rule of the house, read from the source itself. A new file is under it without being named here.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const files = ['src', 'admin'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => path.join(folder, file)),
);

interface Import {
  from: string;
  /** Path from the project's root for our own files, the package's name for others. */
  to: string;
  isPackage: boolean;
  isTypeOnly: boolean;
  /** Whether it is imported only when it is needed: `await import()`. */
  isLater: boolean;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  const statements = source.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?([^;'"]*?\bfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm,
  );
  return [...statements].map((match) => {
    const target = match[3] ?? match[4]!;
    const isPackage = !target.startsWith('.');
    return {
      from: file,
      to: isPackage ? packageName(target) : path.relative(root, path.resolve(root, path.dirname(file), target)),
      isPackage,
      isTypeOnly: Boolean(match[1]) || isAllTypes(match[2] ?? ''),
      isLater: match[4] !== undefined,
    };
  });
}

function isAllTypes(clause: string): boolean {
  const names =
    clause
      .match(/\{([^}]*)\}/)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return names.length > 0 && names.every((name) => name.startsWith('type '));
}

function packageName(target: string): string {
  const parts = target.split('/');
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

const imports = files.flatMap(importsOf);
const own = imports.filter((one) => !one.isPackage);
const packages = imports.filter((one) => one.isPackage && !one.to.startsWith('node:'));
const offenders = (list: Import[]) => list.map(({ from, to }) => `${from} imports ${to}`);

/** Returns the circles that files import each other in, each with its files in order; what `passes` says no to is not followed. */
function circles(passes: (one: Import) => boolean): string[] {
  const edges = new Map<string, string[]>();
  for (const one of own) if (passes(one)) edges.set(one.from, [...(edges.get(one.from) ?? []), one.to]);
  const done = new Set<string>();
  const found: string[] = [];
  const follow = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) found.push([...path.slice(at), file].join(' → '));
    if (at !== -1 || done.has(file)) return;
    for (const next of edges.get(file) ?? []) follow(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) follow(file, []);
  return found;
}

describe('the import rule', () => {
  it('reads imports at all', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(own.length).toBeGreaterThan(100);
  });

  it('keeps lib free of everything of ours', () => {
    expect(offenders(own.filter(({ from, to }) => from.startsWith('src/lib/') && !to.startsWith('src/lib/')))).toEqual(
      [],
    );
  });

  it('keeps the core ignorant of modules and of the entries', () => {
    const wrong = own.filter(({ from, to }) => from.startsWith('src/core/') && !/^src\/(core|lib)\//.test(to));
    expect(offenders(wrong)).toEqual([]);
  });

  it('lets a module use the door of the core, lib, its own files and the services it needs', () => {
    const wrong = own.filter(({ from, to }) => {
      const module = from.match(/^src\/modules\/([^/]+)\//)?.[1];
      if (!module) return false;
      const needed =
        readFileSync(path.join(root, `src/modules/${module}/module.ts`), 'utf8').match(/needs:\s*\[([^\]]*)\]/)?.[1] ??
        '';
      const service = to.match(/^src\/modules\/([^/]+)\/service\.ts$/)?.[1];
      const isAllowed =
        to === 'src/core/index.ts' ||
        to.startsWith('src/lib/') ||
        to.startsWith(`src/modules/${module}/`) ||
        (service !== undefined && needed.includes(`'${service}'`));
      return !isAllowed;
    });
    expect(offenders(wrong)).toEqual([]);
  });

  it('lets dependencies inside a module point from the declaration to the service only', () => {
    const rank: Record<string, number> = {
      'module.ts': 3,
      'actions.ts': 2,
      'resource.ts': 2,
      'routes.ts': 2,
      'jobs.ts': 2,
      'commands.ts': 2,
      'demo.ts': 2,
      'mails.ts': 0,
      'service.ts': 1,
    };
    const wrong = own.filter(({ from, to }) => {
      const module = from.match(/^src\/modules\/([^/]+)\//)?.[1];
      if (!module || !to.startsWith(`src/modules/${module}/`)) return false;
      return (rank[path.basename(from)] ?? 0) < (rank[path.basename(to)] ?? 0);
    });
    expect(offenders(wrong)).toEqual([]);
  });

  it('lets the entries see the app and the door of the core only', () => {
    const entries = [
      'src/server.ts',
      'src/worker.ts',
      'src/cli.ts',
      'src/entry.ts',
      'src/app.ts',
      'src/web-processes.ts',
    ];
    const allowed = [
      'src/app.ts',
      'src/entry.ts',
      'src/web-processes.ts',
      'src/core/index.ts',
      'src/core/config/config.ts',
      'src/modules/index.ts',
    ];
    expect(offenders(own.filter(({ from, to }) => entries.includes(from) && !allowed.includes(to)))).toEqual([]);
  });

  it('gives browser code types only from the source', () => {
    const wrong = own.filter(
      ({ from, to, isTypeOnly }) => from.startsWith('admin/') && to.startsWith('src/') && !isTypeOnly,
    );
    expect(offenders(wrong)).toEqual([]);
  });

  it('lets no file import itself on a way round', () => {
    expect(circles(({ isTypeOnly }) => !isTypeOnly)).toEqual([]);
  });

  it('lets types go round only through the words on the ground floor of the core', () => {
    // A resource names the core that it is handed, and the core names its resources: these words explain each other.
    const isWord = ({ to, isTypeOnly }: Import) => isTypeOnly && /^src\/core\/[^/]+\.ts$/.test(to);
    expect(circles((one) => !isWord(one))).toEqual([]);
    expect(circles(() => true).length, 'the search finds those that there are').toBeGreaterThan(0);
  });

  it.each([
    'adminjs',
    '@adminjs/express',
    '@adminjs/prisma',
    'express-session',
    'connect-pg-simple',
    'graphile-worker',
    'nodemailer',
    'sharp',
    'flydrive',
    'aws4fetch',
    'imapflow',
    'postal-mime',
    'pdf-lib',
    'qrcode',
    'liquidjs',
    '@node-rs/argon2',
    'rate-limiter-flexible',
    '@fastify/busboy',
    'yazl',
    'pino',
    'pg',
    'jsonwebtoken',
    'json2csv',
    'csv-parse',
    'yauzl',
    'saxes',
    'fontkit',
    '@prisma/schema-engine-wasm',
    'compression',
    'helmet',
    'highs',
  ])('has %s imported for its values in one room of the core', (name) => {
    const rooms = new Set(
      packages
        .filter(({ from, to, isTypeOnly }) => to === name && !isTypeOnly && from.startsWith('src/'))
        .map(({ from }) => (from.startsWith('src/core/panel/') ? 'src/core/panel' : from)),
    );
    expect([...rooms].filter((room) => !room.startsWith('src/core/'))).toEqual([]);
    expect(rooms.size, [...rooms].join(', ')).toBeLessThanOrEqual(1);
  });

  it('lets worker and command line come up without AdminJS, which is loaded when a panel is built', () => {
    const atOnce = imports.filter(({ isTypeOnly, isLater }) => !isTypeOnly && !isLater);
    const reached = new Set(['src/worker.ts', 'src/cli.ts']);
    for (const file of reached)
      for (const { from, to, isPackage } of atOnce) if (from === file && !isPackage) reached.add(to);
    expect(reached.size).toBeGreaterThan(100);
    expect(offenders(atOnce.filter(({ from, to }) => reached.has(from) && /^@?adminjs/.test(to)))).toEqual([]);
  });

  it('reads the environment in one room', () => {
    // AdminJS and fontconfig are told things through it; that is writing, not reading.
    const readers = files.filter((file) =>
      readFileSync(path.join(root, file), 'utf8')
        .replaceAll(/(delete )?process\.env\.(ADMIN_JS_\w+|NODE_ENV|FONTCONFIG_FILE)( = |;)/g, '')
        .includes('process.env'),
    );
    expect(readers).toEqual(['src/cli.ts', 'src/entry.ts']);
  });

  it('opens every file with what the room is for', () => {
    const silent = files.filter((file) => !/^(\/\/|\/\*)/.test(readFileSync(path.join(root, file), 'utf8')));
    expect(silent).toEqual([]);
  });
});
