// The module's jobs: offers of the waiting lists end and places go on to the next; conflicts are looked for once more.
import { z } from 'zod';
import { job } from '../../core/index.ts';
import { followAllConflicts } from './conflicts.ts';
import { settleWaiting } from './waiting.ts';

const settleWaitingJob = job({
  name: 'workshops.settle-waiting',
  data: z.object({}),
  schedule: '* * * * *',
  run: (core) => settleWaiting(core),
});

/** Each change of ours follows the conflicts itself; this finds what came in another way. */
const followConflictsJob = job({
  name: 'workshops.follow-conflicts',
  data: z.object({}),
  schedule: '37 3 * * *',
  run: (core) => followAllConflicts(core),
});

/** All jobs of the module. */
export const jobs = [settleWaitingJob, followConflictsJob];
