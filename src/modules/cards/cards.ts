// Greeting cards: recording one on a printed code, changing it, taking it back. The rule: a code takes one card, whatever runs at once.
import { type Core, conflict, notFound, type Row, type Work } from '../../core/index.ts';
import { cardBanned, codeRecorded, codeUnknown, notYourCard, resourceMissing, tokenExists } from './refusals.ts';
import { attachResources, mustBeUploaded } from './resources.ts';
import { readTemplate, type Template } from './templates.ts';
import { plainHandle } from './wire-values.ts';

/** A card's row. */
export type GreetingCard = Row<'GreetingCard'>;

/** What a card is made of. */
export interface CardInput {
  token: string;
  qrId?: string;
  template: Template;
  isEditable: boolean;
  isPublic: boolean;
  visibleAt: Date | null;
}

/** Returns a printed code by its id. Throws code-unknown. */
export async function findCode(tx: Pick<Work, 'tx'>['tx'], qrId: string): Promise<Row<'QrCode'>> {
  const uniqueId = plainHandle(qrId);
  const code = uniqueId === undefined ? null : await tx.qrCode.findUnique({ where: { uniqueId } });
  if (!code) throw codeUnknown();
  return code;
}

/** Throws what `createCard` would throw now, and writes nothing. */
export async function mustBeCreatable(
  core: Core,
  input: Pick<CardInput, 'token' | 'qrId'> & { template?: Template },
): Promise<void> {
  if (input.qrId !== undefined && (await findCode(core.db, input.qrId)).recordedAt) throw codeRecorded();
  const handle = handleOf(input.token);
  if (await core.db.greetingCard.findUnique({ where: { handle }, select: { id: true } })) throw tokenExists();
  if (input.template !== undefined) await mustBeUploaded(core, filesOf(input.template).hashes);
}

/** Makes a card and records it on its code, if it has one. Throws token-exists, code-unknown, code-recorded, resource-missing. */
export async function createCard(work: Work, authorId: string, input: CardInput): Promise<{ id: string }> {
  const { tx } = work;
  const code = input.qrId === undefined ? undefined : await findCode(tx, input.qrId);
  if (code?.recordedAt) throw codeRecorded();
  const { text, hashes } = filesOf(input.template);
  const data = {
    handle: handleOf(input.token),
    handleAsGiven: input.token,
    authorId,
    template: JSON.stringify(input.template),
    text,
    isEditable: input.isEditable,
    isPublic: input.isPublic,
    visibleAt: input.visibleAt,
  };
  const [card] = await tx.greetingCard.createManyAndReturn({
    data: [data],
    skipDuplicates: true,
    select: { id: true },
  });
  if (!card) throw tokenExists();
  if (code) await recordCode(work, code.id, card.id);
  await attachResources(work, card.id, hashes);
  return card;
}

// The condition is judged under the row's lock, so of many at once exactly one finds the code free.
async function recordCode({ tx }: Work, codeId: string, cardId: string): Promise<void> {
  const { count } = await tx.qrCode.updateMany({
    where: { id: codeId, recordedAt: null },
    data: { recordedAt: new Date(), cardId },
  });
  if (count === 0) throw codeRecorded();
}

/** What of a card may be changed; what is undefined stays. */
export type CardChange = Partial<Pick<CardInput, 'template' | 'isEditable' | 'isPublic' | 'visibleAt'>>;

/** Changes a card. Throws not-your-card, card-banned, resource-missing. */
export async function editCard(
  work: Work,
  accountId: string,
  token: string,
  change: CardChange,
): Promise<{ id: string }> {
  const card = await lockOwn(work, accountId, token);
  if (card.bannedAt || card.deletedAt) throw cardBanned();
  const { template, ...plain } = change;
  const read = template === undefined ? undefined : filesOf(template);
  if (read) await attachResources(work, card.id, read.hashes);
  await work.tx.greetingCard.update({
    where: { id: card.id },
    data: {
      ...plain,
      ...(read && { template: JSON.stringify(template), text: read.text }),
      editedCount: { increment: 1 },
      modifiedAt: new Date(),
    },
  });
  return { id: card.id };
}

/** Takes a card back: nobody sees it until its author restores it. Returns it. Throws not-your-card. */
export async function deleteCard(work: Work, accountId: string, token: string): Promise<GreetingCard> {
  const card = await lockOwn(work, accountId, token);
  if (!card.deletedAt)
    await work.tx.greetingCard.update({
      where: { id: card.id },
      data: { deletedAt: new Date(), modifiedAt: new Date() },
    });
  return card;
}

/** Shows a card again that its author took back. Throws not-your-card; card-banned where staff have banned it. */
export async function restoreOwnCard(work: Work, accountId: string, token: string): Promise<GreetingCard> {
  const card = await lockOwn(work, accountId, token);
  if (card.bannedAt) throw cardBanned();
  if (card.deletedAt)
    await work.tx.greetingCard.update({ where: { id: card.id }, data: { deletedAt: null, modifiedAt: new Date() } });
  return card;
}

/** Writes what an author says against the ban of a card. Throws not-your-card, conflict when it is not banned. */
export async function appealCard(work: Work, accountId: string, token: string, words: string): Promise<GreetingCard> {
  const card = await lockCard(work, token);
  if (card.authorId !== accountId) throw notYourCard();
  if (!card.bannedAt) throw conflict('This card is not banned.', { token: 'is not banned' });
  return work.tx.greetingCard.update({ where: { id: card.id }, data: { appealNote: words, appealedAt: new Date() } });
}

async function lockOwn(work: Work, accountId: string, token: string): Promise<GreetingCard> {
  const card = await lockCard(work, token);
  if (card.authorId !== accountId) throw notYourCard();
  if (!card.isEditable) throw notYourCard('This card was closed for changes.');
  return card;
}

/** Locks a card's row and returns it as it is then. Throws not-found. */
async function lockCard({ tx }: Work, token: string): Promise<GreetingCard> {
  const handle = handleOf(token);
  await tx.$queryRaw`select 1 from "GreetingCard" where "handle" = ${handle} for update`;
  const card = await tx.greetingCard.findUnique({ where: { handle } });
  if (!card) throw notFound('There is no such card.');
  return card;
}

function handleOf(token: string): string {
  const handle = plainHandle(token);
  if (handle === undefined) throw notFound('There is no such card.');
  return handle;
}

function filesOf(template: Template) {
  const read = readTemplate(template);
  if (read.namesStranger) throw resourceMissing();
  return read;
}
