// The years after an approval: reminding, asking, renewing, suspending. The rule: a suspended club is out at once, by panel and API,
// each reminder leaves once for each end, and who asked in time goes on until staff decide, for it is they who are late then.
import {
  blockOperator,
  type Core,
  phrase,
  type Row,
  type Skip,
  skip,
  systemActor,
  type Work,
} from '../../core/index.ts';
import { lockClub, recordOf } from './applications.ts';
import { isClubAccount, letterTo } from './decisions.ts';
import { reminderMail, suspensionMail } from './mails.ts';
import { approvalEnd, settingsOf } from './settings.ts';
import { writeTime } from './times.ts';

const day = 86_400_000;
const atOnce = 200;
/** What an expired club is told. */
const notRenewed = 'The registration was not renewed.';

/** Suspends an approved club and mails the reason: sessions and tokens end. Skips others. */
export async function suspendClub(work: Work, id: string, reason: string): Promise<Skip | undefined> {
  const club = await lockClub(work, id);
  if (club?.state !== 'approved' || !club.operatorId) return skip('is not approved');
  if (await isClubAccount(work, club.operatorId)) await blockOperator(work, club.operatorId);
  const { decisions } = await work.tx.club.update({
    where: { id },
    // Whoever asked to go on has an answer by this.
    data: { state: 'suspended', refusal: reason, renewalAskedAt: null, decisions: { increment: 1 } },
  });
  await work.send(suspensionMail, {
    ...letterTo(club),
    data: { club: club.name, reason },
    idempotencyKey: `clubs.suspension:${id}:${decisions}`,
  });
  await work.audit({ kind: 'update', summary: 'The club was suspended', ...recordOf(club) });
  return undefined;
}

/** Lets an approved or suspended club go on: for another term, with the password that it has. Skips others. */
export async function renewClub(work: Work, id: string): Promise<Skip | undefined> {
  const club = await lockClub(work, id);
  if (!club?.operatorId || (club.state !== 'approved' && club.state !== 'suspended')) return skip('was never approved');
  const { renewalMonths } = await settingsOf(work.tx);
  const now = new Date();
  // Who asks early loses nothing of the running term.
  const from = club.approvedUntil && club.approvedUntil > now ? club.approvedUntil : now;
  if (club.state === 'suspended' && (await isClubAccount(work, club.operatorId)))
    await work.tx.operator.update({
      where: { id: club.operatorId },
      data: { state: 'active', epoch: { increment: 1 } },
      select: { id: true },
    });
  await work.tx.club.update({
    where: { id },
    data: {
      state: 'approved',
      refusal: '',
      approvedUntil: approvalEnd(from, renewalMonths),
      remindedAt: null,
      renewalAskedAt: null,
    },
  });
  await work.audit({ kind: 'update', summary: 'The club was renewed', ...recordOf(club) });
  return undefined;
}

/** Notes that a club wants to go on; staff renew it. Skips one whose approval has no end. */
export async function askRenewal(work: Work, id: string): Promise<Skip | undefined> {
  const club = await lockClub(work, id);
  if (club?.state !== 'approved' || !club.approvedUntil) return skip('has no approval that ends');
  await work.tx.club.update({ where: { id }, data: { renewalAskedAt: new Date() } });
  await work.audit({ kind: 'update', summary: 'The club asked for renewal', ...recordOf(club) });
  return undefined;
}

/** Says where a club stands with its renewal; empty where it asked for none. */
export function renewalWords({ renewalAskedAt, approvedUntil }: Row<'Club'>, now = new Date()): string {
  if (!renewalAskedAt) return '';
  return approvedUntil && approvedUntil <= now ? phrase('asks to go on; the term is over') : phrase('asks to go on');
}

/** Suspends the clubs whose approval is over and reminds those whose approval ends soon. Returns how many of each. */
export async function followApprovals(core: Core, now = new Date()): Promise<{ suspended: number; reminded: number }> {
  const { reminderDays } = await settingsOf(core.db);
  const over = await core.db.club.findMany({
    // Who asked in time waits for staff, not for the end.
    where: { state: 'approved', approvedUntil: { lte: now }, renewalAskedAt: null },
    select: { id: true },
    take: atOnce,
  });
  let suspended = 0;
  for (const { id } of over)
    if (!(await core.transaction(systemActor, (work) => suspendExpired(work, id, now)))) suspended += 1;
  const soon = await core.db.club.findMany({
    where: {
      state: 'approved',
      remindedAt: null,
      renewalAskedAt: null,
      approvedUntil: { gt: now, lte: new Date(now.getTime() + reminderDays * day) },
    },
    select: { id: true },
    take: atOnce,
  });
  for (const { id } of soon) await core.transaction(systemActor, (work) => remind(work, id, now));
  return { suspended, reminded: soon.length };
}

// Somebody may have renewed it since the list was read.
async function suspendExpired(work: Work, id: string, now: Date): Promise<Skip | undefined> {
  const club = await lockClub(work, id);
  if (!club?.approvedUntil || club.approvedUntil > now || club.renewalAskedAt) return skip('goes on');
  return suspendClub(work, id, notRenewed);
}

async function remind(work: Work, id: string, now: Date): Promise<void> {
  const club = await lockClub(work, id);
  if (club?.state !== 'approved' || !club.approvedUntil || club.remindedAt) return;
  await work.tx.club.update({ where: { id }, data: { remindedAt: now } });
  await work.send(reminderMail, {
    ...letterTo(club),
    data: {
      club: club.name,
      day: writeTime(club.approvedUntil).slice(0, 10),
      panel: `${work.core.config.publicUrl}/admin`,
    },
    idempotencyKey: `clubs.renewal-reminder:${id}:${club.approvedUntil.toISOString()}`,
  });
}
