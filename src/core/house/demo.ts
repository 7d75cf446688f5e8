// The demo: each module's small believable data set, loaded once.
import { type Actor, may, systemActor } from '../access.ts';
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
  const begin = new Date();
  try {
    for (const module of core.modules) await module.demo?.(core);
    await spreadOverDays(core, begin);
  } catch (error) {
    await core.db.setting.deleteMany({ where: { key: settingKey } });
    throw error;
  }
  await core.db.setting.update({ where: { key: settingKey }, data: { value: 'loaded' } });
  return true;
}

/** Returns the modules' main jobs for whoever may do them, each with whether it was done; none where the demo was not loaded. */
export async function demoJobs(core: Core, actor: Actor) {
  const setting = await core.db.setting.findUnique({ where: { key: settingKey } });
  if (setting?.value !== 'loaded') return [];
  const { actions } = core.registry;
  const jobs = core.modules
    .flatMap(({ demoJob }) => demoJob ?? [])
    .filter((job) => job.actions.every((id) => may(actor, actions.get(id)?.action.permission ?? '*')));
  const where = { action: { in: jobs.flatMap((job) => job.actions) } };
  const runs = await core.db.run.findMany({ where, distinct: ['action'], select: { action: true } });
  const done = new Set(runs.map(({ action }) => action));
  return jobs.map(({ title, description, href, actions: ways }) => ({
    title,
    description,
    href,
    isDone: ways.some((id) => done.has(id)),
  }));
}
