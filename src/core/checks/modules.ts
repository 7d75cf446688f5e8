// Checks of modules as wholes and among each other: names, needs, permissions, roles, routes, jobs, mails. See checks.ts.

import { variables } from '../config/variables.ts';
import { allModels } from '../database/datamodel.ts';
import type { ModuleDeclaration } from '../module.ts';
import { renderMail } from '../outbox/templates.ts';
import type { AnyRoute } from '../route.ts';
import { textsOfSms } from '../sms.ts';
import { asyncProblem, isAsync, type Problem, scopeProblem } from './problem.ts';

type Modules = readonly ModuleDeclaration[];

/** Returns the mistakes that concern modules rather than single resources. */
export function checkModules(modules: Modules): Problem[] {
  return [
    ...doubles(modules),
    ...modules.flatMap((module) => [
      ...checkNeeds(module, modules),
      ...checkRoles(module, modules),
      ...checkScopes(module),
      ...checkUsedPermissions(module, modules),
      ...(module.mails ?? []).flatMap((mail) => checkMail(module, mail)),
      ...(module.sms ?? []).flatMap((sms) => checkMail(module, { ...sms, ...textsOfSms(sms) })),
      ...(module.webhooks ?? []).flatMap((webhook) => checkWebhook(module, webhook)),
      ...(module.routes ? checkEnvelope(module) : []),
    ]),
  ];
}

/** Tells whether some module declares the permission. */
function isPermission(modules: Modules, permission: unknown): boolean {
  return modules.some((module) => Object.hasOwn(module.permissions ?? {}, String(permission)));
}

/** Returns the problem for a permission that no module declares; none for a sound one. */
export function permissionProblem(modules: Modules, where: string, permission: unknown): Problem[] {
  if (typeof permission === 'string' && isPermission(modules, permission)) return [];
  const message = `No module declares the permission ${JSON.stringify(permission)}.`;
  return [{ id: 'steward.E010', where, message, hint: 'Add it to `permissions` of a module, or correct the name.' }];
}

function doubles(modules: Modules): Problem[] {
  const named: [id: string, what: string, names: string[]][] = [
    ['steward.E001', 'module', modules.map(({ name }) => name)],
    ['steward.E004', 'resource', modules.flatMap((m) => m.resources.map(({ model }) => String(model)))],
    [
      'steward.E012',
      'action',
      modules.flatMap((m) => m.resources.flatMap((r) => (r.actions ?? []).map((a) => `${m.name}.${a.name}`))),
    ],
    ['steward.E019', 'route', modules.flatMap((m) => (m.routes?.list ?? []).map(routeKey))],
    ['steward.E019', 'page', modules.flatMap((m) => Object.keys(m.pages ?? {}).map(withoutNames))],
    ['steward.E025', 'permission', modules.flatMap((m) => Object.keys(m.permissions ?? {}))],
    ['steward.E025', 'row scope', modules.flatMap((m) => Object.keys(m.scopes ?? {}))],
    ['steward.E025', 'role', modules.flatMap((m) => Object.keys(m.roles ?? {}))],
    ['steward.E025', 'job', modules.flatMap((m) => (m.jobs ?? []).map(({ name }) => name))],
    [
      'steward.E025',
      'mail, SMS or webhook',
      modules.flatMap((m) => [...(m.mails ?? []), ...(m.sms ?? []), ...(m.webhooks ?? [])].map(({ name }) => name)),
    ],
    ['steward.E025', 'command', modules.flatMap((m) => (m.commands ?? []).map(({ name }) => name))],
    [
      'steward.E025',
      'variable',
      [variables.shape, ...modules.map((m) => m.variables?.shape ?? {})].flatMap((shape) => Object.keys(shape)),
    ],
  ];
  return named.flatMap(([id, what, names]) =>
    [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => ({
      id,
      where: name,
      message: `There are two of the ${what} ${name}.`,
      hint: 'Names must be unique; rename one.',
    })),
  );
}

function routeKey(route: AnyRoute): string {
  return `${route.method.toUpperCase()} ${withoutNames(route.path)}`;
}

// `/a/:code` and `/a/:id` are the same address.
function withoutNames(path: string): string {
  return path
    .replace(/:\w+/g, ':')
    .replace(/(.)\/+$/, '$1')
    .toLowerCase();
}

function checkNeeds(module: ModuleDeclaration, modules: Modules): Problem[] {
  const byName = new Map(modules.map((one) => [one.name, one]));
  const where = `${module.name}: needs`;
  const unknown = (module.needs ?? []).filter((name) => !byName.has(name));
  const reaches = (name: string, seen: Set<string>): boolean =>
    (byName.get(name)?.needs ?? []).some(
      (next) => next === module.name || (!seen.has(next) && reaches(next, seen.add(next))),
    );
  return [
    ...unknown.map((name) => ({
      id: 'steward.E002',
      where,
      message: `There is no module ${name}.`,
      hint: 'Correct the name, or add the module to src/modules/index.ts.',
    })),
    ...(reaches(module.name, new Set())
      ? [
          {
            id: 'steward.E003',
            where,
            message: 'The modules need each other in a circle.',
            hint: 'Move what both need into one of them.',
          },
        ]
      : []),
  ];
}

function checkRoles(module: ModuleDeclaration, modules: Modules): Problem[] {
  return Object.entries(module.roles ?? {}).flatMap(([name, role]) => {
    const where = `${module.name}: roles.${name}`;
    const scope = role.scope ?? 'all';
    const isKnown = scope === 'all' || modules.some((one) => Object.hasOwn(one.scopes ?? {}, scope));
    return [
      ...role.permissions
        .filter((permission) => permission !== '*')
        .flatMap((permission) => permissionProblem(modules, where, permission)),
      ...(isKnown ? [] : [scopeProblem(where, scope)]),
    ];
  });
}

function checkScopes(module: ModuleDeclaration): Problem[] {
  return Object.entries(module.scopes ?? {})
    .filter(([, scope]) => !allModels().has(scope.resource))
    .map(([name, scope]) => ({
      id: 'steward.E017',
      where: `${module.name}: scopes.${name}`,
      message: `There is no model ${scope.resource} to bind the scope to.`,
      hint: 'Name the model whose records narrow the role, for example Campaign.',
    }));
}

function checkUsedPermissions(module: ModuleDeclaration, modules: Modules): Problem[] {
  const shapes = Object.keys(module.permissions ?? {}).filter((name) => !/^[a-z][\w-]*:[a-z][\w-]*$/.test(name));
  return [
    ...(module.cards ?? []).flatMap((card) =>
      permissionProblem(modules, `${module.name}: card “${card.title}”`, card.permission),
    ),
    ...(module.routes?.list ?? [])
      .filter((route) => route.permission !== undefined)
      .flatMap((route) => permissionProblem(modules, `${module.name}: ${routeKey(route)}`, route.permission)),
    ...shapes.map((name) => ({
      id: 'steward.E010',
      where: `${module.name}: permissions`,
      message: `The permission ${name} is not written as module:verb.`,
      hint: 'For example certificates:send.',
    })),
  ];
}

function checkMail(module: ModuleDeclaration, mail: NonNullable<ModuleDeclaration['mails']>[number]): Problem[] {
  return Object.keys(mail.texts).flatMap((language) => {
    try {
      renderMail(mail, language, exampleOf(mail));
      return [];
    } catch (error) {
      return [
        {
          id: 'steward.E020',
          where: `${module.name}: mail ${mail.name}, ${language}`,
          message: error instanceof Error ? error.message : 'Its example cannot be written.',
          hint: 'Correct the template, or give the example every value that the template uses.',
        },
      ];
    }
  });
}

/** Returns the data with which a text is tried: the declaration's example, and what every text knows. */
export function exampleOf(mail: {
  example: Record<string, unknown>;
  transactional?: boolean;
}): Record<string, unknown> {
  const unsubscribe = 'https://example.org/unsubscribe?t=example';
  return { ...(mail.transactional === false ? { unsubscribe } : {}), ...mail.example };
}

function checkWebhook(
  module: ModuleDeclaration,
  { name, type }: NonNullable<ModuleDeclaration['webhooks']>[number],
): Problem[] {
  if (/^\w+(\.\w+)*$/.test(type)) return [];
  const message = `The type ${JSON.stringify(type)} is not written in words with dots.`;
  return [
    { id: 'steward.E036', where: `${module.name}: webhook ${name}`, message, hint: 'For example entry.accepted.' },
  ];
}

function checkEnvelope(module: ModuleDeclaration): Problem[] {
  const { success, failure } = module.routes?.envelope ?? {};
  return isAsync(success) || isAsync(failure) ? [asyncProblem(`${module.name}: routes.envelope`)] : [];
}
