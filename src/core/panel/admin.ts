// Builds AdminJS from the declarations: one resource each, every built-in action said explicitly, our components over its own.
import { buildRouter } from '@adminjs/express';
import AdminJS, { type Action, type ActionHandler, type ActionResponse, type ResourceOptions } from 'adminjs';
import type { Core } from '../core.ts';
import { forbidden } from '../errors.ts';
import { deleteRecord, recordOptions } from '../records/records.ts';
import type { AnyResource } from '../resource.ts';
import type { Router } from '../web/express.ts';
import { type ActionRule, actionRules, mayDo } from './action-rules.ts';
import { GatedResource } from './adapter.ts';
import { componentLoader } from './component-loader.ts';
import { actorOfAdmin } from './current-admin.ts';

/** Appends AdminJS's routes to a router that has our gate in front. */
export function appendAdmin(core: Core, router: Router): void {
  const admin = new AdminJS({
    rootPath: '/admin',
    loginPath: '/admin/login',
    logoutPath: '/admin/logout',
    componentLoader: componentLoader(),
    branding: { companyName: 'Steward', logo: false, withMadeWithLove: false },
    dashboard: { handler: async () => ({}) },
    resources: [...core.registry.resources.values()].map((resource) => ({
      resource: new GatedResource(core, resource),
      options: optionsOf(core, resource),
    })),
  });
  mustAnswerAtOnce(admin);
  buildRouter(admin, router);
}

function optionsOf(core: Core, resource: AnyResource): ResourceOptions {
  const actions = Object.entries(actionRules).map(([name, rule]) => [name, actionOf(resource, rule)] as const);
  const options = Object.fromEntries(actions);
  return {
    navigation: { name: resource.group, icon: resource.icon },
    sort: { sortBy: resource.sort[0], direction: resource.sort[1] },
    actions: {
      ...options,
      search: { ...options.search, handler: searchHandler(core, resource) },
      bulkDelete: { ...options.bulkDelete, handler: bulkDeleteHandler(core, resource) },
    },
  };
}

function actionOf(resource: AnyResource, rule: ActionRule): Partial<Action<ActionResponse>> {
  const isAllowed = ({ currentAdmin }: { currentAdmin?: unknown }) => mayDo(actorOfAdmin(currentAdmin), resource, rule);
  return { isAccessible: isAllowed, isVisible: isAllowed };
}

// AdminJS's own search takes any column's name and knows no cap; ours looks where the declaration says.
function searchHandler(core: Core, resource: AnyResource): ActionHandler<ActionResponse> {
  return async (request, _response, { currentAdmin }) => {
    const actor = actorOfAdmin(currentAdmin);
    if (!actor) return { records: [] };
    const found = await recordOptions(core, actor, resource, { q: request.params.query ?? '' });
    const quiet = { populated: {}, baseError: null, errors: {}, recordActions: [], bulkActions: [] };
    return { records: found.map(({ id, title }) => ({ ...quiet, id, title, params: { id, title } })) };
  };
}

// One record after the other, each with its own outcome: one that cannot go does not stop or hide the rest.
function bulkDeleteHandler(core: Core, resource: AnyResource): ActionHandler<ActionResponse> {
  return async (request, _response, { currentAdmin }) => {
    const actor = actorOfAdmin(currentAdmin);
    if (!actor) throw forbidden();
    const ids = String(request.query?.recordIds ?? '').split(',');
    const failed: string[] = [];
    for (const id of ids) await deleteRecord(core, actor, resource, id).catch(() => failed.push(id));
    const done = ids.length - failed.length;
    const type = failed.length > 0 ? 'error' : 'success';
    return {
      records: [],
      requested: ids.length,
      done,
      failed,
      notice: { message: `${done} of ${ids.length} deleted`, type },
    };
  };
}

/** Throws when a guard answers with a promise: a promise is truthy, so that such a guard would allow everything (hazard 18). */
export function mustAnswerAtOnce(admin: AdminJS): void {
  for (const resource of admin.resources) {
    for (const action of Object.values(resource.decorate().actions)) {
      for (const guard of ['isAccessible', 'isVisible'] as const) {
        const answer: unknown = action.is(guard, undefined as never, undefined as never);
        if (typeof answer !== 'boolean')
          throw new Error(`The guard ${guard} of ${resource.id()}.${action.name} must answer true or false at once.`);
      }
    }
  }
}
