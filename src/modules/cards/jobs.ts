// The module's jobs: making ordered codes, and the daily sweep of what nobody uses any more.
import { z } from 'zod';
import { type Core, job } from '../../core/index.ts';
import { makeCodesJob } from './batches.ts';
import { sweepPictures } from './pictures.ts';
import { sweepResources } from './resources.ts';

/** Removes sessions that are over, pictures that nobody wears, files that nothing shows. */
export async function sweepCards(
  core: Core,
  now = new Date(),
): Promise<{ sessions: number; pictures: number; resources: number }> {
  const { count } = await core.db.cardSession.deleteMany({ where: { expiresAt: { lt: now } } });
  return { sessions: count, pictures: await sweepPictures(core, now), resources: await sweepResources(core, { now }) };
}

const sweepJob = job({
  name: 'cards.sweep-unused',
  data: z.object({}),
  schedule: '20 3 * * *',
  run: async (core) => {
    const swept = await sweepCards(core);
    core.log.info(swept, 'swept what no card, account or news uses');
  },
});

/** All jobs of the module. */
export const jobs = [makeCodesJob, sweepJob];
