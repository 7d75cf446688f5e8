// `npm run steward -- COMMAND`: prepares what is missing, then runs the command line.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readEnvironment } from './environment.mjs';
import { prepareOrExit, root } from './prepare.mjs';

readEnvironment(root);
prepareOrExit({ build: true });
process.setSourceMapsEnabled(true);
const entry = path.join(root, 'dist/src/cli.js');
process.argv = [process.argv[0], entry, ...process.argv.slice(2)];
await import(pathToFileURL(entry).href);
