// Operators, roles and mail servers through the data gate: nobody gains rights by it, somebody with every right stays, passwords go in only.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import { coreCommands } from '../../../src/core/house/commands.ts';
import { mailAccounts } from '../../../src/core/house/mail-accounts.ts';
import { operators } from '../../../src/core/house/operators.ts';
import { roles } from '../../../src/core/house/roles.ts';
import { createRecord, deleteRecord, readRecord, updateRecord } from '../../../src/core/records/records.ts';
import { open } from '../../../src/core/tokens.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { sampleModule } from '../../kit/sample-module.ts';

let kit: TestCore;
let administrator: string;
let clerk: string;
let root: string;
let carol: string;
let boss: Actor;
const manager = actorWith(['core:operators', 'core:runs', 'core:mail-accounts']);

beforeAll(async () => {
  kit = await testCore([sampleModule]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  const { db } = kit.core;
  await db.$executeRaw`TRUNCATE "Operator", "AuditEntry", "MailAccount" CASCADE`;
  await db.role.deleteMany({ where: { name: { not: 'administrator' } } });
  administrator = (await db.role.findUniqueOrThrow({ where: { name: 'administrator' } })).id;
  clerk = (await db.role.create({ data: { name: 'clerk', permissions: ['core:runs'] } })).id;
  root = (await db.operator.create({ data: { email: 'root@example.org', name: 'Root', roleId: administrator } })).id;
  carol = (await db.operator.create({ data: { email: 'carol@example.org', name: 'Carol', roleId: clerk } })).id;
  boss = actorWith(['*'], { id: root });
});

const epochOf = async (id: string) => (await kit.core.db.operator.findUniqueOrThrow({ where: { id } })).epoch;

describe('operators', () => {
  test('are made through the service, with one audit entry', async () => {
    const view = await createRecord(kit.core, manager, operators, {
      email: ' New@Example.org ',
      name: 'New',
      roleId: clerk,
    });
    expect(view).toMatchObject({
      title: 'New',
      values: { email: 'new@example.org', state: 'active' },
      references: { roleId: { title: 'clerk' } },
    });
    const entries = await kit.core.db.auditEntry.findMany();
    expect(entries).toMatchObject([
      { kind: 'create', resource: 'Operator', recordId: view.id, after: { email: 'new@example.org' } },
    ]);
  });

  test('get no role that has more rights than their maker', async () => {
    await expect(
      createRecord(kit.core, manager, operators, { email: 'x@example.org', name: 'X', roleId: administrator }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(updateRecord(kit.core, manager, operators, carol, { roleId: administrator })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(updateRecord(kit.core, manager, operators, root, { name: 'Hacked' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await kit.core.db.operator.count()).toBe(2);
    expect(await kit.core.db.operator.findUnique({ where: { id: root } })).toMatchObject({
      name: 'Root',
      roleId: administrator,
    });
  });

  test('lose their sessions when their role or their bound record changes, not when their name does', async () => {
    const epoch = await epochOf(carol);
    await updateRecord(kit.core, boss, operators, carol, { name: 'Caroline' });
    expect(await epochOf(carol)).toBe(epoch);
    await updateRecord(kit.core, boss, operators, carol, { roleId: administrator });
    expect(await epochOf(carol)).toBeGreaterThan(epoch);
    const later = await epochOf(carol);
    await updateRecord(kit.core, boss, operators, carol, { scopeId: 'c1' });
    expect(await epochOf(carol)).toBeGreaterThan(later);
  });

  test('cannot change their own role', async () => {
    await expect(updateRecord(kit.core, boss, operators, root, { roleId: clerk })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('of those with every right one stays, also when two are demoted at once', async () => {
    const second = (
      await kit.core.db.operator.create({ data: { email: 'two@example.org', name: 'Two', roleId: administrator } })
    ).id;
    const other = actorWith(['*'], { id: 'somebody-else' });
    const results = await Promise.allSettled(
      [root, second].map((id) => updateRecord(kit.core, other, operators, id, { roleId: clerk })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await kit.core.db.operator.count({ where: { roleId: administrator } })).toBe(1);
  });
});

describe('api-key:create', () => {
  const create = coreCommands.find(({ name }) => name === 'api-key:create')!;
  const asked = async (permissions: string) => {
    const lines: string[] = [];
    const given = { operator: 'Carol@example.org', permissions, name: 'Sheet' };
    await create.run(kit.core, given, (line) => lines.push(line));
    return lines;
  };

  test('makes a key of what the operator may do, and refuses the rest by name', async () => {
    expect(await asked('core:runs')).toEqual([expect.stringMatching(/^stw_/)]);
    await expect(asked('core:runs, core:operators')).rejects.toMatchObject({
      message: 'carol@example.org may not do this, and a key can do no more: core:operators.',
    });
    await expect(asked('core:nothing')).rejects.toMatchObject({ message: 'There is no permission core:nothing.' });
    await kit.core.db.operator.update({ where: { id: carol }, data: { state: 'blocked' } });
    await expect(asked('core:runs')).rejects.toMatchObject({ code: 'conflict' });
    expect(await kit.core.db.apiKey.count()).toBe(1);
  });
});

describe('roles', () => {
  test('hold only known permissions and scopes', async () => {
    const make = (values: object) =>
      createRecord(kit.core, boss, roles, { name: 'new', permissions: ['core:runs'], ...values });
    await expect(make({ permissions: ['core:nothing'] })).rejects.toMatchObject({
      fields: { permissions: expect.stringContaining('core:nothing') },
    });
    await expect(make({ scope: 'nothing' })).rejects.toMatchObject({ fields: { scope: expect.any(String) } });
    await expect(make({ permissions: 'core:runs' })).rejects.toMatchObject({
      fields: { permissions: 'must be a list' },
    });
    await expect(make({ permissions: { set: ['*'] } })).rejects.toMatchObject({
      fields: { permissions: 'must be a list' },
    });
    expect((await make({ scope: 'sample-campaign' })).values).toMatchObject({
      permissions: ['core:runs'],
      scope: 'sample-campaign',
    });
  });

  test('cannot be given, or rid of, rights that one does not have', async () => {
    await expect(updateRecord(kit.core, manager, roles, clerk, { permissions: ['*'] })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      updateRecord(kit.core, manager, roles, administrator, { permissions: ['core:runs'] }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      createRecord(kit.core, manager, roles, { name: 'mine', permissions: ['core:audit'] }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(deleteRecord(kit.core, manager, roles, administrator)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('the one with every right cannot lose them all', async () => {
    await expect(
      updateRecord(kit.core, boss, roles, administrator, { permissions: ['core:runs'] }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await kit.core.db.role.findUnique({ where: { id: administrator } })).toMatchObject({ permissions: ['*'] });
  });

  test('a change ends the sessions of those who have it', async () => {
    const epoch = await epochOf(carol);
    await updateRecord(kit.core, boss, roles, clerk, { permissions: ['core:files'] });
    expect(await epochOf(carol)).toBe(epoch + 1);
  });

  test('one that somebody has is not deleted', async () => {
    await expect(deleteRecord(kit.core, boss, roles, clerk)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('mail servers', () => {
  const values = {
    name: 'Own',
    host: 'mail.example.org',
    fromAddress: 'a@example.org',
    passwordSealed: 'correct horse',
  };

  test('keep their password sealed; it is in no answer and in no audit entry', async () => {
    const view = await createRecord(kit.core, manager, mailAccounts, values);
    const row = await kit.core.db.mailAccount.findUniqueOrThrow({ where: { id: view.id } });
    expect(open(kit.core.config.appKey, 'mail-account', row.passwordSealed ?? '')).toBe('correct horse');
    const seen = JSON.stringify([
      view,
      await readRecord(kit.core, manager, mailAccounts, view.id),
      await kit.core.db.auditEntry.findMany(),
    ]);
    expect(seen).not.toContain('correct horse');
    expect(seen).not.toContain(row.passwordSealed);
  });

  test('an empty password keeps the old one, and another server needs it again', async () => {
    const { id } = await createRecord(kit.core, manager, mailAccounts, values);
    const before = await kit.core.db.mailAccount.findUniqueOrThrow({ where: { id } });
    await updateRecord(kit.core, manager, mailAccounts, id, { name: 'Renamed', passwordSealed: '' });
    expect(await kit.core.db.mailAccount.findUnique({ where: { id } })).toMatchObject({
      name: 'Renamed',
      passwordSealed: before.passwordSealed,
    });
    await expect(updateRecord(kit.core, manager, mailAccounts, id, { host: 'evil.example' })).rejects.toMatchObject({
      fields: { passwordSealed: expect.any(String) },
    });
    await updateRecord(kit.core, manager, mailAccounts, id, { host: 'other.example', passwordSealed: 'new one' });
    expect((await kit.core.db.mailAccount.findUniqueOrThrow({ where: { id } })).host).toBe('other.example');
  });

  test.each([
    ['host', 'not a host'],
    ['host', 'a.example.org/x'],
    ['port', 0],
    ['port', 70000],
    ['pauseSeconds', -1],
    ['fromAddress', 'a@b, c@d'],
    ['fromAddress', 'x'],
  ])('refuse %s %j', async (name, value) => {
    await expect(createRecord(kit.core, manager, mailAccounts, { ...values, [name]: value })).rejects.toMatchObject({
      code: 'invalid',
      fields: { [name]: expect.any(String) },
    });
    expect(await kit.core.db.mailAccount.count()).toBe(0);
  });
});
