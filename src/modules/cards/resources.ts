// Pictures, sounds and films of cards and news: kept once for each content, found by the hash of what was sent. The rule: who may
// see a resource follows from the cards and news that show it, and is asked at every reading.
import { createHash, randomBytes } from 'node:crypto';
import {
  type Core,
  invalid,
  notFound,
  publicActor,
  type Row,
  reencodeImage,
  StewardError,
  type Work,
} from '../../core/index.ts';
import { type Media, readMedia } from './media-type.ts';
import { resourceMissing } from './refusals.ts';
import { dateOf, today } from './today.ts';
import { plainHandle } from './wire-values.ts';

/** Bytes of an uploaded resource. */
export const maxResourceBytes = 20_000_000;

const dayMs = 86_400_000;

/** A resource's row. */
export type Resource = Row<'CardResource'>;

/**
 * Keeps an uploaded file, or finds the one with the same content. `field` is named in errors. Throws invalid for what is no
 * picture, sound or film.
 */
export async function keepResource(
  core: Core,
  file: { bytes: Buffer; type: string },
  { accountId = null, field = 'res' }: { accountId?: string | null; field?: string } = {},
): Promise<Resource> {
  if (file.bytes.length > maxResourceBytes) throw unfit(field, 'may have 20 MB at most');
  const sha256 = createHash('sha256').update(file.bytes).digest('hex');
  const known = await sentAgain(core, sha256);
  if (known) return known;
  const { bytes, kind, mediaType } = await makeSafe(file, field);
  const name = randomBytes(16).toString('hex');
  const stored = await core.files.keep({ name: `${name}.${mediaType.split('/')[1]}`, type: mediaType, content: bytes });
  const sha1 = createHash('sha1').update(file.bytes).digest('hex');
  const data = [{ name, sha256, sha1, kind, mediaType, size: bytes.length, fileId: stored.id, accountId }];
  const made = await core.transaction(publicActor, async ({ tx }) => {
    const [first] = await tx.cardResource.createManyAndReturn({ data, skipDuplicates: true });
    if (first) await core.files.claim(tx, stored.id, { resource: 'CardResource', recordId: first.id });
    return first;
  });
  if (made) return made;
  // Somebody sent the same at the same moment.
  await core.files.remove(stored.id);
  return core.db.cardResource.findUniqueOrThrow({ where: { sha256 } });
}

async function sentAgain(core: Core, sha256: string): Promise<Resource | undefined> {
  const data = { lastSentAt: new Date() };
  const [known] = await core.db.cardResource.updateManyAndReturn({ where: { sha256 }, data });
  return known;
}

/** Draws a picture anew; lets a sound or film pass whose first bytes are what its type says. */
async function makeSafe(
  { bytes, type }: { bytes: Buffer; type: string },
  field: string,
): Promise<{ bytes: Buffer; mediaType: string; kind: Resource['kind'] }> {
  const media: Media | undefined = readMedia(bytes, type);
  if (media) return { ...media, bytes };
  try {
    const image = await reencodeImage(bytes, { maxBytes: maxResourceBytes, field, fit: 4096 });
    if (type !== '' && type !== 'application/octet-stream' && !type.startsWith('image/'))
      throw unfit(field, `says that it is ${type} and is a picture`);
    return { bytes: image.bytes, mediaType: image.type, kind: 'image' };
  } catch (error) {
    if (!(error instanceof StewardError) || error.status >= 500) throw error;
    throw unfit(field, type.startsWith('image/') ? error.message : 'is no picture, sound or film that is known here');
  }
}

function unfit(field: string, reason: string): StewardError {
  return invalid(`The file cannot be used: ${reason}.`, { [field]: reason });
}

/** Finds a resource by the SHA-256 or SHA-1 of what was sent. Throws not-found. */
export async function findByHash(core: Core, hash: string): Promise<Resource> {
  const found =
    hash.length === 64
      ? await core.db.cardResource.findUnique({ where: { sha256: hash } })
      : await core.db.cardResource.findFirst({ where: { sha1: hash }, orderBy: { id: 'asc' } });
  if (!found) throw notFound('This file was not uploaded.');
  return found;
}

/** Who asks for a resource: an account, and the id of the printed code that they hold. */
export interface Asking {
  accountId?: string;
  qrId?: string;
}

/** Finds a resource that somebody may see now: on a card that they may read, on news that are out, or sent or used by themselves. Throws not-found. */
export async function findReadable(core: Core, name: string, { accountId, qrId }: Asking): Promise<Resource> {
  const now = new Date();
  const uniqueId = plainHandle(qrId ?? '');
  const shown = {
    bannedAt: null,
    deletedAt: null,
    author: { bannedAt: null },
    AND: [
      { OR: [{ visibleAt: null }, { visibleAt: { lte: now } }] },
      { OR: [{ isPublic: true }, ...(uniqueId ? [{ code: { uniqueId } }] : [])] },
    ],
  };
  const out = { isDraft: false, day: { lte: dateOf(today(now)) } };
  const own = accountId === undefined ? [] : ownOf(accountId);
  const readable = [
    { attachments: { some: { card: shown } } },
    { newsImages: { some: out } },
    { newsAudios: { some: out } },
    { newsVideos: { some: out } },
    ...own,
  ];
  const found = await core.db.cardResource.findUnique({ where: { name, OR: readable } });
  if (!found) throw notFound('This file does not exist.');
  return found;
}

// A banned card hides its files from its author as well, as it hides itself.
function ownOf(accountId: string) {
  return [
    { accountId, attachments: { none: { card: { bannedAt: { not: null } } } } },
    { attachments: { some: { card: { authorId: accountId, bannedAt: null } } } },
  ];
}

/** Binds to a card the resources whose SHA-256 it names, instead of those before. Throws resource-missing. */
export async function attachResources(work: Work, cardId: string, hashes: readonly string[]): Promise<void> {
  const found = await work.tx.cardResource.findMany({ where: { sha256: { in: [...hashes] } }, select: { id: true } });
  if (found.length < hashes.length) throw resourceMissing();
  await work.tx.cardAttachment.deleteMany({ where: { cardId } });
  await work.tx.cardAttachment.createMany({ data: found.map(({ id }) => ({ cardId, resourceId: id })) });
}

/** Throws resource-missing unless all of these were uploaded. */
export async function mustBeUploaded(core: Core, hashes: readonly string[]): Promise<void> {
  const count = await core.db.cardResource.count({ where: { sha256: { in: [...hashes] } } });
  if (count < hashes.length) throw resourceMissing();
}

const unused = {
  attachments: { none: {} },
  newsImages: { none: {} },
  newsAudios: { none: {} },
  newsVideos: { none: {} },
};

/** Removes resources that nothing uses and that nobody has sent for a day; returns how many. `ids`: of these, at once. */
export async function sweepResources(core: Core, options: { ids?: string[]; now?: Date } = {}): Promise<number> {
  const before = new Date((options.now ?? new Date()).getTime() - dayMs);
  const which = options.ids ? { id: { in: options.ids } } : { lastSentAt: { lt: before } };
  const found = await core.db.cardResource.findMany({ where: { ...unused, ...which }, take: 1000 });
  let removed = 0;
  for (const { id, fileId, lastSentAt } of found) {
    // A card may have taken it meanwhile: then the row's foreign keys or its time say so.
    const { count } = await core.db.cardResource
      .deleteMany({ where: { ...unused, id, lastSentAt } })
      .catch(() => ({ count: 0 }));
    if (count === 1) await core.files.remove(fileId);
    removed += count;
  }
  return removed;
}
