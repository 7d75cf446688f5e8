// Who may do what with which column of the house: the table is the promise, the datamodel makes sure that no column is forgotten.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, systemActor } from '../../../src/core/access.ts';
import { modelOf } from '../../../src/core/database/datamodel.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { columnsFor } from '../../../src/core/records/columns.ts';
import { describeResource } from '../../../src/core/records/describe.ts';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import {
  createRecord,
  deleteRecord,
  listRecords,
  readRecord,
  recordOptions,
  updateRecord,
} from '../../../src/core/records/records.ts';
import { viewSelect } from '../../../src/core/records/view.ts';
import type { AnyResource } from '../../../src/core/resource.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';

const uses = ['list', 'show', 'search', 'filter', 'sort', 'create', 'update'] as const;

/** What each column may be used for; an empty text: nothing, by nobody. */
const table: Record<string, Record<string, string>> = {
  Run: {
    id: '',
    action: 'show filter',
    title: 'list show filter sort',
    resource: 'show filter',
    state: 'list show filter',
    operatorId: 'show filter',
    actor: 'list show filter',
    selection: 'list show',
    form: 'show',
    idempotencyKey: '',
    requestDigest: '',
    total: 'list show sort',
    counts: 'show',
    note: 'show',
    approvalUntil: 'show',
    approvedAt: 'show',
    approvedBy: 'show filter',
    approvedById: '',
    startsAt: 'show',
    startedAt: 'show filter',
    finishedAt: 'list show filter',
    fileId: '',
    leaseUntil: '',
    leaseBy: '',
    createdAt: 'list show filter sort',
  },
  RunItem: {
    id: '',
    runId: 'show filter',
    position: 'list show sort',
    recordId: 'show filter',
    recordTitle: 'list show filter',
    outcome: 'list show filter',
    reason: 'list show filter',
    attempts: 'show',
    finishedAt: 'list show',
  },
  Import: {
    id: '',
    resource: 'list show filter',
    state: 'list show filter',
    stage: '',
    fileId: '',
    fileName: 'list show filter',
    format: '',
    separator: '',
    sha256: 'show',
    header: '',
    samples: '',
    total: 'list show',
    mapping: '',
    defaults: '',
    position: '',
    counts: '',
    note: 'show',
    owner: '',
    operatorId: 'show filter',
    actor: 'list show filter',
    leaseUntil: '',
    leaseBy: '',
    expiresAt: 'show',
    rehearsedAt: '',
    finishedAt: 'show',
    undoneAt: '',
    createdAt: 'list show filter sort',
  },
  Message: {
    id: '',
    channel: 'list show filter',
    kind: 'show filter',
    state: 'list show filter',
    toAddress: 'list show filter',
    toName: 'show',
    subject: 'list show filter',
    text: '',
    html: '',
    secrets: '',
    attachments: '',
    data: '',
    idempotencyKey: '',
    mailAccountId: 'show filter',
    resource: 'show filter',
    recordId: 'show filter',
    runId: 'show filter',
    isTransactional: '',
    isUrgent: '',
    isRepeatable: '',
    notAfter: 'show',
    parts: 'show',
    deliveredAt: 'show filter',
    provider: 'show filter',
    providerId: 'show',
    reply: 'list show',
    attemptCount: 'show',
    notBefore: 'show',
    claimedBy: '',
    claimedAt: '',
    sentAt: 'show filter sort',
    createdAt: 'list show filter sort',
  },
  SmsBudget: {
    id: '',
    monthlyParts: 'list show update',
    pricePerPart: 'list show update',
    currency: 'list show update',
    updatedAt: 'show',
  },
  Alarm: {
    id: '',
    key: 'show filter',
    summary: 'list show filter',
    count: 'list show sort',
    raisedAt: 'list show filter sort',
    lastAt: 'list show filter sort',
    endedAt: 'list show filter',
    endedBy: 'show',
  },
  Suppression: {
    id: '',
    channel: 'list show filter create',
    address: 'list show filter create',
    addressHash: '',
    reason: 'list show filter create',
    note: 'list show create',
    createdAt: 'list show filter sort',
  },
  MailTemplate: {
    id: '',
    mail: 'show filter',
    label: 'list show filter sort',
    channel: 'list show filter',
    language: 'list show filter sort',
    subject: '',
    text: '',
    html: '',
    editedAt: 'list show filter sort',
    editedBy: 'list show filter',
    createdAt: '',
    updatedAt: '',
  },
  MessageAttempt: {
    id: '',
    messageId: 'show filter',
    at: 'list show filter sort',
    result: 'list show filter',
    reply: 'list show',
  },
  Operator: {
    id: '',
    email: 'list show filter sort create',
    name: 'list show filter sort create update',
    accountName: 'show create update',
    passwordHash: '',
    passwordUntil: '',
    state: 'list show filter',
    epoch: '',
    roleId: 'list show filter create update',
    scopeId: 'show create update',
    theme: '',
    totpLastStep: '',
    totpSecret: '',
    totpSince: 'show filter',
    language: '',
    lastSignInAt: 'list show filter sort',
    createdAt: 'show filter sort',
    updatedAt: '',
  },
  Role: {
    id: '',
    name: 'list show filter sort create update',
    permissions: 'list show filter create update',
    scope: 'list show filter create update',
    mustUseSecondFactor: 'list show filter create update',
    createdAt: 'show sort',
    updatedAt: '',
  },
  ApiKey: {
    id: '',
    name: 'list show filter sort',
    hint: 'list show',
    keyHash: '',
    permissions: 'list show filter',
    scopeId: 'show filter',
    operatorId: 'list show filter',
    expiresAt: 'list show filter sort',
    lastUsedAt: 'list show filter sort',
    revokedAt: 'list show filter',
    createdAt: 'show sort',
  },
  MailAccount: {
    id: '',
    name: 'list show filter sort create update',
    host: 'list show filter sort create update',
    port: 'show create update',
    tls: 'show create update',
    username: 'show create update',
    passwordSealed: 'create update',
    fromAddress: 'list show create update',
    fromName: 'show create update',
    pauseSeconds: 'show create update',
    isOuter: '',
    createdAt: 'show sort',
    updatedAt: '',
  },
  Schedule: {
    id: '',
    name: 'list show filter sort create update',
    action: 'list show filter create update',
    selection: 'show create update',
    form: 'show create update',
    cron: 'list show create update',
    operatorId: '',
    enabled: 'list show filter create update',
    nextAt: 'list show filter sort',
    lastRunAt: 'list show filter sort',
    lastResult: 'list show',
    lastRunId: 'show',
    createdAt: 'show sort',
    updatedAt: '',
  },
  StoredFile: {
    id: '',
    key: '',
    name: 'list show filter sort',
    type: 'list show filter',
    size: 'list show filter sort',
    sha256: '',
    isPublic: 'list show filter',
    resource: 'list show filter',
    recordId: 'show filter',
    claimedAt: 'show filter',
    expiresAt: 'show filter',
    createdAt: 'list show filter sort',
  },
  AuditEntry: {
    id: '',
    at: 'list show filter sort',
    kind: 'list show filter',
    actor: 'list show filter',
    operatorId: '',
    resource: 'show filter',
    recordId: 'show filter',
    recordTitle: 'list show filter',
    runId: 'show filter',
    summary: 'list show filter',
    before: 'show',
    after: 'show',
  },
  PersonRequest: {
    id: '',
    email: 'list show filter create',
    phone: 'list show filter create',
    note: 'show create',
    exportedAt: 'list show filter sort',
    erasedAt: 'list show filter sort',
    createdAt: 'list show filter sort',
  },
};

const canary = 'CANARY7f3a';
let kit: TestCore;
const ids: Record<string, string> = {};

beforeAll(async () => {
  kit = await testCore();
  const { db } = kit.core;
  const role = await db.role.create({ data: { name: 'clerk', permissions: ['core:runs'] } });
  const operator = await db.operator.create({
    data: { email: 'ada@example.org', name: 'Ada', passwordHash: canary, roleId: role.id },
  });
  const account = await db.mailAccount.create({
    data: { name: 'Own', host: 'mail.example.org', fromAddress: 'a@example.org', passwordSealed: canary },
  });
  const run = await db.run.create({
    data: {
      action: 'sample.x',
      title: 'Run',
      resource: 'Recipient',
      actor: 'Ada',
      operatorId: operator.id,
      selection: '1 chosen recipient',
      form: {},
      idempotencyKey: canary,
      requestDigest: canary,
      total: 1,
      items: { create: { position: 1, recordId: 'r1', recordTitle: 'Zoya' } },
    },
    include: { items: true },
  });
  const message = await db.message.create({
    data: {
      kind: 'sample.mail',
      toAddress: 'zoya@example.org',
      subject: 'Hello',
      text: canary,
      html: canary,
      secrets: canary,
      data: { canary },
      attachments: [canary],
      idempotencyKey: `m${canary}`,
      runId: run.id,
      mailAccountId: account.id,
      attempts: { create: { result: 'failed', reply: '550' } },
    },
    include: { attempts: true },
  });
  const suppression = await db.suppression.create({ data: { address: 'gone@example.org', addressHash: canary } });
  const written = { subject: canary, text: canary, html: canary };
  const template = await db.mailTemplate.create({
    data: { mail: 'sample.mail', label: 'Mail', language: 'en', ...written },
  });
  const key = await db.apiKey.create({
    data: { name: 'Key', hint: 'stw_abcd…', keyHash: canary, permissions: ['core:runs'], operatorId: operator.id },
  });
  const file = await db.storedFile.create({
    data: { key: canary, name: 'a.png', type: 'image/png', size: 3, sha256: canary },
  });
  const imported = await db.import.create({
    data: {
      resource: 'Recipient',
      fileName: 'a.csv',
      format: 'csv',
      sha256: '',
      header: [canary],
      samples: { canary },
      mapping: { canary },
      total: 1,
      owner: canary,
      actor: 'Ada',
      expiresAt: new Date(),
    },
  });
  const schedule = await db.schedule.create({
    data: { name: 'Weekly', action: 'sample.x', selection: 'all', cron: '0 7 * * 1', operatorId: canary },
  });
  const alarm = await db.alarm.create({ data: { key: 'sample', summary: 'Something is wrong' } });
  const entry = await db.auditEntry.create({ data: { kind: 'signIn', actor: 'Ada', summary: 'Signed in' } });
  const request = await db.personRequest.create({ data: { email: 'ada@example.org' } });
  Object.assign(ids, {
    Role: role.id,
    Operator: operator.id,
    MailAccount: account.id,
    Run: run.id,
    RunItem: run.items[0]?.id,
    Message: message.id,
    Suppression: suppression.id,
    MailTemplate: template.id,
    MessageAttempt: message.attempts[0]?.id,
    ApiKey: key.id,
    Import: imported.id,
    Schedule: schedule.id,
    StoredFile: file.id,
    AuditEntry: entry.id,
    Alarm: alarm.id,
    SmsBudget: 'sms',
    PersonRequest: request.id,
  });
});
afterAll(() => kit.close());

/** One row as the database has it, as text. */
async function rowOf(model: string): Promise<string> {
  const { rows } = await kit.core.database.pool.query(`SELECT t::text AS row FROM "${model}" t WHERE id = $1`, [
    ids[model],
  ]);
  return rows[0]?.row;
}

describe.each(houseModule.resources.map((resource) => [resource.model as string, resource as AnyResource] as const))(
  '%s',
  (model, resource) => {
    const everyPermission = actorWith(Object.keys(houseModule.permissions));

    test('every column of the database is in the table, and does what the table says', () => {
      const real = Object.fromEntries(
        [...modelOf(model).columns.keys()].map((name) => [
          name,
          uses.filter((use) => columnsFor(resource, systemActor, use).some((column) => column.name === name)).join(' '),
        ]),
      );
      expect(real).toEqual(table[model]);
    });

    test('columns without a use are neither selected nor described', () => {
      const forbidden = Object.entries(table[model] ?? {})
        .filter(([, use]) => use === '')
        .map(([name]) => name);
      const described = describeResource(resource, systemActor, kit.core.registry)?.columns.map(
        (column) => column.name,
      );
      for (const as of ['list', 'show'] as const) {
        const selected = Object.keys(viewSelect({ core: kit.core, actor: systemActor, resource, as }));
        expect(selected.filter((name) => forbidden.includes(name) && name !== 'id' && name !== 'updatedAt')).toEqual(
          [],
        );
      }
      expect(described?.filter((name) => forbidden.includes(name))).toEqual([]);
    });

    test('no answer has a secret in it, whoever asks', async () => {
      for (const actor of [systemActor, everyPermission]) {
        const answers = [
          await listRecords(kit.core, actor, resource, parseListQuery(resource, actor, {})),
          await readRecord(kit.core, actor, resource, ids[model] as string),
          await recordOptions(kit.core, actor, resource, { ids: [ids[model] as string] }),
        ];
        expect(JSON.stringify(answers)).toContain(ids[model]);
        expect(JSON.stringify(answers)).not.toContain(canary);
      }
    });

    test('filtering and sorting by any other column is refused by name', () => {
      for (const [name, use] of Object.entries(table[model] ?? {})) {
        if (!use.includes('filter'))
          for (const op of ['is', 'contains', 'from', 'to', 'empty'])
            expect(() => parseListQuery(resource, systemActor, { [`f.${name}.${op}`]: 'true' })).toThrow(
              expect.objectContaining({ code: 'invalid', fields: { [`f.${name}.${op}`]: expect.any(String) } }),
            );
        if (!use.includes('sort') && resource.sort[0] !== name)
          expect(() => parseListQuery(resource, systemActor, { sort: name })).toThrow(
            expect.objectContaining({ code: 'invalid', fields: { sort: expect.any(String) } }),
          );
      }
    });

    test('writing any other column is refused by name and changes nothing', async () => {
      const before = await rowOf(model);
      for (const [name, use] of Object.entries(table[model] ?? {})) {
        for (const key of [name, `${name}.set`, `${name}.0`]) {
          if (key === name && use.includes('update')) continue;
          const attempt = updateRecord(kit.core, everyPermission, resource, ids[model] as string, { [key]: 'hacked' });
          await expect(attempt).rejects.toMatchObject(
            resource.permissions.update
              ? { code: 'invalid', fields: { [key]: 'cannot be written' } }
              : { code: 'forbidden' },
          );
        }
        if (resource.permissions.create && !use.includes('create'))
          await expect(createRecord(kit.core, everyPermission, resource, { [name]: 'hacked' })).rejects.toMatchObject({
            code: 'invalid',
            fields: { [name]: 'cannot be written' },
          });
      }
      expect(await rowOf(model)).toBe(before);
    });

    test('verbs without a permission are refused to everybody', async () => {
      const before = await rowOf(model);
      if (!resource.permissions.create)
        await expect(createRecord(kit.core, systemActor, resource, {})).rejects.toMatchObject({ code: 'forbidden' });
      if (!resource.permissions.update)
        await expect(updateRecord(kit.core, systemActor, resource, ids[model] as string, {})).rejects.toMatchObject({
          code: 'forbidden',
        });
      if (!resource.permissions.delete)
        await expect(deleteRecord(kit.core, systemActor, resource, ids[model] as string)).rejects.toMatchObject({
          code: 'forbidden',
        });
      expect(await rowOf(model)).toBe(before);
    });

    test('somebody without permission, and somebody with a narrower scope, get nothing', async () => {
      const stranger = actorWith([]);
      const query = {
        q: '',
        view: null,
        filters: [],
        sort: { column: resource.sort[0], direction: resource.sort[1] },
        page: 1,
        perPage: 25,
      };
      await expect(listRecords(kit.core, stranger, resource, query)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(readRecord(kit.core, stranger, resource, ids[model] as string)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(recordOptions(kit.core, stranger, resource, {})).rejects.toMatchObject({ code: 'forbidden' });
      expect(describeResource(resource, stranger, kit.core.registry)).toBeUndefined();
      for (const scope of ['some-scope', 'constructor', '__proto__', 'key']) {
        const narrow: Actor = { ...everyPermission, scope, scopeId: ids.Role as string };
        expect(await listRecords(kit.core, narrow, resource, query)).toMatchObject({ rows: [], total: 0 });
        await expect(readRecord(kit.core, narrow, resource, ids[model] as string)).rejects.toMatchObject({
          code: 'not-found',
        });
        expect(await recordOptions(kit.core, narrow, resource, {})).toEqual([]);
      }
    });
  },
);

test('a narrower role sees the runs it started, and no others', async () => {
  const owner = actorWith(Object.keys(houseModule.permissions), {
    id: ids.Operator as string,
    scope: 'some',
    scopeId: 'x',
  });
  for (const model of ['Run', 'RunItem']) {
    const resource = kit.core.registry.resources.get(model) as AnyResource;
    const page = await listRecords(kit.core, owner, resource, parseListQuery(resource, owner, {}));
    expect(page.rows.map((row) => row.id)).toEqual([ids[model]]);
  }
});
