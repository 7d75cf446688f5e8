// How fast places are given under a rush, side by side: our locked, checked replacement of a whole set, the same steps with only the lock, and
// the same without any (which oversells). Ratios on one machine; no absolute claims. Needs DATABASE_URL of a migrated, empty database.
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { type Core, createCore, loadConfig, systemActor } from '../src/core/index.ts';
import { replaceAttendees } from '../src/modules/workshops/attendees.ts';
import { createEvent, deleteEvent, replaceEvent } from '../src/modules/workshops/events.ts';
import workshops from '../src/modules/workshops/module.ts';
import { setRegistrations } from '../src/modules/workshops/registering.ts';

const people = Number(process.env.RUSH ?? 500);
const seats = Number(process.env.SEATS ?? 20);
const rounds = Number(process.env.ROUNDS ?? 3);
const databaseUrl = process.env.DATABASE_URL;
if (!databaseUrl)
  throw new Error('Set DATABASE_URL to an empty database, for example postgresql://localhost/steward_bench.');

const dataDir = path.join(os.tmpdir(), `steward-bench-${process.pid}`);
const config = loadConfig({ ...process.env, NODE_ENV: 'test', DATA_DIR: dataDir, APP_KEY: 'b'.repeat(40) });
const started = await createCore({
  config,
  modules: [workshops],
  connection: { connectionString: databaseUrl },
  role: 'bench',
});
const { core } = started;
const patience = { maxWait: 120_000, timeout: 120_000 };

type Way = (workshopId: string, attendeeId: string) => Promise<unknown>;

const ways: Record<string, Way> = {
  'whole set under the locks (ours)': (workshopId, attendeeId) =>
    core.transaction(systemActor, (work) => setRegistrations(work, attendeeId, [workshopId], { by: { staff: false } })),
  'lock, count, insert': (workshopId, attendeeId) =>
    core.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM "Workshop" WHERE "id" = ${workshopId} FOR NO KEY UPDATE`;
      await countAndInsert(tx, workshopId, attendeeId);
    }, patience),
  'count, insert (oversells, but for the check of the table)': (workshopId, attendeeId) =>
    core.db.$transaction((tx) => countAndInsert(tx, workshopId, attendeeId), patience),
};

async function countAndInsert(tx: Core['db'], workshopId: string, attendeeId: string) {
  if ((await tx.workshopRegistration.count({ where: { workshopId } })) >= seats) return;
  await tx.workshopRegistration.create({ data: { workshopId, attendeeId } });
}

/** Runs one rush and returns attempts a second and how many got in. */
async function rush(way: Way): Promise<{ perSecond: number; inside: number }> {
  const made = await core.transaction(
    systemActor,
    async (work) => {
      const event = await createEvent(work, { name: randomUUID(), available: true });
      await replaceEvent(work, event.id, { workshops: [{ title: 'Wanted', limit: seats }] });
      await replaceAttendees(
        work,
        event.id,
        Array.from({ length: people }, (_, n) => ({ fullName: `p${n}` })),
      );
      const workshop = await work.tx.workshop.findFirstOrThrow({ where: { eventId: event.id } });
      return { event, workshop, attendees: await work.tx.attendee.findMany({ where: { eventId: event.id } }) };
    },
    { timeoutMs: 120_000 },
  );
  const line = [...made.attendees];
  const began = performance.now();
  // Ten at a time, as many connections as a process uses for this.
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let next = line.pop(); next; next = line.pop()) await way(made.workshop.id, next.id).catch(() => {});
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const inside = await core.db.workshopRegistration.count({ where: { workshopId: made.workshop.id } });
  await core.transaction(systemActor, (work) => deleteEvent(work, made.event.id), { timeoutMs: 120_000 });
  return { perSecond: people / seconds, inside };
}

const results = new Map<string, { perSecond: number; inside: number }[]>(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1)
  for (const [name, way] of Object.entries(ways)) results.get(name)?.push(await rush(way));

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const first = median((results.get(Object.keys(ways)[0] ?? '') ?? []).map(({ perSecond }) => perSecond));
process.stdout.write(`${people} people for ${seats} places, median of ${rounds} rounds; ratio to ours\n`);
for (const [name, runs] of results) {
  const perSecond = median(runs.map((one) => one.perSecond));
  const most = Math.max(...runs.map(({ inside }) => inside));
  process.stdout.write(`${(perSecond / first).toFixed(2).padStart(6)}  ${name}: ${most} got in\n`);
}
await started.close();
