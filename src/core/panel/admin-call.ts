// One call of AdminJS's own API: which resource, which verb, on which kind of route. What does not fit is refused before AdminJS hears of it.
import type { Core } from '../core.ts';
import { forbidden, notFound, StewardError } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import type { Request } from '../web/express.ts';
import { type ActionRule, actionRules, mayDo, type RouteKind } from './action-rules.ts';
import { isRecordId, readAdminQuery } from './admin-query.ts';
import { readPayload, writableFields } from './payload.ts';

/** What AdminJS gets of a call. */
export interface AdminCall {
  query: Record<string, string>;
  fields: Record<string, unknown>;
}

interface Target {
  resourceId: string;
  kind: RouteKind;
  action: string;
  recordId?: string;
  /** The rest of the address, which only a search has. */
  words?: string;
}

const routes: readonly [RegExp, (parts: string[]) => Target][] = [
  [
    /^\/api\/resources\/([^/]+)\/actions\/([^/]+)(?:\/([^/]+))?$/,
    ([resourceId = '', action = '', words]) => ({ resourceId, kind: 'resource', action, words }),
  ],
  [
    /^\/api\/resources\/([^/]+)\/records\/([^/]+)\/([^/]+)$/,
    ([resourceId = '', recordId = '', action = '']) => ({ resourceId, kind: 'record', action, recordId }),
  ],
  [
    /^\/api\/resources\/([^/]+)\/bulk\/([^/]+)$/,
    ([resourceId = '', action = '']) => ({ resourceId, kind: 'bulk', action }),
  ],
];

/** Tells whether an address could be one of AdminJS's API at all. */
export function isAdminApi(path: string): boolean {
  return path === '/api/dashboard' || path.startsWith('/api/resources/');
}

/** Checks a call and returns what of it AdminJS may have. Throws 404, 405, 403, 400, 413 or 415 in this order of checks. */
export async function checkAdminCall(core: Core, request: Request): Promise<AdminCall> {
  if (request.path === '/api/dashboard') return checkDashboard(request);
  const { target, rule, resource } = findTarget(core, request);
  if (!rule.methods.includes(request.method as 'GET' | 'POST')) throw wrongMethod();
  if (!mayDo(request.actor, resource, rule)) throw forbidden();
  const query = readAdminQuery(resource, request.actor!, target.action, searchOf(request));
  if (request.method === 'GET') return { query, fields: {} };
  const payload = await readPayload(request);
  const use = target.action === 'new' ? 'create' : 'update';
  const isWriting = target.action === 'new' || target.action === 'edit';
  return { query, fields: isWriting ? writableFields(resource, request.actor!, use, payload, target.recordId) : {} };
}

function findTarget(core: Core, request: Request): { target: Target; rule: ActionRule; resource: AnyResource } {
  const target = parsePath(request.path);
  const resource = target && core.registry.resources.get(target.resourceId);
  const rule = target && Object.hasOwn(actionRules, target.action) ? actionRules[target.action] : undefined;
  // What the asker may not read does not exist for them; nor does an action on another kind of route than its own (hazard 19).
  if (!target || !resource || !rule || !mayDo(request.actor, resource, actionRules.list!)) throw notFound();
  if (rule.kind !== target.kind || (target.words !== undefined && target.action !== 'search')) throw notFound();
  if (target.recordId !== undefined && !isRecordId(target.recordId)) throw notFound();
  return { target, rule, resource };
}

function parsePath(path: string): Target | undefined {
  for (const [shape, read] of routes) {
    const found = shape.exec(path);
    if (found) return read(found.slice(1).map((part) => part && decoded(part)));
  }
  return undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw notFound();
  }
}

function checkDashboard(request: Request): AdminCall {
  if (request.method !== 'GET') throw wrongMethod();
  return { query: {}, fields: {} };
}

function searchOf(request: Request): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1));
}

function wrongMethod(): StewardError {
  return new StewardError('method', 405, 'This cannot be called in this way.');
}
