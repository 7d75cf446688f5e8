// The module's jobs: forgetting phones that were never registered.
import { z } from 'zod';
import { job } from '../../core/index.ts';
import { forgetVerifications } from './verification.ts';

const forget = job({
  name: 'contests.forget-verifications',
  data: z.object({}),
  schedule: '29 * * * *',
  async run(core) {
    await forgetVerifications(core);
  },
});

/** All jobs of the module. */
export const jobs = [forget];
