// `npm run dev`: runs the sources as they are and starts again when one of them changes.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { readEnvironment } from './environment.mjs';
import { prepareOrExit, root } from './prepare.mjs';

readEnvironment(root);
prepareOrExit();
const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
const args = [tsx, 'watch', '--clear-screen=false', 'src/server.ts', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
// The terminal sends Ctrl+C to the child as well; it decides when to end, and we end with it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
