// The protocol of a draw: one file with everything that is needed to draw again, and the check that does so. Needs no database.
import { z } from 'zod';
import { timeOfRound } from '../../lib/drand.ts';
import { orderOf, placesOf, prizeList, seedOfDrand, seedOfStaff, sha256 } from './drawing.ts';

const code = z.string().min(1).max(100);
const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** The file. */
export const protocolSchema = z.object({
  format: z.literal('steward-draw/1'),
  drawId: z.string().max(100),
  contest: z.string().max(300),
  title: z.string().max(300),
  frozenAt: z.iso.datetime(),
  /** The text whose SHA-256 was fixed before the seed was known. */
  frozen: z.string().max(50_000_000),
  fingerprint: hex,
  seed: z.discriminatedUnion('source', [
    z.object({ source: z.literal('drand'), round: z.number().int(), signature: z.string(), value: hex }),
    z.object({
      source: z.literal('staff'),
      value: hex,
      words: z.array(
        z.object({
          name: z.string(),
          commitment: hex,
          committedAt: z.iso.datetime(),
          words: z.string(),
          revealedAt: z.iso.datetime(),
        }),
      ),
    }),
  ]),
  drawnAt: z.iso.datetime(),
  noShows: z.array(z.object({ code, reason: z.string(), at: z.iso.datetime() })),
  /** Winners, reserves and no-shows in the order of the draw. */
  places: z.array(
    z.object({
      rank: z.number().int(),
      code,
      place: z.enum(['winner', 'reserve', 'noShow']),
      prize: z.string().nullable(),
    }),
  ),
});

/** A read protocol. */
export type Protocol = z.output<typeof protocolSchema>;

/** One thing that was checked. */
export interface Check {
  isRight: boolean;
  what: string;
}

/** Draws again from the file alone and says of each step whether it comes out the same. */
export async function verifyProtocol(protocol: Protocol): Promise<Check[]> {
  const frozen = readFrozen(protocol.frozen);
  const checks: Check[] = [
    { isRight: sha256(protocol.frozen) === protocol.fingerprint, what: 'the frozen text has the fingerprint' },
    {
      isRight: frozen !== undefined && frozen.drawId === protocol.drawId && frozen.title === protocol.title,
      what: 'the frozen text is that of this draw',
    },
    ...(await seedChecks(protocol, frozen?.seed ?? '')),
  ];
  if (!frozen) return checks;
  return [
    ...checks,
    {
      isRight: new Set(frozen.codes).size === frozen.codes.length,
      what: `each of the ${frozen.codes.length} entries is there once`,
    },
    { isRight: isSamePlaces(protocol, frozen), what: `the ${protocol.places.length} places come out the same` },
  ];
}

async function seedChecks(protocol: Protocol, frozenSeed: string): Promise<Check[]> {
  const { seed, fingerprint } = protocol;
  const frozenAt = Date.parse(protocol.frozenAt);
  if (seed.source === 'drand')
    return [
      {
        isRight: frozenSeed === `drand quicknet round ${seed.round}` && timeOfRound(seed.round).getTime() > frozenAt,
        what: `the round ${seed.round} was fixed by the frozen text and came after it`,
      },
      {
        isRight: (await seedOfDrand(seed.round, seed.signature)) === seed.value,
        what: 'the seed is that of the round, signed by the drand network',
      },
    ];
  const commits = seed.words.map((one) => Date.parse(one.committedAt));
  const reveals = seed.words.map((one) => Date.parse(one.revealedAt));
  return [
    {
      isRight: frozenSeed === 'words of staff' && seed.words.length >= 2,
      what: `${seed.words.length} members of staff made the seed together`,
    },
    {
      isRight: commits.every((at) => at >= frozenAt) && Math.max(...commits) <= Math.min(...reveals),
      what: 'all had committed, after the freeze, before the first words were told',
    },
    {
      isRight: seedOf(fingerprint, seed.words) === seed.value,
      what: 'the words are those committed to and make the seed',
    },
  ];
}

function seedOf(fingerprint: string, words: { commitment: string; words: string }[]): string | undefined {
  try {
    return seedOfStaff(fingerprint, words);
  } catch {
    return undefined;
  }
}

interface Frozen {
  drawId: string;
  title: string;
  prizes: string;
  reserves: number;
  seed: string;
  codes: string[];
}

/** Reads the frozen text; undefined when it is none. */
function readFrozen(text: string): Frozen | undefined {
  const lines = text.split('\n');
  const reservesAt = lines.findIndex((line) => /^reserves: \d+$/.test(line));
  const [format, draw = '', title = '', prizes] = lines;
  if (format !== 'steward-draw/1' || prizes !== 'prizes:' || reservesAt < 4 || lines.at(-1) !== '') return undefined;
  const codes = lines.slice(reservesAt + 3, -1);
  if (lines[reservesAt + 2] !== `entries: ${codes.length}`) return undefined;
  return {
    drawId: draw.replace(/^draw: /, ''),
    title: title.replace(/^title: /, ''),
    prizes: lines.slice(4, reservesAt).join('\n'),
    reserves: Number(lines[reservesAt]?.slice(10)),
    seed: (lines[reservesAt + 1] ?? '').replace(/^seed: /, ''),
    codes,
  };
}

function isSamePlaces(protocol: Protocol, frozen: Frozen): boolean {
  try {
    const order = orderOf(protocol.drawId, protocol.seed.value, frozen.codes);
    const noShows = protocol.noShows.map((one) => one.code);
    const places = placesOf(order, prizeList(frozen.prizes), frozen.reserves, noShows)
      .filter(({ place }) => place !== 'none')
      .map(({ rank, code: name, place, prize }) => [rank, name, place, prize]);
    const told = protocol.places.map(({ rank, code: name, place, prize }) => [rank, name, place, prize]);
    return JSON.stringify(places) === JSON.stringify(told);
  } catch {
    return false;
  }
}
