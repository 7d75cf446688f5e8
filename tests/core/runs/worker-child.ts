// A process of its own that works on runs and delivers messages until it is killed or asked to stop. For the tests of crashes.
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../../src/core/jobs/jobs.ts';
import { configureLog } from '../../../src/core/log.ts';
import { hold, openSmallCore } from './fixture.ts';

configureLog({ level: 'error', readable: true });
const times = { beatSeconds: 0.5, deadSeconds: 3 };
const { DATABASE_URL, SMTP_URL, MAIL_RATE, DATA_DIR, SLOW_MS } = process.env;
const small = await openSmallCore(
  { connectionString: DATABASE_URL },
  { smtpUrl: SMTP_URL, mailRate: Number(MAIL_RATE ?? 1000), dataDir: DATA_DIR as string },
  times,
);
if (SLOW_MS) hold.each = () => sleep(Number(SLOW_MS));
const worker = await startWorker(small.core, { times });
process.on('SIGTERM', async () => {
  await worker.stop();
  await small.close();
  process.exit(0);
});
process.stdout.write(`ready ${small.core.instanceId}\n`);
