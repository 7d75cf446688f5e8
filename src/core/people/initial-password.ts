// A password that we make up for somebody: good for some days, for getting in once and choosing an own one. The rule: it is never
// kept in words, ends by itself, and the panel lets nobody past who has not replaced it.
import { newCode } from '../tokens.ts';
import type { Work } from '../work.ts';
import { recordOf } from './operators.ts';
import { hashPassword } from './passwords.ts';

const day = 86_400_000;

/**
 * Opens an operator's account with a made-up password and returns it; it cannot be read again. A blocked account is opened; what the
 * operator had before, sessions, tokens and links, ends.
 */
export async function giveInitialPassword(work: Work, operatorId: string, days: number): Promise<string> {
  const password = Array.from({ length: 4 }, () => newCode(4)).join('-');
  const passwordUntil = new Date(Date.now() + days * day);
  const operator = await work.tx.operator.update({
    where: { id: operatorId },
    data: { passwordHash: await hashPassword(password), passwordUntil, state: 'active', epoch: { increment: 1 } },
  });
  await work.tx.oneTimeLink.updateMany({ where: { operatorId, usedAt: null }, data: { usedAt: new Date() } });
  await work.audit({
    kind: 'update',
    summary: `An initial password was made, good for ${days} days`,
    ...recordOf(operator),
  });
  return password;
}
