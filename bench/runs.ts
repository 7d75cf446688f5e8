// How fast a bulk action goes through many records: a run with its frozen set, rights, eligibility and outcome looked at again within each
// transaction, in batches and record by record, against loops of UPDATEs that make the same change and remember nothing.
import { type Core, systemActor } from '../src/core/index.ts';
import { readRun, runAction } from '../src/core/runs/run.ts';
import certificates from '../src/modules/certificates/module.ts';
import { type Amount, compare, type Measurement, timed, type Way } from './kit/compare.ts';
import { openCore } from './kit/house.ts';
import { fillRecipients } from './kit/recipients.ts';

const change = `UPDATE "Recipient" SET state = 'added', "tokenHash" = NULL, "tokenExpiresAt" = NULL, problem = NULL, "notifiedAt" = NULL,
  "submittedAt" = NULL, "mailedAt" = NULL, "updatedAt" = now()`;

export default {
  title: 'Bulk runs',
  async run(bench) {
    const many = bench.size(100_000, 500);
    const some = bench.size(2_000, 200);
    const { core, close } = await openCore(bench, [certificates]);
    try {
      await fillRecipients(core.database.pool, many, 'notified');
      const ways = (count: number) => ({
        'a run in batches (ours)': over(core, count, () => ours(core, true)),
        'UPDATEs of one record': over(core, count, () => bare(core, count, 1)),
        'UPDATEs of a thousand records': over(core, count, () => bare(core, count, 1_000)),
      });
      return [
        await compare(
          `${some} records`,
          'records',
          { ...ways(some), 'a run, record by record (ours)': over(core, some, () => ours(core, false)) },
          { rounds: bench.rounds },
        ),
        await compare(`${many} records`, 'records', ways(many), { rounds: bench.rounds, warmUp: false }),
      ];
    } finally {
      await close();
    }
  },
} satisfies Measurement;

/** Puts so many records into the state that the action takes, does the work and sees that it was done to each of them. */
function over(core: Core, count: number, work: () => Promise<unknown>): Way {
  return async (): Promise<Amount> => {
    await core.database.pool.query(
      `UPDATE "Recipient" SET state = (CASE WHEN id <= lpad($1::text, 8, '0') THEN 'notified' ELSE 'added' END)::"RecipientState"`,
      [String(count)],
    );
    await core.database.pool.query('VACUUM ANALYZE "Recipient"');
    const { seconds } = await timed(work);
    const left = await core.db.recipient.count({ where: { state: 'notified' } });
    if (left > 0) throw new Error(`${left} of ${count} records were left as they were.`);
    return { done: count, seconds };
  };
}

async function ours(core: Core, inBatches: boolean): Promise<void> {
  const reset = core.registry.actions.get('certificates.reset')?.action;
  Object.assign(reset ?? {}, { inBatches: inBatches || undefined });
  const { runId } = await runAction(core, systemActor, 'certificates.reset', {
    selection: { all: true, filters: { 'state.is': 'notified' } },
    idempotencyKey: `bench-${process.pid}-${performance.now()}`,
  });
  const { counts } = await readRun(core, systemActor, runId);
  if (counts.failed + counts.skipped + counts.pending > 0) throw new Error(JSON.stringify(counts));
}

async function bare(core: Core, count: number, atOnce: number): Promise<void> {
  const client = await core.database.pool.connect();
  try {
    for (let from = 1; from <= count; from += atOnce) {
      const ids = Array.from({ length: Math.min(atOnce, count - from + 1) }, (_, n) =>
        String(from + n).padStart(8, '0'),
      );
      await client.query(`${change} WHERE id = ANY($1::text[])`, [ids]);
    }
  } finally {
    client.release();
  }
}
