// The usual entry: the web, and the worker too unless `--web-only` is said.
import { runEntry } from './entry.ts';

await runEntry({ web: true, worker: !process.argv.includes('--web-only') });
