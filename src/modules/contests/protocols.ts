// The protocol of a draw as the public gets it: from the records, once the draw is done.
import { type Core, notFound } from '../../core/index.ts';
import { frozenText } from './drawing.ts';
import { byTime, codesOf } from './draws.ts';
import type { Protocol } from './protocol.ts';

/** What the public may know of a draw before its end: that it is frozen, and by which fingerprint. */
export interface DrawNews {
  id: string;
  contest: string;
  title: string;
  prizes: string;
  reserves: number;
  state: 'frozen' | 'drawn';
  entryCount: number;
  fingerprint: string;
  frozenAt: string;
  source: 'staff' | 'drand';
  round: number | null;
  drawnAt: string | null;
}

/** Tells what is public of a draw. Throws not-found before the freeze. */
export async function drawNews(core: Core, id: string): Promise<DrawNews> {
  const draw = await find(core, id);
  return {
    id,
    contest: draw.contest.title,
    title: draw.title,
    prizes: draw.prizes,
    reserves: draw.reserves,
    state: draw.state === 'drawn' ? 'drawn' : 'frozen',
    entryCount: draw.entryCount,
    fingerprint: draw.fingerprint ?? '',
    frozenAt: draw.frozenAt?.toISOString() ?? '',
    source: draw.seedSource,
    round: draw.round,
    drawnAt: draw.drawnAt?.toISOString() ?? null,
  };
}

async function find(core: Core, id: string) {
  const draw = /^[0-9a-f-]{36}$/.test(id)
    ? await core.db.draw.findUnique({ where: { id }, include: { contest: true } })
    : null;
  if (!draw || draw.state === 'prepared') throw notFound('There is no such draw.');
  return draw;
}

/** Writes the protocol of a draw. Throws not-found before the draw is done. */
export async function protocolOf(core: Core, id: string): Promise<Protocol> {
  const draw = await find(core, id);
  if (draw.state !== 'drawn') throw notFound('This draw is not done yet.');
  const ranked = await core.db.drawEntry.findMany({
    where: { drawId: id, place: { not: 'none' } },
    orderBy: { rank: 'asc' },
  });
  const noShows = ranked.filter(({ place }) => place === 'noShow').sort(byTime);
  return {
    format: 'steward-draw/1',
    drawId: id,
    contest: draw.contest.title,
    title: draw.title,
    frozenAt: draw.frozenAt?.toISOString() ?? '',
    frozen: frozenText({ ...draw, source: draw.seedSource, codes: await codesOf(core, id) }),
    fingerprint: draw.fingerprint ?? '',
    seed: await seedOf(core, draw),
    drawnAt: draw.drawnAt?.toISOString() ?? '',
    noShows: noShows.map(({ code, reason, noShowAt }) => ({
      code,
      reason: reason ?? '',
      at: noShowAt?.toISOString() ?? '',
    })),
    places: ranked.map(({ rank, code, place, prize }) => ({
      rank: rank ?? 0,
      code,
      place: place as 'winner' | 'reserve' | 'noShow',
      prize,
    })),
  };
}

async function seedOf(
  core: Core,
  draw: { id: string; seed: string | null; round: number | null; signature: string | null },
): Promise<Protocol['seed']> {
  const value = draw.seed ?? '';
  if (draw.round !== null) return { source: 'drand', round: draw.round, signature: draw.signature ?? '', value };
  const order = [{ committedAt: 'asc' as const }, { id: 'asc' as const }];
  const rows = await core.db.drawCommitment.findMany({ where: { drawId: draw.id }, orderBy: order });
  const words = rows.map((row) => ({
    name: row.name,
    commitment: row.commitment,
    committedAt: row.committedAt.toISOString(),
    words: row.words ?? '',
    revealedAt: row.revealedAt?.toISOString() ?? '',
  }));
  return { source: 'staff', value, words };
}
