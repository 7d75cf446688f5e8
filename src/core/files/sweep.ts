// What nobody needs any more is removed: expired files, files that no record claimed, bytes that no row knows.
// The rule: the row goes first, and its condition is asked again in the deletion, so a file that is claimed meanwhile stays. A sweep
// may be killed anywhere, and several may sweep at once: the place reached is kept, and removing twice is removing once.
import type { Database } from '../database/database.ts';
import type { Transaction, Where } from '../model.ts';
import { underHold } from './hold.ts';
import type { Listed } from './place.ts';
import type { FileStorage } from './storage.ts';

/** How many of each kind a sweep removed. */
export interface Swept {
  unclaimed: number;
  expired: number;
  orphans: number;
}

/** What a sweep goes by: what had expired at `now`, what was written before `before` and belongs to nothing. */
export interface Sweeping {
  now: Date;
  before: Date;
  /** Ends it early; the next one goes on from there. */
  signal?: AbortSignal;
}

type Client = Database['prisma'];

const placeKey = 'files.sweep';
const atOnce = 500;

/** Sweeps once through everything, beginning where an earlier sweep was stopped. */
export async function sweepFiles(db: Client, storage: FileStorage, sweeping: Sweeping): Promise<Swept> {
  const { now, before } = sweeping;
  const expired = await removeRows(db, storage, { expiresAt: { lte: now } }, sweeping);
  const unclaimed = await removeRows(db, storage, { claimedAt: null, createdAt: { lt: before } }, sweeping);
  const orphans = await removeOrphans(db, storage, sweeping);
  return { expired, unclaimed, orphans };
}

async function removeRows(
  db: Client,
  storage: FileStorage,
  where: Where<'StoredFile'>,
  { signal }: Sweeping,
): Promise<number> {
  let removed = 0;
  let last = '';
  for (;;) {
    const rows = await db.storedFile.findMany({
      where: { AND: [where, { id: { gt: last } }] },
      orderBy: { id: 'asc' },
      take: 200,
    });
    if (signal?.aborted) return removed;
    removed += await removeSome(db, storage, where, rows);
    if (rows.length < 200) return removed;
    last = rows.at(-1)!.id;
  }
}

async function removeSome(
  db: Client,
  storage: FileStorage,
  where: Where<'StoredFile'>,
  rows: { id: string; key: string }[],
): Promise<number> {
  const { removed, isHeld } = await underHold(db, async (tx) => {
    const keys: string[] = [];
    for (const { id, key } of rows)
      if ((await tx.storedFile.deleteMany({ where: { AND: [where, { id }] } })).count > 0) keys.push(key);
    return keys;
  });
  if (!isHeld) for (const key of removed) await storage.remove(key);
  return removed.length;
}

async function removeOrphans(db: Client, storage: FileStorage, { before, signal }: Sweeping): Promise<number> {
  let removed = 0;
  for (let after = await placeReached(db); !signal?.aborted; ) {
    const page = await storage.page(after);
    for (let at = 0; at < page.objects.length; at += atOnce)
      removed += await removeUnknown(db, storage, page.objects.slice(at, at + atOnce), before);
    after = page.next;
    await keepPlace(db, after);
    if (after !== undefined) continue;
    await storage.removeHalves(before);
    return removed;
  }
  return removed;
}

async function removeUnknown(db: Client, storage: FileStorage, some: Listed[], before: Date): Promise<number> {
  const keys = some.map(({ key }) => key);
  const { removed: rows, isHeld } = await underHold(db, (tx) =>
    tx.storedFile.findMany({ where: { key: { in: keys } }, select: { key: true } }),
  );
  if (isHeld) return 0;
  const known = new Set(rows.map(({ key }) => key));
  let removed = 0;
  for (const { key, writtenAt } of some) {
    if (known.has(key)) continue;
    // Young bytes may be of a row that is just being written.
    const at = await writtenAt();
    if (!at || at >= before) continue;
    await storage.remove(key);
    removed += 1;
  }
  return removed;
}

async function placeReached(db: Transaction): Promise<string | undefined> {
  const kept = await db.setting.findUnique({ where: { key: placeKey } });
  return typeof kept?.value === 'string' ? kept.value : undefined;
}

async function keepPlace(db: Transaction, after: string | undefined): Promise<void> {
  if (after === undefined) await db.setting.deleteMany({ where: { key: placeKey } });
  else
    await db.setting.upsert({
      where: { key: placeKey },
      create: { key: placeKey, value: after },
      update: { value: after },
    });
}
