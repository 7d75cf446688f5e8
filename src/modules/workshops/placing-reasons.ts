// Why a moment of somebody stays empty in a plan, in words for staff. The rule: the first reason that alone explains it is said.
import { phrase } from '../../core/index.ts';
import type { Option, Situation } from './placing-question.ts';

/** Returns why moments of a person stay empty; empty where none does. */
export function reasonFor(
  situation: Situation & { names: ReadonlyMap<string, string> },
  chosen: readonly Option[],
  person: number,
): string {
  const { workshops, people } = situation;
  const { targetGroup, has } = people[person] as Situation['people'][number];
  const own = workshops.filter((one) => one.targetGroup === targetGroup);
  if (own.length === 0) return phrase(`no workshop is for the group “${targetGroup}”`);
  const got = [
    ...has,
    ...chosen.filter((one) => one.person === person).map(({ workshop }) => workshops[workshop]?.id ?? ''),
  ];
  const filled = new Set(got.map((id) => workshops.find((one) => one.id === id)?.moment));
  const open = [...new Set(own.map(({ moment }) => moment))].filter((moment) => !filled.has(moment));
  return open.map((moment) => reasonAt(situation, chosen, got, own, moment)).join('; ');
}

function reasonAt(
  situation: Situation & { names: ReadonlyMap<string, string> },
  chosen: readonly Option[],
  got: readonly string[],
  own: readonly Situation['workshops'][number][],
  moment: string,
): string {
  const { workshops, names } = situation;
  const here = own.filter((one) => one.moment === moment);
  const fresh = (id: string) => chosen.filter(({ workshop }) => workshops[workshop]?.id === id).length;
  const free = here.filter(({ id, left }) => left - fresh(id) > 0);
  if (here.every(({ left }) => left <= 0)) return phrase(`${moment}: all are full already`);
  if (free.length === 0) return phrase(`${moment}: every place goes to others`);
  const bound = free.filter(({ id }) => linkInTheWay(situation, got, id) !== undefined);
  const few = free.filter(({ id, there, minimum }) => there + fresh(id) < minimum);
  if (bound.length === free.length) {
    const [first] = bound;
    return phrase(
      `${moment}: ${names.get(first?.id ?? '')} is linked with ${names.get(linkInTheWay(situation, got, first?.id ?? '') ?? '')}`,
    );
  }
  if (bound.length + few.length >= free.length) {
    const [first] = few;
    return phrase(`${moment}: too few people for ${names.get(first?.id ?? '')} (least number ${first?.minimum})`);
  }
  return phrase(`${moment}: no place fits together with the other choices`);
}

/** Returns the other workshop of a link that keeps this one away: had although it excludes it, or not had although it must be. */
function linkInTheWay({ links }: Situation, got: readonly string[], id: string): string | undefined {
  for (const { firstId, secondId, type } of links) {
    if (firstId !== id && secondId !== id) continue;
    const other = firstId === id ? secondId : firstId;
    if (got.includes(other) === (type === 'exclusive')) return other;
  }
  return undefined;
}
