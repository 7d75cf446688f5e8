// Everything the modules declare, by name: looked up by the doors, never changed after the start.
import type { Actor } from './access.ts';
import type { AnyAction } from './action.ts';
import type { AnyJob } from './job.ts';
import type { MailDeclaration } from './mail.ts';
import type { ModuleDeclaration } from './module.ts';
import type { AnyResource } from './resource.ts';
import type { SmsDeclaration } from './sms.ts';
import { readyActions } from './spreadsheets/export.ts';
import type { WebhookDeclaration } from './webhook.ts';

/** An action with where it comes from; `id` is `module.action`. */
export interface RegisteredAction {
  id: string;
  action: AnyAction;
  resource: AnyResource;
  module: ModuleDeclaration;
}

/** The declarations of all modules by name. */
export interface Registry {
  resources: ReadonlyMap<string, AnyResource>;
  actions: ReadonlyMap<string, RegisteredAction>;
  jobs: ReadonlyMap<string, AnyJob>;
  mails: ReadonlyMap<string, MailDeclaration>;
  sms: ReadonlyMap<string, SmsDeclaration>;
  webhooks: ReadonlyMap<string, WebhookDeclaration>;
  permissions: ReadonlyMap<string, string>;
  /** Permission → the label of its module. */
  permissionModules: ReadonlyMap<string, string>;
  scopes: ReadonlyMap<string, { label: string; resource: string }>;
}

/** Indexes the modules' declarations. Doubles are the business of checks.ts, which runs first. */
export function buildRegistry(modules: readonly ModuleDeclaration[]): Registry {
  const all = modules.flatMap((module) =>
    module.resources.map((resource) => ({ module, resource: narrowed(resource, () => registry) })),
  );
  const registry: Registry = {
    resources: new Map(all.map(({ resource }) => [resource.model as string, resource])),
    actions: new Map(
      all.flatMap(({ module, resource }) =>
        [...(resource.actions ?? []), ...readyActions(resource)].map((action) => {
          const id = `${module.name}.${action.name}`;
          return [id, { id, action, resource, module }] as const;
        }),
      ),
    ),
    jobs: new Map(modules.flatMap((module) => (module.jobs ?? []).map((job) => [job.name, job] as const))),
    mails: new Map(modules.flatMap((module) => (module.mails ?? []).map((mail) => [mail.name, mail] as const))),
    sms: new Map(modules.flatMap((module) => (module.sms ?? []).map((sms) => [sms.name, sms] as const))),
    webhooks: new Map(modules.flatMap((module) => (module.webhooks ?? []).map((hook) => [hook.name, hook] as const))),
    permissions: new Map(modules.flatMap((module) => Object.entries(module.permissions))),
    permissionModules: new Map(
      modules.flatMap(({ permissions, label }) => Object.keys(permissions).map((name) => [name, label] as const)),
    ),
    scopes: new Map(modules.flatMap((module) => Object.entries(module.scopes ?? {}))),
  };
  return registry;
}

// What a resource narrows by the others' rights becomes a scope like the rest, so that the data gate has one kind of filter.
function narrowed(resource: AnyResource, registry: () => Registry): AnyResource {
  if (!resource.narrows) return resource;
  const all = (actor: Actor) => resource.narrows?.(actor, registry());
  return { ...resource, scopes: { ...resource.scopes, all } };
}
