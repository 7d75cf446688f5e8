// A club in the panel reaches its own records and nothing else: tried on every resource, action, tool and kind of route that any module
// of this installation declares, worked out from the declarations, so that a new one is under it without being named here.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { modelOf } from '../../../src/core/database/datamodel.ts';
import { tableOf } from '../../../src/core/database/tables.ts';
import { exampleOf, jsonSchemaOf } from '../../../src/core/doors/openapi-schema.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { configureLog, systemActor } from '../../../src/core/index.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createApiKey } from '../../../src/core/people/api-keys.ts';
import { createOperator, setPassword } from '../../../src/core/people/operators.ts';
import { buildRegistry } from '../../../src/core/registry.ts';
import type { AnyResource } from '../../../src/core/resource.ts';
import clubsModule from '../../../src/modules/clubs/module.ts';
import { modules } from '../../../src/modules/index.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint, openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';
import { password } from './clubs-house.ts';

const canary = 'CANARY-5d1c';
const registry = buildRegistry([houseModule, ...modules]);
const resources = [...registry.resources.values()];
const actions = [...registry.actions.values()];
const mine = new Set(['Club', 'Activity', 'ActivityEnrolment', 'ClubMessage', 'ClubMessageRecipient']);
const permissions = new Set(clubsModule.roles?.club?.permissions);
const watched = [...resources.map(({ model }) => String(model)), 'Setting', 'StoredFile', 'OneTimeLink'].filter(
  (model, index, all) => all.indexOf(model) === index && model !== 'AuditEntry',
);

// A key notes when it was used last.
const beside = watched.filter((model) => model !== 'ApiKey');

let house: TestCore;
let web: TestWeb;
let club: Visitor;
let key: string;
/** One record of somebody else for each model, and the club's own. */
const foreign: Record<string, string> = {};
const own: Record<string, string> = {};

beforeAll(async () => {
  configureLog({ level: 'silent', readable: true });
  house = await testCore(modules);
  web = await openTestWeb(house.core, await buildPanel(house.core, { componentsFile: import.meta.filename }));
  Object.assign(own, await seedClub('own', 'Own'));
  Object.assign(foreign, await seedClub('other', canary));
  await seedRest();
  await house.core.db.operator.create({
    data: {
      email: 'own@example.org',
      name: 'Own',
      scopeId: own.Club,
      role: { connect: { name: 'club' } },
    },
  });
  const operator = await house.core.db.operator.findUniqueOrThrow({ where: { email: 'own@example.org' } });
  await house.core.transaction(systemActor, (work) => setPassword(work, operator.id, password));
  ({ key } = await house.core.transaction(systemActor, (work) =>
    createApiKey(work, { name: 'club', permissions: [...registry.permissions.keys()], operatorId: operator.id }),
  ));
  club = new Visitor(web);
  expect((await club.signIn('own@example.org', password)).status).toBe(303);
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(async () => {
  await web?.close();
  await house?.close();
});

async function seedClub(name: string, words: string): Promise<Record<string, string>> {
  const { db } = house.core;
  const made = await db.club.create({
    data: {
      name: words,
      email: `${name}@clubs.example.org`,
      logo: 'a',
      evidence: words,
      info: words,
      refusal: words,
      decidedBy: words,
    },
  });
  const at = (days: number) => new Date(Date.now() + days * 86_400_000);
  const activity = await db.activity.create({
    data: {
      clubId: made.id,
      name: words,
      type: 'charity',
      startsAt: at(1),
      endsAt: at(2),
      shownFrom: at(-1),
      shownUntil: at(3),
      enrolling: 'open',
      detail: words,
      location: words,
      sponsor: words,
    },
  });
  const enrolment = await db.activityEnrolment.create({
    data: { activityId: activity.id, name: words, studentId: words, phone: words, school: words },
  });
  const message = await db.clubMessage.create({ data: { subject: words, body: words } });
  const recipient = await db.clubMessageRecipient.create({ data: { messageId: message.id, clubId: made.id } });
  return {
    Club: made.id,
    Activity: activity.id,
    ActivityEnrolment: enrolment.id,
    ClubMessage: message.id,
    ClubMessageRecipient: recipient.id,
  };
}

// What the house and the other modules hold; models that are not seeded here are asked for by an id that is nobody's.
async function seedRest(): Promise<void> {
  const { db, core } = { db: house.core.db, core: house.core };
  const campaign = await db.campaign.create({ data: { slug: 'c', title: canary, organisation: canary } });
  const person = await db.recipient.create({ data: { campaignId: campaign.id, email: 'r@example.org', name: canary } });
  const staff = await core.transaction(systemActor, (work) =>
    createOperator(work, { email: 'staff@example.org', name: canary, roleName: 'administrator', password }),
  );
  const role = await db.role.findFirstOrThrow({ where: { name: 'administrator' } });
  const message = await db.message.create({
    data: {
      kind: 'clubs.approval',
      toAddress: 'x@example.org',
      subject: canary,
      text: canary,
      idempotencyKey: randomUUID(),
      resource: 'Club',
      recordId: own.Club ?? '',
    },
  });
  const run = await db.run.create({
    data: {
      action: 'clubs.approve-club',
      title: canary,
      resource: 'Club',
      actor: canary,
      selection: canary,
      form: {},
      idempotencyKey: `operator:${staff.id}:abcdefgh`,
      total: 1,
      operatorId: staff.id,
    },
  });
  const item = await db.runItem.create({
    data: { runId: run.id, position: 0, recordId: own.Club ?? '', recordTitle: canary },
  });
  const file = await core.files.keep({
    name: `${canary}.png`,
    type: 'image/png',
    content: Buffer.from('x'),
    owner: { resource: 'Club', recordId: own.Club ?? '' },
  });
  const audit = await db.auditEntry.findFirstOrThrow({ where: { resource: 'Operator' } });
  Object.assign(foreign, {
    Campaign: campaign.id,
    Recipient: person.id,
    Operator: staff.id,
    Role: role.id,
    Message: message.id,
    Run: run.id,
    RunItem: item.id,
    StoredFile: file.id,
    AuditEntry: audit.id,
    ClubSettings: 'settings',
  });
  const setting = await db.clubSettings.count();
  expect(setting).toBe(1);
}

const idOf = (resource: AnyResource) => foreign[String(resource.model)] ?? '01890000-0000-7000-8000-000000000000';

function mustHide(where: unknown[], text: string): void {
  expect([...where, text.includes(canary)]).toEqual([...where, false]);
  for (const [model, id] of Object.entries(foreign))
    if (id.length > 20)
      expect([...where, model, text.replaceAll(`/${id}`, '').includes(id)]).toEqual([...where, model, false]);
}

describe('a club in the panel', () => {
  test('there is something to try, and the club does see what is its own', async () => {
    expect(resources.length).toBeGreaterThan(15);
    expect(actions.length).toBeGreaterThan(20);
    for (const model of mine) {
      const list = await club.get(`/admin/api/steward/records/${model}`);
      expect([
        model,
        list.status,
        ((list.json as { rows: { id: string }[] } | undefined)?.rows ?? []).map(({ id }) => id),
      ]).toEqual([model, 200, [own[model]]]);
      expect([model, (await club.get(`/admin/api/steward/records/${model}/${own[model]}`)).status]).toEqual([
        model,
        200,
      ]);
    }
  });

  for (const resource of resources)
    test(`${resource.model}: no kind of route gives, changes or deletes a foreign record`, async () => {
      const model = String(resource.model);
      const id = idOf(resource);
      const before = await fingerprint(house.core, watched);
      const columns = [...modelOf(resource.model).columns.keys()];
      const reads = [
        `/admin/api/resources/${model}/actions/list`,
        `/admin/api/resources/${model}/actions/search/CANARY`,
        `/admin/api/resources/${model}/search/CANARY`,
        `/admin/api/resources/${model}/records/${id}/show`,
        `/admin/api/resources/${model}/records/${id}/edit`,
        `/admin/api/resources/${model}/bulk/bulkDelete?recordIds=${id}`,
        `/admin/api/steward/records/${model}`,
        `/admin/api/steward/records/${model}?q=CANARY`,
        `/admin/api/steward/records/${model}?perPage=100&page=1`,
        `/admin/api/steward/records/${model}/options?q=CANARY`,
        `/admin/api/steward/records/${model}/options?ids=${id}`,
        `/admin/api/steward/records/${model}/${id}`,
        ...columns.map((column) => `/admin/api/steward/records/${model}?f.${column}.contains=CANARY`),
        ...columns.map((column) => `/admin/api/steward/records/${model}?f.${column}.is=${id}`),
        ...(resource.views ?? []).map((_, index) => `/admin/api/steward/records/${model}?view=${index}`),
        ...Object.keys(resource.tools ?? {}).map((tool) => `/admin/api/steward/tools/${model}/${id}/${tool}`),
      ];
      const answers = await Promise.all(reads.map(async (address) => ({ address, ...(await club.get(address)) })));
      for (const { address, status, text } of answers) {
        mustHide([address, status], text);
        expect([address, status]).not.toEqual([address, 500]);
      }
      const some = columns.find((column) => column !== 'id') ?? 'id';
      const writes: [string, unknown][] = [
        [`/admin/api/steward/records/${model}/${id}`, { values: { [some]: 'hacked' } }],
        [`/admin/api/steward/records/${model}/${id}`, { values: {} }],
        [`/admin/api/steward/records/${model}/${id}/delete`, {}],
        [`/admin/api/resources/${model}/records/${id}/edit`, { [some]: 'hacked' }],
        [`/admin/api/resources/${model}/records/${id}/delete`, {}],
        [`/admin/api/resources/${model}/bulk/bulkDelete?recordIds=${id}`, {}],
        ...(mine.has(model)
          ? [
              [`/admin/api/resources/${model}/records/${own[model]}/edit`, { id, [some]: 'hacked' }] as [
                string,
                unknown,
              ],
            ]
          : []),
        ...Object.entries(resource.tools ?? {}).flatMap(([tool, { calls }]) =>
          Object.keys(calls as object).map((name): [string, unknown] => [
            `/admin/api/steward/tools/${model}/${id}/${tool}/${name}`,
            {},
          ]),
        ),
        [`/admin/api/steward/imports/of/${model}/upload`, {}],
      ];
      for (const [address, body] of writes) {
        const { text, status } = await club.post(address, body);
        mustHide([address, status], text);
        expect([address, status >= 400 && status < 500]).toEqual([address, true]);
      }
      expect(await fingerprint(house.core, watched)).toBe(before);
    });

  test('every column of a new activity that the club may write stays with the club', async () => {
    const values = {
      name: 'Mine',
      type: 'show',
      startsAt: '2031-01-01T10:00:00Z',
      endsAt: '2031-01-01T11:00:00Z',
      shownFrom: '2031-01-01T10:00:00Z',
      shownUntil: '2031-01-01T11:00:00Z',
    };
    const post = (more: object) => club.post('/admin/api/steward/records/Activity', { values: { ...values, ...more } });
    expect((await post({ clubId: foreign.Club })).status).toBe(400);
    for (const hostile of [
      { state: 'approved' },
      { approvedValues: {} },
      { number: 1 },
      { posterId: foreign.StoredFile },
      { decidedBy: 'me' },
    ])
      expect([hostile, (await post(hostile)).json?.fields]).toEqual([
        hostile,
        { [Object.keys(hostile)[0]!]: 'cannot be written' },
      ]);
    expect(await house.core.db.activity.count({ where: { name: 'Mine' } })).toBe(0);
    expect((await post({})).status).toBe(200);
    const made = await house.core.db.activity.findFirstOrThrow({ where: { name: 'Mine' } });
    expect(made).toMatchObject({ clubId: own.Club, state: 'pending' });
    await house.core.db.activity.delete({ where: { id: made.id } });
  });

  for (const { id: actionId, action, resource } of actions)
    test(`${actionId}: neither by panel nor by key for a foreign record, nor for all`, async () => {
      const id = idOf(resource);
      const form = action.form ? exampleOf(jsonSchemaOf(action.form)) : {};
      const before = await fingerprint(house.core, beside);
      const isForeign = { selection: { ids: [id] }, form };
      const bearer = { authorization: `Bearer ${key}`, origin: undefined, cookie: undefined };
      const api = `/api/actions/${actionId.replace('.', '/')}`;
      const answers = [
        await club.post(`/admin/api/steward/actions/${actionId}/preview`, isForeign),
        await club.post(`/admin/api/steward/actions/${actionId}/start`, {
          ...isForeign,
          expected: 1,
          idempotencyKey: randomUUID(),
        }),
        await club.post(`/admin/api/steward/actions/${actionId}/preview`, { selection: { all: true }, form }),
        await new Visitor(web).post(api, { ...isForeign, dryRun: true }, bearer),
        await new Visitor(web).post(api, { ...isForeign, expected: 1 }, { ...bearer, 'idempotency-key': randomUUID() }),
      ];
      const isOpen = permissions.has(action.permission) && mine.has(String(resource.model));
      for (const [index, { text, status, json }] of answers.entries()) {
        mustHide([actionId, index, status], text);
        expect([actionId, index, status < 500]).toEqual([actionId, index, true]);
        if (status === 200 && index === 2)
          expect([actionId, isOpen, Number(json?.total) <= 1]).toEqual([actionId, true, true]);
        else if (status === 200) expect([actionId, index, isOpen, json?.total]).toEqual([actionId, index, true, 0]);
      }
      // What staff decide is not the club's to decide about itself either.
      if (!isOpen && own[String(resource.model)]) {
        const isOwn = { selection: { ids: [own[String(resource.model)]] }, form, expected: 1 };
        const { status } = await club.post(`/admin/api/steward/actions/${actionId}/start`, {
          ...isOwn,
          idempotencyKey: randomUUID(),
        });
        const byKey = await new Visitor(web).post(api, isOwn, { ...bearer, 'idempotency-key': randomUUID() });
        expect(
          [actionId, status, byKey.status].map((one) => (typeof one === 'number' ? one >= 400 && one < 500 : one)),
        ).toEqual([actionId, true, true]);
      }
      expect(await fingerprint(house.core, beside)).toBe(before);
    });

  test('runs, plans, the second person, accounts and the demo of others are closed as well', async () => {
    const before = await fingerprint(house.core, watched);
    const runId = foreign.Run;
    for (const part of ['', '/items', '/plan']) {
      const { text, status } = await club.get(`/admin/api/steward/runs/${runId}${part}`);
      mustHide([part], text);
      expect([part, status]).toEqual([part, 404]);
    }
    for (const verb of ['approve', 'decline', 'pause', 'resume', 'cancel', 'retry'])
      expect([
        verb,
        (await club.post(`/admin/api/steward/runs/${runId}/${verb}`, verb === 'decline' ? { reason: 'no' } : {}))
          .status,
      ]).toEqual([verb, 404]);
    for (const address of ['/admin/api/steward/second-person', '/admin/api/steward/imports/1'])
      expect([address, (await club.get(address)).status >= 400]).toEqual([address, true]);
    expect(
      (await club.post('/admin/api/steward/second-person', { actionId: 'clubs.approve-club', from: null })).status,
    ).toBe(403);
    expect((await club.post('/admin/api/steward/demo', {})).status).toBeGreaterThanOrEqual(400);
    for (const address of [
      '/admin/api/steward/state',
      '/admin/api/steward/dashboard',
      '/admin/api/steward/me/account',
    ]) {
      const { text, status } = await club.get(address);
      expect([address, status]).toEqual([address, 200]);
      mustHide([address], text);
    }
    expect(await fingerprint(house.core, watched)).toBe(before);
  });

  test('the answers would show: an administrator is given each foreign record', async () => {
    const root = new Visitor(web);
    await root.signIn('staff@example.org', password);
    for (const model of mine) {
      const { status, text } = await root.get(`/admin/api/steward/records/${model}/${foreign[model]}`);
      expect([model, status]).toEqual([model, 200]);
      if (model !== 'ClubMessageRecipient') expect([model, text.includes(canary)]).toEqual([model, true]);
    }
    expect(await tableOf(house.core.db, 'Club').count({ where: {} })).toBe(2);
  });
});
