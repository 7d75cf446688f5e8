// The question behind "who gets what": one choice for each person and workshop, exact under places, moments, links and least numbers.
// The rule: a place counts more than any rank; among equals a seeded draw decides, so that the same seed gives the same plan.
import type { ChoiceProblem, Condition } from '../../core/index.ts';

/** A workshop as the question knows it: how many places are left, and how many people it has already. */
export interface OpenWorkshop {
  id: string;
  moment: string;
  targetGroup: string;
  left: number;
  there: number;
  minimum: number;
}

/** Somebody with at least one moment open. `has`: the workshops they have already; `ranks`: 1 is the most wanted. */
export interface Undecided {
  id: string;
  targetGroup: string;
  has: readonly string[];
  ranks: ReadonlyMap<string, number>;
}

/** A link as the question knows it. */
export interface QuestionLink {
  firstId: string;
  secondId: string;
  type: 'inclusive' | 'exclusive';
}

/** Everything that a plan depends on. */
export interface Situation {
  workshops: readonly OpenWorkshop[];
  people: readonly Undecided[];
  links: readonly QuestionLink[];
  /** By preference, or so that chance alone decides. */
  manner: 'preference' | 'chance';
  seed: number;
}

/** One thing that could be given. */
export interface Option {
  person: number;
  workshop: number;
  /** The rank that counts: what nobody ranked comes after all that could be ranked at that moment. */
  rank: number;
}

const draws = 8;

/** Lists what could be given to whom: workshops of their group, with a place, at a moment where they have nothing. */
export function optionsOf({ workshops, people, manner }: Situation): Option[] {
  const byId = new Map(workshops.map((one) => [one.id, one]));
  return people.flatMap(({ targetGroup, has, ranks }, person) => {
    const busy = new Set(has.map((id) => byId.get(id)?.moment));
    return workshops.flatMap((one, workshop) => {
      if (one.targetGroup !== targetGroup || one.left <= 0 || busy.has(one.moment)) return [];
      return [{ person, workshop, rank: manner === 'chance' ? 1 : (ranks.get(one.id) ?? lastRank(workshops, one)) }];
    });
  });
}

/** Returns the rank of what somebody did not rank: one behind all workshops of that moment and group. */
function lastRank(workshops: readonly OpenWorkshop[], { moment, targetGroup }: OpenWorkshop): number {
  return workshops.filter((one) => one.moment === moment && one.targetGroup === targetGroup).length + 1;
}

/** Writes the question. `bound` names workshops whose least number is asked for as well: either so many people, or nobody new. */
export function questionOf(
  situation: Situation,
  options: readonly Option[],
  bound: ReadonlySet<number>,
): ChoiceProblem {
  const { workshops, people } = situation;
  const switches = [...bound].filter((at) => (workshops[at]?.there ?? 0) < (workshops[at]?.minimum ?? 0));
  const switchOf = new Map(switches.map((at, n) => [at, options.length + n]));
  const conditions: Condition[] = [
    ...groupedBy(options, ({ person, workshop }) => `${person} ${workshops[workshop]?.moment}`, 2).map((of) =>
      atMost(of, 1),
    ),
    ...groupedBy(options, ({ workshop }) => String(workshop), 1).flatMap((of) => {
      const at = options[of[0] ?? 0]?.workshop ?? 0;
      const { left, there, minimum } = workshops[at] as OpenWorkshop;
      const takesPlace = switchOf.get(at);
      if (takesPlace === undefined) return of.length > left ? [atMost(of, left)] : [];
      const parts = of.map((choice) => [choice, 1] as const);
      return [
        { parts: [...parts, [takesPlace, -left] as const], is: '<=' as const, bound: 0 },
        { parts: [...parts, [takesPlace, there - minimum] as const], is: '>=' as const, bound: 0 },
      ];
    }),
    ...people.flatMap((person, at) => linkConditions(situation, options, person, at)),
  ];
  return { costs: [...costsOf(situation, options), ...switches.map(() => 0)], conditions };
}

function atMost(choices: readonly number[], bound: number): Condition {
  return { parts: choices.map((choice) => [choice, 1] as const), is: '<=', bound };
}

function groupedBy(options: readonly Option[], key: (option: Option) => string, least: number): number[][] {
  const groups = new Map<string, number[]>();
  for (const [at, option] of options.entries()) {
    const group = groups.get(key(option));
    if (group) group.push(at);
    else groups.set(key(option), [at]);
  }
  return [...groups.values()].filter((group) => group.length >= least);
}

// The options of one person lie side by side, so that each is found without looking through all.
const places = new WeakMap<readonly Option[], Map<number, number[]>>();

function ownOptions(options: readonly Option[], person: number): readonly number[] {
  let byPerson = places.get(options);
  if (!byPerson) {
    byPerson = new Map();
    for (const [at, one] of options.entries()) byPerson.set(one.person, [...(byPerson.get(one.person) ?? []), at]);
    places.set(options, byPerson);
  }
  return byPerson.get(person) ?? [];
}

function linkConditions(
  { workshops, links }: Situation,
  options: readonly Option[],
  { has }: Undecided,
  person: number,
): Condition[] {
  const own = new Map(ownOptions(options, person).map((at) => [workshops[options[at]?.workshop ?? 0]?.id ?? '', at]));
  return links.flatMap(({ firstId, secondId, type }): Condition[] => {
    const sides = [firstId, secondId].map((id) => ({ has: has.includes(id), choice: own.get(id) }));
    const choices = sides.flatMap(({ choice }) => (choice === undefined ? [] : [choice]));
    const had = sides.filter((one) => one.has).length;
    if (choices.length === 0) return [];
    if (type === 'exclusive') return choices.length + had < 2 ? [] : [atMost(choices, 1 - Math.min(1, had))];
    if (choices.length === 2)
      return [
        {
          parts: [
            [choices[0] ?? 0, 1],
            [choices[1] ?? 0, -1],
          ],
          is: '=',
          bound: 0,
        },
      ];
    // The other half is theirs already, or cannot be theirs.
    return [{ parts: [[choices[0] ?? 0, 1]], is: had === 1 ? '<=' : '=', bound: had === 1 ? 1 : 0 }];
  });
}

/** Returns the costs, all whole numbers: a place is worth more than every step of rank that it could cost others. */
export function costsOf({ workshops, seed }: Situation, options: readonly Option[]): number[] {
  const draw = seeded(seed);
  const worst = Math.max(1, ...options.map(({ rank }) => rank));
  const placeWorth = worst * (workshops.length + 2);
  // At most one choice per person and moment is taken, so all draws together weigh less than one rank.
  const step = 1 + draws * new Set(options.map(({ person }) => person)).size * momentsOf(workshops);
  return options.map(({ rank }) => (rank - placeWorth) * step + Math.floor(draw() * draws));
}

function momentsOf(workshops: readonly OpenWorkshop[]): number {
  return new Set(workshops.map(({ moment }) => moment)).size;
}

/** Returns numbers from 0 up to 1 that depend on the seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
