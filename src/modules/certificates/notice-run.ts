// The notices of a whole campaign as one run at a time, for the organiser's API: starting it, and how far it is.
import { type Actor, type Core, previewAction, StewardError, startRun } from '../../core/index.ts';

const actionId = 'certificates.send-notice';
const mostListed = 500;
/** Everybody of the campaign whom no notice has reached; the key's scope narrows it to the campaign. */
const waiting = { all: true as const, filters: { 'state.is': ['added'] } };

/** Starts the notice run for all who are in state `added`; while one of this campaign is under way nothing new begins. */
export async function startNotices(core: Core, actor: Actor, campaignId: string): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      return await startOnce(core, actor, campaignId);
    } catch (error) {
      // People were added between counting and starting: counted anew.
      const isCounted = error instanceof StewardError && error.status === 409;
      if (!isCounted || tries >= 4) throw error;
    }
}

async function startOnce(core: Core, actor: Actor, campaignId: string): Promise<void> {
  const prefix = `certificates.notices:${campaignId}:`;
  // The core puts the key's owner in front.
  const mine = { action: actionId, idempotencyKey: { contains: prefix } };
  if ((await core.db.run.count({ where: { ...mine, state: { in: ['scheduled', 'running', 'paused'] } } })) > 0) return;
  // Two starts at the same moment count the same and so name the same run.
  const idempotencyKey = `${prefix}${await core.db.run.count({ where: mine })}`;
  const { eligible } = await previewAction(core, actor, actionId, { selection: waiting, form: {} });
  if (eligible === 0) return;
  await startRun(core, actor, actionId, { selection: waiting, form: {}, expected: eligible, idempotencyKey });
}

/** Tells how many people are in each state, how many notices remain, and whose mail failed with what answer. */
export async function noticeProgress(core: Core, campaignId: string) {
  const states = await countStates(core, campaignId);
  const failed = await core.db.recipient.findMany({
    where: { campaignId, problem: { not: null } },
    select: { email: true, state: true, problem: true },
    orderBy: { id: 'asc' },
    take: mostListed,
  });
  return {
    states,
    total: Object.values(states).reduce((sum, count) => sum + count, 0),
    remaining: states.added,
    failed: failed.map(({ email, state, problem }) => ({ email, state, reason: problem })),
  };
}

/** Counts the recipients of a campaign in each state. */
async function countStates(core: Pick<Core, 'db'>, campaignId: string) {
  const rows = await core.db.recipient.groupBy({ by: ['state'], where: { campaignId }, _count: { _all: true } });
  const counts = { added: 0, notified: 0, submitted: 0, drawn: 0, mailed: 0 };
  for (const { state, _count } of rows) counts[state] = _count._all;
  return counts;
}
