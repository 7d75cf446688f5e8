// The panel's page: written by us around the state that AdminJS computes. The rule: nothing but who is signed in, and no text can become markup.
import { escapeHtml } from '../../lib/escape-html.ts';
import { contentPolicy } from '../web/headers.ts';
import { phrase } from '../words/catalogue.ts';
import type { Words } from '../words/sentences.ts';
import type { PanelAssets } from './assets.ts';

type Json = Record<string, unknown>;

/** Returns the policy of a panel page: scripts and style elements only with this page's nonce, everything else only from here. */
export function panelPolicy(nonce: string): string {
  return contentPolicy({
    'script-src': [`'nonce-${nonce}'`],
    'style-src': ["'self'", `'nonce-${nonce}'`],
    'style-src-attr': ["'unsafe-inline'"],
    'font-src': ["'self'", 'data:'],
  });
}

/** Writes our page from AdminJS's. Throws when its form is not the one we know, so that nothing unfiltered ever leaves. */
export function writePage(html: string, nonce: string, assets: PanelAssets, { language, say }: Words): string {
  const state = filterState(readValue(html, 'REDUX_STATE'));
  const theme = readValue(html, 'THEME');
  const scripts = (
    [`words-${language}.js`, 'global.js', 'design-system.js', 'app.js', 'components.js', 'start.js'] as const
  )
    .map((name) => `<script nonce="${nonce}" defer src="${assets.address(name)}"></script>`)
    .join('\n');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Steward</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.address('panel.css')}">
<script nonce="${nonce}">
window.__webpack_nonce__ = ${JSON.stringify(nonce)};
window.REDUX_STATE = ${safeJson(state)};
window.THEME = ${safeJson(theme)};
window.THEME_COMPONENTS = {};
window.AdminJS = { Components: {} };
</script>
${scripts}
</head>
<body>
<div id="app"></div>
<noscript>${escapeHtml(say(phrase('The panel needs JavaScript.')))}</noscript>
</body>
</html>
`;
}

/** Writes JSON that cannot end a script element or a line of it: `<`, U+2028 and U+2029 are escaped (hazard 21). */
export function safeJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

// AdminJS writes each value as one line of JSON, and JSON has no line breaks of its own.
function readValue(html: string, name: 'REDUX_STATE' | 'THEME'): Json {
  const start = `window.${name} = `;
  const at = html.indexOf(start);
  const line = at === -1 ? '' : html.slice(at + start.length, html.indexOf('\n', at));
  if (!line.endsWith(';')) throw new Error(`AdminJS's page has no ${name} where it used to be.`);
  return JSON.parse(line.slice(0, -1)) as Json;
}

// Our screens ask the panel's API what they may show; AdminJS's description of every resource is of no use here (hazard 23).
function filterState(state: Json): Json {
  const { id, name, email, title, role } = (state.session ?? {}) as Json;
  return { ...state, resources: [], pages: [], session: { id, name, email, title, role } };
}
