// `npm start`: prepares what is missing, then runs Steward in this very process, so that signals and the exit code are its own.
// `--only server` and `--only worker` run one half; everything else is passed on (`--demo`).
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readEnvironment } from './environment.mjs';
import { prepareOrExit, root } from './prepare.mjs';

const args = process.argv.slice(2);
const index = args.indexOf('--only');
const only = index < 0 ? undefined : args.splice(index, 2)[1];
const isUnknown = args.some((one) => one !== '--demo');
if (isUnknown || (index >= 0 && only !== 'server' && only !== 'worker')) {
  console.error('Usage: npm start -- [--only server|worker] [--demo]');
  process.exit(2);
}

readEnvironment(root);
prepareOrExit({ build: true });
process.setSourceMapsEnabled(true);
const entry = path.join(root, only === 'worker' ? 'dist/src/worker.js' : 'dist/src/server.js');
process.argv = [process.argv[0], entry, ...(only === 'server' ? ['--web-only'] : []), ...args];
await import(pathToFileURL(entry).href);
