// A house of all modules in which every column holds a canary, with somebody signed in for every role that is declared.
import { type Actor, systemActor } from '../../src/core/access.ts';
import type { Core } from '../../src/core/core.ts';
import { tableOf } from '../../src/core/database/tables.ts';
import { houseModule } from '../../src/core/house/module.ts';
import { configureLog } from '../../src/core/log.ts';
import type { ModuleDeclaration } from '../../src/core/module.ts';
import { buildPanel } from '../../src/core/panel/index.ts';
import { createApiKey } from '../../src/core/people/api-keys.ts';
import { hashPassword } from '../../src/core/people/passwords.ts';
import type { AnyResource } from '../../src/core/resource.ts';
import { modules } from '../../src/modules/index.ts';
import { testCore } from '../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../kit/http.ts';
import { Canaries, fill, settings } from './canaries.ts';

/** A role as it is declared, or as a test makes it up. */
export interface Role {
  name: string;
  permissions: readonly string[];
  scope: string;
}

/** Somebody with a role. */
export interface Caller {
  role: Role;
  operatorId: string;
  /** The record that the role is bound to; null for one that is not. */
  scopeId: string | null;
  /** Signed in to the panel. */
  visitor: Visitor;
  /** A key with every permission there is: it may do what its operator may. */
  key: string;
}

/** The house. */
export interface AbuseHouse {
  core: Core;
  web: TestWeb;
  canaries: Canaries;
  /** Everything the log has written. */
  logged: string[];
  /** A row of each model that bound roles are bound to, and one that they are not. */
  own: Record<string, string>;
  other: Record<string, string>;
  engage(role: Role): Promise<Caller>;
  /** Lets everybody call on: so many calls from one address would meet limits, which have tests of their own. */
  forgetLimits(): Promise<void>;
  close(): Promise<void>;
}

export const password = 'seventeen green bicycles';

/** Every role that comes with the modules, the administrator, and one that may do nothing. */
export const declaredRoles: readonly Role[] = [
  { name: 'administrator', permissions: ['*'], scope: 'all' },
  { name: 'nobody', permissions: [], scope: 'all' },
  ...[houseModule, ...modules].flatMap((module) =>
    Object.entries(module.roles ?? {}).map(([name, role]) => ({ name, scope: 'all', ...role })),
  ),
];

/** Opens the house with these modules beside those of the installation. */
export async function openAbuseHouse(more: readonly ModuleDeclaration[] = []): Promise<AbuseHouse> {
  const logged: string[] = [];
  configureLog({ level: 'debug', readable: false, write: (line) => logged.push(line) });
  const canaries = new Canaries();
  const { core, close } = await testCore([...modules, ...more], settings(canaries));
  const web = await openTestWeb(core, await buildPanel(core, { componentsFile: import.meta.filename }));
  const rows = await fill(core, canaries);
  const passwordHash = await hashPassword(password);
  const forgetLimits = async () => {
    await core.db.rateLimit.deleteMany({ where: { NOT: { key: { startsWith: 'qz' } } } });
  };
  return {
    core,
    web,
    canaries,
    logged,
    ...rows,
    forgetLimits,
    async engage(role) {
      const data = { permissions: [...role.permissions], scope: role.scope };
      const where = { name: role.name };
      const { id: roleId } = await core.db.role.upsert({ where, create: { ...where, ...data }, update: data });
      const scopeId = role.scope === 'all' ? null : (rows.own[core.registry.scopes.get(role.scope)!.resource] ?? null);
      const email = `${role.name.replace(/\W+/g, '-')}@staff.example.org`;
      const { id } = await core.db.operator.create({ data: { email, name: role.name, roleId, passwordHash, scopeId } });
      const { key } = await core.transaction(systemActor, (work) =>
        createApiKey(work, {
          name: role.name,
          permissions: [...core.registry.permissions.keys()],
          operatorId: id,
        }),
      );
      await forgetLimits();
      const visitor = new Visitor(web);
      const { status } = await visitor.signIn(email, password);
      if (status !== 303) throw new Error(`Signing in as ${role.name} failed: ${status}`);
      return { role, operatorId: id, scopeId, visitor, key };
    },
    async close() {
      await web.close();
      await close();
    },
  };
}

/** Tells whether a role holds a permission; said here anew and not taken from the code under test. */
export function holds(role: Role, permission: string | undefined): boolean {
  return permission !== undefined && role.permissions.some((one) => one === '*' || one === permission);
}

/** Returns the filter of the rows that a caller may know of, by the declaration alone; undefined for none. */
export function rowsFor(resource: AnyResource, { role, scopeId, operatorId }: Caller): object | undefined {
  if (role.scope === 'all') return {};
  const scopes = (resource.scopes ?? {}) as Record<string, (actor: Actor) => object>;
  const scope = Object.hasOwn(scopes, role.scope) ? scopes[role.scope] : scopes['*'];
  const permissions = new Set(role.permissions);
  return scope?.({ kind: 'operator', id: operatorId, name: role.name, permissions, scope: role.scope, scopeId });
}

/** Returns the ids of all records that a caller may know of, by model. */
export async function visibleIds({ core }: AbuseHouse, caller: Caller): Promise<Map<string, Set<string>>> {
  const visible = new Map<string, Set<string>>();
  for (const [model, resource] of core.registry.resources) {
    const where = holds(caller.role, resource.permissions.read) ? rowsFor(resource, caller) : undefined;
    const rows = where ? await tableOf(core.db, model).findMany({ where, select: { id: true } }) : [];
    visible.set(model, new Set(rows.map(({ id }) => id)));
  }
  return visible;
}

/** Calls `each` with every item, a few at a time. */
export async function inParallel<T>(items: readonly T[], each: (item: T) => Promise<void>, width = 6): Promise<void> {
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await each(item);
  };
  await Promise.all(Array.from({ length: width }, work));
}
