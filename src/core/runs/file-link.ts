// Who gets the file of a run. The rule: only somebody who could make the same file now, whoever made it.
import type { Actor } from '../access.ts';
import type { Core } from '../core.ts';
import { tableOf } from '../database/tables.ts';
import { StewardError } from '../errors.ts';
import { selectionWhere } from '../records/selection.ts';
import type { RegisteredAction } from '../registry.ts';
import { ownerOf, type Run } from './actor.ts';
import { formOf, mayRun } from './item.ts';

const looksAt = 1_000;

/** Tells whether the actor may have the run's file: the action, all of its columns, all of its records. */
export async function mayHaveFile(core: Core, actor: Actor, run: Run): Promise<boolean> {
  const registered = core.registry.actions.get(run.action);
  if (!registered || !mayRun(registered, actor)) return false;
  try {
    formOf(registered, run, actor);
  } catch (error) {
    if (error instanceof StewardError) return false;
    throw error;
  }
  if (actor.scope === 'all') return true;
  const owner = ownerOf(run);
  return owner.kind === actor.kind && owner.id === actor.id && (await isWithinScope(core, actor, registered, run.id));
}

// Somebody who was bound to another record meanwhile keeps none of the old one's. The first thousand records tell.
async function isWithinScope(
  core: Core,
  actor: Actor,
  { resource }: RegisteredAction,
  runId: string,
): Promise<boolean> {
  const items = await core.db.runItem.findMany({
    where: { runId, outcome: 'done' },
    orderBy: { position: 'asc' },
    take: looksAt,
    select: { recordId: true },
  });
  const ids = items.map(({ recordId }) => recordId);
  if (ids.length === 0) return true;
  const table = tableOf(core.db, resource.model);
  const present = await table.count({ where: { id: { in: ids } } });
  try {
    return (await table.count({ where: selectionWhere(resource, actor, { ids }) })) === present;
  } catch (error) {
    if (error instanceof StewardError) return false;
    throw error;
  }
}
