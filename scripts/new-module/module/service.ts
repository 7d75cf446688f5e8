// The verbs of {{records words}}: only here tables are written. The rule: a unit of work comes first, no request and no panel.
import { invalid, type Row, type Transaction, type Work } from '../../core/index.ts';

const most = 100;

/** Adds a {{record words}} and returns its id. Throws invalid without a name. */
export async function create{{Record}}(work: Work, values: Partial<Row<'{{Record}}'>>): Promise<{ id: string }> {
  const { name = '', note = '' } = values;
  if (!name) throw invalid('A {{record words}} needs a name.', { name: 'is missing' });
  return work.tx.{{record}}.create({ data: { name, note }, select: { id: true } });
}

/** Returns what everybody may see, by name, 100 at most. */
export async function list{{Records}}(tx: Transaction): Promise<{ name: string }[]> {
  return tx.{{record}}.findMany({ select: { name: true }, orderBy: { name: 'asc' }, take: most });
}
