// An account with its password, for whoever asks: the panel's form or a module's own door. The rule: guesses are counted per
// account and address before anything is looked up, and an unknown account costs the same time as a known one.
import { publicActor } from '../access.ts';
import type { Core } from '../core.ts';
import { StewardError, TooManyError } from '../errors.ts';
import type { Limit } from '../limits.ts';
import type { OperatorWithRole } from '../web/express.ts';
import { phrase } from '../words/catalogue.ts';
import { actorOfOperator, normaliseEmail, recordOf } from './operators.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import { countGuess, forgetGuesses, hasSecondFactor, lacksSecondFactor, takeCode } from './second-factor.ts';

const wrongPair = phrase('The e-mail address and the password do not fit together.');
const perAccount: Limit = { name: 'sign-in-account', points: 10, seconds: 15 * 60 };
const perAddress: Limit = { name: 'sign-in-address', points: 50, seconds: 15 * 60 };

/** Returns the one word by which a public API knows an operator: the account name, or else the e-mail address. */
export function accountOf({ accountName, email }: Pick<OperatorWithRole, 'accountName' | 'email'>): string {
  return accountName && !accountName.includes('@') ? accountName : email;
}

/** Finds the operator of an e-mail address or an account name. With an @ it is an address and nothing else, so that no account name can pose as one. */
export async function findAccount(core: Core, account: string): Promise<OperatorWithRole | undefined> {
  const where = account.includes('@') ? { email: normaliseEmail(account) } : { accountName: account };
  if (account === '') return undefined;
  return (await core.db.operator.findUnique({ where, include: { role: true } })) ?? undefined;
}

/**
 * Checks an account with its password within the limits of guessing, and returns the operator. A blocked operator and an initial
 * password past its time are answered like an unknown account. Throws wrong-pair, too-many.
 */
export async function checkPassword(
  core: Core,
  account: string,
  password: string,
  address: string,
): Promise<OperatorWithRole> {
  await takeAttempt(core, account, address);
  const found = await findAccount(core, account);
  const usable = found && isUsable(found) ? found : undefined;
  const fits = await verifyPassword(usable?.passwordHash ?? null, password);
  if (!usable || !fits) {
    await core.transaction(publicActor, (work) =>
      work.audit({ kind: 'refused', summary: 'A sign-in was refused', ...(found ? recordOf(found) : {}) }),
    );
    throw new StewardError('wrong-pair', 401, wrongPair);
  }
  await core.limits.reset(perAccount, account);
  if (usable.passwordHash && isOutdated(usable.passwordHash)) {
    const data = { passwordHash: await hashPassword(password) };
    await core.transaction(actorOfOperator(usable), ({ tx }) =>
      tx.operator.update({ where: { id: usable.id }, data, select: { id: true } }),
    );
  }
  return usable;
}

/**
 * Checks the second factor of somebody whose password was right, where there is no page to ask for it. Throws second-factor when one
 * is there, or asked for, and no code came; wrong-code, too-many.
 */
export async function checkSecondFactor(core: Core, operator: OperatorWithRole, code: string): Promise<void> {
  if (lacksSecondFactor(operator))
    throw new StewardError('second-factor', 403, 'This account needs a second factor first. Sign in to the panel.');
  if (!hasSecondFactor(operator)) return;
  if (code === '')
    throw new StewardError('second-factor', 403, 'This account needs the code of its second factor too.');
  await countGuess(core, operator.id);
  await core.transaction(actorOfOperator(operator), (work) => takeCode(work, operator.id, code));
  await forgetGuesses(core, operator.id);
}

function isUsable({ state, passwordUntil }: OperatorWithRole): boolean {
  return state === 'active' && (passwordUntil === null || passwordUntil > new Date());
}

// Both are taken before anything is looked up, so that a refusal tells nothing of whether the account exists.
async function takeAttempt(core: Core, account: string, address: string): Promise<void> {
  const taken = await Promise.allSettled([
    core.limits.consume(perAccount, account),
    core.limits.consume(perAddress, address),
  ]);
  const refusals = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const longest = refusals.find((one) => !(one instanceof TooManyError)) ?? refusals[0];
  if (!longest) return;
  if (longest instanceof TooManyError) throw new TooManyError(longest.retryAfter, 'Too many attempts.');
  throw longest;
}
