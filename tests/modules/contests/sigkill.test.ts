// Telling winners under SIGKILL: the process is killed again and again while their SMS leave. At the provider's test server each arrives once,
// or the panel shows it as unknown; none is lost. Size by CONTEST_NOTICES and CONTEST_KILLS.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from '../../kit/database.ts';
import { report, sizeOf } from '../../kit/experiment.ts';
import { type HttpSink, startHttpSink } from '../../kit/http-sink.ts';
import { type ServerProcess, serverProcess } from '../../kit/server.ts';

const notices = sizeOf('CONTEST_NOTICES', 60, 10_000);
const kills = sizeOf('CONTEST_KILLS', 2, 4);
const folder = mkdtempSync(path.join(tmpdir(), 'steward-contest-faults-'));
const cleanUp: (() => Promise<unknown>)[] = [];
let sink: HttpSink;
let client: pg.Client;
let server: ServerProcess;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeAll(async () => {
  const database = await cloneDatabase();
  cleanUp.push(() => database.drop());
  // Twilio's manner, because Twilio knows no repeats: what is sent twice is there twice.
  sink = await startHttpSink((request) => ({
    status: 201,
    body: JSON.stringify({ sid: `SM${request.body.length}`, status: 'queued' }),
  }));
  client = new pg.Client(database.url);
  await client.connect();
  server = await serverProcess({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    SMS_PROVIDER: 'twilio',
    SMS_API_URL: sink.url,
    TWILIO_ACCOUNT_SID: 'AC1',
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+15005550006',
    SMS_RATE: '1000',
    UNDO_SECONDS: '0',
    LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await server?.stop();
  await client?.end();
  await sink?.stop();
  for (const one of cleanUp) await one();
  rmSync(folder, { recursive: true, force: true });
});

async function makeWinners(): Promise<void> {
  await client.query(
    `INSERT INTO "Contest" (id, slug, title, "isCurrent", "publishedAt", "updatedAt") VALUES ('c', 'quiz', 'Quiz', true, now(), now())`,
  );
  await client.query(
    `INSERT INTO "Participant" (id, "contestId", "firstName", "secondName", birthday, "districtId", address, email, phone, "lastFour", "updatedAt")
     SELECT 'p' || n, 'c', 'Имя', 'Фамилия', '1985-05-20', 41, 'ул.', 'p' || n || '@example.org', '+7' || (9200000000 + n), right((9200000000 + n)::text, 4), now()
     FROM generate_series(1, $1::int) n`,
    [notices],
  );
  await client.query(
    `INSERT INTO "Winner" (id, "contestId", "participantId", prize, "updatedAt") SELECT 'w' || n, 'c', 'p' || n, 'Приз', now() FROM generate_series(1, $1::int) n`,
    [notices],
  );
}

async function count(sql: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>(sql);
  return Number(rows[0]?.n);
}

const open = () => count(`SELECT count(*) n FROM "Participant" WHERE notice IN ('none', 'waiting')`);
const arrived = () => sink.taken.map(({ body }) => new URLSearchParams(body).get('To') ?? '');

it(
  `tells ${notices} winners through ${kills} kills: each once, or shown as unknown`,
  async () => {
    await server.command('operator:create', '--email', 'ada@example.org', '--password', 'seventeen green bicycles');
    const key = (
      await server.command(
        'api-key:create',
        '--operator',
        'ada@example.org',
        '--permissions',
        'contests:read,contests:notify',
      )
    ).trim();
    await makeWinners();
    await server.start();
    const start = await fetch(`${server.base}/api/actions/contests/notify-winners`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ selection: { all: true }, expected: notices }),
    });
    expect([200, 202]).toContain(start.status);
    let killed = 0;
    for (let last = -1; killed < kills; ) {
      await pause(50);
      const now = sink.taken.length;
      // In the middle of the sending, wherever this machine has got to.
      if (now > last + notices / (kills + 2)) {
        last = now;
        await server.stop();
        killed += 1;
        await server.start();
      } else if ((await open()) === 0) break;
    }
    for (let wait = 0; (await open()) > 0 && wait < 12_000; wait += 1) await pause(100);

    const unknown = await client.query<{ phone: string }>(`SELECT phone FROM "Participant" WHERE notice = 'unknown'`);
    const isUnknown = new Set(unknown.rows.map(({ phone }) => phone));
    const times = new Map<string, number>();
    for (const to of arrived()) times.set(to, (times.get(to) ?? 0) + 1);
    expect([...times].filter(([, n]) => n > 1)).toEqual([]);
    const { rows } = await client.query<{ phone: string; notice: string; told: boolean }>(
      `SELECT phone, notice, "toldAt" IS NOT NULL AS told FROM "Participant"`,
    );
    expect(rows.filter(({ phone, notice }) => notice === 'sent' && !times.has(phone))).toEqual([]);
    expect(
      rows.filter(({ notice, told }) => !['sent', 'unknown'].includes(notice) || told !== (notice === 'sent')),
    ).toEqual([]);
    expect(isUnknown.size).toBeLessThanOrEqual(kills * 5);
    expect(killed).toBe(kills);
    const figures = { winners: notices, kills: killed, arrived: times.size, unknown: isUnknown.size };
    report('WINNERS', { ...figures, lost: 0, doubled: 0 });
  },
  300_000 + notices * 200 + kills * 120_000,
);
