// The drawing itself: pure, the same on every machine, without a database. What was frozen is one text with one SHA-256; the seed came after
// it; whoever is lowest by HMAC-SHA-256 under the seed is first. No modulo, so that no place is likelier than another.
import { createHash, createHmac } from 'node:crypto';
import { beaconOf } from '../../lib/drand.ts';

/** What a draw freezes. */
export interface FrozenDraw {
  id: string;
  title: string;
  /** A line a prize, the best first: `2 x Bicycle`. */
  prizes: string;
  reserves: number;
  source: 'staff' | 'drand';
  /** Of drand. */
  round: number | null;
  /** Names of the entries; their order does not matter. */
  codes: readonly string[];
}

/** Where an entry stands: its place in the order (from 1) and what follows from it. */
export interface Place {
  code: string;
  rank: number;
  place: 'none' | 'winner' | 'reserve' | 'noShow';
  prize: string | null;
}

/** What a member of staff added to the seed. */
export interface Contribution {
  commitment: string;
  words: string;
}

const mostPrizes = 10_000;

/** Returns the text that is frozen. Whoever has it can compute its SHA-256 with any tool. */
export function frozenText(draw: FrozenDraw): string {
  const seed = draw.source === 'drand' ? `drand quicknet round ${draw.round}` : 'words of staff';
  const codes = [...draw.codes].sort();
  const head = ['steward-draw/1', `draw: ${draw.id}`, `title: ${draw.title}`, 'prizes:', ...draw.prizes.split('\n')];
  return `${[...head, `reserves: ${draw.reserves}`, `seed: ${seed}`, `entries: ${codes.length}`, ...codes].join('\n')}\n`;
}

/** Returns the SHA-256 of a text in hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns one prize for each winner, in order. Throws RangeError naming a line that is none. */
export function prizeList(prizes: string): string[] {
  const list: string[] = [];
  for (const line of prizes.split('\n').map((one) => one.trim())) {
    if (line === '') continue;
    const match = /^(?:(\d{1,5})\s*[x×х]\s+)?(.{1,250})$/iu.exec(line);
    const count = Number(match?.[1] ?? 1);
    if (!match?.[2] || count < 1 || list.length + count > mostPrizes) throw new RangeError(line.slice(0, 60));
    for (let n = 0; n < count; n += 1) list.push(match[2].trim());
  }
  return list;
}

/** Returns the seed that the words of staff make, in the order of their commitments. Throws RangeError where words are not those committed. */
export function seedOfStaff(fingerprint: string, contributions: readonly Contribution[]): string {
  for (const { commitment, words } of contributions)
    if (sha256(words) !== commitment) throw new RangeError('These words are not the ones that were committed to.');
  return sha256([fingerprint, ...contributions.map(({ words }) => words)].join('\n'));
}

/** Returns the entries in the order of the draw, the first one first. */
export function orderOf(drawId: string, seed: string, codes: readonly string[]): string[] {
  const key = Buffer.from(seed, 'hex');
  const keyed = codes.map((code) => ({
    code,
    mark: createHmac('sha256', key).update(`${drawId}\n${code}`).digest('hex'),
  }));
  const byMark = (a: { mark: string; code: string }, b: { mark: string; code: string }) =>
    a.mark < b.mark ? -1 : a.mark > b.mark ? 1 : a.code < b.code ? -1 : 1;
  return keyed.sort(byMark).map(({ code }) => code);
}

/** Returns the place of each entry. Whoever did not come loses the prize to the next in the order, again and again. Throws RangeError for a no-show who has no prize. */
export function placesOf(
  order: readonly string[],
  prizes: readonly string[],
  reserves: number,
  noShows: readonly string[],
): Place[] {
  const places: Place[] = order.map((code, at) => ({
    code,
    rank: at + 1,
    place: at < prizes.length ? 'winner' : 'none',
    prize: prizes[at] ?? null,
  }));
  const byCode = new Map(places.map((place) => [place.code, place]));
  let next = Math.min(prizes.length, places.length);
  for (const code of noShows) {
    const gone = byCode.get(code);
    if (gone?.place !== 'winner') throw new RangeError(`${code} has no prize to lose.`);
    gone.place = 'noShow';
    const follower = places[next];
    if (follower) Object.assign(follower, { place: 'winner', prize: gone.prize });
    next += 1;
  }
  for (const place of places.slice(next, Math.max(next, prizes.length + reserves)))
    if (place.place === 'none') place.place = 'reserve';
  return places;
}

/** Returns the seed of a drand round, or undefined when the signature is not the network's. */
export const seedOfDrand = beaconOf;
