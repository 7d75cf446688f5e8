// The public pages: files of `public/` under the addresses that modules declare, with a strict policy and no script in the page itself.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { escapeHtml } from '../../lib/escape-html.ts';
import type { Core } from '../core.ts';
import { projectRoot } from '../project.ts';
import { type Express, type RequestHandler, staticFiles } from './express.ts';
import { contentPolicy } from './headers.ts';

const publicFolder = path.join(projectRoot, 'public');

/** Appends the landing page, the pages of the modules and the static files beside them. */
export function appendPages(core: Core, app: Express): void {
  app.get('/', pageHeaders, landing(core));
  for (const { pages } of core.modules)
    for (const [address, file] of Object.entries(pages ?? {})) app.get(address, pageHeaders, sendPage(file));
  app.get('/shared/time-zone.js', assetHeaders, timeZone(core));
  const folders = existsSync(publicFolder) ? readdirSync(publicFolder, { withFileTypes: true }) : [];
  for (const { name } of folders.filter((one) => one.isDirectory() && /^[a-z][a-z0-9-]*$/.test(one.name)))
    app.use(`/${name}`, assetHeaders, staticFiles(path.join(publicFolder, name), 0));
}

// Addresses of pages may carry tokens: they are neither kept nor told to another site.
const pageHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('Content-Security-Policy', contentPolicy());
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  next();
};

const assetHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('Content-Security-Policy', contentPolicy());
  next();
};

function sendPage(file: string): RequestHandler {
  return (_request, response, next) =>
    response.sendFile(
      file,
      { root: publicFolder, dotfiles: 'ignore', cacheControl: false, etag: false, lastModified: false },
      (error) => {
        if (error) next(error);
      },
    );
}

/** Tells the pages on whose clocks they write times. */
function timeZone({ config }: Core): RequestHandler {
  return (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache');
    response.type('text/javascript').send(`export const timeZone = ${JSON.stringify(config.timeZone)};\n`);
  };
}

function landing(core: Core): RequestHandler {
  return (request, response, next) => {
    if (existsSync(path.join(publicFolder, 'index.html'))) return sendPage('index.html')(request, response, next);
    response.type('html').send(landingPage(core));
  };
}

function landingPage(core: Core): string {
  const items = core.modules
    .flatMap(({ label, pages }) => Object.keys(pages ?? {}).map((address) => ({ label, address })))
    .filter(({ address }) => !address.includes(':'))
    .map(({ label, address }) => `<li><a href="${escapeHtml(address)}">${escapeHtml(label)}</a></li>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Steward</title>
<link rel="icon" href="data:,">
</head>
<body>
<main>
<h1>Steward</h1>
<ul>
${items}
<li><a href="/admin">For staff: sign in</a></li>
</ul>
</main>
</body>
</html>
`;
}
