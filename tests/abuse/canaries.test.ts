// No answer to anybody holds a secret, and what is personal comes only to those whose rights include it: every role, every key and every
// kind of visitor asks for everything that the declarations offer. A module that tells a secret on purpose shows that it would be found.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allModels } from '../../src/core/database/datamodel.ts';
import { titleColumns } from '../../src/core/records/view.ts';
import { leakModule, told } from './leak-module.ts';
import { type AbuseHouse, type Caller, declaredRoles, holds, inParallel, openAbuseHouse, visibleIds } from './abuse-house.ts';
import { type Canary, isSecret } from './canaries.ts';
import { type Ask, asksOf, exportAll, type Find, findsIn, otherAsks, send } from './crawl.ts';

let house: AbuseHouse;
const finds: (Find & { who: string; mayKnow: boolean })[] = [];

beforeAll(async () => {
  house = await openAbuseHouse([leakModule]);
  const { db } = house.core;
  told.hash = house.canaries.word({ model: 'told', column: 'hash', row: '', isSecret: true });
}, 120_000);
afterAll(() => house?.close());

async function knowledgeOf(caller: Caller): Promise<(canary: Canary, ask?: Ask) => boolean> {
  const visible = await visibleIds(house, caller);
  return ({ model, column, row, isSecret }, ask) => {
    const resource = house.core.registry.resources.get(model);
    if (isSecret || !resource || !visible.get(model)?.has(row)) return false;
    if (ask?.whole?.model === model) return holds(caller.role, ask.whole.permission);
    const declared = (resource.columns as Record<string, { permission?: string }>)[column];
    if (!declared) return titleColumns(resource).includes(column);
    return declared.permission === undefined || holds(caller.role, declared.permission);
  };
}

const sayOf = ({ who, ask, canary }: (typeof finds)[number]) => `${who}: ${ask.method} ${ask.path} → ${canary.model}.${canary.column}`;

describe('canaries', () => {
  test('every secret column of every model holds one, and the database has it', async () => {
    const missing: string[] = [];
    for (const model of allModels().values())
      for (const column of model.columns.values())
        if (isSecret(model.name, column)) {
          const { rows } = await house.core.database.pool.query<{ value: string }>(
            `SELECT "${column.name}"::text AS value FROM "${model.table}" WHERE "${column.name}" IS NOT NULL`,
          );
          const found = rows.flatMap(({ value }) => house.canaries.found(value));
          if (!found.some((one) => one.model === model.name && one.column === column.name && one.isSecret))
            missing.push(`${model.name}.${column.name}`);
        }
    expect(missing).toEqual([]);
  });

  for (const role of [...declaredRoles, { name: 'leak reader', permissions: ['leak:read'], scope: 'all' }])
    test(`${role.name} in the panel`, async () => {
      const caller = await house.engage(role);
      const mayKnow = await knowledgeOf(caller);
      const { core, own, other } = house;
      const asks = [...core.registry.resources.values()].flatMap((resource) => {
        const ids = [own, other].map((rows) => rows[resource.model] ?? '01890000-0000-7000-8000-000000000000');
        return asksOf(core, resource, ids, holds(role, resource.permissions.read));
      });
      const note = (found: Find[]) =>
        finds.push(...found.map((find) => ({ ...find, who: role.name, mayKnow: mayKnow(find.canary, find.ask) })));
      const faults: string[] = [];
      const all = [...asks, ...otherAsks(house)];
      await inParallel(all, async (ask) => {
        const answer = await send(caller.visitor, ask);
        if (answer.status >= 500) faults.push(`${ask.method} ${ask.path}: ${answer.status}`);
        note(findsIn(house, ask, answer));
      });
      note(await exportAll(house, caller));
      const t = finds.filter(({ who, mayKnow }) => who === role.name && !mayKnow);
      console.log(role.name, all.length, finds.filter((x) => x.who === role.name).length, [...new Set(t.map((x) => `${x.canary.isSecret} ${x.ask.path.replace(/[0-9a-f]{8}-[-0-9a-f]*/g, 'ID')} ${x.canary.model}.${x.canary.column}`))], faults);
      expect(faults).toEqual([]);
    });
});
