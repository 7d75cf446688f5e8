// Reading cards: scans, views, histories. The rule: every count is one statement of the database, so that none is lost among many at once.
import { randomUUID } from 'node:crypto';
import { type Core, notFound, publicActor, type Row, type Transaction, type Work } from '../../core/index.ts';
import { cardInfo, type ShownCard, shownWith, standingOf, type Viewer } from './card-views.ts';
import { findCode } from './cards.ts';
import { cardBanned, codeUnknown, notYourCard } from './refusals.ts';
import { dateOf, today } from './today.ts';
import { pageOf, plainHandle, secondsOf, secondsOrNull } from './wire-values.ts';

/** Counts a scan of a printed code and returns the code with its card, if this viewer sees it. `scan_count` is from before. Throws code-unknown. */
export async function scanCode(core: Core, qrId: string, accountId: string | undefined): Promise<object> {
  const uniqueId = plainHandle(qrId);
  if (uniqueId === undefined) throw codeUnknown();
  // In one transaction with the answer: whoever gets none was not counted and may come again.
  return core.transaction(publicActor, async ({ tx }) => {
    const before = await countScan(tx, uniqueId);
    const code = await tx.qrCode.findUniqueOrThrow({ where: { uniqueId }, include: { card: { include: shownWith } } });
    const viewer = { accountId, codeId: code.id };
    const isShown = code.card !== null && standingOf(code.card, viewer) === 'open';
    return {
      qr_info: codeInfo({ ...code, scanCount: before }, code.card),
      card_info: code.card && isShown ? cardInfo(code.card, viewer) : null,
    };
  });
}

async function countScan(tx: Transaction, uniqueId: string): Promise<number> {
  const [hit] = await tx.$queryRaw<{ before: number }[]>`
    WITH hit AS (
      UPDATE "QrCode" SET "scanCount" = "scanCount" + 1 WHERE "uniqueId" = ${uniqueId} RETURNING "id", "scanCount" - 1 AS before
    ), day AS (
      INSERT INTO "QrScanDay" AS kept ("id", "codeId", "day", "count")
      SELECT ${randomUUID()}, "id", ${dateOf(today())}::date, 1 FROM hit
      ON CONFLICT ("codeId", "day") DO UPDATE SET "count" = kept."count" + 1
    )
    SELECT before FROM hit`;
  if (!hit) throw codeUnknown();
  return hit.before;
}

/** Returns a printed code as the wire shows it. */
function codeInfo(code: Row<'QrCode'>, card: { handleAsGiven: string } | null): object {
  return {
    unique_id: code.uniqueId,
    channel: code.channel,
    created_at: secondsOf(code.createdAt),
    is_recorded: code.recordedAt !== null,
    recorded_at: secondsOrNull(code.recordedAt),
    scan_count: code.scanCount,
    card_token: card?.handleAsGiven ?? null,
  };
}

/** Returns a printed code as the wire shows it, without counting anything. Throws code-unknown. */
export async function lookAtCode(core: Core, qrId: string): Promise<object> {
  const code = await findCode(core.db, qrId);
  const card = code.cardId ? await core.db.greetingCard.findUnique({ where: { id: code.cardId } }) : null;
  return codeInfo(code, card);
}

/** Finds a card by its token. Throws not-found. */
export async function findCard(db: Transaction, token: string): Promise<ShownCard> {
  const handle = plainHandle(token);
  const card = handle && (await db.greetingCard.findUnique({ where: { handle }, include: shownWith }));
  if (!card) throw notFound('There is no such card.');
  return card;
}

/** Reads a card and counts it, unless its author reads it or its time has not come. Throws not-found, card-banned, not-your-card. */
export async function readCard(
  core: Core,
  token: string,
  { accountId, qrId }: { accountId?: string; qrId?: string },
): Promise<object> {
  const card = await findCard(core.db, token);
  const uniqueId = qrId === undefined ? undefined : plainHandle(qrId);
  const viewer: Viewer = { accountId, ...(uniqueId && card.code?.uniqueId === uniqueId && { codeId: card.code.id }) };
  const standing = standingOf(card, viewer);
  if (standing === 'banned') throw cardBanned();
  if (standing === 'private') throw notYourCard('Only its author and whoever holds its QR code may read this card.');
  if (standing === 'early' || card.authorId === accountId) return cardInfo(card, viewer, standing);
  return core.transaction(publicActor, async (work) => {
    await countReading(work, card.id, accountId);
    return cardInfo(await findCard(work.tx, token), viewer, standing);
  });
}

async function countReading({ tx }: Work, cardId: string, accountId: string | undefined): Promise<void> {
  await tx.$executeRaw`
    UPDATE "GreetingCard" SET
      "viewCount" = "viewCount" + 1,
      "firstReadAt" = coalesce("firstReadAt", now()),
      "readById" = coalesce("readById", ${accountId ?? null})
    WHERE "id" = ${cardId}`;
  if (accountId === undefined) return;
  await tx.$executeRaw`
    INSERT INTO "CardReading" ("id", "accountId", "cardId") VALUES (${randomUUID()}, ${accountId}, ${cardId})
    ON CONFLICT ("accountId", "cardId") DO UPDATE SET "lastAt" = now()`;
}

/** Returns an account's own cards, newest first, also banned ones with the reason. */
export async function ownCards(core: Core, accountId: string, range: { from: number; to?: number }): Promise<object> {
  const where = { authorId: accountId };
  const [total, cards] = await Promise.all([
    core.db.greetingCard.count({ where }),
    core.db.greetingCard.findMany({
      where,
      include: shownWith,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      ...pageOf(range),
    }),
  ]);
  const listed = cards.map((card) => ({
    ...cardInfo(card, { accountId }, 'open'),
    ...(card.bannedAt && { banned_reason: card.bannedReason, appeal_note: card.appealNote }),
  }));
  return { cards: listed, total };
}

/** Returns what an account has read, latest first. A card that it may not see any more has nothing on it. */
export async function readHistory(
  core: Core,
  accountId: string,
  range: { from: number; to?: number },
): Promise<object> {
  const where = { accountId };
  const [total, readings] = await Promise.all([
    core.db.cardReading.count({ where }),
    core.db.cardReading.findMany({
      where,
      include: { card: { include: shownWith } },
      orderBy: [{ lastAt: 'desc' }, { id: 'desc' }],
      ...pageOf(range),
    }),
  ]);
  const history = readings.map(({ card, firstAt, lastAt }) => ({
    token: card.handleAsGiven,
    first_read_at: secondsOf(firstAt),
    last_read_at: secondsOf(lastAt),
    card_info: cardInHistory(card, accountId),
  }));
  return { history, total };
}

// Having read it once is no proof of holding its code: it may have been public then.
function cardInHistory(card: ShownCard, accountId: string): object | null {
  const viewer = { accountId };
  const standing = standingOf(card, viewer);
  return standing === 'open' || standing === 'early' ? cardInfo(card, viewer, standing) : null;
}

/** Forgets that an account has read a card, or all cards. Returns how many. */
export async function forgetReading(work: Work, accountId: string, which: { token: string } | 'all'): Promise<number> {
  const handle = which === 'all' ? undefined : plainHandle(which.token);
  if (which !== 'all' && handle === undefined) throw notFound('There is no such card.');
  const where = handle === undefined ? { accountId } : { accountId, card: { handle } };
  const { count } = await work.tx.cardReading.deleteMany({ where });
  if (count === 0 && which !== 'all') throw notFound('This card is not in the history.');
  return count;
}
