// What a page of a list costs in the panel, by its own HTTP door with a signed-in session, against bare SQL that fetches the same rows and the
// same count, at three sizes of one table.
import { openPool } from '../src/core/database/database.ts';
import { type Core, createOperator, systemActor } from '../src/core/index.ts';
import contests from '../src/modules/contests/module.ts';
import { type Bench, type Comparison, compare, type Measurement, timed } from './kit/compare.ts';
import { openCore } from './kit/house.ts';
import { type HttpAnswer, load } from './kit/load.ts';
import { type Program, startSteward } from './kit/program.ts';

type Pool = ReturnType<typeof openPool>;

const perPage = 25;
const counted = 10_000;
const operator = { email: 'bench@example.org', password: 'a long enough password of the bench' };

/** A page: what the panel asks for, and what the same is in SQL. */
interface Page {
  name: string;
  query: string;
  where: string;
  order: string;
  skip: number;
}

function pagesOf(rows: number): Page[] {
  const newest = '"createdAt" DESC, "id" DESC';
  const last = Math.floor(rows / perPage);
  return [
    { name: 'first page', query: '', where: 'true', order: newest, skip: 0 },
    {
      name: 'filtered: one in a hundred, by state',
      query: 'f.handOver.is=failed',
      where: `"handOver" = 'failed'`,
      order: newest,
      skip: 0,
    },
    {
      name: 'sorted by family name',
      query: 'sort=secondName&direction=asc',
      where: 'true',
      order: '"secondName" ASC, "id" ASC',
      skip: 0,
    },
    {
      name: `deep page (${last.toLocaleString('en')})`,
      query: `page=${last}`,
      where: 'true',
      order: newest,
      skip: (last - 1) * perPage,
    },
    {
      name: 'search that finds few',
      query: 'q=person777',
      where: ['firstName', 'secondName', 'email', 'phone'].map((name) => `"${name}" ILIKE '%person777%'`).join(' OR '),
      order: newest,
      skip: 0,
    },
    {
      name: 'search that finds many',
      query: 'q=example.org',
      where: ['firstName', 'secondName', 'email', 'phone']
        .map((name) => `"${name}" ILIKE '%example.org%'`)
        .join(' OR '),
      order: newest,
      skip: 0,
    },
  ];
}

export default {
  title: 'Lists of the panel',
  async run(bench) {
    const comparisons: Comparison[] = [];
    for (const rows of [1000, bench.size(100_000, 2000), bench.size(1_000_000, 3000)])
      comparisons.push(...(await measureAt(bench, rows)));
    return comparisons;
  },
} satisfies Measurement;

async function measureAt(bench: Bench, rows: number): Promise<Comparison[]> {
  const databaseUrl = await bench.database();
  const { core, close } = await openCore(bench, [contests], {}, databaseUrl);
  await core.transaction(systemActor, (work) => createOperator(work, { ...operator, roleName: 'administrator' }));
  const pool = openPool({ connectionString: databaseUrl }, { poolSize: 2, statementTimeout: 0 });
  await fill(core, pool, rows).finally(close);
  // Slow pages are asked for less often, so that a run comes to an end.
  const times = bench.size(rows > 100_000 ? 10 : 30, 5);
  const program = await startSteward(databaseUrl, bench.folder, { only: 'server' });
  const comparisons: Comparison[] = [];
  try {
    const cookie = await signIn(program);
    for (const page of pagesOf(rows)) {
      comparisons.push(
        await compare(
          `${rows.toLocaleString('en')} rows, ${page.name}`,
          'pages',
          {
            'panel (ours)': () => byPanel(program, cookie, page, times),
            'SQL with the same count': () => bySql(pool, page, times, counted + 1),
            'SQL with the exact count': () => bySql(pool, page, rows > 100_000 ? 3 : times),
          },
          { rounds: bench.rounds },
        ),
      );
    }
  } finally {
    await program.stop();
    await pool.end();
  }
  return comparisons;
}

// Ids grow with time, as ours do.
async function fill(core: Core, pool: Pool, rows: number): Promise<void> {
  const { id } = await core.db.contest.create({ data: { slug: 'bench', title: 'Bench' } });
  await pool.query(
    `INSERT INTO "Participant" ("id", "contestId", "firstName", "secondName", "birthday", "districtId", "address", "email", "phone", "lastFour",
        "handOver", "createdAt", "updatedAt")
      SELECT '01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), $1, 'First' || n % 1000, md5(n::text), '1985-05-20', 41, 'Main street ' || n, 'person' || n || '@example.org',
        '+7909' || lpad(n::text, 7, '0'), lpad((n % 10000)::text, 4, '0'),
        CASE WHEN n % 100 = 7 THEN 'failed'::"SendState" ELSE 'sent'::"SendState" END, now() - ($2::int - n) * interval '1 second', now()
      FROM generate_series(1, $2::int) AS n`,
    [id, rows],
  );
  await pool.query('VACUUM ANALYZE "Participant"');
}

async function signIn({ base }: Program): Promise<string> {
  const answer = await fetch(`${base}/admin/login`, {
    method: 'POST',
    headers: { origin: base, 'x-forwarded-for': '10.0.0.1' },
    body: new URLSearchParams(operator),
    redirect: 'manual',
  });
  const [cookie] = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  if (answer.status !== 303 || !cookie) throw new Error(`no sign-in: ${answer.status}`);
  return cookie;
}

function byPanel({ base }: Program, cookie: string, { query }: Page, requests: number) {
  return load({
    base,
    clients: 1,
    requests,
    call: () => ({
      path: `/admin/api/steward/records/Participant?perPage=${perPage}&${query}`,
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': '10.0.0.1' },
    }),
    check: mustHaveRows,
  });
}

function mustHaveRows({ status, body }: HttpAnswer): void {
  if (status !== 200 || !(JSON.parse(body).rows?.length > 0)) throw new Error(`${status} ${body.slice(0, 300)}`);
}

/** Fetches the rows and the count side by side, as the panel does; `most`: counts no further. */
async function bySql(pool: Pool, { where, order, skip }: Page, times: number, most?: number) {
  const limit = most === undefined ? '' : `LIMIT ${most}`;
  const took: number[] = [];
  const { seconds } = await timed(async () => {
    for (let n = 0; n < times; n += 1) {
      const one = await timed(() =>
        Promise.all([
          pool.query(`SELECT * FROM "Participant" WHERE ${where} ORDER BY ${order} LIMIT ${perPage} OFFSET ${skip}`),
          pool.query(`SELECT count(*) FROM (SELECT 1 FROM "Participant" WHERE ${where} ${limit}) AS found`),
        ]),
      );
      took.push(one.seconds * 1000);
    }
  });
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? Number.NaN;
  return { done: times, seconds, figures: { 'p50 ms': at(0.5), 'p99 ms': at(0.99) } };
}
