// The doors for signing in: a key or a credential becomes a token.
import { z } from 'zod';
import { invalid, type LimitRule, route, unavailable, verifyPassword } from '../../core/index.ts';
import { turnstile } from '../../lib/turnstile.ts';
import { mustBeManager, mustBeSignedIn } from './callers.ts';
import { credentialProblem, setCredential } from './managers.ts';
import { signInAttendee, signInManager, tokenOfManager } from './sign-in.ts';
import { loginBody } from './wire.ts';

// A flood guard only; guessing is stopped by counting failures.
const calling: LimitRule = { name: 'workshops.sign-in', points: 3000, seconds: 300 };
// A class signs in at the same moment: a few at a time, the others wait in memory.
const inTurn = turnstile(6, 5000, () => unavailable('Too many people sign in at this moment. Please try again.'));
const token = 'eyJhbGciOiJIUzI1NiJ9…';
/** What every call but the public ones needs. */
export const tokenHeader = { Authorization: 'Bearer <token>; the old client’s `Bearer: <token>` works too.' };

const config = route({
  method: 'get',
  path: '/auth/config',
  summary: 'How people sign in',
  docs: { answer: { method: 'key' } },
  handle: async () => ({ method: 'key' }),
});

const login = route({
  method: 'post',
  path: '/auth/login',
  summary: 'Signs in with a key or a manager’s credential',
  query: z.looseObject({}),
  body: z.unknown().meta({
    description: 'credential, and admin_login: 0 or 1',
    examples: [{ credential: '7FKM4TRAH9', admin_login: 0 }],
  }),
  accepts: ['any-json', 'form'],
  maxBytes: 10_000,
  limits: [calling],
  docs: { answer: { token } },
  async handle({ body, query, core, address }) {
    const given = { ...query, ...(typeof body === 'object' && body !== null ? body : {}) };
    const { credential, admin_login } = parse(given);
    const isManager = ['1', 'true'].includes(String(admin_login));
    return { token: await inTurn(() => (isManager ? signInManager : signInAttendee)(core, address, credential)) };
  },
});

function parse(given: unknown): z.output<typeof loginBody> {
  const parsed = loginBody.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = Object.fromEntries(parsed.error.issues.map((one) => [one.path.join('.') || 'body', one.message]));
  throw invalid(`The body does not fit: ${Object.keys(fields).join(', ')}.`, fields);
}

const self = route({
  method: 'get',
  path: '/auth/login',
  summary: 'Who the token is for',
  docs: {
    headers: tokenHeader,
    answer: { id: 7, full_name: 'Ada', permission: 1, targetGroup: 'intern', event_id: 1 },
  },
  admits: mustBeSignedIn,
  async handle(asking) {
    const { caller } = asking;
    if (caller.kind === 'manager')
      return {
        id: caller.manager.number,
        full_name: caller.actor.name,
        permission: 100,
        targetGroup: null,
        event_id: -1,
      };
    const { number, fullName, targetGroup, event } = caller.attendee;
    return { id: number, full_name: fullName, permission: 1, targetGroup, event_id: event.number };
  },
});

const changePassword = route({
  method: 'post',
  path: '/auth/change_admin_password',
  summary: 'Changes the manager’s own credential and returns a new token; the old ones end',
  body: z.looseObject({ old_password: z.unknown().optional(), new_password: z.unknown().optional() }),
  accepts: ['any-json', 'form'],
  maxBytes: 10_000,
  limits: [{ name: 'workshops.change-credential', points: 30, seconds: 600 }],
  docs: { headers: tokenHeader, answer: { token } },
  admits: mustBeManager,
  async handle(asking) {
    const { manager, actor } = asking.caller;
    const { old_password: old, new_password: fresh } = asking.body;
    if (typeof old !== 'string' || typeof fresh !== 'string' || !old || !fresh) throw invalid('No data');
    const problem = credentialProblem(fresh);
    if (problem) throw invalid(problem);
    if (!(await verifyPassword(manager.credentialHash, old))) throw invalid('Bad old password');
    const changed = await asking.core.transaction(actor, async (work) => {
      await setCredential(work, manager.operatorId, fresh);
      return work.tx.workshopManager.findUniqueOrThrow({ where: { id: manager.id } });
    });
    return { token: tokenOfManager(asking.core, changed) };
  },
});

/** The routes under /auth. */
export const authRoutes = [config, login, self, changePassword];
