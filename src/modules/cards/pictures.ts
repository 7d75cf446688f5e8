// Avatars and banners. The rule: only what we drew anew is ever kept or shown, and an account wears its own pictures alone.
import { randomBytes } from 'node:crypto';
import {
  type Core,
  inspectImage,
  notFound,
  publicActor,
  type Row,
  reencodeImage,
  StewardError,
} from '../../core/index.ts';
import { badPicture } from './refusals.ts';
import type { Account } from './sessions.ts';

/** Bytes of an uploaded picture. */
export const maxPictureBytes = 10_000_000;

const avatarSides = [300, 150, 60] as const;
const bannerWidth = 1200;
const dayMs = 86_400_000;

type Kind = Row<'AccountPicture'>['kind'];

/** Makes an uploaded picture the account's avatar or banner and returns its id on the wire. Throws picture-size. */
export async function wearPicture(core: Core, account: Account, kind: Kind, bytes: Buffer): Promise<string> {
  const drawn = await drawPicture(kind, bytes);
  const name = randomBytes(16).toString('hex');
  return core.transaction(publicActor, async ({ tx }) => {
    const picture = await tx.accountPicture.create({ data: { name, kind, accountId: account.id, files: {} } });
    const owner = { resource: 'AccountPicture', recordId: picture.id };
    const files: Record<string, string> = {};
    for (const { size, image } of drawn) {
      const file = { name: `${name}_${size}.${image.format}`, type: image.type, content: image.bytes, owner };
      files[String(size)] = (await core.files.keep(file, tx)).id;
    }
    await tx.accountPicture.update({ where: { id: picture.id }, data: { files } });
    const worn = kind === 'avatar' ? { avatarId: picture.id } : { bannerId: picture.id };
    await tx.cardAccount.update({ where: { id: account.id }, data: worn });
    return name;
  });
}

async function drawPicture(kind: Kind, bytes: Buffer) {
  try {
    const { width, height } = await inspectImage(bytes, { maxBytes: maxPictureBytes });
    if (kind === 'banner') {
      if (width < bannerWidth) throw badPicture(`A banner is ${bannerWidth} pixels wide or wider.`);
      const wide = {
        width: bannerWidth,
        height: Math.max(1, Math.min(bannerWidth, Math.round((height * bannerWidth) / width))),
      };
      return [{ size: bannerWidth, image: await reencodeImage(bytes, { crop: wide, as: 'jpeg' }) }];
    }
    if (width < avatarSides[0] || height < avatarSides[0])
      throw badPicture(`An avatar is ${avatarSides[0]} pixels wide and high or larger.`);
    const drawn = [];
    for (const size of avatarSides)
      drawn.push({ size, image: await reencodeImage(bytes, { crop: { width: size, height: size }, as: 'png' }) });
    return drawn;
  } catch (error) {
    if (error instanceof StewardError && error.status < 500) throw badPicture(error.message, error);
    throw error;
  }
}

/** Finds the kept file of a picture's name and size. Throws not-found. */
export async function findPicture(core: Core, kind: Kind, name: string, size: string): Promise<Row<'StoredFile'>> {
  const picture = await core.db.accountPicture.findUnique({ where: { name } });
  const files = (picture?.files ?? {}) as Record<string, string>;
  const fileId = picture?.kind === kind && Object.hasOwn(files, size) ? files[size] : undefined;
  if (!fileId) throw notFound('This picture does not exist.');
  return core.files.find(fileId);
}

/** Removes pictures that nobody wears and that are older than a day; returns how many. */
export async function sweepPictures(core: Core, now = new Date()): Promise<number> {
  const unworn = await core.db.accountPicture.findMany({
    where: { avatarOf: null, bannerOf: null, createdAt: { lt: new Date(now.getTime() - dayMs) } },
    take: 1000,
  });
  for (const picture of unworn) await removePicture(core, picture);
  return unworn.length;
}

/** Removes a picture with its files. */
async function removePicture(core: Core, picture: Row<'AccountPicture'>): Promise<void> {
  await core.db.accountPicture.deleteMany({ where: { id: picture.id } });
  for (const fileId of Object.values(picture.files as Record<string, string>)) await core.files.remove(fileId);
}
