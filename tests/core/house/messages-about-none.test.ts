// A message about no record, such as a code that a phone gets before anybody is registered, is the business of its module only.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { listRecords } from '../../../src/core/records/records.ts';
import { modules } from '../../../src/modules/index.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

let kit: TestCore;
let web: TestWeb;

beforeAll(async () => {
  kit = await testCore(modules, { SMS_COUNTRY: 'RU' });
  web = await openTestWeb(kit.core);
  const answer = await new Visitor(web).post('/api/participants/phone_verify/', { phone: '89091231212' });
  expect(answer.status).toBe(200);
  const { id } = await kit.core.db.message.findFirstOrThrow({ where: { kind: 'contests.code', resource: null } });
  await kit.core.db.messageAttempt.create({ data: { messageId: id, result: 'accepted', reply: 'kept' } });
});
afterAll(async () => {
  await web.close();
  await kit.close();
});

it.each([
  ['who manages the contests', ['core:outbox', 'contests:read'], 1],
  ['who may do everything', ['*'], 1],
  ['who manages the workshops', ['core:outbox', 'workshops:read', 'workshops:manage'], 0],
  ['who sees messages and nothing else', ['core:outbox'], 0],
])('%s sees as many of them, and of their tries', async (_who, permissions, seen) => {
  const actor = actorWith(permissions);
  for (const model of ['Message', 'MessageAttempt']) {
    const resource = kit.core.registry.resources.get(model)!;
    expect((await listRecords(kit.core, actor, resource, parseListQuery(resource, actor, {}))).total).toBe(seen);
  }
});
