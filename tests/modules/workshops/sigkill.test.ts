// SIGKILL of the whole server inside its PUTs: afterwards each event has its old rows or its new ones, never a part. ROUNDS sets how often.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Visitor } from '../../kit/http.ts';
import { type ServerProcess, serverProcess } from '../../kit/server.ts';
import { brokenInvariants } from './seat-rush.ts';
import { bearer, type House, makeEvent, managerToken, openHouse } from './workshops-house.ts';

const rounds = Number(process.env.ROUNDS ?? 2);
const folder = mkdtempSync(path.join(tmpdir(), 'steward-kill-'));
let server: ServerProcess;
let house: House;

beforeAll(async () => {
  house = await openHouse();
  server = await serverProcess({
    DATA_DIR: folder,
    APP_KEY: 'k'.repeat(40),
    DATABASE_URL: house.databaseUrl,
    SMTP_URL: '',
    LOG_LEVEL: 'warn',
  });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('leaves whole lists: the users, workshops, links and registrations of before, or those of after', async () => {
  const count = 120;
  const made = await makeEvent(house, {
    workshops: Array.from({ length: 6 }, (_, n) => ({ title: `old ${n}`, moment: `m${n}`, limit: 500 })),
    people: Array.from({ length: count }, (_, n) => ({ fullName: `old ${n}` })),
    links: [[0, 1, 'exclusive']],
  });
  const token = await managerToken(house, ['workshops:manage']);
  const id = made.event.number;
  const put = (what: string, body: unknown) => {
    const visitor = new Visitor({ url: server.base, port: Number(new URL(server.base).port) });
    const headers = { 'content-type': 'application/json', ...bearer(token) };
    return visitor.send('PUT', `/events/${id}${what}`, { body: JSON.stringify(body), headers }).then(
      ({ status }) => status,
      () => 0,
    );
  };
  // People of another event choose at the same time: their sets are replaced, not their event.
  const choosing = await makeEvent(house, {
    workshops: Array.from({ length: 8 }, (_, n) => ({ title: `set ${n}`, moment: `m${n >> 1}`, limit: 500 })),
    people: Array.from({ length: 20 }, (_, n) => ({ fullName: `p${n}` })),
  });
  const sets = [0, 1].map((n) => choosing.workshops.filter((_, at) => at % 2 === n));
  const reason = 'a set of four';
  const choose = ({ number }: { number: number }, n: number) => {
    const visitor = new Visitor({ url: server.base, port: Number(new URL(server.base).port) });
    const body = JSON.stringify({ workshop_ids: sets[n % 2]!.map((one) => one.number), reason });
    const headers = { 'content-type': 'application/json', ...bearer(token) };
    return visitor.send('PUT', `/registrations/user/${number}`, { body, headers }).then(
      ({ status }) => status,
      () => 0,
    );
  };
  let [answered, cut] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    await server.start();
    const label = `round ${round}`;
    const ids = async () =>
      (await house.core.db.workshop.findMany({ where: { eventId: made.event.id } })).map(({ number }) => number);
    const [a = 0, b = 0, c = 0] = await ids();
    const attempts = Array.from({ length: 4 }, (_, n) =>
      Promise.all([
        put(
          '/users',
          Array.from({ length: count }, (_, at) => ({ full_name: `${label}.${n} ${at}`, identity: '' })),
        ),
        put('', { workshops: [a, b, c].map((one) => ({ id: one, title: `${label}.${n}` })) }),
        put(
          '/workshop_links',
          [
            [a, b],
            [b, c],
          ].map(([x, y]) => ({ workshop1_id: x, workshop2_id: y, link_type: 'exclusive' })),
        ),
      ]),
    );
    const choices = choosing.people.map((one, n) => choose(one, n + round));
    await new Promise((resolve) => setTimeout(resolve, 40 + 120 * round));
    await server.stop('SIGKILL');
    const statuses = [...(await Promise.all(attempts)).flat(), ...(await Promise.all(choices))];
    answered += statuses.filter((status) => status > 0).length;
    cut += statuses.filter((status) => status === 0).length;
    // What the killed process had under way is rolled back as soon as its connections are found dead.
    await house.core.db.$queryRaw`SELECT 1 FROM "WorkshopEvent" WHERE id = ${made.event.id} FOR UPDATE`;
    const people = await house.core.db.attendee.findMany({ where: { eventId: made.event.id } });
    const batches = new Set(people.map(({ fullName }) => fullName.replace(/ \d+$/, '')));
    expect([people.length, batches.size]).toEqual([count, 1]);
    const workshops = await house.core.db.workshop.findMany({ where: { eventId: made.event.id } });
    const titles = new Set(workshops.map(({ title }) => title.replace(/^old \d$/, 'old')));
    expect([titles.size, [3, 6].includes(workshops.length)]).toEqual([1, true]);
    expect([0, 1, 2]).toContain(await house.core.db.workshopLink.count({ where: { eventId: made.event.id } }));
    await house.core.db.$queryRaw`SELECT 1 FROM "Workshop" WHERE "eventId" = ${choosing.event.id} FOR UPDATE`;
    const chosen = await house.core.db.attendee.findMany({
      where: { eventId: choosing.event.id },
      include: { registrations: { orderBy: { workshop: { number: 'asc' } } } },
    });
    const whole = ['', ...sets.map((set) => set.map(({ id }) => id).join())];
    for (const { registrations } of chosen)
      expect(whole).toContain(registrations.map(({ workshopId }) => workshopId).join());
    expect(await brokenInvariants(house.core, choosing.event.id)).toEqual([]);
  }
  expect(answered + cut).toBe(rounds * 32);
  expect(cut, 'some were under way').toBeGreaterThan(0);
}, 400_000);
