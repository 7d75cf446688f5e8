// Where the demo leads: one job of each module on the start page. Each begins at a list that has something to do, and is ticked by its run.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDemo, startRun, systemActor } from '../../src/core/index.ts';
import { modules } from '../../src/modules/index.ts';
import { type House, openHouseOf, rootPassword } from '../kit/house.ts';
import { Visitor } from '../kit/http.ts';

let house: House;
let root: Visitor;

beforeAll(async () => {
  house = await openHouseOf(modules, {}, { panel: true });
  root = new Visitor(house.web);
  await root.signIn('root@example.org', rootPassword);
}, 240_000);

afterAll(() => house?.close());

async function jobs(): Promise<{ title: string; description: string; href: string; isDone: boolean }[]> {
  return ((await root.get('/admin/api/steward/dashboard')).json as { jobs: never[] }).jobs;
}

it('is nowhere before the demo is loaded', async () => {
  expect(await jobs()).toEqual([]);
});

it('names a job of every module, whose list is there and whose actions exist', async () => {
  await loadDemo(house.core);
  const shown = await jobs();
  expect(shown.map(({ isDone }) => isDone)).toEqual([false, false, false, false, false]);
  expect(shown.every(({ title, description }) => title && description)).toBe(true);
  for (const { href } of shown) {
    const { status, json } = await root.get(`/admin/api/steward${href.replace('/resources/', '/records/')}`);
    expect([href, status]).toEqual([href, 200]);
    expect((json as { total: number }).total, href).toBeGreaterThan(0);
  }
  const named = modules.flatMap(({ demoJob }) => demoJob?.actions ?? []);
  expect(named.filter((id) => !house.core.registry.actions.has(id))).toEqual([]);
}, 120_000);

it('is ticked once one of its actions has been started, and only then', async () => {
  const club = await house.core.db.club.findFirstOrThrow({ where: { state: 'pending' } });
  await startRun(house.core, systemActor, 'clubs.refuse-club', {
    selection: { ids: [club.id] },
    form: { reason: 'No evidence' },
    expected: 1,
    idempotencyKey: 'demo-jobs',
  });
  expect((await jobs()).filter(({ isDone }) => isDone).map(({ href }) => href)).toEqual(['/resources/Club?view=0']);
});
