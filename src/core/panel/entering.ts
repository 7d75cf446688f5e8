// From a right password to a session, over the second factor where there is one. The rule: guesses are counted per account and
// address before anything is looked up, and an unknown account costs the same time as a known one.

import { publicActor } from '../access.ts';
import type { Core } from '../core.ts';
import { StewardError, TooManyError } from '../errors.ts';
import type { Limit } from '../limits.ts';
import { actorOfOperator } from '../people/operators.ts';
import { hashPassword, isOutdated, verifyPassword } from '../people/passwords.ts';
import { hasSecondFactor, lacksSecondFactor } from '../people/second-factor.ts';
import { startPending, startSession } from '../people/sessions.ts';
import type { OperatorWithRole, Request, Response } from '../web/express.ts';
import { phrase } from '../words/catalogue.ts';

const wrongPair = phrase('The e-mail address and the password do not fit together.');
const perAccount: Limit = { name: 'sign-in-account', points: 10, seconds: 15 * 60 };
const perAddress: Limit = { name: 'sign-in-address', points: 50, seconds: 15 * 60 };

/** Checks an e-mail address with its password within the limits of guessing, and returns the operator. Throws wrong-pair, too-many. */
export async function checkPassword(
  core: Core,
  email: string,
  password: string,
  address: string,
): Promise<OperatorWithRole> {
  await takeAttempt(core, email, address);
  const found = email === '' ? null : await core.db.operator.findUnique({ where: { email }, include: { role: true } });
  const usable = found?.state === 'active' ? found : null;
  const fits = await verifyPassword(usable?.passwordHash ?? null, password);
  if (!usable || !fits) {
    await core.transaction(publicActor, (work) =>
      work.audit({ kind: 'refused', summary: 'A sign-in was refused', ...(found ? recordOf(found) : {}) }),
    );
    throw new StewardError('wrong-pair', 401, wrongPair);
  }
  await core.limits.reset(perAccount, email);
  if (usable.passwordHash && isOutdated(usable.passwordHash)) {
    const data = { passwordHash: await hashPassword(password) };
    await core.transaction(actorOfOperator(usable), ({ tx }) =>
      tx.operator.update({ where: { id: usable.id }, data, select: { id: true } }),
    );
  }
  return usable;
}

// Both are taken before anything is looked up, so that a refusal tells nothing of whether the account exists.
async function takeAttempt(core: Core, email: string, address: string): Promise<void> {
  const taken = await Promise.allSettled([
    core.limits.consume(perAccount, email),
    core.limits.consume(perAddress, address),
  ]);
  const refusals = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const longest = refusals.find((one) => !(one instanceof TooManyError)) ?? refusals[0];
  if (!longest) return;
  if (longest instanceof TooManyError) throw new TooManyError(longest.retryAfter, 'Too many attempts.');
  throw longest;
}

/** Keeps the language that was chosen on the sign-in page with the operator whose password was right. */
export async function keepLanguage(core: Core, request: Request, operator: OperatorWithRole): Promise<void> {
  const language = request.chosenLanguage;
  if (!language || operator.language === language) return;
  await core.transaction(actorOfOperator(operator), ({ tx }) =>
    tx.operator.update({ where: { id: operator.id }, data: { language }, select: { id: true } }),
  );
  operator.language = language;
}

/** Lets somebody in whose password was right or new; where a second factor is there or asked for, to its page first. */
export async function enterOrAsk(
  core: Core,
  request: Request,
  response: Response,
  operator: OperatorWithRole,
  next: string | undefined,
): Promise<void> {
  if (hasSecondFactor(operator) || lacksSecondFactor(operator)) {
    await startPending(request, { operatorId: operator.id, epoch: operator.epoch, ...(next ? { next } : {}) });
    return response.redirect(303, '/admin/second-factor');
  }
  await enter(core, request, operator, phrase('Signed in'));
  response.redirect(303, next ?? '/admin');
}

/** Starts the operator's session and says so in the audit. */
export async function enter(core: Core, request: Request, operator: OperatorWithRole, summary: string): Promise<void> {
  await core.transaction(actorOfOperator(operator), async (work) => {
    await work.tx.operator.update({ where: { id: operator.id }, data: { lastSignInAt: new Date() } });
    await work.audit({ kind: 'signIn', summary, ...recordOf(operator) });
  });
  await startSession(core, request, operator);
}

/** Returns an operator as the record that an audit entry is about. */
export function recordOf(operator: OperatorWithRole) {
  return { resource: 'Operator', recordId: operator.id, recordTitle: operator.name || operator.email };
}
