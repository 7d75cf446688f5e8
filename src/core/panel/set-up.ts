// One-time links: the first set-up, an invitation, a forgotten password. The rule: looking at a link uses nothing up; setting the password does.
import { systemActor } from '../access.ts';
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import { addressKey, type Limit } from '../limits.ts';
import { isSetupToken, ownerOfLink, setUp, useOneTimeLink } from '../people/operators.ts';
import type { Router } from '../web/express.ts';
import { enterOrAsk, keepLanguage } from './entering.ts';
import { asPage, type Fields, type FormHandler, lookOf, ownForm, sendPage, textOf } from './sign-in-form.ts';
import { setUpPage, staleLinkPage } from './sign-in-pages.ts';

const perSetUp: Limit = { name: 'set-up-address', points: 30, seconds: 15 * 60 };

/** Appends /setup. */
export function appendSetUp(core: Core, router: Router, css: string): void {
  router.get('/setup', async (request, response) => {
    await core.limits.consume(perSetUp, addressKey(request.ip ?? ''));
    const token = textOf(request.query.link);
    const look = lookOf(core, request, css);
    const owner = await ownerOfLink(core, token);
    if (owner) return sendPage(response, setUpPage(look, { token, email: owner.email }));
    if (await isSetupToken(core, token)) return sendPage(response, setUpPage(look, { token }));
    sendPage(response.status(404), staleLinkPage(look));
  });
  router.post(
    '/setup',
    ownForm(core),
    asPage(core, finishSetUp(core), (notice, fields, request) =>
      setUpPage(lookOf(core, request, css), {
        token: fields.link ?? '',
        email: fields.isFirst === '1' ? undefined : fields.email,
        first: fields,
        note: notice,
      }),
    ),
  );
}

// A link proves the mailbox, not the second factor: whoever has one is still asked for it.
function finishSetUp(core: Core): FormHandler {
  return async (request, response, fields) => {
    await core.limits.consume(perSetUp, addressKey(request.ip ?? ''));
    const { link = '', password = '', again = '' } = fields;
    if (password !== again) throw invalid('The two passwords differ.', { again: 'differs' });
    const id = await setUpOrInvited(core, link, fields, password);
    const operator = await core.db.operator.findUniqueOrThrow({ where: { id }, include: { role: true } });
    await keepLanguage(core, request, operator);
    await enterOrAsk(core, request, response, operator, undefined);
  };
}

async function setUpOrInvited(core: Core, token: string, fields: Fields, password: string): Promise<string> {
  if (await isSetupToken(core, token)) {
    const { email = '', name = '' } = fields;
    return (await setUp(core, { token, email, name, password })).id;
  }
  return (await core.transaction(systemActor, (work) => useOneTimeLink(work, token, password))).id;
}
