// Sessions of operators, kept in PostgreSQL. The rule: a session knows only who signed in and when; rights are read anew each time.
import { randomUUID } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import { deviceWords } from '../../lib/device-words.ts';
import { derivedKey } from '../config/secrets.ts';
import type { Core } from '../core.ts';
import { unavailable } from '../errors.ts';
import type { OperatorWithRole, Request, RequestHandler, Response } from '../web/express.ts';
import { phrase } from '../words/catalogue.ts';
import { lacksSecondFactor } from './second-factor.ts';
import { placeOf } from './session-list.ts';

declare module 'express-session' {
  interface SessionData {
    operatorId: string;
    /** The operator's epoch at sign-in; once it has risen, the session is over. */
    epoch: number;
    /** Milliseconds since 1970. */
    signedInAt: number;
    /** Who has given the right password and owes the second factor; this is nobody yet. */
    pending: PendingSignIn;
  }
}

/** Half a sign-in: the password was right, the second factor is still to come. */
export interface PendingSignIn {
  operatorId: string;
  epoch: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Where to go afterwards. */
  next?: string;
}

const idleSeconds = 2 * 60 * 60;
const absoluteSeconds = 12 * 60 * 60;
const pendingSeconds = 10 * 60;
const seenEverySeconds = 60;
const outOfReach = phrase('Sessions are out of reach at the moment. Please try again shortly.');

/** Returns the session cookie's name: bound to this very host where people reach us by TLS. */
function sessionCookieName(core: Core): string {
  return isBehindTls(core) ? '__Host-steward' : 'steward';
}

function isBehindTls(core: Core): boolean {
  return core.config.publicUrl.startsWith('https:');
}

/** Builds the handler that loads a request's session. Nothing is stored before somebody signs in; a store out of reach is 503. */
export function sessions(core: Core): RequestHandler {
  const Store = connectPgSimple(session);
  const store = new Store({
    pool: core.database.pool,
    tableName: 'WebSession',
    ttl: idleSeconds,
    errorLog: (...said: unknown[]) =>
      core.log.warn({ err: said.find((one) => one instanceof Error) }, 'the session store failed'),
  });
  const load = session({
    store,
    name: sessionCookieName(core),
    secret: derivedKey(core.config.appKey, 'session').toString('base64url'),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', path: '/', secure: isBehindTls(core) },
  });
  return (request, response, next) => {
    // PUBLIC_URL says that people reach us by TLS; the proxy in front need not say it again in each request.
    if (isBehindTls(core)) Object.defineProperty(request, 'secure', { value: true });
    load(request, response, (error?: unknown) => next(error ? unavailable(outOfReach, error) : undefined));
  };
}

/** Starts a session under a new id, so that an id known before the sign-in is worth nothing (session fixation). */
export async function startSession(
  core: Core,
  request: Request,
  operator: { id: string; epoch: number },
): Promise<void> {
  await settled((done) => request.session.regenerate(done));
  request.session.operatorId = operator.id;
  request.session.epoch = operator.epoch;
  request.session.signedInAt = Date.now();
  await settled((done) => request.session.save(done));
  const now = new Date();
  await core.db.webSession.updateMany({
    where: { sid: request.sessionID },
    data: {
      handle: randomUUID(),
      operatorId: operator.id,
      device: deviceWords(request.headers['user-agent']),
      address: placeOf(request.ip),
      startedAt: now,
      seenAt: now,
    },
  });
}

/** Keeps half a sign-in under a new id: it opens nothing but the page of the second factor. */
export async function startPending(request: Request, pending: Omit<PendingSignIn, 'at'>): Promise<void> {
  await settled((done) => request.session.regenerate(done));
  request.session.pending = { ...pending, at: Date.now() };
  await settled((done) => request.session.save(done));
}

/** Loads who owes the second factor; undefined when the half sign-in is over or something changed since. */
export async function pendingOperator(
  core: Core,
  request: Request,
): Promise<{ operator: OperatorWithRole; pending: PendingSignIn } | undefined> {
  const pending = request.session?.pending;
  if (!pending || Date.now() - pending.at > pendingSeconds * 1000) return undefined;
  const operator = await core.db.operator.findUnique({ where: { id: pending.operatorId }, include: { role: true } });
  if (operator?.state !== 'active' || operator.epoch !== pending.epoch) return undefined;
  return { operator, pending };
}

/** Ends the session in the store and in the browser. */
export async function endSession(core: Core, request: Request, response: Response): Promise<void> {
  if (request.session) await settled((done) => request.session.destroy(done));
  response.clearCookie(sessionCookieName(core), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isBehindTls(core),
  });
}

/** Loads the operator of the session with the role as both are now; undefined when the session is over. */
export async function sessionOperator(core: Core, request: Request): Promise<OperatorWithRole | undefined> {
  const { operatorId, epoch, signedInAt } = request.session ?? {};
  if (typeof operatorId !== 'string' || typeof epoch !== 'number' || typeof signedInAt !== 'number') return undefined;
  if (Date.now() - signedInAt > absoluteSeconds * 1000) return undefined;
  // By the session's own row: one that somebody ended must not live on in a request that was on its way.
  const row = await core.db.webSession.findUnique({
    where: { sid: request.sessionID },
    select: { operator: { include: { role: true } } },
  });
  const operator = row?.operator;
  if (operator?.id !== operatorId || operator.state !== 'active' || operator.epoch !== epoch) return undefined;
  // The role may ask for a second factor since: the way to it is a new sign-in.
  if (lacksSecondFactor(operator)) return undefined;
  await noteSeen(core, request.sessionID);
  return operator;
}

const seen = new Map<string, number>();

// At most once a minute and session, so that looking at a page is not a write.
async function noteSeen(core: Core, sid: string): Promise<void> {
  const now = Date.now();
  if (now - (seen.get(sid) ?? 0) < seenEverySeconds * 1000) return;
  if (seen.size > 10_000) seen.clear();
  seen.set(sid, now);
  await core.db.webSession.updateMany({ where: { sid }, data: { seenAt: new Date(now) } });
}

async function settled(act: (done: (error?: unknown) => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    act((error) => (error ? reject(unavailable(outOfReach, error)) : resolve())),
  );
}
