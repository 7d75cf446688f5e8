// The module's jobs: offers of the waiting lists end and places go on to the next.
import { z } from 'zod';
import { job } from '../../core/index.ts';
import { settleWaiting } from './waiting.ts';

const settleWaitingJob = job({
  name: 'workshops.settle-waiting',
  data: z.object({}),
  schedule: '* * * * *',
  run: (core) => settleWaiting(core),
});

/** All jobs of the module. */
export const jobs = [settleWaitingJob];
