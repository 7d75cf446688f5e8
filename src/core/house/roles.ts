// Roles in the panel: named sets of permissions. Its rule: a role holds only what is declared, and nobody makes one that is above him.
import { z } from 'zod';
import { type Actor, may } from '../access.ts';
import { invalid } from '../errors.ts';
import type { Row } from '../model.ts';
import type { Registry } from '../registry.ts';
import { type Choice, resource } from '../resource.ts';
import type { Work } from '../work.ts';
import { mustHoldAll, mustKeepAdministrator } from './grants.ts';

const permission = 'core:operators';

/** Named sets of permissions. */
export const roles = resource('Role', {
  label: { one: 'role', many: 'roles' },
  group: 'People',
  icon: 'Shield',
  title: 'name',
  permissions: { read: permission, create: permission, update: permission, delete: permission },
  columns: {
    name: {
      label: 'Name',
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(100),
    },
    permissions: {
      label: 'Permissions',
      filter: true,
      create: true,
      update: true,
      choices: permissionChoices,
    },
    scope: {
      label: 'Sees',
      help: 'Left empty: all records. A narrower role sees the records of one thing only, which is chosen with each operator.',
      filter: true,
      create: true,
      update: true,
      choices: scopeChoices,
    },
    mustUseSecondFactor: {
      label: 'Asks for a second factor',
      help: 'Whoever has none sets one up at the next sign-in, before anything else. Whoever is signed in without one is asked at once.',
      filter: true,
      create: true,
      update: true,
    },
    createdAt: { label: 'Since', list: false, sort: true },
  },
  sort: ['name', 'asc'],
  write: {
    async create(work, values) {
      const role = checkedRole(work, { permissions: [], scope: 'all', ...values });
      const { name = '', mustUseSecondFactor = false } = values;
      return work.tx.role.create({ data: { name, mustUseSecondFactor, ...role }, select: { id: true } });
    },
    update: updateRole,
    async delete(work, row) {
      mustHoldAll(work.actor, row);
      await work.tx.role.delete({ where: { id: row.id } });
    },
  },
  children: [{ resource: 'Operator', by: 'roleId', label: 'Operators' }],
});

async function updateRole(work: Work, row: Row<'Role'>, values: Partial<Row<'Role'>>): Promise<void> {
  mustHoldAll(work.actor, row);
  const role = checkedRole(work, { ...row, ...values });
  const { name = row.name, mustUseSecondFactor = row.mustUseSecondFactor } = values;
  await work.tx.role.update({ where: { id: row.id }, data: { name, mustUseSecondFactor, ...role } });
  if ('permissions' in values || 'scope' in values)
    // A change of what a role may do ends the sessions of all others who have it, as a change of role does.
    await work.tx.operator.updateMany({
      where: { roleId: row.id, id: { not: work.actor.id ?? '' } },
      data: { epoch: { increment: 1 } },
    });
  await mustKeepAdministrator(work.tx);
}

// What the asker holds is what they can hand on; the rest is not even offered.
function permissionChoices(actor: Actor, registry: Registry): Choice[] {
  const all = may(actor, '*')
    ? [{ value: '*', label: 'Everything, also what later versions bring', group: 'All' }]
    : [];
  const single = [...registry.permissions]
    .filter(([name]) => may(actor, name))
    .map(([value, label]) => ({ value, label, group: registry.permissionModules.get(value) ?? '' }));
  return [...all, ...single];
}

function scopeChoices(actor: Actor, registry: Registry): Choice[] {
  const scopes = [...registry.scopes].map(([value, { label }]) => ({ value, label }));
  const choices = [{ value: 'all', label: 'All records' }, ...scopes];
  return actor.scope === 'all' ? choices : choices.filter(({ value }) => value === actor.scope);
}

function checkedRole(
  work: Work,
  role: { permissions: string[]; scope: string },
): { permissions: string[]; scope: string } {
  const permissions = [...new Set(role.permissions.map((one) => one.trim()).filter(Boolean))];
  const { registry } = work.core;
  const unknown = permissions.filter((one) => one !== '*' && !registry.permissions.has(one));
  if (unknown.length > 0)
    throw invalid('Please look at the marked fields.', { permissions: `has unknown ones: ${unknown.join(', ')}` });
  if (role.scope !== 'all' && !registry.scopes.has(role.scope))
    throw invalid('Please look at the marked fields.', {
      scope: `must be one of all, ${[...registry.scopes.keys()].join(', ')}`,
    });
  mustHoldAll(work.actor, { permissions, scope: role.scope });
  return { permissions, scope: role.scope };
}
