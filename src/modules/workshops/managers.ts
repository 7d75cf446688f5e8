// Managers of the workshops API: a credential that belongs to an operator, kept as argon2id with a keyed hash for look-up.
// The rule: it never does more than its operator may at this moment, nobody sets that of an operator who may do more than they
// themselves, and changing or clearing it ends its tokens.
import {
  type Actor,
  type Core,
  hashPassword,
  hashToken,
  invalid,
  may,
  mustOutrank,
  normaliseEmail,
  notFound,
  operatorActor,
  phrase,
  type Row,
  verifyPassword,
  type Work,
} from '../../core/index.ts';

/** The permission that a manager's operator needs. */
export const manage = 'workshops:manage';
const purpose = 'workshops.manager';
const least = 10;
const most = 200;

/** A manager who is signed in. */
export interface SignedInManager {
  manager: Row<'WorkshopManager'>;
  actor: Actor;
}

/** Says what is wrong with a new credential, in the contract's words; undefined when it is good. */
export function credentialProblem(credential: string): string | undefined {
  if (!/[A-Z]/.test(credential) || !/[a-z]/.test(credential) || !/[0-9]/.test(credential))
    return 'Password did not meet requirements';
  if (credential.length < least) return 'Password too short, needs to be at least 10 characters';
  return credential.length > most || /[\p{Cc}\p{Cs}]/u.test(credential)
    ? 'Password did not meet requirements'
    : undefined;
}

/** Gives an operator a credential. Throws `invalid` when it is weak or somebody else's, or the operator may not manage workshops; `forbidden` for one who may do more than the actor. */
export async function setCredential(work: Work, operatorId: string, credential: string): Promise<{ id: string }> {
  const { core, tx } = work;
  const problem = credentialProblem(credential);
  if (problem) throw invalid(problem);
  const operator = await tx.operator.findUnique({ where: { id: operatorId }, include: { role: true } });
  if (operator?.state !== 'active') throw notFound('This operator does not exist or is blocked.');
  // With the credential one acts in the operator's name.
  await mustOutrank(tx, work.actor, operatorId);
  if (!operator.role.permissions.some((one) => one === '*' || one === manage))
    throw invalid(`${operator.email} has no role that may manage workshops.`);
  const lookUpHash = hashToken(core.config.appKey, purpose, credential);
  const other = await tx.workshopManager.findUnique({ where: { lookUpHash } });
  if (other && other.operatorId !== operatorId) throw invalid('Choose another credential.');
  const values = { lookUpHash, credentialHash: await hashPassword(credential) };
  const manager = await tx.workshopManager.upsert({
    where: { operatorId },
    create: { operatorId, ...values },
    update: { ...values, epoch: { increment: 1 } },
  });
  await audit(work, manager.id, operator.email, phrase('A credential for the workshops API was set'));
  return { id: manager.id };
}

/** Finds the operator of an e-mail address. Throws `invalid`. */
export async function operatorOf({ tx }: Work, email: string): Promise<{ id: string }> {
  const operator = await tx.operator.findUnique({ where: { email: normaliseEmail(email) } });
  if (!operator) throw invalid('There is no operator with this e-mail address.', { operatorId: 'does not exist' });
  return operator;
}

/** Takes the credential away; its tokens end. Throws `forbidden` for an operator who may do more than the actor. */
export async function clearCredential(work: Work, manager: Row<'WorkshopManager'>): Promise<void> {
  await mustOutrank(work.tx, work.actor, manager.operatorId);
  await work.tx.workshopManager.delete({ where: { id: manager.id } });
  await audit(work, manager.id, manager.operatorId, phrase('The credential for the workshops API was taken away'));
}

/** Returns whose credential this is; undefined for a wrong one, or when its operator may not manage workshops now. */
export async function managerOf(core: Core, credential: string): Promise<SignedInManager | undefined> {
  const lookUpHash = hashToken(core.config.appKey, purpose, credential);
  const manager = await core.db.workshopManager.findUnique({ where: { lookUpHash } });
  if (!manager || !(await verifyPassword(manager.credentialHash, credential))) return undefined;
  return withActor(core, manager);
}

/** Returns the manager with what the operator may do at this moment; undefined when that is not enough. */
export async function withActor(core: Core, manager: Row<'WorkshopManager'>): Promise<SignedInManager | undefined> {
  const actor = await operatorActor(core, manager.operatorId);
  return actor && may(actor, manage) ? { manager, actor } : undefined;
}

function audit(work: Work, recordId: string, recordTitle: string, summary: string): Promise<void> {
  return work.audit({ kind: 'update', resource: 'WorkshopManager', recordId, recordTitle, summary });
}
