// Threads for work that would keep the process from answering. The rule: a thread gets nothing but its data, and may be killed.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Starts a script that lies beside `own` (the caller's file) in a thread with so much memory, in megabytes. */
export function startThread(own: string, name: string, workerData: object, memoryMb: number): Worker {
  const options = {
    workerData,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32 },
  };
  const script = path.join(path.dirname(own), `${name}${path.extname(own)}`);
  if (!own.endsWith('.ts')) return new Worker(script, options);
  // From source, a thread must first be told how TypeScript is read.
  const files = [
    createRequire(own)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
    script,
  ];
  const [tsx, target] = files.map((one) => JSON.stringify(pathToFileURL(one).href));
  return new Worker(`import(${tsx}).then(({ register }) => { register(); return import(${target}); })`, {
    ...options,
    eval: true,
  });
}
