// What the house does by itself, on a clock: it throws away what nobody needs any more.
import { z } from 'zod';
import { job } from '../job.ts';

const nothing = z.object({});

/** Removes expired and unclaimed files and bytes without a row, every hour. */
export const sweepFiles = job({
  name: 'core.sweep-files',
  data: nothing,
  schedule: '17 * * * *',
  async run(core, _data, { signal }) {
    const swept = await core.files.sweep({ signal });
    if (swept.expired + swept.unclaimed + swept.orphans > 0) core.log.info({ ...swept }, 'files were swept');
  },
});

/** Forgets limits whose time is over, every ten minutes. */
export const pruneLimits = job({
  name: 'core.prune-limits',
  data: nothing,
  schedule: '*/10 * * * *',
  async run(core) {
    await core.limits.prune();
  },
});
