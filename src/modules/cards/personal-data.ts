// What is kept of a person: taken out whole, or gone. The rule: after erasing, neither rows nor files of theirs are left.
import { type Core, conflict, forgetRecord, personalData, type Row, type Work } from '../../core/index.ts';
import { ownAccount } from './account-views.ts';

/** Returns everything that is kept of an account, in words. */
async function toldOfAccount(core: Core, account: Row<'CardAccount'>) {
  const id = account.id;
  const [cards, readings] = await Promise.all([
    core.db.greetingCard.findMany({ where: { authorId: id }, omit: { readById: true } }),
    core.db.cardReading.findMany({
      where: { accountId: id },
      select: { firstAt: true, lastAt: true, card: { select: { handleAsGiven: true } } },
    }),
  ]);
  return {
    account: await ownAccount(core, id),
    bannedAt: account.bannedAt,
    bannedReason: account.bannedReason,
    cards,
    readings,
  };
}

/** Returns everything that is kept of an account, as files of an archive. */
export async function* dataOfAccount(core: Core, account: Row<'CardAccount'>) {
  const id = account.id;
  const [told, pictures, resources] = await Promise.all([
    toldOfAccount(core, account),
    core.db.accountPicture.findMany({ where: { accountId: id } }),
    core.db.cardResource.findMany({ where: { accountId: id } }),
  ]);
  const folder = `account-${account.number}`;
  yield { name: `${folder}.json`, bytes: Buffer.from(JSON.stringify(told, null, 2)) };
  for (const { name, files } of pictures) {
    const [size, fileId] =
      Object.entries(files as Record<string, string>).sort(([a], [b]) => Number(b) - Number(a))[0] ?? [];
    if (fileId) yield { name: `${folder} ${name}_${size}`, bytes: await core.files.bytes(fileId) };
  }
  for (const { name, fileId, mediaType } of resources)
    yield { name: `${folder} ${name}.${mediaType.split('/')[1]}`, bytes: await core.files.bytes(fileId) };
}

/** Erases an account with its cards, sessions, history and pictures, and the files that only its cards showed. The codes of its cards stay used. */
export async function eraseAccount(work: Work, id: string): Promise<void> {
  const { tx, core } = work;
  const account = await tx.cardAccount.findUnique({ where: { id }, include: { pictures: true } });
  if (!account) throw conflict('This account is gone.');
  const own = { OR: [{ accountId: id }, { attachments: { some: { card: { authorId: id } } } }] };
  const resources = await tx.cardResource.findMany({ where: own });
  for (const { files } of account.pictures)
    for (const fileId of Object.values(files as Record<string, string>)) await core.files.remove(fileId, tx);
  const cards = await tx.greetingCard.findMany({ where: { authorId: id }, select: { id: true } });
  for (const card of cards) await forgetRecord(work, 'GreetingCard', card.id);
  await forgetRecord(work, 'CardAccount', id);
  await tx.cardAccount.delete({ where: { id } });
  for (const resource of resources) {
    const used = await tx.cardResource.findUnique({
      where: { id: resource.id },
      select: { _count: { select: { attachments: true, newsImages: true, newsAudios: true, newsVideos: true } } },
    });
    if (Object.values(used?._count ?? {}).some((count) => count > 0)) continue;
    await tx.cardResource.delete({ where: { id: resource.id } });
    await core.files.remove(resource.fileId, tx);
  }
}

const accountData = personalData('CardAccount', {
  label: 'accounts for greeting cards',
  keptFor: 'Until the account is erased.',
  find: ({ email, phone }) => ({ OR: [...(email ? [{ email }] : []), ...(phone ? [{ mobile: phone }] : [])] }),
  also: ({ email, mobile }) => ({ email, ...(mobile && { phone: mobile }) }),
  include: {
    pictures: true,
    resources: {
      include: { attachments: { include: { card: true } }, newsImages: true, newsAudios: true, newsVideos: true },
    },
  },
  export: (account, core) => toldOfAccount(core, account),
  files: ({ id, pictures, resources }) => [
    ...pictures.flatMap(({ files }) => Object.values(files as Record<string, string>)),
    // What others show too, or staff in the news, stays.
    ...resources
      .filter(
        ({ attachments, newsImages, newsAudios, newsVideos }) =>
          attachments.every(({ card }) => card.authorId === id) &&
          newsImages.length + newsAudios.length + newsVideos.length === 0,
      )
      .map(({ fileId }) => fileId),
  ],
  fate: 'erased with cards, sessions, history, pictures and files; codes of the cards stay used',
  erase: ({ id }, work) => eraseAccount(work, id),
});

/** What the module declares about people: all of it hangs on an account. */
export const privacy = [accountData];
