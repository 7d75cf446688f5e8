// A restored copy is silent until somebody says that it is the real one now: no message leaves, no schedule starts, no call goes out.
// The rule: the mark is set in the transaction that loads the data, so there is no moment in between.
import type { Core } from '../core.ts';
import { Prisma } from '../database/database.ts';
import type { Transaction } from '../model.ts';
import type { Work } from '../work.ts';
import { cancelMessage } from './cancel.ts';

/** The key of the setting that keeps a copy silent. */
export const silenceKey = 'restored-copy';

/** How far the times of restored jobs are moved, so that none runs before the copy is released; SQL. */
export const parkedFor = "interval '365000 days'";

/** What is known of the silence. */
export interface Silence {
  /** When the data was put into this database, and when the backup was made. */
  restoredAt: string;
  backupOf: string;
}

/** Returns since when this installation is a silent copy; undefined when it speaks. */
export async function silenceOf(db: Transaction): Promise<Silence | undefined> {
  const row = await db.setting.findUnique({ where: { key: silenceKey } });
  return row ? (row.value as unknown as Silence) : undefined;
}

/** Counts what would leave first once the copy is released. */
export async function waitingMessages(db: Transaction): Promise<number> {
  return db.message.count({ where: { state: 'queued' } });
}

/** What a release has set free. */
export interface Released {
  messages: number;
  withdrawn: number;
  jobs: number;
  pausedRuns: number;
}

/** Lets the copy speak: messages that wait leave, or are withdrawn; parked jobs get their times back. Returns undefined when it was not silent. */
export async function releaseCopy(work: Work, options: { withdraw: boolean }): Promise<Released | undefined> {
  const { tx } = work;
  const { count } = await tx.setting.deleteMany({ where: { key: silenceKey } });
  if (count === 0) return undefined;
  const waiting = options.withdraw
    ? await tx.message.findMany({ where: { state: 'queued' }, select: { id: true } })
    : [];
  for (const { id } of waiting) await cancelMessage(work, id);
  const jobs = await tx.$executeRaw`
    UPDATE graphile_worker._private_jobs SET run_at = run_at - ${Prisma.raw(parkedFor)}, flags = flags - 'restored'
    WHERE flags ? 'restored'`;
  const released = {
    messages: await waitingMessages(tx),
    withdrawn: waiting.length,
    jobs,
    pausedRuns: await tx.run.count({ where: { state: 'paused' } }),
  };
  await work.audit({
    kind: 'action',
    summary: `The restored copy was released: ${released.messages} messages leave, ${released.withdrawn} were withdrawn`,
  });
  return released;
}

/** Tells how outgoing calls ask whether they may leave. */
export function silenceCheck(core: Pick<Core, 'db'>): () => Promise<boolean> {
  return async () => (await silenceOf(core.db)) !== undefined;
}
