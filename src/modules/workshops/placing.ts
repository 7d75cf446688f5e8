// Plans for the undecided: who would get what, and who nothing and why. The rule: a plan only reads and remembers; people get their places
// when it is applied, through the one place that writes registrations.
import { type Core, conflict, type Row, solveChoices, type Transaction, type Work } from '../../core/index.ts';
import { type Option, optionsOf, questionOf, type Situation } from './placing-question.ts';
import { reasonFor } from './placing-reasons.ts';

/** What somebody gets by a plan. */
export interface Placed {
  attendeeId: string;
  workshopIds: string[];
  /** Mean of the ranks of what they get; null where they ranked nothing of it. */
  rank: number | null;
  /** Why a moment stays empty; empty where none does. */
  reason: string;
}

/** What a plan amounts to. */
export interface PlanSummary {
  undecided: number;
  /** People for whom every open moment is filled. */
  complete: number;
  partly: number;
  nothing: number;
  places: number;
  /** Mean rank over all places that were ranked; null without any. */
  averageRank: number | null;
  /** How many places fall on each rank, from 1. */
  ranks: number[];
  milliseconds: number;
}

const chunk = 500;

/** Finds the best plan for a situation. The same situation and seed give the same plan. `solve` answers the question. */
export async function findPlan(situation: Situation, solve = solveChoices): Promise<Option[]> {
  const options = optionsOf(situation);
  // Least numbers make the question much harder, so they are asked for only where an answer without them falls short: what keeps to
  // them by itself is the best answer to the harder question too.
  const bound = new Set<number>();
  for (;;) {
    const taken = await solve(questionOf(situation, options, bound));
    const chosen = options.filter((_, at) => taken[at]);
    const short = situation.workshops.flatMap(({ there, minimum }, at) => {
      const fresh = chosen.filter(({ workshop }) => workshop === at).length;
      return fresh > 0 && there + fresh < minimum && !bound.has(at) ? [at] : [];
    });
    if (short.length === 0) return chosen;
    for (const at of short) bound.add(at);
  }
}

/** Reads what a plan depends on: everybody of the event with an open moment. */
async function readSituation(
  db: Transaction,
  eventId: string,
  choice: Pick<Situation, 'manner' | 'seed'>,
): Promise<Situation & { names: ReadonlyMap<string, string> }> {
  const order = { orderBy: { number: 'asc' } } as const;
  const [workshops, attendees, links] = await Promise.all([
    db.workshop.findMany({ where: { eventId }, ...order }),
    db.attendee.findMany({
      where: { eventId },
      include: { registrations: { select: { workshopId: true } }, preferences: true },
      ...order,
    }),
    db.workshopLink.findMany({ where: { eventId }, orderBy: { id: 'asc' } }),
  ]);
  const momentOf = new Map(workshops.map(({ id, moment }) => [id, moment]));
  const offered = (group: string) => new Set(workshops.flatMap((one) => (one.targetGroup === group ? one.moment : [])));
  const people = attendees
    .map(({ id, targetGroup, registrations, preferences }) => ({
      id,
      targetGroup,
      has: registrations.map(({ workshopId }) => workshopId),
      ranks: new Map(preferences.map(({ workshopId, rank }) => [workshopId, rank])),
    }))
    .filter(({ has, targetGroup }) => {
      const busy = new Set(has.map((id) => momentOf.get(id)));
      const moments = offered(targetGroup);
      return moments.size === 0 ? has.length === 0 : [...moments].some((moment) => !busy.has(moment));
    });
  return {
    ...choice,
    workshops: workshops.map(({ id, moment, targetGroup, limit, taken, held, minimum }) => ({
      id,
      moment,
      targetGroup,
      left: Math.max(0, limit - taken - held),
      there: taken,
      minimum,
    })),
    people,
    links,
    names: new Map(workshops.map(({ id, title }) => [id, title])),
  };
}

/** Rehearses: finds the best plan for an event as it is now and keeps it; nobody gets anything yet. Throws `conflict` when nobody is undecided. */
export async function rehearsePlan(
  core: Core,
  eventId: string,
  choice: Pick<Situation, 'manner' | 'seed'>,
): Promise<{ situation: Situation & { names: ReadonlyMap<string, string> }; placed: Placed[]; summary: PlanSummary }> {
  const situation = await readSituation(core.db, eventId, choice);
  if (situation.people.length === 0) throw conflict('Everybody has chosen already.');
  const began = Date.now();
  const chosen = await findPlan(situation);
  const placed = situation.people.map((_, person) => placedOf(situation, chosen, person));
  return { situation, placed, summary: summaryOf(situation, chosen, placed, Date.now() - began) };
}

function placedOf(
  situation: Situation & { names: ReadonlyMap<string, string> },
  chosen: readonly Option[],
  person: number,
): Placed {
  const mine = chosen.filter((one) => one.person === person);
  const { id, ranks } = situation.people[person] as Situation['people'][number];
  const workshopIds = mine.map(({ workshop }) => situation.workshops[workshop]?.id ?? '');
  const ranked = workshopIds.flatMap((workshopId) => ranks.get(workshopId) ?? []);
  return {
    attendeeId: id,
    workshopIds,
    rank: mean(ranked),
    reason: reasonFor(situation, chosen, person),
  };
}

function mean(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  return Math.round((numbers.reduce((sum, one) => sum + one, 0) / numbers.length) * 100) / 100;
}

function summaryOf(
  { people, workshops }: Situation,
  chosen: readonly Option[],
  placed: readonly Placed[],
  milliseconds: number,
): PlanSummary {
  const ranks = chosen.flatMap(
    ({ person, workshop }) => people[person]?.ranks.get(workshops[workshop]?.id ?? '') ?? [],
  );
  const nothing = placed.filter(({ workshopIds }) => workshopIds.length === 0).length;
  const complete = placed.filter(({ workshopIds, reason }) => workshopIds.length > 0 && reason === '').length;
  return {
    undecided: people.length,
    complete,
    partly: placed.length - complete - nothing,
    nothing,
    places: chosen.length,
    averageRank: mean(ranks),
    ranks: Array.from({ length: Math.max(0, ...ranks) }, (_, at) => ranks.filter((rank) => rank === at + 1).length),
    milliseconds,
  };
}

/** Keeps a rehearsed plan, so that it can be looked through and applied as a run. */
export async function keepPlan(
  work: Work,
  event: Pick<Row<'WorkshopEvent'>, 'id' | 'name'>,
  { situation, placed, summary }: Awaited<ReturnType<typeof rehearsePlan>>,
): Promise<Row<'WorkshopPlan'>> {
  const { tx } = work;
  const { manner, seed } = situation;
  const plan = await tx.workshopPlan.create({ data: { eventId: event.id, manner, seed, summary: { ...summary } } });
  const rows = placed.map((one) => ({
    ...one,
    planId: plan.id,
    state: one.workshopIds.length > 0 ? ('planned' as const) : ('nothing' as const),
    titles: one.workshopIds.map((id) => situation.names.get(id) ?? '').join(', '),
  }));
  for (let at = 0; at < rows.length; at += chunk)
    await tx.workshopPlacement.createMany({ data: rows.slice(at, at + chunk) });
  await work.audit({
    kind: 'action',
    resource: 'WorkshopEvent',
    recordId: event.id,
    recordTitle: event.name,
    summary: `Plan ${plan.number} was rehearsed for ${summary.undecided} undecided people (seed ${seed})`,
  });
  return plan;
}
