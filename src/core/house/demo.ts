// The demo: each module's small believable data set, loaded once.
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { spreadOverDays } from './demo-days.ts';

const settingKey = 'demo';

/** Loads every module's demo data. Returns false, and changes nothing, where it was loaded before. */
export async function loadDemo(core: Core): Promise<boolean> {
  const isFirst = await core.transaction(systemActor, async ({ tx }) => {
    const { count } = await tx.setting.createMany({
      data: [{ key: settingKey, value: 'loading' }],
      skipDuplicates: true,
    });
    return count === 1;
  });
  if (!isFirst) return false;
  try {
    for (const module of core.modules) await module.demo?.(core);
    await spreadOverDays(core);
  } catch (error) {
    await core.db.setting.deleteMany({ where: { key: settingKey } });
    throw error;
  }
  await core.db.setting.update({ where: { key: settingKey }, data: { value: 'loaded' } });
  return true;
}
