// "Forgot your password?": a link by mail. The rule: the same answer, after the same work, whether the account exists or not:
// here only a job is written, and the look-up is done by it later.
import { publicActor } from '../access.ts';
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import { sendResetJob } from '../house/invitations.ts';
import { addressKey, type Limit } from '../limits.ts';
import { isEmail, normaliseEmail } from '../people/operators.ts';
import { wordsFor } from '../web/errors.ts';
import type { Router } from '../web/express.ts';
import { asPage, lookOf, ownForm, sendPage } from './sign-in-form.ts';
import { forgottenPage, mailIsOnItsWayPage } from './sign-in-pages.ts';

const perAccount: Limit = { name: 'forgotten-account', points: 3, seconds: 60 * 60 };
const perAddress: Limit = { name: 'forgotten-address', points: 20, seconds: 60 * 60 };

/** Appends /forgot. */
export function appendForgotten(core: Core, router: Router, css: string): void {
  router.get('/forgot', (request, response) => sendPage(response, forgottenPage(lookOf(core, request, css), {})));
  router.post(
    '/forgot',
    ownForm(core),
    asPage(
      core,
      async (request, response, fields) => {
        const email = normaliseEmail(fields.email ?? '');
        if (!isEmail(email)) throw invalid('This is not an e-mail address.', { email: 'is not an e-mail address' });
        await core.limits.consume(perAddress, addressKey(request.ip ?? ''));
        await core.limits.consume(perAccount, email);
        const { language } = wordsFor(core, request);
        await core.transaction(publicActor, (work) => work.enqueue(sendResetJob, { email, language }));
        sendPage(response, mailIsOnItsWayPage(lookOf(core, request, css), { email }));
      },
      (notice, fields, request) => forgottenPage(lookOf(core, request, css), { email: fields.email, note: notice }),
    ),
  );
}
