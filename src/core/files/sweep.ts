// What nobody needs any more is removed: expired files, files that no record claimed, bytes that no row knows.
// The rule: the row goes first, and its condition is asked again in the deletion, so a file that is claimed meanwhile stays.
import type { Database } from '../database/database.ts';
import type { Where } from '../model.ts';
import { underHold } from './hold.ts';
import type { FileStorage } from './storage.ts';

/** How many of each kind a sweep removed. */
export interface Swept {
  unclaimed: number;
  expired: number;
  orphans: number;
}

type Client = Database['prisma'];

const folders = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

/** Removes what has expired at `now`, and what was written before `before` and belongs to nothing. */
export async function sweepFiles(db: Client, storage: FileStorage, now: Date, before: Date): Promise<Swept> {
  const expired = await removeRows(db, storage, { expiresAt: { lte: now } });
  const unclaimed = await removeRows(db, storage, { claimedAt: null, createdAt: { lt: before } });
  let orphans = 0;
  for (const folder of folders) orphans += await removeOrphans(db, storage, folder, before);
  return { expired, unclaimed, orphans };
}

async function removeRows(db: Client, storage: FileStorage, where: Where<'StoredFile'>): Promise<number> {
  let removed = 0;
  let last = '';
  for (;;) {
    const rows = await db.storedFile.findMany({
      where: { AND: [where, { id: { gt: last } }] },
      orderBy: { id: 'asc' },
      take: 200,
    });
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

async function removeOrphans(db: Client, storage: FileStorage, folder: string, before: Date): Promise<number> {
  const keys = await storage.list(folder);
  let removed = 0;
  for (let at = 0; at < keys.length; at += 500) {
    const some = keys.slice(at, at + 500);
    const { removed: rows, isHeld } = await underHold(db, (tx) =>
      tx.storedFile.findMany({ where: { key: { in: some } }, select: { key: true } }),
    );
    if (isHeld) return removed;
    const known = new Set(rows.map((row) => row.key));
    for (const key of some) {
      // Young bytes may be of a row that is just being written.
      if (known.has(key) || (await storage.writtenAt(key)) >= before) continue;
      await storage.remove(key);
      removed += 1;
    }
  }
  return removed;
}
