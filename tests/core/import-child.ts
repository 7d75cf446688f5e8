// A process of its own that works on imports until it is killed. For the test of SIGKILL.
import { startWorker } from '../../src/core/jobs/jobs.ts';
import { configureLog } from '../../src/core/log.ts';
import { held, openImportCore } from './import-fixture.ts';

configureLog({ level: 'error', readable: true });
if (process.env.HOLD_AFTER) held.after = Number(process.env.HOLD_AFTER);
const times = { beatSeconds: 0.5, deadSeconds: 3 };
const { core } = await openImportCore(
  { connectionString: process.env.DATABASE_URL },
  process.env.DATA_DIR as string,
  times,
);
await startWorker(core, { times });
process.stdout.write('ready\n');
