// The plan for the undecided: as good as trying everything, the same for the same seed, under every rule; kept, applied as a run, undone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChoiceProblem, systemActor } from '../../../src/core/index.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { answerChoices } from '../../../src/core/solving/answer.ts';
import { findPlan, keepPlan, rehearsePlan } from '../../../src/modules/workshops/placing.ts';
import {
  costsOf,
  type Option,
  optionsOf,
  type Situation,
  seeded,
} from '../../../src/modules/workshops/placing-question.ts';
import { rankWorkshops } from '../../../src/modules/workshops/preferences.ts';
import { setRegistrations } from '../../../src/modules/workshops/registering.ts';
import { fingerprint } from '../../kit/http.ts';
import { brokenInvariants } from './seat-rush.ts';
import { type House, makeEvent, openHouse } from './workshops-house.ts';

/** Makes a small situation by chance: everything that the question knows may occur. */
function smallSituation(seed: number): Situation {
  const draw = seeded(seed);
  const below = (n: number) => Math.floor(draw() * n);
  const workshops = Array.from({ length: 4 + below(2) }, (_, n) => ({
    id: `w${n}`,
    moment: `m${n % 2}`,
    targetGroup: below(4) === 0 ? 'other' : 'group',
    left: 1 + below(2),
    there: below(2),
    minimum: below(3) === 0 ? 2 + below(2) : 0,
  }));
  const ids = workshops.map(({ id }) => id);
  const people = Array.from({ length: 2 + below(3) }, (_, n) => ({
    id: `p${n}`,
    targetGroup: below(5) === 0 ? 'other' : 'group',
    has: below(4) === 0 ? [ids[below(ids.length)]!] : [],
    ranks: new Map(ids.flatMap((id) => (below(3) === 0 ? [] : [[id, 1 + below(3)] as const]))),
  }));
  const links = Array.from({ length: below(3) }, () => {
    const [first, second] = [below(ids.length), below(ids.length)];
    return {
      firstId: ids[first]!,
      secondId: ids[second]!,
      type: below(2) ? ('inclusive' as const) : ('exclusive' as const),
    };
  }).filter(({ firstId, secondId }) => firstId !== secondId);
  return { workshops, people, links, manner: 'preference', seed };
}

/** Tells in plain words of code whether a choice keeps every rule; written apart from the question on purpose. */
function isAllowed({ workshops, people, links }: Situation, chosen: readonly Option[]): boolean {
  for (const [at, { left, there, minimum }] of workshops.entries()) {
    const fresh = chosen.filter(({ workshop }) => workshop === at).length;
    if (fresh > left || (fresh > 0 && there + fresh < minimum)) return false;
  }
  return people.every(({ has }, person) => {
    const got = chosen.filter((one) => one.person === person).map(({ workshop }) => workshops[workshop]!);
    if (new Set(got.map(({ moment }) => moment)).size < got.length) return false;
    const ids = [...has, ...got.map(({ id }) => id)];
    return links.every(({ firstId, secondId, type }) => {
      const touches = got.some(({ id }) => id === firstId || id === secondId);
      const both = Number(ids.includes(firstId)) + Number(ids.includes(secondId));
      return !touches || (type === 'exclusive' ? both < 2 : both === 2);
    });
  });
}

/** Tries every subset of the options and returns the least cost. */
function leastCost(situation: Situation, options: readonly Option[]): number {
  const costs = costsOf(situation, options);
  let least = 0;
  const tryFrom = (at: number, chosen: Option[], cost: number): void => {
    if (at === options.length) {
      if (cost < least && isAllowed(situation, chosen)) least = cost;
      return;
    }
    const { person, workshop } = options[at]!;
    const moment = situation.workshops[workshop]!.moment;
    tryFrom(at + 1, chosen, cost);
    if (!chosen.some((one) => one.person === person && situation.workshops[one.workshop]!.moment === moment))
      tryFrom(at + 1, [...chosen, options[at]!], cost + costs[at]!);
  };
  tryFrom(0, [], 0);
  return least;
}

/** Answers in this thread, so that many small questions take no time to start. */
const here = async (problem: ChoiceProblem) => {
  const answer = await answerChoices(problem, 60);
  if ('none' in answer) throw new Error(answer.none);
  return answer.taken;
};
const cases = Number(process.env.PLACING_CASES ?? 60);

describe('a plan', () => {
  it(`costs exactly as much as the best of all possible ones, in ${cases} situations made by chance`, async () => {
    let [placed, refused] = [0, 0];
    for (let seed = 1; seed <= cases; seed += 1) {
      const situation = smallSituation(seed);
      const options = optionsOf(situation);
      if (options.length > 20) continue;
      const chosen = await findPlan(situation, here);
      expect(isAllowed(situation, chosen), `seed ${seed}`).toBe(true);
      const costs = costsOf(situation, options);
      const cost = options.reduce((sum, one, at) => (chosen.includes(one) ? sum + costs[at]! : sum), 0);
      const own = chosen.length === 0 ? 0 : costOf(situation, chosen);
      expect(own, `seed ${seed}`).toBe(leastCost(situation, options));
      expect(cost === 0 || cost === own).toBe(true);
      placed += chosen.length;
      refused += options.length - chosen.length;
    }
    expect(placed).toBeGreaterThan(cases);
    expect(refused).toBeGreaterThan(cases);
  }, 300_000);

  it('is the same for the same seed and another draw for another one', async () => {
    const people = Array.from({ length: 12 }, (_, n) => ({ id: `p${n}`, targetGroup: '', has: [], ranks: new Map() }));
    const workshops = ['a', 'a', 'a'].map((moment, n) => ({
      id: `w${n}`,
      moment,
      targetGroup: '',
      left: 4,
      there: 0,
      minimum: 0,
    }));
    const plan = async (seed: number) =>
      JSON.stringify(await findPlan({ workshops, people, links: [], manner: 'chance', seed }, here));
    expect(await plan(7)).toBe(await plan(7));
    expect(new Set([await plan(7), await plan(8), await plan(9)]).size).toBeGreaterThan(1);
  }, 120_000);

  it('gives 500 people their places in 21 workshops at 3 moments under links and least numbers', async () => {
    const situation = large(500);
    const chosen = await findPlan(situation);
    expect(isAllowed(situation, chosen)).toBe(true);
    expect(chosen.length).toBeGreaterThan(1400);
  }, 300_000);
});

function costOf(situation: Situation, chosen: readonly Option[]): number {
  const options = optionsOf(situation);
  const costs = costsOf(situation, options);
  const key = ({ person, workshop }: Option) => `${person} ${workshop}`;
  const taken = new Set(chosen.map(key));
  return options.reduce((sum, one, at) => (taken.has(key(one)) ? sum + costs[at]! : sum), 0);
}

function large(count: number): Situation {
  const draw = seeded(5);
  const workshops = Array.from({ length: 21 }, (_, n) => ({
    id: `w${n}`,
    moment: `m${n % 3}`,
    targetGroup: '',
    left: 70,
    there: 0,
    minimum: n % 7 === 0 ? 10 : 0,
  }));
  const people = Array.from({ length: count }, (_, n) => ({
    id: `p${n}`,
    targetGroup: '',
    has: [],
    ranks: new Map(workshops.map(({ id }) => [id, 1 + Math.floor(draw() * 7)])),
  }));
  const link = (first: number, second: number, type: 'inclusive' | 'exclusive') => ({
    firstId: `w${first}`,
    secondId: `w${second}`,
    type,
  });
  return {
    workshops,
    people,
    links: [link(0, 1, 'inclusive'), link(3, 4, 'exclusive'), link(8, 9, 'exclusive')],
    manner: 'preference',
    seed: 1,
  };
}

describe('in an event', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
    await house.startWorker();
  });
  afterAll(() => house?.close());

  it('it is rehearsed without a change, applied as a run, and taken back without touching what people chose', async () => {
    const { core } = house;
    const made = await makeEvent(house, {
      workshops: [
        { title: 'Small', moment: 'a', limit: 1 },
        { title: 'Large', moment: 'a', limit: 3 },
        { title: 'Other', moment: 'b', limit: 3, targetGroup: '' },
      ],
      people: [...['p0', 'p1', 'p2'].map((fullName) => ({ fullName })), { fullName: 'far', targetGroup: 'nobody' }],
    });
    const [small, largeOne, other] = made.workshops.map(({ id }) => id) as [string, string, string];
    const [p0, p1, p2] = made.people as [(typeof made.people)[0], (typeof made.people)[0], (typeof made.people)[0]];
    await core.db.workshopEvent.update({ where: { id: made.event.id }, data: { isRanked: true } });
    await core.transaction(systemActor, async (work) => {
      await rankWorkshops(work, p0, [largeOne, small]);
      await rankWorkshops(work, p1, [small, largeOne]);
      await setRegistrations(work, p2.id, [largeOne], { by: { staff: false } });
    });
    const tables = ['WorkshopRegistration', 'Workshop', 'WorkshopPlan', 'WorkshopPlacement'];
    const before = await fingerprint(core, tables);
    const found = await rehearsePlan(core, made.event.id, { manner: 'preference', seed: 3 });
    expect(await fingerprint(core, tables)).toBe(before);
    expect(found.summary).toMatchObject({
      undecided: 4,
      complete: 3,
      nothing: 1,
      places: 5,
      averageRank: 1,
      ranks: [2],
    });
    const of = (id: string) => found.placed.find(({ attendeeId }) => attendeeId === id);
    expect(of(p0.id)?.workshopIds).toEqual([largeOne, other]);
    expect(of(p1.id)?.workshopIds).toEqual([small, other]);
    expect(of(made.people[3]!.id)).toMatchObject({ workshopIds: [], reason: 'no workshop is for the group “nobody”' });

    const plan = await core.transaction(systemActor, (work) => keepPlan(work, made.event, found));
    // Somebody decides between rehearsal and run: that choice stays, and the plan's other part is refused for them as a whole.
    await core.transaction(systemActor, (work) => setRegistrations(work, p1.id, [largeOne], { by: { staff: false } }));
    const run = async (action: string) => {
      const selection = { all: true, filters: { 'planId.is': plan.id } };
      const { runId } = await runAction(core, systemActor, `workshops.${action}`, {
        selection,
        form: {},
        idempotencyKey: crypto.randomUUID(),
      });
      const items = await core.db.runItem.findMany({ where: { runId }, orderBy: { position: 'asc' } });
      return items.map(({ outcome, reason }) => `${outcome} ${reason ?? ''}`.trim()).sort();
    };
    expect(await run('apply-placement')).toEqual([
      'done',
      'done',
      'failed Already registered for another workshop on this moment',
      'skipped is not waiting to be placed',
    ]);
    const has = async (id: string) =>
      (await core.db.workshopRegistration.findMany({ where: { attendeeId: id } }))
        .map(({ workshopId }) => workshopId)
        .sort();
    expect(await has(p0.id)).toEqual([largeOne, other].sort());
    expect(await has(p1.id)).toEqual([largeOne]);
    expect(await has(p2.id)).toEqual([largeOne, other].sort());
    expect(await brokenInvariants(core, made.event.id)).toEqual([]);
    await core.transaction(systemActor, (work) => setRegistrations(work, p0.id, [other], { by: { staff: false } }));
    expect(await run('undo-placement')).toEqual(expect.arrayContaining(['done', 'done']));
    expect(await has(p0.id)).toEqual([]);
    expect(await has(p2.id)).toEqual([largeOne]);
  }, 120_000);

  it('says why somebody gets nothing', async () => {
    const made = await makeEvent(house, {
      workshops: [
        { title: 'Full', moment: 'a', limit: 0 },
        { title: 'One', moment: 'b', limit: 1 },
        { title: 'Few', moment: 'c', limit: 9 },
        { title: 'Half', moment: 'd', limit: 9 },
        { title: 'Rest', moment: 'a', limit: 0 },
      ],
      people: [{ fullName: 'x' }, { fullName: 'y' }],
      links: [[3, 4, 'inclusive']],
    });
    await house.core.db.workshop.update({ where: { id: made.workshops[2]!.id }, data: { minimum: 5 } });
    const { placed } = await rehearsePlan(house.core, made.event.id, { manner: 'chance', seed: 1 });
    expect(placed.map(({ reason }) => reason).sort()).toEqual([
      'a: all are full already; b: every place goes to others; c: too few people for Few (least number 5); d: Half is linked with Rest',
      'a: all are full already; c: too few people for Few (least number 5); d: Half is linked with Rest',
    ]);
  }, 60_000);
});
