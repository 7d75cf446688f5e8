// Evidence is an identity document. The rule: it is shown to nobody but staff who decide, and goes some days after the decision.
import { type Core, systemActor, type Work } from '../../core/index.ts';
import { lockClub, recordOf } from './applications.ts';
import { settingsOf } from './settings.ts';

const day = 86_400_000;
const atOnce = 500;

/** Deletes the evidence of clubs that were decided on long enough ago. Returns how many. */
export async function deleteOldEvidence(core: Core, now = new Date()): Promise<number> {
  const { evidenceDays } = await settingsOf(core.db);
  const before = new Date(now.getTime() - evidenceDays * day);
  const due = { evidenceId: { not: null }, state: { not: 'pending' as const }, decidedAt: { lte: before } };
  const clubs = await core.db.club.findMany({ where: due, select: { id: true }, take: atOnce });
  let deleted = 0;
  for (const { id } of clubs)
    if (await core.transaction(systemActor, (work) => deleteEvidence(work, id, before, now))) deleted += 1;
  return deleted;
}

async function deleteEvidence(work: Work, id: string, before: Date, now: Date): Promise<boolean> {
  const club = await lockClub(work, id);
  const isDue = club?.evidenceId && club.state !== 'pending' && club.decidedAt && club.decidedAt <= before;
  if (!isDue || !club?.evidenceId) return false;
  // The row only: its bytes go with the next sweep, so that a rollback loses nothing.
  await work.core.files.remove(club.evidenceId, work.tx);
  await work.tx.club.update({ where: { id }, data: { evidence: '', evidenceId: null, evidenceDeletedAt: now } });
  await work.audit({ kind: 'update', summary: 'The evidence was deleted', ...recordOf(club) });
  return true;
}
