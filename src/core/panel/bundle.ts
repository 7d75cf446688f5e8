// Bundles our browser components by AdminJS's own bundler, at build time: `node dist/src/core/panel/bundle.js`. At run time nothing is bundled.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleFile, bundleFolder, isBundled } from './bundle-file.ts';

/** Bundles in a process of its own unless the bundle is fresh, and returns its file. Throws with the bundler's words when it fails. */
export async function ensureBundle(): Promise<string> {
  if (isBundled()) return bundleFile();
  const file = import.meta.filename;
  const runner = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...runner, file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: path.dirname(bundleFolder),
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0 || !isBundled()) throw new Error(`The panel's components could not be bundled.\n${said}`);
  return bundleFile();
}

async function bundle(): Promise<void> {
  const folder = path.join(bundleFolder, `work-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  // AdminJS reads these when it is imported, so they come first.
  process.env.NODE_ENV = 'production';
  process.env.ADMIN_JS_TMP_DIR = folder;
  delete process.env.ADMIN_JS_SKIP_BUNDLE;
  try {
    const { default: AdminJS } = await import('adminjs');
    const { componentLoader } = await import('./component-loader.ts');
    await new AdminJS({ componentLoader: componentLoader() }).initialize();
    copyFileSync(path.join(folder, 'bundle.js'), path.join(folder, 'done.js'));
    for (const old of readdirSync(bundleFolder).filter((name) => /^components\..*\.js$/.test(name)))
      rmSync(path.join(bundleFolder, old), { force: true });
    renameSync(path.join(folder, 'done.js'), bundleFile());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function packAll(): Promise<void> {
  const { prepareAssets } = await import('./assets.ts');
  await prepareAssets();
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) {
  if (!isBundled()) await bundle();
  if (process.argv.includes('--pack')) await packAll();
}
