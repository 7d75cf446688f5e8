// F16 with WEB_CONCURRENCY: several processes behind one port end together, and none of them takes an answer with it. One that is killed is
// replaced while the others serve; none outlives the process that started it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { report, sizeOf } from '../kit/experiment.ts';
import { isThere, webProcesses } from '../kit/web-processes.ts';
import { type FaultHouse, openFaultHouse, pause, until } from './fault-house.ts';
import { type HalfSent, halfUpload, loadUntilUnready } from './in-flight.ts';

const several = 3;
const uploads = 12;
const perSecond = sizeOf('F16_RATE', 20, 50);
let house: FaultHouse;
let key: string;
let children: Set<number>;

beforeAll(async () => {
  house = await openFaultHouse({ WEB_CONCURRENCY: String(several), DRAIN_SECONDS: '4' });
  await house.server.start();
  key = await house.campaign('several', []);
});
afterAll(() => house?.close());

/** Finds the processes that answer: all of them, or, with those of `before`, one that is new and one that is not. */
async function look(before: ReadonlySet<number> = new Set()): Promise<Set<number>> {
  const isFresh = (pid: number) => pid !== 0 && !before.has(pid);
  return webProcesses(house.server.base, (found) =>
    before.size > 0 ? [...found].some(isFresh) && [...found].some((pid) => before.has(pid)) : found.size >= several,
  );
}

const allGone = () => [...children].every((pid) => !isThere(pid));

function manyUploads(): Promise<HalfSent[]> {
  // One after the other, so that they come to all processes in turn.
  return Array.from({ length: uploads }).reduce<Promise<HalfSent[]>>(
    async (before) => [...(await before), await halfUpload(house)],
    Promise.resolve([]),
  );
}

it('replaces one that is killed while the others serve', async () => {
  children = await look();
  expect(children.size).toBe(several);
  const [victim = 0, ...others] = [...children];
  process.kill(victim, 'SIGKILL');
  const after = await look(children);
  expect(others.filter((pid) => after.has(pid)).length).toBeGreaterThan(0);
  expect(others.every(isThere)).toBe(true);
  // The process that works, and the others: the row of the dead one is cleared away.
  const rows = () => house.count('select count(*) from "Instance"');
  await until('the dead one is forgotten', async () => (await rows()) === several + 1, 120);
}, 300_000);

it('ends with 0 when all that was in flight in every process is answered', async () => {
  children = await look();
  expect(children.size).toBe(several);
  const open = await manyUploads();
  const loading = loadUntilUnready(house, { key, name: 'late', perSecond });
  await pause(1000);
  const ending = house.server.stop('SIGTERM');
  const loaded = await loading;
  for (const upload of open) upload.finish();
  const code = await ending;
  for (const upload of open) expect(await upload.answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(loaded.cutOff).toEqual([]);
  expect(loaded.otherwise).toEqual([]);
  expect(loaded.answered).toBeGreaterThan(0);
  expect(code, house.server.output()).toBe(0);
  expect(allGone()).toBe(true);
  expect(await house.count(`select count(*) from "Recipient" where email like 'late%'`)).toBe(loaded.answered);
  expect(await house.count('select count(*) from "Instance"')).toBe(0);
  report('F16', { 'web processes': several, answered: loaded.answered, uploads, 'cut off': 0 });
}, 300_000);

it('ends all of them when the one that started them is killed', async () => {
  await house.server.start();
  children = await look();
  await house.server.stop('SIGKILL');
  await until('all have ended', async () => allGone(), 60);
}, 300_000);
