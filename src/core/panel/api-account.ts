// One's own account: name, password, second factor, sessions. The rule: what changes how somebody gets in asks for the password again.
import { z } from 'zod';
import type { Core } from '../core.ts';
import { conflict, invalid, StewardError, unauthenticated } from '../errors.ts';
import { addressKey } from '../limits.ts';
import { setPassword } from '../people/operators.ts';
import { checkPassword } from '../people/password-check.ts';
import {
  confirmFactor,
  countGuess,
  forgetGuesses,
  hasSecondFactor,
  newFactor,
  removeFactor,
  renewRecoveryCodes,
  takeCode,
} from '../people/second-factor.ts';
import { endSessionOf, endSessionsOf, listSessions } from '../people/session-list.ts';
import { startSession } from '../people/sessions.ts';
import type { OperatorWithRole } from '../web/express.ts';
import { languages, readLanguage } from '../words/language.ts';
import { readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';
import type { AccountView } from './api-shapes.ts';

export const accountCalls: readonly ApiCall[] = [
  { method: 'get', path: '/me/account', handle: readAccount },
  { method: 'post', path: '/me/name', handle: changeName },
  { method: 'post', path: '/me/language', handle: changeLanguage },
  { method: 'post', path: '/me/password', handle: changePassword },
  { method: 'post', path: '/me/second-factor/begin', handle: beginFactor },
  { method: 'post', path: '/me/second-factor/confirm', handle: confirm },
  { method: 'post', path: '/me/second-factor/codes', handle: renewCodes },
  { method: 'post', path: '/me/second-factor/remove', handle: remove },
  { method: 'post', path: '/me/sessions/end-others', handle: endOthers },
  { method: 'post', path: '/me/sessions/:handle/end', handle: endOne },
];

const password = z.string().max(1_000);
const code = z.string().max(100);

function self({ request }: ApiContext): OperatorWithRole {
  if (!request.operator) throw unauthenticated();
  return request.operator;
}

async function readAccount(context: ApiContext): Promise<AccountView> {
  const { core, request } = context;
  const operator = self(context);
  const where = { operatorId: operator.id, usedAt: null };
  return {
    name: operator.name,
    email: operator.email,
    role: operator.role.name,
    language: readLanguage(operator.language) ?? null,
    secondFactor: {
      since: operator.totpSince?.toISOString() ?? null,
      codesLeft: hasSecondFactor(operator) ? await core.db.recoveryCode.count({ where }) : 0,
      isRequired: operator.role.mustUseSecondFactor,
    },
    sessions: await listSessions(core, operator, request.sessionID),
  };
}

async function changeName(context: ApiContext): Promise<void> {
  const name = z
    .string()
    .trim()
    .max(100, 'may have 100 characters at most')
    .regex(/^[^\0-\x1f\x7f]*$/, 'has a character that cannot be typed');
  const given = await readBodyAs(context.request, z.strictObject({ name }));
  const { id, name: before, email } = self(context);
  await context.core.transaction(context.actor, async (work) => {
    await work.tx.operator.update({ where: { id }, data: { name: given.name }, select: { id: true } });
    const change = { before: { name: before }, after: { name: given.name } };
    const record = { resource: 'Operator', recordId: id, recordTitle: given.name || email };
    await work.audit({ kind: 'update', summary: 'The name was changed by its owner', ...record, ...change });
  });
}

async function changeLanguage(context: ApiContext): Promise<void> {
  const schema = z.strictObject({ language: z.enum(languages, 'is unknown').nullable() });
  const { language } = await readBodyAs(context.request, schema);
  const { id } = self(context);
  await context.core.transaction(context.actor, ({ tx }) =>
    tx.operator.update({ where: { id }, data: { language }, select: { id: true } }),
  );
}

async function changePassword(context: ApiContext): Promise<void> {
  const given = await readBodyAs(context.request, z.strictObject({ current: password, password }));
  const { id } = await ownPassword(context, given.current, 'current');
  await context.core.transaction(context.actor, (work) => setPassword(work, id, given.password));
  await stay(context);
}

async function beginFactor(context: ApiContext) {
  const given = await readBodyAs(context.request, z.strictObject({ password }));
  const operator = await ownPassword(context, given.password);
  if (hasSecondFactor(operator)) throw conflict('A second factor is set up already.');
  const { secret, qr, sealed } = await newFactor(context.core, operator);
  return { secret, sealed, qr: `data:image/svg+xml;base64,${Buffer.from(qr).toString('base64')}` };
}

async function confirm(context: ApiContext): Promise<{ codes: string[] }> {
  const given = await readBodyAs(context.request, z.strictObject({ sealed: z.string().max(500), code }));
  const { core, actor } = context;
  const { id } = self(context);
  await countGuess(core, id);
  const codes = await core.transaction(actor, (work) => confirmFactor(work, id, given.sealed, given.code));
  await forgetGuesses(core, id);
  await stay(context);
  return { codes };
}

async function renewCodes(context: ApiContext): Promise<{ codes: string[] }> {
  const given = await readBodyAs(context.request, z.strictObject({ password }));
  const { id } = await ownPassword(context, given.password);
  return { codes: await context.core.transaction(context.actor, (work) => renewRecoveryCodes(work, id)) };
}

async function remove(context: ApiContext): Promise<void> {
  const given = await readBodyAs(context.request, z.strictObject({ password, code }));
  const { core, actor } = context;
  const operator = await ownPassword(context, given.password);
  if (operator.role.mustUseSecondFactor) throw conflict('Your role asks for a second factor, so it stays.');
  await countGuess(core, operator.id);
  await core.transaction(actor, async (work) => {
    await takeCode(work, operator.id, given.code);
    await removeFactor(work, operator.id);
  });
  await forgetGuesses(core, operator.id);
  await stay(context);
}

async function endOne(context: ApiContext): Promise<void> {
  await readBodyAs(context.request, z.strictObject({}));
  const operator = self(context);
  await context.core.transaction(context.actor, (work) => endSessionOf(work, operator, context.part('handle')));
}

async function endOthers(context: ApiContext): Promise<{ ended: number }> {
  await readBodyAs(context.request, z.strictObject({}));
  const { core, actor, request } = context;
  const operator = self(context);
  return { ended: await core.transaction(actor, (work) => endSessionsOf(work, operator, request.sessionID)) };
}

// Guessing here is counted as guessing at the door.
async function ownPassword(context: ApiContext, given: string, field = 'password'): Promise<OperatorWithRole> {
  const { core, request } = context;
  try {
    return await checkPassword(core, self(context).email, given, addressKey(request.ip ?? ''));
  } catch (error) {
    if (error instanceof StewardError && error.code === 'wrong-pair')
      throw invalid('This is not your password.', { [field]: 'is not your password' });
    throw error;
  }
}

// The change has ended every session of this person; the one that made it goes on under a new id.
async function stay({ core, request }: { core: Core; request: ApiContext['request'] }): Promise<void> {
  const operator = await core.db.operator.findUniqueOrThrow({ where: { id: request.operator?.id ?? '' } });
  await startSession(core, request, operator);
}
