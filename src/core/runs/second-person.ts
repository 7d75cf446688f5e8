// Which actions need a second person by choice of the house, kept as one setting: action → from how many records on.
// The rule: what a declaration demands is not in here and cannot be switched off.
import type { Core } from '../core.ts';
import { invalid } from '../errors.ts';
import type { Transaction } from '../model.ts';
import type { CountedLabel } from '../words/catalogue.ts';
import type { Work } from '../work.ts';

/** An action with what was chosen for it. */
export interface SecondPersonChoice {
  actionId: string;
  label: CountedLabel;
  module: string;
  /** Of which records, in words. */
  records: string;
  /** `always`: the declaration demands it; `sometimes`: it does from some number on. */
  declared: 'always' | 'sometimes' | 'never';
  /** From so many records on; null: not by choice. */
  from: number | null;
}

const key = 'second-person';

/** Returns from how many records on the chosen actions need a second person. */
export async function chosenCounts(tx: Transaction): Promise<Record<string, number>> {
  const setting = await tx.setting.findUnique({ where: { key } });
  const kept = Object.entries((setting?.value ?? {}) as Record<string, unknown>);
  return Object.fromEntries(kept.filter((one): one is [string, number] => typeof one[1] === 'number'));
}

/** Returns every action with what was chosen for it. */
export async function listChoices(core: Core): Promise<SecondPersonChoice[]> {
  const chosen = await chosenCounts(core.db);
  return [...core.registry.actions.values()].map(({ id, action, module, resource }) => ({
    actionId: id,
    label: action.label,
    module: module.label,
    records: resource.label.many,
    declared: action.secondPerson === true ? 'always' : action.secondPerson ? 'sometimes' : 'never',
    from: chosen[id] ?? null,
  }));
}

/** Chooses from how many records on an action needs a second person; null: never. */
export async function chooseSecondPerson(work: Work, actionId: string, from: number | null): Promise<void> {
  if (!work.core.registry.actions.has(actionId)) throw invalid('There is no such action.', { actionId: 'is unknown' });
  // One row for all: two who choose at once must not undo each other's choice.
  await work.tx.setting.createMany({ data: [{ key, value: {} }], skipDuplicates: true });
  await work.tx.$queryRaw`SELECT 1 FROM "Setting" WHERE key = ${key} FOR UPDATE`;
  const { [actionId]: before, ...others } = await chosenCounts(work.tx);
  const value = from === null ? others : { ...others, [actionId]: from };
  await work.tx.setting.update({ where: { key }, data: { value } });
  await work.audit({
    kind: 'update',
    summary: `A second person for ${actionId}: ${from === null ? 'not asked for' : `from ${from} record(s) on`}`,
    resource: 'Setting',
    recordId: key,
    before: { from: before ?? null },
    after: { from },
  });
}
