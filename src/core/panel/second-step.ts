// The step after the password: a code of the authenticator app, or setting the app up where the role asks for it.
// The rule: until this page is passed nobody is signed in, whatever else they ask for.
import { publicActor } from '../access.ts';
import type { Core } from '../core.ts';
import { StewardError } from '../errors.ts';
import { actorOfOperator, recordOf } from '../people/operators.ts';
import {
  confirmFactor,
  countGuess,
  forgetGuesses,
  hasSecondFactor,
  newFactor,
  showFactor,
  takeCode,
} from '../people/second-factor.ts';
import { type PendingSignIn, pendingOperator } from '../people/sessions.ts';
import type { OperatorWithRole, Request, Response, Router } from '../web/express.ts';
import { phrase } from '../words/catalogue.ts';
import { readLanguage } from '../words/language.ts';
import { wordsOf } from '../words/words.ts';
import { enter } from './entering.ts';
import { codePage, enrolPage, recoveryCodesPage } from './second-step-pages.ts';
import { asPage, type Fields, lookOf, ownForm, safeNext, sendPage } from './sign-in-form.ts';
import { type Look, type Notice, signInPage } from './sign-in-pages.ts';

/** Appends /second-factor. */
export function appendSecondStep(core: Core, router: Router, css: string): void {
  router.get('/second-factor', async (request, response) => {
    const found = await pendingOperator(core, request);
    if (!found) return response.redirect(303, '/admin/login');
    sendPage(response, await pageFor(core, lookFor(core, request, css, found.operator), found.operator));
  });
  router.post(
    '/second-factor',
    ownForm(core),
    asPage(
      core,
      async (request, response, fields) => {
        const found = await pendingOperator(core, request);
        if (!found) throw new StewardError('stale', 401, 'This took too long. Please sign in again.');
        await countGuess(core, found.operator.id);
        if (hasSecondFactor(found.operator)) await passStep(core, request, response, found, fields);
        else await enrol(core, lookFor(core, request, css, found.operator), request, response, found, fields);
      },
      async (notice, fields, request) => {
        const found = await pendingOperator(core, request);
        if (!found) return signInPage(lookOf(core, request, css), { note: notice });
        const look = lookFor(core, request, css, found.operator);
        return pageFor(core, look, found.operator, notice, fields.sealed);
      },
    ),
  );
}

// The password was right, so it is known what they read.
function lookFor(core: Core, request: Request, css: string, operator: OperatorWithRole): Look {
  const language = readLanguage(operator.language);
  if (language) request.words = wordsOf(core, language);
  return lookOf(core, request, css);
}

type Found = { operator: OperatorWithRole; pending: PendingSignIn };

async function pageFor(
  core: Core,
  look: Look,
  operator: OperatorWithRole,
  note?: Notice,
  sealed?: string,
): Promise<string> {
  if (hasSecondFactor(operator)) return codePage(look, { note });
  // A mistyped code must not cost the picture that was scanned already.
  const kept = sealed === undefined ? undefined : await showFactor(core, operator, sealed).catch(() => undefined);
  return enrolPage(look, { factor: kept ?? (await newFactor(core, operator)), note });
}

async function passStep(core: Core, request: Request, response: Response, found: Found, fields: Fields): Promise<void> {
  const { operator, pending } = found;
  const taken = await core
    .transaction(actorOfOperator(operator), (work) => takeCode(work, operator.id, fields.code ?? ''))
    .catch((error: unknown) => refused(core, operator, error));
  await forgetGuesses(core, operator.id);
  const summary =
    taken.by === 'app' ? phrase('Signed in') : phrase(`Signed in with a recovery code; ${taken.left} are left`);
  await enter(core, request, operator, summary);
  response.redirect(303, safeNext(pending.next) ?? '/admin');
}

async function refused(core: Core, operator: OperatorWithRole, error: unknown): Promise<never> {
  if (error instanceof StewardError && error.code === 'wrong-code')
    await core.transaction(publicActor, (work) =>
      work.audit({ kind: 'refused', summary: 'A second factor was refused', ...recordOf(operator) }),
    );
  throw error;
}

async function enrol(
  core: Core,
  look: Look,
  request: Request,
  response: Response,
  { operator, pending }: Found,
  fields: Fields,
): Promise<void> {
  const codes = await core.transaction(actorOfOperator(operator), (work) =>
    confirmFactor(work, operator.id, fields.sealed ?? '', fields.code ?? ''),
  );
  await forgetGuesses(core, operator.id);
  const fresh = await core.db.operator.findUniqueOrThrow({ where: { id: operator.id }, include: { role: true } });
  await enter(core, request, fresh, phrase('Signed in'));
  sendPage(response, recoveryCodesPage(look, { codes, next: safeNext(pending.next) ?? '/admin' }));
}
