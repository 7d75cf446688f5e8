// The panel's JSON API: thin translation between the browser and the rooms that know. It stands behind the panel's gate,
// which has checked session, sender and operator. GET reads, POST changes.
import type { Core } from '../core.ts';
import { unauthenticated } from '../errors.ts';
import { newRouter, type Request, type RequestHandler, type Response, type Router } from '../web/express.ts';
import { sayAnswer } from '../words/door.ts';
import { accountCalls } from './api-account.ts';
import { actionCalls } from './api-actions.ts';
import type { ApiCall } from './api-call.ts';
import { dashboardCalls } from './api-dashboard.ts';
import { importCalls } from './api-imports.ts';
import { recordCalls } from './api-records.ts';
import { runCalls } from './api-runs.ts';
import { secondPersonCalls } from './api-second-person.ts';
import { silenceCalls } from './api-silence.ts';
import { stateCalls } from './api-state.ts';
import { toolCalls } from './api-tools.ts';

/** Every call of the panel's API. */
export const panelCalls: readonly ApiCall[] = [
  ...stateCalls,
  ...recordCalls,
  ...actionCalls,
  ...runCalls,
  ...importCalls,
  ...toolCalls,
  ...dashboardCalls,
  ...accountCalls,
  ...secondPersonCalls,
  ...silenceCalls,
];

/** Builds the router that the gate mounts under /admin/api/steward; errors go on to the last error handler. */
export function buildPanelApi(core: Core): Router {
  const router = newRouter();
  for (const call of panelCalls) router[call.method](call.path, handlerOf(core, call));
  return router;
}

function handlerOf(core: Core, call: ApiCall): RequestHandler {
  return async (request: Request, response: Response) => {
    if (!request.actor) throw unauthenticated();
    const params = request.params as Record<string, unknown>;
    const part = (name: string) => (typeof params[name] === 'string' ? params[name] : '');
    const answer = await call.handle({ core, actor: request.actor, request, part });
    response.json(request.words ? sayAnswer(request.words, answer ?? {}, call.ours) : (answer ?? {}));
  };
}
