// How fast a table becomes records: our import (kept file, rehearsal of every row, checks, commit in parts, a ledger of rows, audit entries)
// against the parser alone with one INSERT for each thousand rows, and with COPY.
import { createReadStream, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readImport, startCommit, startRehearsal, uploadImport } from '../src/core/imports/imports.ts';
import { workImport } from '../src/core/imports/work.ts';
import { type Core, systemActor } from '../src/core/index.ts';
import certificates from '../src/modules/certificates/module.ts';
import { type Amount, type Bench, compare, type Measurement, timed, type Way } from './kit/compare.ts';
import { openCore } from './kit/house.ts';
import { fillRecipients } from './kit/recipients.ts';

type Cells = [email: string, name: string, number: string];

const rowsAtOnce = 1_000;
const columns = `"id", "campaignId", "email", "name", "number", "updatedAt"`;

export default {
  title: 'Imports',
  async run(bench) {
    const count = bench.size(100_000, 1_000);
    const file = path.join(bench.folder, 'people.csv');
    writeFileSync(file, tableOf(count));
    const ways = {
      'an import (ours)': () => ours(bench, file, count),
      'csv-parse and INSERT, a thousand rows each': bare(bench, file, count, insertRows),
      'csv-parse and COPY': bare(bench, file, count, copyRows),
    };
    return [
      await compare(`${count} rows of a CSV file`, 'rows', ways, {
        rounds: Math.min(bench.rounds, 3),
        warmUp: false,
        notes: ['Ours: upload, rehearsal and commit together. Each round begins with a new database.'],
      }),
    ];
  },
} satisfies Measurement;

function tableOf(count: number): string {
  const rows = Array.from({ length: count }, (_, n) => `person${n}@example.org,Ада Ловлейс ${n},A-${n}`);
  return ['E-mail,Name,Number', ...rows].join('\n');
}

async function ours(bench: Bench, file: string, count: number): Promise<Amount> {
  const { core, close } = await openCore(bench, [certificates]);
  try {
    const campaignId = await fillRecipients(core.database.pool, 0);
    const upload = await timed(() => begin(core, file));
    const { id } = upload.result;
    const rehearsal = await timed(async () => {
      const { mapping } = await readImport(core, systemActor, id);
      await startRehearsal(core, systemActor, id, { mapping, defaults: { campaignId } });
      await workImport(core, id, new AbortController().signal);
    });
    const commit = await timed(async () => {
      await startCommit(core, systemActor, id, { create: count, change: 0 });
      await workImport(core, id, new AbortController().signal);
    });
    const done = (await readImport(core, systemActor, id)).outcomes.done;
    const figures = { 'rehearsal s': rehearsal.seconds, 'commit s': commit.seconds };
    return { done: mustBe(done, count), seconds: upload.seconds + rehearsal.seconds + commit.seconds, figures };
  } finally {
    await close();
  }
}

function begin(core: Core, file: string): Promise<{ id: string }> {
  return uploadImport(core, systemActor, 'Recipient', { name: 'people.csv', content: createReadStream(file) });
}

type Write = (client: pg.Client, campaignId: string, rows: AsyncIterable<Cells>) => Promise<void>;

function bare(bench: Bench, file: string, count: number, write: Write): Way {
  return async () => {
    const pool = new pg.Pool({ connectionString: await bench.database(), max: 1 });
    const campaignId = await fillRecipients(pool, 0);
    const client = await pool.connect();
    const { seconds } = await timed(() =>
      write(client as unknown as pg.Client, campaignId, createReadStream(file).pipe(parse({ from_line: 2 }))),
    );
    client.release();
    const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM "Recipient"');
    await pool.end();
    return { done: mustBe(rows[0]?.count, count), seconds, figures: {} };
  };
}

async function insertRows(client: pg.Client, campaignId: string, rows: AsyncIterable<Cells>): Promise<void> {
  let some: Cells[] = [];
  const flush = async () => {
    await client.query(
      `INSERT INTO "Recipient" (${columns}) SELECT gen_random_uuid(), $1, e, n, r, now()
       FROM unnest($2::text[], $3::text[], $4::text[]) AS given (e, n, r)`,
      [campaignId, ...[0, 1, 2].map((at) => some.map((row) => row[at]))],
    );
    some = [];
  };
  for await (const row of rows) if (some.push(row) === rowsAtOnce) await flush();
  if (some.length > 0) await flush();
}

async function copyRows(client: pg.Client, campaignId: string, rows: AsyncIterable<Cells>): Promise<void> {
  let number = 0;
  const lines = async function* () {
    const now = new Date().toISOString();
    for await (const row of rows) {
      number += 1;
      yield `${[String(number), campaignId, ...row, now].join('\t')}\n`;
    }
  };
  await pipeline(Readable.from(lines()), client.query(copyFrom(`COPY "Recipient" (${columns}) FROM STDIN`)));
}

function mustBe(done: number | undefined, count: number): number {
  if (done !== count) throw new Error(`${done} of ${count} rows became records.`);
  return count;
}
