// A small believable set: codes on a wedding's tables, cards with pictures and words in many scripts, a report that waits, news.
import { randomUUID } from 'node:crypto';
import { type Core, hashPassword, newToken, type Row, systemActor, type Work } from '../../core/index.ts';
import { codesOf, createBatch, makeCodes } from './batches.ts';
import { createCard } from './cards.ts';
import { demoPicture } from './demo-picture.ts';
import { reportCard } from './moderation.ts';
import { readCard, scanCode } from './reading.ts';
import { keepResource, type Resource } from './resources.ts';
import { createStyle } from './styles.ts';
import { dateOf, today } from './today.ts';

const people = ['小雨', 'Ada', 'Зоя', 'Noor', 'Jan'];
const greetings = [
  '祝你生日快乐！愿你每天都有阳光。',
  'Happy birthday, Ada! May your engines never stop.',
  'С днём рождения, дорогая Зоя! Обнимаю крепко.',
  'عيد ميلاد سعيد يا نور',
  'Van harte gefeliciteerd, Jan! Tot zondag.',
  '谢谢你们来参加我们的婚礼。',
  'Thank you for the flowers and the long walk.',
  'Get well soon – the garden is waiting for you.',
];

/** Loads the demo. Nobody can sign in to its accounts: their passwords are known to nobody. */
export async function loadDemo(core: Core): Promise<void> {
  const { accounts, batchId } = await core.transaction(systemActor, (work) => writeGround(work));
  await makeCodes(core, batchId);
  const pictures: Resource[] = [];
  for (let n = 0; n < 3; n += 1) pictures.push(await keepResource(core, { bytes: demoPicture(n), type: 'image/png' }));
  const codes: Row<'QrCode'>[] = [];
  for await (const code of codesOf(core.db, batchId)) codes.push(code);
  for (const [n, content] of greetings.entries()) {
    const token = randomUUID();
    const picture = n % 2 === 0 ? pictures[n % pictures.length] : undefined;
    await core.transaction(systemActor, (work) =>
      createCard(work, accounts[n % accounts.length] ?? '', {
        token,
        qrId: codes[n]?.uniqueId,
        template: {
          content,
          fontSize: 16,
          fontType: 0,
          styleID: 0,
          alignmentType: 0,
          attachments: [],
          attachments_hashes: picture ? [picture.sha256] : [],
        },
        isEditable: true,
        isPublic: n !== 5,
        visibleAt: n === 7 ? new Date(Date.now() + 20 * 86_400_000) : null,
      }),
    );
    for (let scan = 0; scan <= n % 4; scan += 1) await scanCode(core, codes[n]?.uniqueId ?? '', undefined);
    if (n < 4) await readCard(core, token, { accountId: accounts[(n + 1) % accounts.length] });
    if (n === 6)
      await core.transaction(systemActor, (work) =>
        reportCard(work, token, { reason: 'spam', words: 'It advertises a shop.' }),
      );
  }
  await core.transaction(systemActor, (work) =>
    writeNews(
      work,
      pictures.map(({ id }) => id),
    ),
  );
}

async function writeGround(work: Work) {
  const passwordHash = await hashPassword(newToken());
  const data = people.map((nick, n) => ({ email: `reader${n + 1}@example.org`, nick, passwordHash }));
  const accounts = await work.tx.cardAccount.createManyAndReturn({ data, select: { id: true } });
  const style = await createStyle(work, { name: 'Green', color: '#14532d', background: '#f7fee7', level: 'Q' });
  await createStyle(work, { name: 'Black on white' });
  const batch = await createBatch(work, {
    ordered: 24,
    channel: 1,
    styleId: style.id,
    place: 'Tables of the spring fair',
  });
  return { accounts: accounts.map(({ id }) => id), batchId: batch.id };
}

async function writeNews({ tx }: Work, imageIds: string[]): Promise<void> {
  const first = dateOf(today()).getTime();
  const texts = [
    'The spring fair opens at ten.',
    '明天：一起写卡片的下午。',
    'Write to somebody you have not seen for a year.',
  ];
  await tx.newsItem.createMany({
    data: texts.map((text, n) => ({
      text,
      day: new Date(first + n * 86_400_000),
      style: (['white', 'black', 'yellow'] as const)[n],
      imageId: imageIds[n] ?? null,
      url: n === 0 ? 'https://example.org' : '',
    })),
  });
}
