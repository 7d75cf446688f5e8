// Links between workshops: together or never together. The rule: a set of links is replaced as a whole, and never contradicts itself.
import { invalid, phrase, type Row, type Work } from '../../core/index.ts';
import { followConflicts } from './conflicts.ts';
import { lockEvent } from './locks.ts';

/** A link as it is asked for; the ids are those of our records. */
export interface WantedLink {
  firstId: string;
  secondId: string;
  type: Row<'WorkshopLink'>['type'];
}

/** Replaces all links of an event. Throws `invalid` naming the link at fault; then the old ones stay. */
export async function replaceLinks(work: Work, eventId: string, wanted: readonly WantedLink[]): Promise<void> {
  const { tx } = work;
  const event = await lockEvent(tx, eventId);
  const workshops = await tx.workshop.findMany({ where: { eventId } });
  const problem = linksProblem(wanted, workshops);
  if (problem) throw invalid(problem);
  const before = await tx.workshopLink.count({ where: { eventId } });
  await tx.workshopLink.deleteMany({ where: { eventId } });
  await tx.workshopLink.createMany({ data: wanted.map((link) => ({ ...link, eventId })) });
  await work.audit({
    kind: 'update',
    resource: 'WorkshopEvent',
    recordId: event.id,
    recordTitle: event.name,
    summary: `The links between workshops were replaced: ${wanted.length} instead of ${before}`,
  });
  await followConflicts(work, eventId);
}

/** Says what is wrong with a set of links; undefined when they can stand together. */
function linksProblem(
  links: readonly WantedLink[],
  workshops: readonly Pick<Row<'Workshop'>, 'id' | 'title' | 'targetGroup' | 'moment'>[],
): string | undefined {
  const byId = new Map(workshops.map((one) => [one.id, one]));
  const pairs = new Set<string>();
  for (const { firstId, secondId, type } of links) {
    const [first, second] = [byId.get(firstId), byId.get(secondId)];
    if (!first || !second) return 'A link names a workshop that is not in this event.';
    if (first === second) return `${first.title} cannot be linked with itself.`;
    const pair = [firstId, secondId].sort().join(' ');
    if (pairs.has(pair)) return `${first.title} and ${second.title} are linked twice.`;
    pairs.add(pair);
    if (type === 'inclusive' && first.targetGroup !== second.targetGroup)
      return `${first.title} and ${second.title} are for different groups, so nobody could take both.`;
    if (type === 'inclusive' && first.moment === second.moment)
      return `${first.title} and ${second.title} are at the same moment, so nobody could take both.`;
  }
  return contradiction(links, byId);
}

// Whoever takes one workshop takes all that hang on it: no two of those may exclude each other or be at one moment.
function contradiction(
  links: readonly WantedLink[],
  byId: ReadonlyMap<string, { id: string; title: string; moment: string }>,
): string | undefined {
  const bundle = bundlesOf([...byId.keys()], links);
  for (const { firstId, secondId, type } of links)
    if (type === 'exclusive' && bundle.get(firstId) === bundle.get(secondId))
      return phrase(
        `${byId.get(firstId)?.title} and ${byId.get(secondId)?.title} exclude each other, but other links bind them together.`,
      );
  const seen = new Map<string, string>();
  for (const { id, title, moment } of byId.values()) {
    const key = JSON.stringify([bundle.get(id), moment]);
    const other = seen.get(key);
    if (other) return phrase(`Links bind ${other} and ${title} together, but both are at the same moment.`);
    seen.set(key, title);
  }
  return undefined;
}

/** Names for each workshop the bundle it must be taken with: workshops that inclusive links connect have the same name. */
function bundlesOf(
  ids: readonly string[],
  links: readonly Pick<WantedLink, 'firstId' | 'secondId' | 'type'>[],
): Map<string, string> {
  const bundle = new Map(ids.map((id) => [id, id]));
  for (const { firstId, secondId, type } of links) {
    if (type !== 'inclusive') continue;
    const [from, to] = [bundle.get(secondId), bundle.get(firstId)];
    if (from === undefined || to === undefined) continue;
    for (const [id, name] of bundle) if (name === from) bundle.set(id, to);
  }
  return bundle;
}

/** Returns a workshop with all that inclusive links bind it to, itself first. */
export function bundleOf(id: string, links: readonly WantedLink[]): string[] {
  const ids = [...new Set([id, ...links.flatMap(({ firstId, secondId }) => [firstId, secondId])])];
  const names = bundlesOf(ids, links);
  return ids.filter((one) => names.get(one) === names.get(id));
}
