// A start that cannot be: one sentence with what, where and what to type, no stack, nothing begun and nothing left running.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { freePort, serverProcess } from '../kit/server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-refused-'));
let database: TestDatabase;
let occupant: Server;
let taken: number;

beforeAll(async () => {
  database = await cloneDatabase();
  occupant = createServer().listen(0, '127.0.0.1');
  await once(occupant, 'listening');
  taken = (occupant.address() as { port: number }).port;
  writeFileSync(path.join(folder, 'file'), '');
});

afterAll(async () => {
  occupant.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function refusalOf(settings: Record<string, string>): Promise<string> {
  const server = await serverProcess({
    DATA_DIR: path.join(folder, 'data'),
    DATABASE_URL: database.url,
    LOG_LEVEL: 'warn',
    ...settings,
  });
  const error: unknown = await server.start().catch((reason: unknown) => reason);
  await server.stop();
  return error instanceof Error ? error.message : 'it started';
}

it('a port that is taken is told alone, without the noise of work that was begun', async () => {
  expect(await refusalOf({ PORT: String(taken) })).toBe(
    `the server ended: \nPort ${taken} is taken by another program, perhaps by a Steward that still runs. Stop it, or name another port with PORT.\n\n`,
  );
}, 120_000);

it.each([
  ['a host that is not here', { HOST: '192.0.2.1' }, /^HOST is 192\.0\.2\.1, which is no address of this machine\.$/m],
  [
    'a data folder that cannot be',
    { DATA_DIR: path.join(folder, 'file', 'data') },
    /^The account \S+ cannot write to DATA_DIR, which is .*\/file\/data \(ENOTDIR.*chown\.$/m,
  ],
  [
    'a database that does not answer',
    { DATABASE_URL: 'postgresql://u:p@localhost:1/x' },
    /^The database does not let us in: connect ECONNREFUSED .*:1\. Look at DATABASE_URL /m,
  ],
])(
  '%s is told in words',
  async (_what, settings, words) => {
    const refusal = await refusalOf(settings);
    expect(refusal).toMatch(words);
    expect(refusal).not.toMatch(/^\s+at /m);
  },
  120_000,
);

it('a database that asks for another password is told with the account', async () => {
  const url = new URL(database.url);
  url.username = 'stranger';
  expect(await refusalOf({ DATABASE_URL: url.href, PORT: String(await freePort()) })).toMatch(
    /^The database does not let us in: .*stranger/m,
  );
}, 120_000);
