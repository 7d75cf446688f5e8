// What the panel asks first: who is here, what they may see, how it should look.
import { z } from 'zod';
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { tableOf } from '../database/tables.ts';
import { unauthenticated } from '../errors.ts';
import { describeResource, type ResourceView } from '../records/describe.ts';
import { readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';
import type { PanelState } from './api-shapes.ts';
import { silenceView } from './api-silence.ts';

export const stateCalls: readonly ApiCall[] = [
  { method: 'get', path: '/state', handle: readState },
  { method: 'post', path: '/me/theme', handle: setTheme },
];

async function readState({ core, actor, request }: ApiContext): Promise<PanelState> {
  const { operator } = request;
  if (!operator) throw unauthenticated();
  const resources = describeAll(core, actor);
  const { id, name, email, role } = operator;
  const silence = await silenceView(core, actor);
  return {
    product: 'Steward',
    operator: { id, name, email, role: role.name },
    theme: operator.theme,
    timeZone: core.config.timeZone,
    mail: core.config.smtpUrl ? 'smtp' : 'capture',
    resources,
    navigation: navigationOf(core, resources),
    isEmpty: await isInstallationEmpty(core),
    permissions: [...actor.permissions],
    ...(silence ? { silence } : {}),
  };
}

function describeAll(core: Core, actor: Actor): ResourceView[] {
  return [...core.registry.resources.values()].flatMap(
    (resource) => describeResource(resource, actor, core.registry) ?? [],
  );
}

/** Groups resources under their headings, the framework's own last. What is only ever a part of another record is found there. */
function navigationOf(core: Core, resources: ResourceView[]): PanelState['navigation'] {
  const groups = new Map<string, PanelState['navigation'][number]['items']>();
  for (const resource of resources.filter((one) => isEntered(core, one) || !isPart(one, resources))) {
    const { model, label, group, icon } = resource;
    const item = { model, label: label.many.charAt(0).toUpperCase() + label.many.slice(1), ...(icon ? { icon } : {}) };
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  const ownModels = new Set(houseModule(core)?.resources.map(({ model }) => model as string));
  const isOwn = ([, items]: [string, { model: string }[]]) => items.every(({ model }) => ownModels.has(model));
  return [...groups]
    .sort((one, other) => Number(isOwn(one)) - Number(isOwn(other)))
    .map(([group, items]) => ({ group, items }));
}

// A log is part of each record's page and still read as a whole.
function isEntered(core: Core, { model }: ResourceView): boolean {
  return core.registry.resources.get(model)?.inNavigation === true;
}

function isPart({ model, actions, may }: ResourceView, resources: ResourceView[]): boolean {
  const hasVerbs = actions.some(({ ready }) => !ready) || may.create || may.update || may.delete;
  return !hasVerbs && resources.some(({ children }) => children.some((child) => child.resource === model));
}

function houseModule(core: Core) {
  return core.modules.find(({ name }) => name === 'core');
}

/** Tells whether no module beside the framework itself has a record yet. */
async function isInstallationEmpty(core: Core): Promise<boolean> {
  const house = houseModule(core);
  const models = core.modules.filter((module) => module !== house).flatMap(({ resources }) => resources);
  for (const { model, isGiven } of models)
    if (!isGiven && (await tableOf(core.db, model).findFirst({ select: { id: true } }))) return false;
  return true;
}

const themeSchema = z.strictObject({ theme: z.enum(['system', 'light', 'dark']) });

async function setTheme({ core, actor, request }: ApiContext): Promise<void> {
  const { theme } = await readBodyAs(request, themeSchema);
  const id = request.operator?.id;
  if (!id) throw unauthenticated();
  await core.transaction(actor, ({ tx }) => tx.operator.updateMany({ where: { id }, data: { theme } }));
}
