// What the module does by itself, on a clock: reminding and suspending clubs, and deleting evidence.
import { z } from 'zod';
import { job } from '../../core/index.ts';
import { deleteOldEvidence } from './evidence.ts';
import { followApprovals } from './renewal.ts';

const nothing = z.object({});

/** Reminds clubs whose approval ends soon and suspends those whose approval is over, every hour. */
const followTerms = job({
  name: 'clubs.follow-approvals',
  data: nothing,
  schedule: '23 * * * *',
  async run(core) {
    const { suspended, reminded } = await followApprovals(core);
    if (suspended + reminded > 0) core.log.info({ suspended, reminded }, 'approvals of clubs were followed');
  },
});

/** Deletes evidence whose time is over, every hour. */
const dropEvidence = job({
  name: 'clubs.delete-evidence',
  data: nothing,
  schedule: '41 * * * *',
  async run(core) {
    const deleted = await deleteOldEvidence(core);
    if (deleted > 0) core.log.info({ deleted }, 'evidence of clubs was deleted');
  },
});

/** All jobs of the module. */
export const jobs = [followTerms, dropEvidence];
