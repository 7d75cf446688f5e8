// Pictures that anybody may upload and then name in an application or an activity. The rule: a picture is written anew, is nobody's
// until a record claims it, belongs to one record only, and goes after a day.
import { createHash } from 'node:crypto';
import { type Core, hashToken, invalid, reencodeImage, StewardError, type Work } from '../../core/index.ts';

/** Bytes of an upload at most. */
export const maxImageBytes = 5 * 1024 * 1024;

const day = 86_400_000;
const formats = ['png', 'jpeg', 'webp', 'gif'] as const;

/** Keeps a picture and returns its name: the same picture has the same name, which tells nothing to who has not got it. */
export async function keepUpload(core: Core, bytes: Uint8Array): Promise<string> {
  const clean = await reencodeImage(bytes, { formats, maxBytes: maxImageBytes, fit: 4_000, field: 'file' });
  const digest = createHash('sha256').update(clean.bytes).digest('hex');
  const keyed = Buffer.from(hashToken(core.config.appKey, 'clubs.image', digest), 'base64url').toString('hex');
  const name = `${keyed.slice(0, 32)}.${clean.format === 'png' ? 'png' : 'jpg'}`;
  await core.files.keep({ name, type: clean.type, content: clean.bytes });
  return name;
}

/**
 * Claims uploaded pictures for a record and returns the ids of the kept files by field. One upload serves several fields of the same
 * record, each with a file of its own, because one may be public and another not. Throws invalid naming the field.
 */
export async function claimUploads<N extends Readonly<Record<string, string | undefined>>>(
  work: Work,
  owner: { resource: string; recordId: string },
  names: N,
): Promise<{ [F in keyof N]: string }> {
  const claimed = new Map<string, string>();
  const ids: Record<string, string> = {};
  for (const [field, name] of Object.entries(names)) {
    if (name === undefined) continue;
    const earlier = claimed.get(name);
    const id = earlier ? await copyOf(work, earlier, owner) : await claimOne(work, owner, field, name);
    claimed.set(name, id);
    ids[field] = id;
  }
  return ids as { [F in keyof N]: string };
}

async function claimOne(
  work: Work,
  owner: { resource: string; recordId: string },
  field: string,
  name: string,
): Promise<string> {
  const found = await work.tx.storedFile.findMany({
    where: { name, claimedAt: null, resource: null, createdAt: { gt: new Date(Date.now() - day) } },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
    take: 20,
  });
  for (const { id } of found) if (await isClaimed(work, id, owner)) return id;
  throw invalid('This picture is not there any more. Please upload it again.', {
    [field]: 'is not an uploaded picture',
  });
}

// Of two who claim at once, one gets the file and the other looks for another upload of the same picture.
async function isClaimed(work: Work, id: string, owner: { resource: string; recordId: string }): Promise<boolean> {
  try {
    await work.core.files.claim(work.tx, id, owner);
    return true;
  } catch (error) {
    if (error instanceof StewardError && error.status === 404) return false;
    throw error;
  }
}

async function copyOf(work: Work, id: string, owner: { resource: string; recordId: string }): Promise<string> {
  const { name, type } = await work.tx.storedFile.findUniqueOrThrow({ where: { id } });
  const copy = await work.core.files.keep({ name, type, content: await work.core.files.bytes(id), owner }, work.tx);
  return copy.id;
}

/** Removes the files of a record but those that it still needs. */
export async function removeFilesOf(
  work: Work,
  owner: { resource: string; recordId: string },
  needed: readonly (string | null)[] = [],
): Promise<void> {
  const kept = needed.filter((id): id is string => id !== null);
  const files = await work.tx.storedFile.findMany({ where: { ...owner, id: { notIn: kept } }, select: { id: true } });
  for (const { id } of files) await work.core.files.remove(id, work.tx);
}
