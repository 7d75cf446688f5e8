// No answer to anybody holds a secret, and what is personal comes only to those whose rights include it: every role, every key and every
// kind of visitor asks for everything that the declarations offer. A module that tells a secret on purpose shows that it would be found.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allModels } from '../../src/core/database/datamodel.ts';
import { titleColumns } from '../../src/core/records/view.ts';
import type { AnyResource } from '../../src/core/resource.ts';
import { Visitor } from '../kit/http.ts';
import {
  type AbuseHouse,
  type Caller,
  declaredRoles,
  holds,
  inParallel,
  openAbuseHouse,
  visibleIds,
} from './abuse-house.ts';
import { type Canary, isSecret } from './canaries.ts';
import { type Ask, apiAsks, asksOf, exportAll, type Find, findsIn, otherAsks, send } from './crawl.ts';
import { leakModule, told } from './leak-module.ts';
import { apiCallers, parameterValues, type Visit } from './visitors.ts';

type MayKnow = (canary: Canary, ask: Ask) => boolean;

let house: AbuseHouse;
const callers = new Map<string, Caller>();
/** Where the planted leak was found. */
const toldTo: Find[] = [];
const roles = [...declaredRoles, { name: 'leak reader', permissions: ['leak:read'], scope: 'all' }];

beforeAll(async () => {
  house = await openAbuseHouse([leakModule]);
  told.hash = house.canaries.word({ model: 'told', column: 'hash', row: '', isSecret: true });
  for (const role of roles) callers.set(role.name, await house.engage(role));
}, 120_000);
afterAll(() => house?.close());

/** Says what a role may know, by the declarations alone: rows in its scope, declared columns, whole rows where a permission hands them out. */
async function knowledgeOf(caller: Caller): Promise<MayKnow> {
  const visible = await visibleIds(house, caller);
  return ({ model, column, row, isSecret, handedOutBy }, { whole, kind }) => {
    if (isSecret || (handedOutBy && !holds(caller.role, handedOutBy))) return false;
    // Routes are a module's own code too, and get whole rows.
    if (kind === 'api') return visible.get(model)?.has(row) === true;
    const isWithin = visible.get(model)?.has(row) ?? caller.role.scope === 'all';
    if (isWithin && (handedOutBy || (whole?.models.includes(model) && holds(caller.role, whole.permission))))
      return true;
    const resource = house.core.registry.resources.get(model);
    return resource !== undefined && visible.get(model)?.has(row) === true && isTold(resource, column, caller);
  };
}

function isTold(resource: AnyResource, column: string, { role }: Caller): boolean {
  const declared = (resource.columns as Record<string, { permission?: string }>)[column];
  if (!declared) return titleColumns(resource).includes(column);
  return declared.permission === undefined || holds(role, declared.permission);
}

/** Returns what was told against the rules, in words, and keeps what was told on purpose for the control. */
function against(finds: readonly Find[], mayKnow: MayKnow): string[] {
  toldTo.push(...finds.filter(({ canary }) => canary.model === 'told'));
  const leaks = finds.filter(({ canary, ask }) => canary.model !== 'told' && !mayKnow(canary, ask));
  return [...new Set(leaks.map(({ ask, canary }) => `${ask.method} ${ask.path}: ${canary.model}.${canary.column}`))];
}

/** Asks everything as somebody; returns leaks and answers of 500 and more. */
async function crawl(asks: readonly Ask[], { visitor, headers }: Visit, mayKnow: MayKnow): Promise<string[]> {
  const wrong: string[] = [];
  await inParallel(asks, async (ask) => {
    const answer = await send(visitor, ask, headers);
    if (answer.status >= 500) wrong.push(`${ask.method} ${ask.path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    wrong.push(...against(findsIn(house, ask, answer), mayKnow));
  });
  return wrong.sort();
}

function panelAsks({ role }: Caller): Ask[] {
  const { core, own, other } = house;
  const asks = [...core.registry.resources.values()].flatMap((resource) => {
    const ids = [own, other].map((rows) => rows[resource.model] ?? '01890000-0000-7000-8000-000000000000');
    return asksOf(resource, ids, holds(role, resource.permissions.read));
  });
  return [...asks, ...otherAsks(house, role)];
}

test('every secret column of every model holds a canary', async () => {
  const missing: string[] = [];
  for (const model of allModels().values())
    for (const column of [...model.columns.values()].filter((one) => isSecret(model.name, one))) {
      const { rows } = await house.core.database.pool.query<{ value: string }>(
        `SELECT "${column.name}"::text AS value FROM "${model.table}" WHERE "${column.name}" IS NOT NULL`,
      );
      const found = rows.flatMap(({ value }) => house.canaries.found(value));
      if (!found.some((one) => one.model === model.name && one.column === column.name && one.isSecret))
        missing.push(`${model.name}.${column.name}`);
    }
  expect(missing).toEqual([]);
});

describe('the panel tells no secret, and what is personal only to', () => {
  for (const { name } of roles)
    test(name, async () => {
      const caller = callers.get(name)!;
      const mayKnow = await knowledgeOf(caller);
      expect(await crawl(panelAsks(caller), { visitor: caller.visitor }, mayKnow)).toEqual([]);
      expect(against(await exportAll(house, caller), mayKnow)).toEqual([]);
    });
});

describe('the public API tells no secret, and of persons only', () => {
  test('to each who calls what is theirs', async () => {
    const personal = new Set(house.core.modules.flatMap(({ privacy }) => (privacy ?? []).map(({ model }) => model)));
    const visits = await apiCallers(house, callers);
    const asks = apiAsks(house.core, await parameterValues(house));
    const wrong: string[] = [];
    // What deletes comes last, so that the others are asked while there is something to tell.
    for (const methods of [['GET'], ['POST', 'PUT'], ['DELETE']])
      for (const visit of visits) {
        await house.forgetLimits();
        const known = visit.caller ? await knowledgeOf(visit.caller) : () => false;
        const mayKnow: MayKnow = (canary, ask) =>
          known(canary, ask) ||
          (!canary.isSecret && (!personal.has(canary.model) || visit.own?.[canary.model] === canary.row));
        const found = await crawl(
          asks.filter(({ method }) => methods.includes(method)),
          visit,
          mayKnow,
        );
        wrong.push(...found.map((one) => `${visit.name}: ${one}`));
      }
    expect(wrong).toEqual([]);
  });
});

test('the leak that was made on purpose is found in every kind of answer', () => {
  const kinds = new Set(toldTo.map(({ ask }) => ask.kind));
  for (const kind of ['list', 'search', 'record', 'tool', 'preview', 'csv', 'xlsx', 'dashboard', 'api'])
    expect([kind, kinds.has(kind)]).toEqual([kind, true]);
  expect(house.logged.some((line) => line.includes(told.hash))).toBe(true);
});

test('neither the log nor the figures tell anything of it', async () => {
  const personal = new Set(house.core.modules.flatMap(({ privacy }) => (privacy ?? []).map(({ model }) => model)));
  const { metricsToken } = house.core.config;
  const figures = await new Visitor(house.web).get('/metrics', { authorization: `Bearer ${metricsToken}` });
  expect(figures.status).toBe(200);
  for (const text of [figures.text, ...house.logged]) {
    const found = house.canaries.found(text).filter(({ model }) => model !== 'told');
    expect(found.filter(({ model, isSecret }) => isSecret || personal.has(model))).toEqual([]);
  }
});

test('no secret went into another table: not into the audit, the runs, the jobs or the messages', async () => {
  const { rows: tables } = await house.core.database.pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of tables) {
    const { rows } = await house.core.database.pool.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
    const found = rows.flatMap(({ line }) => house.canaries.found(line));
    const own = name.replace('public.', '').replaceAll('"', '');
    expect([name, found.filter(({ model, isSecret }) => isSecret && model !== own && model !== 'told')]).toEqual([
      name,
      [],
    ]);
  }
});
