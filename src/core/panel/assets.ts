// The panel's scripts and style sheets: all from here, named by their content, kept by browsers for a year, sent compressed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { notFound } from '../errors.ts';
import type { ModuleDeclaration } from '../module.ts';
import { projectRoot } from '../project.ts';
import type { RequestHandler } from '../web/express.ts';
import { type Language, languages } from '../words/language.ts';
import { browserCatalogue } from '../words/words.ts';
import { bundleFile, bundleFolder } from './bundle-file.ts';
import { panelStyles } from './components.ts';

/** The names of the panel's assets. */
export type AssetName =
  | 'global.js'
  | 'design-system.js'
  | 'app.js'
  | 'components.js'
  | 'panel.css'
  | 'sign-in.css'
  | 'start.js'
  | `words-${Language}.js`;

/** The panel's assets: their addresses for pages, and what answers at those addresses. */
export interface PanelAssets {
  /** Returns the address below /admin under which this very content is, for ever. */
  address(name: AssetName): string;
  handler: RequestHandler;
}

interface Asset {
  type: string;
  hash: string;
  body: Buffer;
  packed: Map<string, Promise<Buffer>>;
}

const require = createRequire(import.meta.url);
const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

// What AdminJS's page does in a script of its own; as a file it needs no exception in the policy.
const startScript = "createRoot(document.getElementById('app')).render(AdminJS.Application);\n";

/** Reads every asset once. Throws when one is missing. */
export function loadAssets(componentsFile: string, modules: readonly ModuleDeclaration[]): PanelAssets {
  const assets = new Map([...readAssets(componentsFile), ...wordAssets(modules)]);
  return {
    address: (name) => `/admin/assets/${assets.get(name)!.hash}/${name}`,
    handler: async (request, response) => {
      const { hash, name } = request.params as { hash: string; name: string };
      const asset = assets.get(name);
      if (!asset || asset.hash !== hash) throw notFound();
      const encoding = bestEncoding(request.headers['accept-encoding']);
      const body = encoding === undefined ? asset.body : await packed(asset, encoding);
      response.setHeader('Content-Type', asset.type);
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.setHeader('Vary', 'Accept-Encoding');
      if (encoding) response.setHeader('Content-Encoding', encoding);
      response.setHeader('Content-Length', body.length);
      response.end(body);
    },
  };
}

function readAssets(componentsFile: string): Map<string, Asset> {
  const adminScripts = path.join(path.dirname(require.resolve('adminjs')), 'lib/frontend/assets/scripts');
  const designSystem = createRequire(require.resolve('adminjs')).resolve('@adminjs/design-system');
  return new Map<string, Asset>([
    ['global.js', toAsset(script, readFileSync(path.join(adminScripts, 'global-bundle.production.js')))],
    ['app.js', toAsset(script, readFileSync(path.join(adminScripts, 'app-bundle.production.js')))],
    [
      'design-system.js',
      toAsset(script, readFileSync(path.join(path.dirname(designSystem), '../bundle.production.js'))),
    ],
    ['components.js', toAsset(script, readFileSync(componentsFile))],
    ['start.js', toAsset(script, Buffer.from(startScript))],
    ['panel.css', toAsset(style, joinStyles(panelStyles))],
    ['sign-in.css', toAsset(style, joinStyles([path.join(projectRoot, 'admin', 'sign-in.css')]))],
  ]);
}

// The browser gets the sentences of one language, once: the address changes with the content.
function wordAssets(modules: readonly ModuleDeclaration[]): [string, Asset][] {
  return languages.map((language) => {
    const catalogue = JSON.stringify(browserCatalogue(modules, language));
    return [`words-${language}.js`, toAsset(script, Buffer.from(`window.StewardWords = ${catalogue};\n`))];
  });
}

function toAsset(type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return { type, hash, body, packed: new Map() };
}

function joinStyles(files: readonly string[]): Buffer {
  return Buffer.concat(files.filter((file) => existsSync(file)).map((file) => readFileSync(file)));
}

/** Returns the better of brotli and gzip that the browser takes. */
function bestEncoding(accepted: unknown): 'br' | 'gzip' | undefined {
  if (typeof accepted !== 'string') return undefined;
  const offers = accepted.split(',').map((one) => one.trim().toLowerCase());
  const takes = (name: string) => offers.some((one) => one.split(';')[0] === name && !/;\s*q=0(\.0*)?$/.test(one));
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined;
}

// Packed at first use and kept; the build leaves the costly best compression beside the bundle.
function packed(asset: Asset, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const known = asset.packed.get(encoding);
  if (known) return known;
  const made = readPrepared(asset, encoding) ?? pack(asset.body, encoding, 5);
  asset.packed.set(encoding, made);
  return made;
}

function preparedFile(asset: Asset, encoding: string): string {
  return path.join(bundleFolder, 'packed', `${asset.hash}.${encoding}`);
}

function readPrepared(asset: Asset, encoding: string): Promise<Buffer> | undefined {
  const file = preparedFile(asset, encoding);
  return existsSync(file) ? Promise.resolve(readFileSync(file)) : undefined;
}

/** Compresses every asset as well as possible and leaves the result beside the bundle; part of the build. */
export async function prepareAssets(): Promise<void> {
  mkdirSync(path.join(bundleFolder, 'packed'), { recursive: true });
  for (const asset of readAssets(bundleFile()).values()) {
    for (const encoding of ['br', 'gzip'] as const) {
      const file = preparedFile(asset, encoding);
      if (!existsSync(file)) writeFileSync(file, await pack(asset.body, encoding, 11));
    }
  }
}

/** Compresses with brotli (quality 0 to 11) or gzip. */
export function pack(body: Buffer, encoding: 'br' | 'gzip', quality: number): Promise<Buffer> {
  if (encoding === 'gzip') return promisify(gzip)(body, { level: Math.min(quality, 9) });
  return promisify(brotliCompress)(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  });
}
