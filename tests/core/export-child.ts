// A process of its own that serves the public API and works on runs until it is killed. For the tests of exports that break or are large.
// With HOLD_AT it writes no more than so many bytes of a file, and stays in its middle.
import { Readable } from 'node:stream';
import { startWorker } from '../../src/core/jobs/jobs.ts';
import { configureLog } from '../../src/core/log.ts';
import certificates from '../../src/modules/certificates/module.ts';
import { openTestWeb } from '../kit/http.ts';
import { openSmallCore } from './runs/fixture.ts';

configureLog({ level: 'error', readable: true });
const times = { beatSeconds: 0.5, deadSeconds: 3 };
const { DATABASE_URL, DATA_DIR, HOLD_AT } = process.env;
const connection = { connectionString: DATABASE_URL as string };
const small = await openSmallCore(connection, { dataDir: DATA_DIR as string }, times, [certificates]);
const { files } = small.core;
const keep: typeof files.keep = (file, tx) =>
  files.keep({ ...file, content: Readable.from(held(file.content, Number(HOLD_AT))) }, tx);
if (HOLD_AT) Object.assign(small.core, { files: { ...files, keep } });
const web = await openTestWeb(small.core);
const worker = await startWorker(small.core, { times });
process.on('SIGTERM', async () => {
  await worker.stop();
  await web.close();
  await small.close();
  process.exit(0);
});
// What is left after a collection is what is really held; the resident size also counts garbage that nobody needed to collect yet.
const { gc } = globalThis as { gc?: () => void };
if (gc)
  setInterval(() => {
    gc();
    process.stdout.write(`held ${process.memoryUsage().heapUsed}\n`);
  }, 500).unref();
process.stdout.write(`ready ${web.port}\n`);

async function* held(content: Uint8Array | Readable, most: number): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const chunk of content instanceof Readable ? content : [content]) {
    given += chunk.length;
    yield chunk;
    if (given > most) await new Promise(() => {});
  }
}
