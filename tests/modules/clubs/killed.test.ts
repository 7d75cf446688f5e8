// A process killed between an approval and its mail loses neither. Rounds by CLUBS_KILLS; each kills at another moment.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOperator, systemActor } from '../../../src/core/index.ts';
import { freePort, type ServerProcess, serverProcess } from '../../kit/server.ts';
import { until } from '../../kit/until.ts';
import { apply, type House, openHouse, password, textOf } from './clubs-house.ts';

const rounds = Number(process.env.CLUBS_KILLS ?? 2);
const perRound = 4;
let house: House;
let server: ServerProcess;
let client: pg.Client;

beforeAll(async () => {
  house = await openHouse();
  await house.core.transaction(systemActor, (work) =>
    createOperator(work, { email: 'root@example.org', roleName: 'administrator', password }),
  );
  server = await serverProcess({
    DATABASE_URL: house.databaseUrl,
    DATA_DIR: house.core.config.dataDir,
    APP_KEY: 'k'.repeat(40),
    SMTP_URL: house.sink.url,
    MAIL_RATE: '3',
    WORKER_PORT: String(await freePort()),
    LOG_LEVEL: 'error',
  });
  client = new pg.Client({ connectionString: house.databaseUrl });
  await client.connect();
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await client?.end();
  await house?.close();
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function send(method: string, address: string, token?: string, body?: unknown): Promise<Response | undefined> {
  return fetch(server.base + address, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: token } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => undefined);
}

async function signIn(): Promise<string> {
  const answer = await send('POST', '/api/session', undefined, { account: 'root@example.org', password });
  if (!answer?.ok) throw new Error(`Signing in was refused: ${answer?.status}`);
  return ((await answer.json()) as { token: string }).token;
}

it(`${rounds} kills: every approved club has one account, and its one mail arrives or is told as unknown`, async () => {
  const clubs: Awaited<ReturnType<typeof apply>>[] = [];
  for (let i = 0; i < rounds * perRound; i += 1) {
    clubs.push(await apply(house));
    await house.core.db.rateLimit.deleteMany();
  }
  for (let round = 0; round < rounds; round += 1) {
    await server.start();
    const token = await signIn();
    const some = clubs.slice(round * perRound, (round + 1) * perRound);
    const asked = some.map(({ number }) => send('PUT', `/api/pcusers?id=${number}&verify=1`, token));
    // After the first answer, after the first delivery, or at once: three mails leave a second, so others still wait then.
    const before = house.sink.accepted.length;
    if (round % 3 === 0)
      await Promise.any(asked.map(async (one) => ((await one)?.ok ? one : Promise.reject(new Error()))));
    if (round % 3 === 1) await until(() => house.sink.accepted.length > before);
    await server.stop('SIGKILL');
    await Promise.all(asked);
  }
  await server.start();
  const token = await signIn();
  let repeated = 0;
  for (const { number } of clubs) {
    const status = (await send('PUT', `/api/pcusers?id=${number}&verify=1`, token))?.status;
    expect([200, 304]).toContain(status);
    if (status === 304) repeated += 1;
  }
  // What was decided before a kill is still decided.
  expect(repeated).toBeGreaterThan(0);
  const open = async () =>
    (await client.query(`SELECT count(*) FROM "Message" WHERE state IN ('queued', 'sending')`)).rows[0]
      ?.count as string;
  for (const end = Date.now() + 90_000; Date.now() < end && (await open()) !== '0'; ) await pause(200);
  expect(await open()).toBe('0');
  let unknown = 0;
  for (const { id, email } of clubs) {
    const { rows } = await client.query(`SELECT state FROM "Message" WHERE "recordId" = $1`, [id]);
    expect(rows).toHaveLength(1);
    const arrived = house.sink.accepted.filter(({ to }) => to.includes(email));
    if (rows[0].state === 'unknown') unknown += 1;
    else expect([email, rows[0].state, arrived.length]).toEqual([email, 'sent', 1]);
    expect(arrived.length).toBeLessThanOrEqual(1);
    for (const mail of arrived) expect((await textOf(mail)).text).toMatch(/Initial password: \S+/);
    const accounts = await client.query(`SELECT count(*) FROM "Operator" WHERE email = $1`, [email]);
    expect(accounts.rows[0]?.count).toBe('1');
  }
  expect(unknown).toBeLessThan(clubs.length);
}, 900_000);
