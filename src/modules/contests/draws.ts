// Draws as records: made, frozen, drawn. The rule: nothing that decides who wins can change after the freeze, and the seed cannot be known
// before it.
import { type Core, conflict, invalid, newCode, notFound, type Row, type Work } from '../../core/index.ts';
import { roundAfter, timeOfRound } from '../../lib/drand.ts';
import { frozenText, orderOf, placesOf, prizeList, seedOfDrand, sha256 } from './drawing.ts';
import { addWinners } from './winners.ts';

/** The row of a draw. */
export type Draw = Row<'Draw'>;

const codeLength = 12;
const chunk = 1_000;
/** Seconds between the freeze and the round of drand whose beacon is taken: nobody knows it yet, wherever clocks stand. */
const roundDelay = 120;

/** Makes a draw. Throws invalid for prizes that are none. */
export async function createDraw(work: Work, values: Partial<Draw>): Promise<{ id: string }> {
  const { contestId = '', title = '', prizes = '', reserves, seedSource } = values;
  return work.tx.draw.create({
    data: { contestId, title, prizes: tidyPrizes(prizes), reserves, seedSource },
    select: { id: true },
  });
}

/** Changes a draw that is not frozen yet. Throws conflict after the freeze. */
export async function updateDraw(work: Work, row: Draw, values: Partial<Draw>): Promise<void> {
  const draw = await lockDraw(work, row.id);
  if (draw.state !== 'prepared') throw conflict('This draw is frozen; nothing about it can change any more.');
  const { title, prizes, reserves, seedSource } = values;
  const tidy = prizes === undefined ? {} : { prizes: tidyPrizes(prizes) };
  await work.tx.draw.update({ where: { id: row.id }, data: { title, reserves, seedSource, ...tidy } });
}

/** Deletes a draw from which nobody has won. Throws conflict. */
export async function deleteDraw(work: Work, row: Draw): Promise<void> {
  if (row.state === 'drawn') throw conflict('This draw has winners; its protocol must stay checkable.');
  await work.tx.draw.delete({ where: { id: row.id } });
}

function tidyPrizes(prizes: string): string {
  const lines = prizes
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  try {
    if (prizeList(lines.join('\n')).length === 0) throw new RangeError('');
  } catch {
    throw invalid('These are no prizes.', { prizes: 'needs a line a prize, for example “2 x Bicycle”' });
  }
  return lines.join('\n');
}

/** Locks and returns a draw. Throws not-found. */
export async function lockDraw(work: Work, id: string): Promise<Draw> {
  await work.tx.$queryRaw`SELECT 1 FROM "Draw" WHERE id = ${id} FOR UPDATE`;
  const draw = await work.tx.draw.findUnique({ where: { id } });
  if (!draw) throw notFound('This draw does not exist.');
  return draw;
}

/** Freezes a draw: every verified participant of the contest without a prize gets an entry, and the fingerprint of it all is fixed. */
export async function freezeDraw(work: Work, id: string): Promise<void> {
  const draw = await lockDraw(work, id);
  if (draw.state !== 'prepared') throw conflict('This draw is frozen already.');
  const people = await work.tx.participant.findMany({
    where: { contestId: draw.contestId, verifiedAt: { not: null }, winner: null },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  if (people.length === 0)
    throw conflict('Nobody takes part: no verified participant of this contest is without a prize.');
  const entries = people.map(({ id: participantId }) => ({ drawId: id, participantId, code: newCode(codeLength) }));
  for (let at = 0; at < entries.length; at += chunk)
    await work.tx.drawEntry.createMany({ data: entries.slice(at, at + chunk) });
  const frozenAt = new Date();
  const round = draw.seedSource === 'drand' ? roundAfter(new Date(frozenAt.getTime() + roundDelay * 1000)) : null;
  const codes = entries.map(({ code }) => code);
  const fingerprint = sha256(frozenText({ ...draw, source: draw.seedSource, round, codes }));
  const data = { state: 'frozen' as const, frozenAt, round, fingerprint, entryCount: codes.length };
  await work.tx.draw.update({ where: { id }, data });
}

/** Draws with the beacon of the round that was fixed. Throws conflict before its time, invalid for a signature that is not the network's. */
export async function drawByBeacon(work: Work, id: string, signature: string): Promise<void> {
  const draw = await lockDraw(work, id);
  if (draw.state !== 'frozen' || draw.round === null) throw conflict('This draw does not wait for a beacon.');
  if (timeOfRound(draw.round) > new Date())
    throw conflict(`The round comes at ${timeOfRound(draw.round).toISOString()}.`);
  const seed = await seedOfDrand(draw.round, signature);
  if (!seed) throw invalid('This is not the signature of that round.', { signature: 'is not that of the round' });
  await work.tx.draw.update({ where: { id }, data: { signature } });
  await drawPlaces(work, draw, seed);
}

/** Gives every entry its place by the seed, and the winners their prizes. */
export async function drawPlaces(work: Work, draw: Draw, seed: string): Promise<void> {
  const entries = await work.tx.drawEntry.findMany({
    where: { drawId: draw.id },
    select: { code: true, participantId: true },
  });
  const codes = entries.map(({ code }) => code);
  const frozen = frozenText({ ...draw, source: draw.seedSource, codes });
  if (sha256(frozen) !== draw.fingerprint)
    throw conflict('The entries are not those that were frozen. Nothing was drawn.');
  const order = orderOf(draw.id, seed, codes);
  const places = placesOf(order, prizeList(draw.prizes), draw.reserves, []);
  await work.tx.$executeRaw`
    UPDATE "DrawEntry" e SET rank = p.rank, place = p.place::"DrawPlace", prize = p.prize, "updatedAt" = now()
    FROM unnest(${places.map(({ code }) => code)}::text[], ${places.map(({ rank }) => rank)}::int[],
      ${places.map(({ place }) => place)}::text[], ${places.map(({ prize }) => prize)}::text[]) AS p(code, rank, place, prize)
    WHERE e."drawId" = ${draw.id} AND e.code = p.code`;
  const people = new Map(entries.map(({ code, participantId }) => [code, participantId]));
  const winners = places.filter(({ place }) => place === 'winner');
  for (const { code, prize } of winners) await givePrize(work, people.get(code) ?? null, prize);
  await work.tx.draw.update({ where: { id: draw.id }, data: { state: 'drawn', seed, drawnAt: new Date() } });
}

// Somebody who was erased since the freeze keeps the place, for the protocol's sake, and gets nothing; staff mark a no-show.
async function givePrize(work: Work, participantId: string | null, prize: string | null): Promise<void> {
  if (!participantId || !prize) return;
  const has = await work.tx.winner.findUnique({ where: { participantId }, select: { id: true } });
  if (has) throw conflict('Somebody who was drawn has got a prize from a list since the freeze. Take that back first.');
  await addWinners(work, [{ participantId, prize }], 'draw');
}

/** Takes the prize from a winner who did not come, with the reason, and gives it to the next in the order. */
export async function redraw(work: Work, entryId: string, reason: string): Promise<void> {
  const entry = await work.tx.drawEntry.findUnique({ where: { id: entryId } });
  if (!entry) throw notFound('This entry does not exist.');
  const draw = await lockDraw(work, entry.drawId);
  const ranked = await work.tx.drawEntry.findMany({ where: { drawId: draw.id }, orderBy: { rank: 'asc' } });
  const now = ranked.find(({ id }) => id === entryId);
  if (now?.place !== 'winner') throw conflict('This entry has no prize to lose.');
  const gone = [
    ...ranked
      .filter(({ place }) => place === 'noShow')
      .sort(byTime)
      .map(({ code }) => code),
    entry.code,
  ];
  const order = ranked.map(({ code }) => code);
  const places = placesOf(order, prizeList(draw.prizes), draw.reserves, gone);
  await work.tx.drawEntry.update({ where: { id: entryId }, data: { reason, noShowAt: new Date() } });
  if (entry.participantId)
    await work.tx.winner.deleteMany({ where: { participantId: entry.participantId, source: 'draw' } });
  for (const [at, place] of places.entries()) {
    const row = ranked[at];
    if (!row || (row.place === place.place && row.prize === place.prize)) continue;
    await work.tx.drawEntry.update({ where: { id: row.id }, data: { place: place.place, prize: place.prize } });
    if (place.place === 'winner') await givePrize(work, row.participantId, place.prize);
  }
}

/** Orders no-shows as they happened. */
export function byTime(a: { noShowAt: Date | null }, b: { noShowAt: Date | null }): number {
  return (a.noShowAt?.getTime() ?? 0) - (b.noShowAt?.getTime() ?? 0);
}

/** Returns the entries' names of a draw. */
export async function codesOf(core: Core, drawId: string): Promise<string[]> {
  const rows = await core.db.drawEntry.findMany({ where: { drawId }, select: { code: true } });
  return rows.map(({ code }) => code);
}
