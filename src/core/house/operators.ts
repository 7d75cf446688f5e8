// Operators in the panel. Writing goes through operators.ts, so that sessions end with the rights they were made with.
import { z } from 'zod';
import { action, skip } from '../action.ts';
import { conflict } from '../errors.ts';
import type { Row } from '../model.ts';
import { createApiKey } from '../people/api-keys.ts';
import { blockOperator, changeRole, createOperator, normaliseEmail, oneTimeLink } from '../people/operators.ts';
import { hasSecondFactor, removeFactor } from '../people/second-factor.ts';
import { endSessionOf, endSessionsOf, listSessions } from '../people/session-list.ts';
import { resource, toolCall } from '../resource.ts';
import type { Work } from '../work.ts';
import { mustHoldAll, mustKeepAdministrator, mustOutrank } from './grants.ts';
import { invite, sendInvitation, sendReset } from './invitations.ts';

const permission = 'core:operators';

const block = action('Operator', {
  name: 'block',
  label: { one: 'Block', many: 'Block {count} operators' },
  description: 'They are signed out at once; their one-time links and API keys end.',
  permission,
  icon: 'UserX',
  danger: true,
  eligible: [{ where: { state: 'active' }, otherwise: 'is blocked already' }],
  async each(operator, { work }) {
    if (operator.id === work.actor.id) return skip('you cannot block yourself');
    await mustOutrank(work.tx, work.actor, operator.id);
    await blockOperator(work, operator.id);
    await mustKeepAdministrator(work.tx);
    return undefined;
  },
});

const unblock = action('Operator', {
  name: 'unblock',
  label: { one: 'Unblock', many: 'Unblock {count} operators' },
  description: 'They may sign in again. API keys that ended stay ended.',
  permission,
  icon: 'UserCheck',
  eligible: [{ where: { state: 'blocked' }, otherwise: 'is not blocked' }],
  async each(operator, { work }) {
    await mustOutrank(work.tx, work.actor, operator.id);
    await work.tx.operator.updateMany({
      where: { id: operator.id },
      data: { state: 'active', epoch: { increment: 1 } },
    });
    const recordTitle = operator.name || operator.email;
    await work.audit({
      kind: 'update',
      summary: 'The operator was unblocked',
      resource: 'Operator',
      recordId: operator.id,
      recordTitle,
    });
    return undefined;
  },
});

async function updateOperator(work: Work, row: Row<'Operator'>, values: Partial<Row<'Operator'>>): Promise<void> {
  const { roleId, ...plain } = values;
  await mustOutrank(work.tx, work.actor, row.id);
  if (Object.keys(plain).length > 0) {
    // Which records somebody sees is a right too: sessions end with it.
    const epoch = 'scopeId' in plain ? { epoch: { increment: 1 } } : {};
    await work.tx.operator.update({ where: { id: row.id }, data: { ...plain, ...epoch }, select: { id: true } });
  }
  if (roleId === undefined || roleId === row.roleId) return;
  if (row.id === work.actor.id) throw conflict('You cannot change your own role.', { roleId: 'is your own' });
  mustHoldAll(work.actor, await work.tx.role.findUniqueOrThrow({ where: { id: roleId } }));
  await changeRole(work, row.id, roleId);
  await mustKeepAdministrator(work.tx);
}

/** People with panel access. Never their password's hash, never their epoch. */
export const operators = resource('Operator', {
  label: { one: 'operator', many: 'operators' },
  group: 'People',
  icon: 'Users',
  title: (row) => row.name || row.email,
  permissions: { read: permission, create: permission, update: permission, export: 'core:export' },
  columns: {
    name: { label: 'Name', filter: true, sort: true, create: true, update: true },
    email: {
      label: 'E-mail',
      display: 'email',
      filter: true,
      sort: true,
      create: true,
      rule: z.string().transform(normaliseEmail).pipe(z.email('is not an e-mail address')),
    },
    roleId: { label: 'Role', filter: true, create: true, update: true },
    state: {
      label: 'State',
      filter: true,
      values: { active: { label: 'Active', tone: 'good' }, blocked: { label: 'Blocked', tone: 'bad' } },
    },
    accountName: {
      label: 'Account name',
      help: 'Public APIs know the operator by it instead of by the e-mail address.',
      list: false,
      create: true,
      update: true,
      rule: z
        .string()
        .trim()
        .max(100, 'is too long')
        .regex(/^[^@\s]*$/, 'may have neither blanks nor an @'),
    },
    totpSince: { label: 'Second factor since', list: false, filter: true },
    scopeId: {
      label: 'Bound to record',
      help: 'The id of the one record that a narrower role is about.',
      list: false,
      create: true,
      update: true,
    },
    lastSignInAt: { label: 'Last sign-in', filter: true, sort: true },
    createdAt: { label: 'Since', list: false, sort: true, filter: true },
  },
  sort: ['email', 'asc'],
  views: [
    { label: 'Active', where: { state: 'active' } },
    { label: 'Blocked', where: { state: 'blocked' } },
  ],
  actions: [sendReset, invite, block, unblock],
  tools: {
    access: {
      label: 'Access',
      component: 'OperatorAccess',
      permission,
      load: async ({ row, core, actor }) => ({
        state: row.state,
        hasPassword: row.passwordHash !== null,
        hasFactor: hasSecondFactor(row),
        isSelf: row.id === actor.id,
        sessions: await listSessions(core, row),
        permissions: [...core.registry.permissions]
          .filter(([name]) => actor.permissions.has(name) || actor.permissions.has('*'))
          .map(([value, label]) => ({ value, label, group: core.registry.permissionModules.get(value) ?? '' })),
      }),
      calls: {
        link: toolCall({
          input: z.strictObject({ hours: z.number().int().min(1).max(168).default(24) }),
          async handle({ row, input, work, actor }) {
            if (row.state !== 'active') throw conflict('A blocked operator gets no link.');
            await mustOutrank(work.tx, actor, row.id);
            const link = await oneTimeLink(work, row.id, 'set-password', input.hours);
            await work.audit({
              kind: 'action',
              summary: 'A link to set the password was made',
              resource: 'Operator',
              recordId: row.id,
              recordTitle: row.name || row.email,
            });
            return { link };
          },
        }),
        endSession: toolCall({
          input: z.strictObject({ handle: z.string().max(64) }),
          async handle({ row, input, work, actor }) {
            await mustOutrank(work.tx, actor, row.id);
            await endSessionOf(work, row, input.handle);
          },
        }),
        endSessions: toolCall({
          input: z.strictObject({}),
          async handle({ row, work, actor }) {
            await mustOutrank(work.tx, actor, row.id);
            return { ended: await endSessionsOf(work, row) };
          },
        }),
        resetFactor: toolCall({
          input: z.strictObject({}),
          async handle({ row, work, actor }) {
            // One's own asks for the password first, which is done on one's own page.
            if (row.id === actor.id) throw conflict('Your own second factor is under “My account”.');
            await mustOutrank(work.tx, actor, row.id);
            await removeFactor(work, row.id);
          },
        }),
        key: toolCall({
          input: z.strictObject({
            name: z.string().trim().min(1).max(100),
            permissions: z.array(z.string().max(100)).min(1).max(100),
            days: z.number().int().min(1).max(3650).nullable().default(null),
          }),
          async handle({ row, input, work, actor }) {
            if (row.state !== 'active') throw conflict('A blocked operator gets no key.');
            await mustOutrank(work.tx, actor, row.id);
            mustHoldAll(actor, { permissions: input.permissions, scope: actor.scope });
            const expiresAt = input.days === null ? null : new Date(Date.now() + input.days * 86_400_000);
            return createApiKey(work, {
              name: input.name,
              permissions: input.permissions,
              operatorId: row.id,
              expiresAt,
            });
          },
        }),
      },
    },
  },
  write: {
    async create(work, values) {
      const role = await work.tx.role.findUniqueOrThrow({ where: { id: values.roleId ?? '' } });
      mustHoldAll(work.actor, role);
      const { id } = await createOperator(work, {
        email: values.email ?? '',
        name: values.name ?? '',
        roleName: role.name,
        ...(values.accountName ? { accountName: values.accountName } : {}),
        ...(values.scopeId ? { scopeId: values.scopeId } : {}),
      });
      await sendInvitation(work, await work.tx.operator.findUniqueOrThrow({ where: { id } }), id);
      return { id };
    },
    update: updateOperator,
  },
  children: [{ resource: 'ApiKey', by: 'operatorId', label: 'API keys' }],
  empty: 'Nobody has access yet.',
});
