// F5: every connection to the database is cut again and again under load. The process stays, clients are told to come back, and
// nothing is half written.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { report, sizeOf } from '../kit/experiment.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause, until } from './fault-house.ts';

const seconds = sizeOf('F5_SECONDS', 8, 30);
const perSecond = sizeOf('F5_RATE', 20, 50);
const recipients = 12;

let house: FaultHouse;
let key: string;
let ids: string[];
beforeAll(async () => {
  house = await openFaultHouse({ TRUST_PROXY: '1' });
  await house.server.start();
  await house.campaign(
    'cut',
    addressesOf(recipients).map((one, i) => `${one},N-${i}`),
  );
  key = await house.apiKey('certificates:read');
  const { rows } = await house.sql.query<{ id: string }>('select id from "Recipient" order by id');
  ids = rows.map(({ id }) => id);
});
afterAll(() => house?.close());

/** Ends every connection to the house's database but the asking one. */
async function cut(): Promise<number> {
  const client = new pg.Client(house.database.url);
  await client.connect();
  const { rowCount } = await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
  return rowCount ?? 0;
}

/** A connection of our own for looking, opened anew: the old one was cut too. */
async function look(text: string): Promise<number> {
  const client = new pg.Client(house.database.url);
  await client.connect();
  const { rows } = await client.query<Record<string, string>>(text);
  await client.end();
  return Number(Object.values(rows[0] ?? {})[0]);
}

const call = (i: number) =>
  house.post(
    '/api/actions/certificates/check-names',
    { selection: { ids: ids.slice(0, 1 + (i % recipients)) } },
    {
      authorization: `Bearer ${key}`,
      // From many places, because one may call only so often.
      'x-forwarded-for': `10.0.0.${1 + (i % 20)}`,
      'idempotency-key': `cut-${String(i).padStart(8, '0')}`,
    },
  );

it(`answers 200 or 503 and nothing else while connections are cut for ${seconds} s, and leaves no half of anything`, async () => {
  expect((await call(0))?.status).toBe(200);
  const answers: (number | undefined)[] = [];
  const open = new Set<Promise<void>>();
  let cuts = 0;
  let asked = 1;
  const end = Date.now() + seconds * 1000;
  let nextCut = Date.now() + 500;
  while (Date.now() < end) {
    const one: Promise<void> = call(asked).then((reply) => void answers.push(reply?.status));
    asked += 1;
    open.add(one);
    one.finally(() => open.delete(one));
    if (Date.now() > nextCut) {
      cuts += await cut();
      nextCut = Date.now() + 700;
    }
    await pause(1000 / perSecond);
  }
  await Promise.all(open);
  // The same process, and it works again at once.
  let again: number | undefined;
  await until(
    'it answers again',
    async () => {
      again = (await call(asked++))?.status;
      return again === 200 || again === 202;
    },
    30,
  );
  const other = answers.filter((status) => status !== 200 && status !== 202 && status !== 503);
  expect(other).toEqual([]);
  expect(cuts).toBeGreaterThan(3);
  expect(house.server.output()).not.toContain('ended');

  await until(
    'no run is left open',
    async () => (await look(`select count(*) from "Run" where state <> 'finished'`)) === 0,
    180,
  );
  const halves = {
    'runs without all their items': await look(
      'select count(*) from "Run" r where r.total <> (select count(*) from "RunItem" i where i."runId" = r.id)',
    ),
    'items without an outcome': await look(`select count(*) from "RunItem" where outcome = 'pending'`),
  };
  expect(halves).toEqual(Object.fromEntries(Object.keys(halves).map((name) => [name, 0])));
  const runs = await look('select count(*) from "Run"');
  report('F5', {
    seconds,
    asked: answers.length,
    'told to come back (503)': answers.filter((status) => status === 503).length,
    'connections cut': cuts,
    runs,
    halves: 0,
  });
  // Who was told that it worked finds the run; who was told to come back may find it too, whole.
  expect(runs).toBeGreaterThanOrEqual(answers.filter((status) => status === 200 || status === 202).length);
}, 600_000);

it('finds halves where two writes are not one transaction: the control', async () => {
  const setup = new pg.Client(house.database.url);
  await setup.connect();
  await setup.query('create table whole (n int primary key); create table part (n int primary key)');
  await setup.end();
  let halves = 0;
  for (let round = 0; round < 20 && halves === 0; round += 1) {
    const writer = new pg.Client(house.database.url);
    writer.on('error', () => {});
    await writer.connect();
    const write = async () => {
      for (let n = round * 1_000_000; ; n += 1) {
        await writer.query('insert into whole values ($1)', [n]);
        await writer.query('insert into part values ($1)', [n]);
      }
    };
    const writing = write().catch(() => {});
    await pause(60 + round);
    await cut();
    await writing;
    await writer.end().catch(() => {});
    halves = await look('select count(*) from whole where n not in (select n from part)');
  }
  report('F5 control', { halves });
  expect(halves).toBeGreaterThan(0);
}, 120_000);
