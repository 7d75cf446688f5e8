// Which of the chosen records an action takes. The rule: "not eligible" is what is left when the eligible ones are taken away,
// never a negated filter, because in SQL a NULL is in neither.
import type { AnyAction } from '../action.ts';
import { tableOf } from '../database/tables.ts';
import type { Transaction } from '../model.ts';

/** How many records take part, and why the others do not. */
export interface EligibleCount {
  total: number;
  eligible: number;
  skipped: { reason: string; count: number }[];
}

function rulesOf(action: AnyAction): readonly { where: object; otherwise: string }[] {
  return action.eligible ?? [];
}

/** Returns the filter of the records within `where` that meet the first `rules` rules; all of them by default. */
export function eligibleWhere(action: AnyAction, where: object, rules = rulesOf(action).length): object {
  const conditions = rulesOf(action)
    .slice(0, rules)
    .map((rule) => rule.where);
  return conditions.length === 0 ? where : { AND: [where, ...conditions] };
}

/** Counts by rule; later rules see only what passed the earlier ones. */
export async function countEligible(tx: Transaction, action: AnyAction, where: object): Promise<EligibleCount> {
  const table = tableOf(tx, action.model);
  const total = await table.count({ where });
  const skipped: EligibleCount['skipped'] = [];
  let left = total;
  for (const [index, rule] of rulesOf(action).entries()) {
    const passed = await table.count({ where: eligibleWhere(action, where, index + 1) });
    if (passed < left) skipped.push({ reason: rule.otherwise, count: left - passed });
    left = Math.min(left, passed);
  }
  return { total, eligible: left, skipped };
}

/** Returns for each of these ids why it does not take part; eligible ones are absent from the answer. `within`: a filter that finds these ids, and may find a few more. */
export async function reasonsAgainst(
  tx: Transaction,
  action: AnyAction,
  ids: readonly string[],
  within: object = { id: { in: ids } },
): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  let left: readonly string[] = ids;
  for (const [index, rule] of rulesOf(action).entries()) {
    if (left.length === 0) break;
    const where = eligibleWhere(action, within, index + 1);
    const passed = new Set(
      (await tableOf(tx, action.model).findMany({ where, select: { id: true } })).map(({ id }) => id),
    );
    for (const id of left) if (!passed.has(id)) reasons.set(id, rule.otherwise);
    left = left.filter((id) => passed.has(id));
  }
  return reasons;
}
