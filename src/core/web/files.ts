// Kept files at /files/<id>: public ones, and the others by a signed link that is good for a while.
import type { Core } from '../core.ts';
import { serveFile } from '../files/door.ts';
import { markOfAsker } from '../people/asked-link.ts';
import type { Express } from './express.ts';

/** Appends /files/:id. */
export function appendFiles(core: Core, app: Express): void {
  app.get('/files/:id', (request, response) =>
    serveFile(core.files, request, response, (asker) => markOfAsker(core, asker)),
  );
}
