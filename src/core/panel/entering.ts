// From a right password to a session, over a password of one's own and the second factor where they are asked for.
// The rule: nobody is signed in before the last of these steps.
import type { Core } from '../core.ts';
import { actorOfOperator, oneTimeLink, recordOf } from '../people/operators.ts';
import { hasSecondFactor, lacksSecondFactor } from '../people/second-factor.ts';
import { startPending, startSession } from '../people/sessions.ts';
import type { OperatorWithRole, Request, Response } from '../web/express.ts';
import { phrase } from '../words/catalogue.ts';

/** Keeps the language that was chosen on the sign-in page with the operator whose password was right. */
export async function keepLanguage(core: Core, request: Request, operator: OperatorWithRole): Promise<void> {
  const language = request.chosenLanguage;
  if (!language || operator.language === language) return;
  await core.transaction(actorOfOperator(operator), ({ tx }) =>
    tx.operator.update({ where: { id: operator.id }, data: { language }, select: { id: true } }),
  );
  operator.language = language;
}

/** Lets somebody in whose password was right or new; who came with an initial one chooses another first, and a second factor has its own page. */
export async function enterOrAsk(
  core: Core,
  request: Request,
  response: Response,
  operator: OperatorWithRole,
  next: string | undefined,
): Promise<void> {
  if (operator.passwordUntil !== null) return response.redirect(303, await ownPasswordPage(core, operator));
  if (hasSecondFactor(operator) || lacksSecondFactor(operator)) {
    await startPending(request, { operatorId: operator.id, epoch: operator.epoch, ...(next ? { next } : {}) });
    return response.redirect(303, '/admin/second-factor');
  }
  await enter(core, request, operator, phrase('Signed in'));
  response.redirect(303, next ?? '/admin');
}

async function ownPasswordPage(core: Core, operator: OperatorWithRole): Promise<string> {
  const link = await core.transaction(actorOfOperator(operator), (work) =>
    oneTimeLink(work, operator.id, 'reset-password', 1),
  );
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
}

/** Starts the operator's session and says so in the audit. */
export async function enter(core: Core, request: Request, operator: OperatorWithRole, summary: string): Promise<void> {
  await core.transaction(actorOfOperator(operator), async (work) => {
    await work.tx.operator.update({ where: { id: operator.id }, data: { lastSignInAt: new Date() } });
    await work.audit({ kind: 'signIn', summary, ...recordOf(operator) });
  });
  await startSession(core, request, operator);
}
