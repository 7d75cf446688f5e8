// One declaration, many doors: every role on every declared action through the panel, the API, the command line and the clock.
// Roles, actions and what must happen are all worked out from the declarations; a new action is under it without being named here.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { exampleOf, jsonSchemaOf } from '../../../src/core/doors/openapi-schema.ts';
import { startDue } from '../../../src/core/doors/schedules.ts';
import { StewardError } from '../../../src/core/errors.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { previewInWords, runCommand } from '../../../src/core/house/run-command.ts';
import { configureLog } from '../../../src/core/log.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createApiKey } from '../../../src/core/people/api-keys.ts';
import { hashPassword } from '../../../src/core/people/passwords.ts';
import { buildRegistry, type RegisteredAction } from '../../../src/core/registry.ts';
import type { ActionPreview } from '../../../src/core/runs/run.ts';
import { modules } from '../../../src/modules/index.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint, openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

interface Role {
  name: string;
  permissions: readonly string[];
  scope: string;
  /** The one permission that is missing: only the actions that need it are tried, the others are the administrator's business. */
  without?: string;
  /** The module whose actions are tried at every door; those of other modules at one door each, by turns. Absent: all. */
  home?: string;
}

const registry = buildRegistry([houseModule, ...modules]);
const actions = [...registry.actions.values()];
const everything = [...registry.permissions.keys()];
const needed = [...new Set(actions.map(({ action }) => action.permission))];
const roles: Role[] = [
  { name: 'administrator', permissions: ['*'], scope: 'all' },
  { name: 'nobody', permissions: [], scope: 'all' },
  ...[houseModule, ...modules].flatMap((module) =>
    Object.entries(module.roles ?? {}).map(([name, role]) => ({ name, scope: 'all', home: module.name, ...role })),
  ),
  ...needed.map((one) => ({ name: `only ${one}`, permissions: [one], scope: 'all', home: one.split(':')[0] })),
  ...needed.map((one) => ({
    name: `all but ${one}`,
    permissions: everything.filter((other) => other !== one),
    scope: 'all',
    without: one,
  })),
  ...[...registry.scopes.keys()].map((scope) => ({ name: `bound by ${scope}`, permissions: everything, scope })),
];
const password = 'seventeen green bicycles';
const absent = '01890000-0000-7000-8000-000000000000';
const tables = ['Campaign', 'Recipient', 'Certificate', 'Operator', 'Role', 'Message', 'Run', 'RunItem', 'StoredFile'];

let house: TestCore;
let web: TestWeb;
const people = new Map<string, { id: string; email: string; key: string; visitor: Visitor }>();

beforeAll(async () => {
  configureLog({ level: 'silent', readable: true });
  house = await testCore(modules);
  web = await openTestWeb(house.core, await buildPanel(house.core, { componentsFile: import.meta.filename }));
  const campaignId = await seed();
  const passwordHash = await hashPassword(password);
  for (const [index, role] of roles.entries()) await engage(role, `p${index}@example.org`, passwordHash, campaignId);
}, 120_000);
// So many calls from one address would meet the limit of the API's door, which has tests of its own.
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(async () => {
  await web?.close();
  await house?.close();
});

async function seed(): Promise<string> {
  const { db } = house.core;
  const create = (slug: string) => db.campaign.create({ data: { slug, title: slug, organisation: slug } });
  const [own, other] = [await create('own'), await create('other')];
  for (const [index, campaign] of [own, own, own, other, other].entries())
    await db.recipient.create({
      data: {
        campaignId: campaign.id,
        email: `r${index}@example.org`,
        name: `Person ${index}`,
        state: index % 2 ? 'notified' : 'added',
      },
    });
  return own.id;
}

async function engage(role: Role, email: string, passwordHash: string, campaignId: string): Promise<void> {
  const { core } = house;
  const { name, permissions, scope } = role;
  const data = { permissions: [...permissions], scope };
  const row = await core.db.role.upsert({ where: { name }, create: { name, ...data }, update: data });
  const scopeId = scope === 'all' ? null : campaignId;
  const { id } = await core.db.operator.create({ data: { email, name, roleId: row.id, passwordHash, scopeId } });
  // The key holds every permission: what it may do is what its operator may.
  const { key } = await core.transaction(systemActor, (work) =>
    createApiKey(work, { name, permissions: everything, operatorId: id }),
  );
  const visitor = new Visitor(web);
  // More people than may sign in from one address in a quarter of an hour.
  await core.db.rateLimit.deleteMany();
  const { status } = await visitor.signIn(email, password);
  if (status !== 303) throw new Error(`Signing in as ${name} failed: ${status}`);
  people.set(name, { id, email, key, visitor });
}

type Verdict = 'forbidden' | 'not-found' | 'shown';

/** What must happen, said here anew and not taken from the code under test. */
function verdict(role: Role, { action, resource }: RegisteredAction): Verdict {
  const holds = (permission: string) => role.permissions.some((one) => one === '*' || one === permission);
  if (!holds(action.permission)) return 'forbidden';
  const scopes: object = resource.scopes ?? {};
  if (role.scope !== 'all' && !Object.hasOwn(scopes, role.scope) && !Object.hasOwn(scopes, '*')) return 'not-found';
  return action.formFor && !holds(resource.permissions.read) ? 'forbidden' : 'shown';
}

interface Seen {
  verdict: string;
  preview?: Record<string, unknown>;
  /** As the command line says it. */
  words?: string[];
}

const formOf = ({ action }: RegisteredAction) =>
  (action.form ? exampleOf(jsonSchemaOf(action.form)) : {}) as Record<string, unknown>;

function seenPreview(preview: ActionPreview): Seen {
  const { total, eligible, skipped, label, selectionInWords, problems } = preview;
  const said = { total, eligible, skipped, label, selectionInWords, problems: problems ?? {} };
  return { verdict: 'shown', preview: said, words: previewInWords(preview) };
}

function answered({ status, json }: { status: number; json: Record<string, unknown> | undefined }): Seen {
  return status === 200 ? seenPreview(json as unknown as ActionPreview) : { verdict: String(json?.code ?? status) };
}

const doors: Record<string, (role: Role, action: RegisteredAction) => Promise<Seen>> = {
  async panel(role, action) {
    const body = { selection: { all: true }, form: formOf(action) };
    return answered(await people.get(role.name)!.visitor.post(`/admin/api/steward/actions/${action.id}/preview`, body));
  },
  async api(role, action) {
    const body = { selection: { all: true }, form: formOf(action), dryRun: true };
    const headers = { authorization: `Bearer ${people.get(role.name)!.key}`, origin: undefined, cookie: undefined };
    const address = `/api/actions/${action.id.replace('.', '/')}`;
    return answered(await new Visitor(web).post(address, body, headers));
  },
  async 'command line'(role, action) {
    const lines: string[] = [];
    const form = Object.entries(formOf(action)).map(([name, value]) => `${name}=${value}`);
    const options = { action: action.id, all: true, filter: [], form, dryRun: true, as: people.get(role.name)!.email };
    try {
      await runCommand.run(house.core, options, (line) => lines.push(line));
      return { verdict: 'shown', words: lines.slice(0, -1) };
    } catch (error) {
      if (error instanceof StewardError) return { verdict: error.code };
      throw error;
    }
  },
  async clock(role, action) {
    const { db } = house.core;
    const due = new Date(Date.now() - 60_000);
    const form = Object.entries(formOf(action)).map(([name, value]) => `${name}=${value}`);
    const plan = { action: action.id, selection: `ids=${absent}`, form: form.join('\n'), cron: '0 3 1 1 *' };
    const operatorId = people.get(role.name)!.id;
    const { id } = await db.schedule.create({ data: { name: role.name, ...plan, operatorId, nextAt: due } });
    await startDue(house.core, new Date());
    const { lastResult } = await db.schedule.delete({ where: { id } });
    const words: Record<string, Verdict> = {
      'Refused: You may not do this.': 'forbidden',
      'Refused: This does not exist.': 'not-found',
      'Nothing to do: none of 0 records can take part': 'shown',
    };
    return { verdict: words[lastResult] ?? lastResult };
  },
};

let turn = 0;

// Every pair is tried; pairs far from each other only at one door, so that the time grows with the actions and not with their square.
function doorsOf(role: Role, { id }: RegisteredAction): string[] {
  const all = Object.keys(doors);
  if (role.home === undefined || id.startsWith(`${role.home}.`)) return all;
  turn += 1;
  return [all[turn % all.length] as string];
}

describe('every role on every declared action', () => {
  test('the declarations give something to try', () => {
    expect(actions.length).toBeGreaterThan(10);
    expect(roles.length).toBeGreaterThan(10);
    const verdicts = new Set(roles.flatMap((role) => actions.map((action) => verdict(role, action))));
    expect([...verdicts].sort()).toEqual(['forbidden', 'not-found', 'shown']);
  });

  for (const role of roles)
    test(`${role.name}: the same right and the same preview at every door, and nothing changes`, async () => {
      const before = await fingerprint(house.core, tables);
      for (const action of actions) {
        if (role.without !== undefined && action.action.permission !== role.without) continue;
        const right = verdict(role, action);
        const tried = doorsOf(role, action);
        const seen: Record<string, Seen> = Object.fromEntries(
          await Promise.all(tried.map(async (door) => [door, await doors[door]!(role, action)] as const)),
        );
        for (const door of tried) expect([action.id, door, seen[door]?.verdict]).toEqual([action.id, door, right]);
        if (tried.length === 1) continue;
        expect(seen.api?.preview).toEqual(seen.panel?.preview);
        if (right === 'shown') expect(seen['command line']?.words?.slice(0, 2)).toEqual(seen.panel?.words?.slice(0, 2));
      }
      expect(await fingerprint(house.core, tables)).toBe(before);
    });

  test('a scoped role is told of its own records only, at every door', async () => {
    const role = roles.find(({ scope }) => scope !== 'all')!;
    const action = actions.find((one) => verdict(role, one) === 'shown' && one.resource.model === 'Recipient')!;
    const administrator = roles[0]!;
    for (const door of ['panel', 'api']) {
      expect((await doors[door]!(role, action)).preview?.total).toBe(3);
      expect((await doors[door]!(administrator, action)).preview?.total).toBe(5);
    }
  });

  test('without any name or key nobody gets in', async () => {
    const stranger = new Visitor(web);
    for (const { id } of actions) {
      const body = { selection: { all: true } };
      const panel = await stranger.post(`/admin/api/steward/actions/${id}/preview`, body);
      const api = await stranger.post(`/api/actions/${id.replace('.', '/')}`, { ...body, dryRun: true });
      expect([id, panel.status, api.status]).toEqual([id, 401, 401]);
    }
  });
});
