// The house's own actions and tools, called as a run and the panel call them.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Actor } from '../../../src/core/access.ts';
import type { AnyAction } from '../../../src/core/action.ts';
import { actorOfApiKey } from '../../../src/core/people/api-keys.ts';
import { ownerOfLink } from '../../../src/core/people/operators.ts';
import type { AnyResource } from '../../../src/core/resource.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';

let kit: TestCore;
let carol: string;
let root: string;
const manager = actorWith(['core:operators', 'core:runs'], { id: 'manager' });

beforeAll(async () => {
  kit = await testCore();
});
afterAll(() => kit.close());
beforeEach(async () => {
  const { db } = kit.core;
  await db.$executeRaw`TRUNCATE "Operator", "AuditEntry", "Message" CASCADE`;
  const administrator = await db.role.findUniqueOrThrow({ where: { name: 'administrator' } });
  const clerk = await db.role.upsert({
    where: { name: 'clerk' },
    create: { name: 'clerk', permissions: ['core:runs'] },
    update: {},
  });
  root = (await db.operator.create({ data: { email: 'root@example.org', name: 'Root', roleId: administrator.id } })).id;
  carol = (await db.operator.create({ data: { email: 'carol@example.org', name: 'Carol', roleId: clerk.id } })).id;
});

const operator = (id: string) => kit.core.db.operator.findUniqueOrThrow({ where: { id } });

async function act(name: string, actor: Actor, row: object): Promise<unknown> {
  const { action } = kit.core.registry.actions.get(`core.${name}`) as { action: AnyAction };
  return kit.core.transaction(actor, async (work) =>
    action.each?.(row as never, { form: {}, core: kit.core, work, runId: 'r' }),
  );
}

async function call(
  model: string,
  tool: string,
  name: string,
  actor: Actor,
  row: object,
  input: unknown,
): Promise<never> {
  const resource = kit.core.registry.resources.get(model) as AnyResource;
  const made = resource.tools?.[tool]?.calls[name];
  if (!made) throw new Error(`There is no ${name}.`);
  const parsed = made.input.parse(input) as never;
  return kit.core.transaction(
    actor,
    (work) => made.handle({ row: row as never, input: parsed, core: kit.core, work, actor }) as Promise<never>,
  );
}

test('blocking and unblocking raise the epoch', async () => {
  await act('block', manager, await operator(carol));
  const blocked = await operator(carol);
  expect(blocked).toMatchObject({ state: 'blocked', epoch: 1 });
  await act('unblock', manager, blocked);
  expect(await operator(carol)).toMatchObject({ state: 'active', epoch: 2 });
});

test('nobody blocks himself, somebody above him, or the last with every right', async () => {
  expect(await act('block', actorWith(['*'], { id: root }), await operator(root))).toMatchObject({
    reason: 'you cannot block yourself',
  });
  await expect(act('block', manager, await operator(root))).rejects.toMatchObject({ code: 'forbidden' });
  await expect(act('block', actorWith(['*'], { id: 'other' }), await operator(root))).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(await operator(root)).toMatchObject({ state: 'active', epoch: 0 });
});

test('a link and a key are shown once, work, and are not in the audit', async () => {
  const { link } = (await call('Operator', 'access', 'link', manager, await operator(carol), {})) as { link: string };
  const token = link.split(/[/=#]/).at(-1) as string;
  expect(await ownerOfLink(kit.core, token)).toMatchObject({ id: carol });
  const { key } = (await call('Operator', 'access', 'key', manager, await operator(carol), {
    name: 'Script',
    permissions: ['core:runs'],
  })) as { key: string };
  expect(await actorOfApiKey(kit.core, key, 'core:runs')).toMatchObject({ kind: 'apiKey' });
  const kept = JSON.stringify([
    await kit.core.db.auditEntry.findMany(),
    await kit.core.db.apiKey.findMany(),
    await kit.core.db.oneTimeLink.findMany(),
  ]);
  expect(kept).not.toContain(token);
  expect(kept).not.toContain(key);
});

test('no link into an account above one’s own, no key with more than one’s own, none for the blocked', async () => {
  await expect(call('Operator', 'access', 'link', manager, await operator(root), {})).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(
    call('Operator', 'access', 'key', manager, await operator(root), { name: 'k', permissions: ['core:runs'] }),
  ).rejects.toMatchObject({ code: 'forbidden' });
  await expect(
    call('Operator', 'access', 'key', manager, await operator(carol), { name: 'k', permissions: ['core:audit'] }),
  ).rejects.toMatchObject({ code: 'forbidden' });
  await act('block', manager, await operator(carol));
  await expect(call('Operator', 'access', 'link', manager, await operator(carol), {})).rejects.toMatchObject({
    code: 'conflict',
  });
  expect([await kit.core.db.oneTimeLink.count(), await kit.core.db.apiKey.count()]).toEqual([0, 0]);
});

test('a message’s texts are read by the tool alone', async () => {
  const row = await kit.core.db.message.create({
    data: {
      kind: 'x.y',
      toAddress: 'a@example.org',
      toName: 'Ada',
      subject: 'Hello',
      text: 'Read me',
      idempotencyKey: 'k1',
      attachments: [{ fileId: 'f', name: 'a.png' }],
    },
  });
  const tool = (kit.core.registry.resources.get('Message') as AnyResource).tools?.read;
  expect(await tool?.load({ row: row as never, core: kit.core, actor: manager })).toEqual({
    to: 'Ada <a@example.org>',
    state: 'queued',
    channel: 'email',
    provider: null,
    subject: 'Hello',
    text: 'Read me',
    html: '',
    attachments: [{ name: 'a.png', link: expect.stringContaining('/files/f?') }],
  });
});

test('a waiting message is withdrawn once, a withdrawn one sent again', async () => {
  const data = { kind: 'x.y', toAddress: 'a@example.org', text: 't', idempotencyKey: 'k2' };
  const row = await kit.core.db.message.create({ data });
  const clerk = actorWith(['core:send']);
  await act('cancel-message', clerk, row);
  await expect(act('cancel-message', clerk, row)).rejects.toMatchObject({ code: 'conflict' });
  await act('resend-message', clerk, row);
  expect(await kit.core.db.message.findUnique({ where: { id: row.id } })).toMatchObject({
    state: 'queued',
    attemptCount: 0,
  });
});
