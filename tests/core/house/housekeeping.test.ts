// The house's own jobs run by their clock and do what they say.
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/core/core.ts';
import { houseModule } from '../../../src/core/house/module.ts';

describe('housekeeping', () => {
  it('sweeps files and prunes limits on a schedule', async () => {
    const done: string[] = [];
    const core = {
      files: { sweep: async () => done.push('files') && { expired: 0, unclaimed: 0, orphans: 0 } },
      limits: { prune: async () => done.push('limits') },
    } as unknown as Core;
    const keeping = (houseModule.jobs ?? []).filter(({ name }) =>
      ['core.sweep-files', 'core.prune-limits'].includes(name),
    );
    for (const job of keeping) {
      expect(job.schedule).toMatch(/^(\S+ ){4}\S+$/);
      await job.run(core, job.data.parse({}), { signal: new AbortController().signal });
    }
    expect(done.sort()).toEqual(['files', 'limits']);
  });
});
