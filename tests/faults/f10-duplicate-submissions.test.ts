// F10: the same thing is sent many times at once, as impatient people and programs do. It happens once.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { report, sizeOf } from '../kit/experiment.ts';
import { addressesOf, type FaultHouse, openFaultHouse } from './fault-house.ts';

const times = sizeOf('F10_TIMES', 30, 50);
let house: FaultHouse;
let key: string;
let organiser: string;
beforeAll(async () => {
  house = await openFaultHouse({});
  await house.server.start();
  organiser = await house.campaign(
    'twice',
    addressesOf(5).map((one, i) => `${one},N-${i}`),
  );
  key = await house.apiKey('certificates:read,certificates:send');
});
afterAll(() => house?.close());

const many = <T>(send: () => Promise<T>) => Promise.all(Array.from({ length: times }, send));

it(`starts one run for ${times} calls with one idempotency key, each told of that run`, async () => {
  const answers = await many(() =>
    house.post(
      '/api/actions/certificates/send-notice',
      { selection: { all: true, filters: { 'state.is': 'added' } }, expected: 5 },
      { authorization: `Bearer ${key}`, 'idempotency-key': 'one-press-0001' },
    ),
  );
  const told = answers.filter((one) => one && (one.status === 200 || one.status === 202));
  expect(answers.filter((one) => !one || ![200, 202, 409].includes(one.status))).toEqual([]);
  expect(new Set(told.map((one) => one?.json.runId)).size).toBe(1);
  expect(await house.count('select count(*) from "Run"')).toBe(1);
  expect(await house.count('select count(*) from "Message"')).toBeLessThanOrEqual(5);
  report('F10', {
    'calls with one key': times,
    runs: 1,
    'told of the run': told.length,
    'told 409': times - told.length,
  });
}, 300_000);

it(`takes each address once of ${times} equal lists without any key`, async () => {
  const list = addressesOf(20, 'again');
  const answers = await many(() => house.post('/api/addUserData', { token: organiser, email: list }));
  expect(answers.filter((one) => one?.json.code !== 0)).toEqual([]);
  const added = answers.reduce((sum, one) => sum + Number((one?.json.data as { added: number } | undefined)?.added), 0);
  expect(added).toBe(20);
  expect(await house.count(`select count(*) from "Recipient" where email like 'again%'`)).toBe(20);
  report('F10', { 'equal lists': times, 'addresses in each': 20, added });
}, 300_000);

it('adds them several times where one looks first and writes then: the control', async () => {
  await house.sql.query('create table looked (email text)');
  const clients = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const client = new pg.Client(house.database.url);
      await client.connect();
      return client;
    }),
  );
  await Promise.all(
    clients.map(async (client) => {
      const { rowCount } = await client.query(`select 1 from looked where email = 'a'`);
      if (rowCount === 0) await client.query(`insert into looked values ('a')`);
    }),
  );
  const doubled = await house.count('select count(*) from looked');
  await Promise.all(clients.map((client) => client.end()));
  report('F10 control', { rows: doubled });
  expect(doubled).toBeGreaterThan(1);
});
