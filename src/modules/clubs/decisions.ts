// Approving and refusing clubs. The rule: the state, the account and the mail commit together, once for each decision, whoever else
// decides at the same moment.
import {
  blockOperator,
  conflict,
  createOperator,
  giveInitialPassword,
  oneTimeLink,
  type Row,
  type Skip,
  skip,
  type Work,
} from '../../core/index.ts';
import { lockClub, recordOf } from './applications.ts';
import { approvalMail, refusalMail } from './mails.ts';
import { approvalEnd, settingsOf } from './settings.ts';

/** The role that an approved club gets, and the row scope that binds it. */
export const clubRole = 'club';
export const clubScope = 'club';
/** Days that an initial password and its link are good. */
const initialDays = 7;

type Club = Row<'Club'>;

/** Approves a club: it becomes an operator bound to its own record and is mailed how to get in. Skips one that is approved already. */
export async function approveClub(work: Work, id: string): Promise<Skip | undefined> {
  const club = await lockClub(work, id);
  if (!club) return skip('does not exist any more');
  if (club.state === 'approved') return skip('is approved already');
  await mustBeFree(work, club);
  if (club.operatorId && !(await isClubAccount(work, club.operatorId)))
    throw conflict('The account of this club has another role by now.');
  const operatorId = club.operatorId ?? (await accountFor(work, club));
  const password = await giveInitialPassword(work, operatorId, initialDays);
  const link = await oneTimeLink(work, operatorId, 'set-password', initialDays * 24);
  const { renewalMonths } = await settingsOf(work.tx);
  const approved = await decide(work, club, {
    state: 'approved',
    refusal: '',
    operatorId,
    approvedUntil: approvalEnd(new Date(), renewalMonths),
    remindedAt: null,
    renewalAskedAt: null,
  });
  await work.send(approvalMail, {
    ...letterTo(approved),
    data: approvalData(work, approved),
    secrets: { password, link },
    idempotencyKey: `clubs.approval:${id}:${approved.decisions}`,
  });
  await work.audit({ kind: 'update', summary: 'The club was approved', ...recordOf(club) });
  return undefined;
}

/** Refuses a club and mails the reason; an account that it had ends at once. Skips one that is refused already. */
export async function refuseClub(work: Work, id: string, reason: string): Promise<Skip | undefined> {
  const club = await lockClub(work, id);
  if (!club) return skip('does not exist any more');
  if (club.state === 'refused') return skip('is refused already');
  if (club.operatorId && (await isClubAccount(work, club.operatorId))) await blockOperator(work, club.operatorId);
  const refused = await decide(work, club, {
    state: 'refused',
    refusal: reason,
    approvedUntil: null,
    renewalAskedAt: null,
  });
  await work.send(refusalMail, {
    ...letterTo(refused),
    data: refusalData(refused, reason),
    idempotencyKey: `clubs.refusal:${id}:${refused.decisions}`,
  });
  await work.audit({ kind: 'update', summary: 'The club was refused', ...recordOf(club) });
  return undefined;
}

/** Tells whether an account is a club's still. One that was given another role since is not for those who decide on clubs. */
export async function isClubAccount({ tx }: Work, operatorId: string): Promise<boolean> {
  const operator = await tx.operator.findUnique({ where: { id: operatorId }, select: { role: true } });
  return operator?.role.scope === clubScope && !operator.role.permissions.includes('*');
}

/** Returns what the approval's templates know. */
export function approvalData(work: Pick<Work, 'core'>, { name, email, number }: Club) {
  return { club: name, account: email, panel: `${work.core.config.publicUrl}/admin`, days: initialDays, number };
}

/** Returns what the refusal's templates know. */
export function refusalData({ name }: Club, reason: string) {
  return { club: name, reason };
}

/** Returns whom a mail to a club goes to, and what it is about. */
export function letterTo({ id, name, email, language }: Club) {
  return { to: { address: email, name }, language, record: { resource: 'Club', id } };
}

function decide(work: Work, { id }: Club, data: Partial<Club>): Promise<Club> {
  const decided = { decidedAt: new Date(), decidedBy: work.actor.name, decisions: { increment: 1 } };
  return work.tx.club.update({ where: { id }, data: { ...data, ...decided } });
}

// An older refused application must not come back beside a newer one.
async function mustBeFree(work: Work, { id, email }: Club): Promise<void> {
  const newer = await work.tx.club.count({ where: { email, id: { not: id }, state: { not: 'refused' } } });
  if (newer > 0) throw conflict('There is another open or approved application with this e-mail address.');
}

async function accountFor(work: Work, club: Club): Promise<string> {
  const role = await work.tx.role.findUnique({ where: { name: clubRole } });
  // Staff may rename and widen roles. A stranger must not become more than a club by it.
  if (role?.scope !== clubScope || role.permissions.includes('*'))
    throw conflict(`The role "${clubRole}" is missing, or no longer bound to one club.`);
  const earlier = await work.tx.operator.findUnique({ where: { email: club.email } });
  if (!earlier) return (await createOperator(work, { ...club, roleName: clubRole, scopeId: club.id })).id;
  return takeOver(work, earlier, club, role.id);
}

// The address had an account by an earlier application that was approved and then refused: the same account goes on.
async function takeOver(work: Work, earlier: Row<'Operator'>, club: Club, roleId: string): Promise<string> {
  const before = await work.tx.club.findUnique({ where: { operatorId: earlier.id } });
  if (before?.state !== 'refused' || earlier.roleId !== roleId)
    throw conflict('Somebody who works here already has this e-mail address.');
  await work.tx.club.update({ where: { id: before.id }, data: { operatorId: null } });
  await work.tx.operator.update({ where: { id: earlier.id }, data: { scopeId: club.id, name: club.name } });
  return earlier.id;
}
