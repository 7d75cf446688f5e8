// The HTTP gate before AdminJS: every request passes these steps in this order, and nothing of AdminJS runs before the last.
import { randomBytes } from 'node:crypto';
import type { Core } from '../core.ts';
import { notFound, StewardError, unauthenticated } from '../errors.ts';
import { mustBeOwnChange, mustBeOwnRead } from '../origin.ts';
import { actorOfOperator } from '../people/operators.ts';
import { sessionOperator, sessions } from '../people/sessions.ts';
import { wordsFor } from '../web/errors.ts';
import { newRouter, type Request, type RequestHandler, type Response, type Router } from '../web/express.ts';
import { contentPolicy, neverCache } from '../web/headers.ts';
import { wordsOf } from '../words/words.ts';
import { checkAdminCall, isAdminApi } from './admin-call.ts';
import type { PanelAssets } from './assets.ts';
import { adminOf } from './current-admin.ts';
import { appendSignIn } from './sign-in.ts';
import { panelPolicy, writePage } from './state.ts';

/** Builds the router of /admin up to the point where AdminJS's routes are appended. `api` answers below /admin/api/steward. */
export function buildGate(core: Core, assets: PanelAssets, api: Router): Router {
  const router = newRouter();
  router.use(headers, readerOf(core), onlyGetAndPost);
  router.get('/assets/:hash/:name', assets.handler);
  router.use(sessions(core));
  appendSignIn(core, router, assets);
  router.use(signedIn(core), ownRequestsOnly(core));
  router.use('/api/steward', api, unknownAddress);
  router.use(adminCalls(core), page(core, assets));
  return router;
}

const headers: RequestHandler = (_request, response, next) => {
  neverCache(response);
  response.setHeader('Content-Security-Policy', contentPolicy());
  next();
};

// Until it is known who asks, the browser's own wish counts.
function readerOf(core: Core): RequestHandler {
  return (request, response, next) => {
    request.words = wordsFor(core, request);
    response.setHeader('Content-Language', request.words.language);
    next();
  };
}

// HEAD would run the handlers of GET, and AdminJS's delete takes every method but GET for a deletion (hazard 8).
const onlyGetAndPost: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'POST') return next();
  response.setHeader('Allow', 'GET, POST');
  throw new StewardError('method', 405, 'Only GET and POST are answered here.');
};

const unknownAddress: RequestHandler = () => {
  throw notFound();
};

// Who asks is read anew each time, so that a demotion or a block counts from the next request on (hazard 11).
function signedIn(core: Core): RequestHandler {
  return async (request, response, next) => {
    const operator = await sessionOperator(core, request);
    if (!operator) return askToSignIn(request, response);
    request.operator = operator;
    const { language } = request.words ?? wordsFor(core, request);
    request.actor = actorOfOperator(operator, language);
    request.words = wordsOf(core, request.actor.language ?? language);
    response.setHeader('Content-Language', request.words.language);
    next();
  };
}

function askToSignIn(request: Request, response: Response): void {
  if (request.method !== 'GET' || isApi(request)) throw unauthenticated();
  const wanted = request.originalUrl;
  response.redirect(303, wanted === '/admin' ? '/admin/login' : `/admin/login?next=${encodeURIComponent(wanted)}`);
}

function ownRequestsOnly(core: Core): RequestHandler {
  return (request, _response, next) => {
    if (request.method === 'POST') mustBeOwnChange(request, core.config.publicUrl);
    else if (isApi(request)) mustBeOwnRead(request, core.config.publicUrl);
    next();
  };
}

function isApi(request: Request): boolean {
  return /^\/api(\/|$)/i.test(request.path);
}

// What AdminJS's routes find: the one query and the one body that the gate has read and let pass.
function adminCalls(core: Core): RequestHandler {
  return async (request, _response, next) => {
    if (!isApi(request)) return next();
    if (!isAdminApi(request.path)) throw notFound();
    const call = await checkAdminCall(core, request);
    hand(request, call.query, call.fields);
    next();
  };
}

function hand(request: Request, query: Record<string, string>, fields: Record<string, unknown>): void {
  Object.defineProperty(request, 'query', { value: query });
  // Not enumerable: AdminJS reads it from the session, but it is never stored there.
  Object.defineProperty(request.session, 'adminUser', { value: adminOf(request.operator!), configurable: true });
  Object.assign(request, { fields, files: {}, express_formidable: { parsed: true } });
}

// Every other address is the panel's one page; the browser's router does the rest.
function page(core: Core, assets: PanelAssets): RequestHandler {
  return (request, response, next) => {
    if (isApi(request)) return next();
    if (request.method !== 'GET' || !/^\/[\w.~%:/-]*$/.test(request.path)) throw notFound();
    const nonce = randomBytes(16).toString('base64');
    const send = response.send.bind(response);
    response.send = (html: unknown) => {
      response.send = send;
      response.setHeader('Content-Security-Policy', panelPolicy(nonce));
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      return send(writePage(String(html), nonce, assets, request.words ?? wordsOf(core, 'en')));
    };
    hand(request, {}, {});
    request.url = '/';
    next();
  };
}
