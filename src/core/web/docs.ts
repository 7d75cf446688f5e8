// The API's description at /openapi.json. The page at /docs that reads it to people is a page of the house like any other.
import type { Core } from '../core.ts';
import { buildOpenApi } from '../doors/openapi.ts';
import { allowOrigin } from './cors.ts';
import type { Express } from './express.ts';

/** Appends /openapi.json; it is written once, because declarations do not change while we run. */
export function appendDocs(core: Core, app: Express): void {
  let text: string | undefined;
  app.get('/openapi.json', (request, response) => {
    text ??= JSON.stringify(buildOpenApi(core));
    allowOrigin(core, request, response);
    response.setHeader('Cache-Control', 'public, max-age=60');
    response.type('json').send(text);
  });
}
