// How fast places are given under a rush: our locked, checked replacement of a whole set, against the same steps with only the lock, and against
// the same without any (which oversells but for the check of the table).
import { randomUUID } from 'node:crypto';
import { type Core, systemActor } from '../src/core/index.ts';
import { replaceAttendees } from '../src/modules/workshops/attendees.ts';
import { createEvent, deleteEvent, replaceEvent } from '../src/modules/workshops/events.ts';
import workshops from '../src/modules/workshops/module.ts';
import { setRegistrations } from '../src/modules/workshops/registering.ts';
import { type Amount, compare, type Measurement, timed } from './kit/compare.ts';
import { openCore } from './kit/house.ts';

const seats = 20;
const patience = { maxWait: 120_000, timeout: 120_000 };

export default {
  title: 'Seats at the capacity edge',
  async run(bench) {
    const people = bench.size(500, 60);
    const { core, close } = await openCore(bench, [workshops]);
    const notes: string[] = [];
    const rushOf = (name: string, way: (workshopId: string, attendeeId: string) => Promise<unknown>) => async () => {
      const { inside, ...amount } = await rush(core, people, way);
      if (inside !== seats) notes.push(`${name}: ${inside} got into ${seats} places`);
      return amount;
    };
    const ways = {
      'whole set under the locks (ours)': (workshopId: string, attendeeId: string) =>
        core.transaction(systemActor, (work) =>
          setRegistrations(work, attendeeId, [workshopId], { by: { staff: false } }),
        ),
      'lock, count, insert': (workshopId: string, attendeeId: string) =>
        core.db.$transaction(async (tx) => {
          await tx.$queryRaw`SELECT 1 FROM "Workshop" WHERE "id" = ${workshopId} FOR NO KEY UPDATE`;
          await countAndInsert(tx, workshopId, attendeeId);
        }, patience),
      'count, insert': (workshopId: string, attendeeId: string) =>
        core.db.$transaction((tx) => countAndInsert(tx, workshopId, attendeeId), patience),
    };
    try {
      return [
        await compare(
          `${people} people, ${seats} places, ten at a time`,
          'attempts',
          Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, rushOf(name, way)])),
          { rounds: bench.rounds, notes },
        ),
      ];
    } finally {
      await close();
    }
  },
} satisfies Measurement;

async function countAndInsert(tx: Core['db'], workshopId: string, attendeeId: string) {
  if ((await tx.workshopRegistration.count({ where: { workshopId } })) >= seats) return;
  await tx.workshopRegistration.create({ data: { workshopId, attendeeId } });
}

/** Lets everybody ask for the same workshop and says how many got in. */
async function rush(
  core: Core,
  people: number,
  way: (workshopId: string, attendeeId: string) => Promise<unknown>,
): Promise<Amount & { inside: number }> {
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
  // Ten at a time, as many connections as a process uses for this.
  const { seconds } = await timed(() =>
    Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let next = line.pop(); next; next = line.pop()) await way(made.workshop.id, next.id).catch(() => {});
      }),
    ),
  );
  const inside = await core.db.workshopRegistration.count({ where: { workshopId: made.workshop.id } });
  await core.transaction(systemActor, (work) => deleteEvent(work, made.event.id), { timeoutMs: 120_000 });
  return { done: people, seconds, inside };
}
