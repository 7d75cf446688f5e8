// Signing in and out: plain pages without a script. The rule: one answer for every wrong pair, in equal time, counted per account and address.
import type { Core } from '../core.ts';
import { addressKey } from '../limits.ts';
import { actorOfOperator, normaliseEmail, recordOf } from '../people/operators.ts';
import { checkPassword } from '../people/password-check.ts';
import { endSession, sessionOperator } from '../people/sessions.ts';
import { wordsFor } from '../web/errors.ts';
import type { RequestHandler, Router } from '../web/express.ts';
import { phrase } from '../words/catalogue.ts';
import type { PanelAssets } from './assets.ts';
import { enterOrAsk, keepLanguage } from './entering.ts';
import { appendForgotten } from './forgotten.ts';
import { appendSecondStep } from './second-step.ts';
import { appendSetUp } from './set-up.ts';
import { asPage, chooseLanguage, type FormHandler, lookOf, ownForm, safeNext, sendPage } from './sign-in-form.ts';
import { signInPage } from './sign-in-pages.ts';

/** Appends the pages that answer without a session: /login, /second-factor, /logout, /forgot, /setup. */
export function appendSignIn(core: Core, router: Router, assets: PanelAssets): void {
  const css = assets.address('sign-in.css');
  router.use((request, _response, next) => {
    chooseLanguage(core, request, request.query.language);
    next();
  });
  router.get('/login', async (request, response) => {
    if (await sessionOperator(core, request)) return response.redirect(303, '/admin');
    const note =
      request.query.left === '1'
        ? ({ tone: 'good', text: wordsFor(core, request).say(phrase('You are signed out.')) } as const)
        : undefined;
    sendPage(response, signInPage(lookOf(core, request, css), { next: safeNext(request.query.next), note }));
  });
  router.post(
    '/login',
    ownForm(core),
    asPage(core, signIn(core), (notice, fields, request) =>
      signInPage(lookOf(core, request, css), { next: safeNext(fields.next), email: fields.email, note: notice }),
    ),
  );
  router.post('/logout', ownForm(core), signOut(core));
  appendSecondStep(core, router, css);
  appendForgotten(core, router, css);
  appendSetUp(core, router, css);
}

function signIn(core: Core): FormHandler {
  return async (request, response, fields) => {
    const email = normaliseEmail(fields.email ?? '').slice(0, 320);
    const operator = await checkPassword(core, email, fields.password ?? '', addressKey(request.ip ?? ''));
    await keepLanguage(core, request, operator);
    await enterOrAsk(core, request, response, operator, safeNext(fields.next));
  };
}

function signOut(core: Core): RequestHandler {
  return async (request, response) => {
    const operator = await sessionOperator(core, request);
    if (operator)
      await core.transaction(actorOfOperator(operator), (work) =>
        work.audit({ kind: 'signOut', summary: 'Signed out', ...recordOf(operator) }),
      );
    await endSession(core, request, response);
    response.redirect(303, '/admin/login?left=1');
  };
}
