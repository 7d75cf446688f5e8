// Orders of codes. The rule: an order commits at once, its codes follow some thousands at a time, each portion together with how
// far the order is, so that a crash costs one portion and never doubles a code.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Core, conflict, job, type Row, systemActor, type Work } from '../../core/index.ts';

/** Codes in one order at most. */
export const mostCodes = 100_000;

const portion = 5_000;

/** An order's row. */
export type QrBatch = Row<'QrBatch'>;

/** What is ordered. */
export interface Order {
  ordered: number;
  channel: number;
  styleId?: string | null;
  place?: string;
}

/** Makes the codes of an order, as far as it is not made yet. */
export const makeCodesJob = job({
  name: 'cards.make-codes',
  data: z.object({ batchId: z.string() }),
  run: (core, { batchId }, { signal }) => makeCodes(core, batchId, { signal }),
});

/** Orders codes; they are made by a job. */
export async function createBatch(
  work: Work,
  { ordered, channel, styleId = null, place = '' }: Order,
): Promise<QrBatch> {
  const batch = await work.tx.qrBatch.create({ data: { ordered, channel, styleId, place } });
  await work.enqueue(makeCodesJob, { batchId: batch.id }, { key: `cards.make-codes:${batch.id}` });
  return batch;
}

/** Makes codes until the order is full, or the worker is stopping; then a later call goes on. */
export async function makeCodes(core: Core, batchId: string, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    if (await core.transaction(systemActor, (work) => makePortion(work, batchId), { timeoutMs: 60_000 })) return;
  }
}

/** Makes some of the codes; true when the order is full. The batch's row lock keeps two workers from making the same portion. */
async function makePortion({ tx }: Work, batchId: string): Promise<boolean> {
  await tx.$queryRaw`select 1 from "QrBatch" where "id" = ${batchId} for update`;
  const batch = await tx.qrBatch.findUnique({ where: { id: batchId } });
  if (!batch || batch.made >= batch.ordered) return true;
  const count = Math.min(portion, batch.ordered - batch.made);
  const { channel, styleId } = batch;
  const data = Array.from({ length: count }, () => ({ uniqueId: newCodeId(), channel, styleId, batchId }));
  await tx.qrCode.createMany({ data });
  const made = batch.made + count;
  await tx.qrBatch.update({
    where: { id: batchId },
    data: { made, ...(made === batch.ordered && { finishedAt: new Date() }) },
  });
  return made === batch.ordered;
}

/** Makes the id of a code: 128 random bits, so that none can be guessed from another. */
function newCodeId(): string {
  return randomBytes(16).toString('hex');
}

/** Deletes an order of which no code was scanned or recorded, with its codes. */
export async function deleteBatch(work: Work, batch: QrBatch): Promise<void> {
  const used = await work.tx.qrCode.count({
    where: { batchId: batch.id, OR: [{ scanCount: { gt: 0 } }, { recordedAt: { not: null } }] },
  });
  if (used > 0) throw conflict(`${used} of its codes are in use already.`);
  await work.tx.qrCode.deleteMany({ where: { batchId: batch.id } });
  await work.tx.qrBatch.delete({ where: { id: batch.id } });
}

/** Goes through the codes of an order as they were made, some hundreds in memory at a time. */
export async function* codesOf(tx: Work['tx'], batchId: string): AsyncGenerator<Row<'QrCode'>> {
  for (let last = ''; ; ) {
    const rows = await tx.qrCode.findMany({ where: { batchId, id: { gt: last } }, orderBy: { id: 'asc' }, take: 500 });
    yield* rows;
    const end = rows.at(-1);
    if (!end) return;
    last = end.id;
  }
}
