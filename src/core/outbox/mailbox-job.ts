// The bounce mailbox, read on a clock. The rule: reading a report twice is reading it once; who is not let in says so on the dashboard.
import { z } from 'zod';
import { endAlarm, raiseAlarm } from '../alarms.ts';
import { job } from '../job.ts';
import { phrase } from '../words/catalogue.ts';
import { readBounceMail } from './bounce-mail.ts';
import { reportBounce } from './bounces.ts';
import { readMailbox } from './mailbox.ts';

const alarm = 'bounce-mailbox';

/** Reads the mailbox of BOUNCE_MAILBOX_URL every five minutes, where there is one. */
export const readBounceMailbox = job({
  name: 'core.read-bounce-mailbox',
  data: z.object({}),
  schedule: '*/5 * * * *',
  maxAttempts: 1,
  async run(core, _data, { signal }) {
    const { bounceMailbox } = core.config;
    if (!bounceMailbox) return;
    let unknown = 0;
    const take = async (raw: Uint8Array): Promise<boolean> => {
      const bounce = await readBounceMail(raw);
      if (bounce && !(await reportBounce(core, bounce))) unknown += 1;
      return bounce !== undefined;
    };
    try {
      const done = await readMailbox(bounceMailbox, take, signal);
      if (done.read > 0) core.log.info({ ...done, unknown }, 'the bounce mailbox was read');
      await endAlarm(core.db, alarm);
    } catch (error) {
      core.log.error({ err: error }, 'the bounce mailbox could not be read; it is tried again');
      const summary = phrase(`The bounce mailbox is not read: ${(error as Error).message.slice(0, 200)}`);
      await raiseAlarm(core.db, { key: alarm, summary });
    }
  },
});
