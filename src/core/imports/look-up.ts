// Records that cells name by their title or another word. Its rule: only records that the actor may know of are found, and a word that names
// two of them names none.

import { modelOf } from '../database/datamodel.ts';
import { tableOf } from '../database/tables.ts';
import type { Transaction } from '../model.ts';
import { type ImportContext, type MappedColumn, scopeOf } from './context.ts';

/** Returns the id that the text in a column means, or why there is none. */
export type LookUp = (column: string, text: string) => { value: string } | { reason: string };

/** Finds what the rows' cells name: a query a column, however many rows. */
export async function lookUpRecords(
  context: ImportContext,
  client: Transaction,
  rows: readonly string[][],
): Promise<LookUp> {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const column of context.mapped)
    if (column.spec.lookUp) found.set(column.name, await idsByWord(context, client, column, rows));
  return (name, text) => {
    const ids = found.get(name)?.get(text.toLowerCase());
    if (!ids) return { reason: `“${text.slice(0, 60)}” does not exist` };
    const [id, second] = ids;
    return id && !second ? { value: id } : { reason: `“${text.slice(0, 60)}” names more than one` };
  };
}

async function idsByWord(
  { core, actor }: ImportContext,
  client: Transaction,
  { spec, column, at }: MappedColumn,
  rows: readonly string[][],
): Promise<Map<string, Set<string>>> {
  const words = [...new Set(rows.map((cells) => cells[at]?.trim().slice(0, 300) ?? '').filter(Boolean))];
  const ids = new Map<string, Set<string>>();
  const model = column.model.reference;
  const scope = model && scopeOf(core, actor, model);
  if (!model || !scope || words.length === 0) return ids;
  for (const by of spec.lookUp ?? []) {
    const open = words.filter((word) => !ids.has(word.toLowerCase()));
    if (open.length === 0) break;
    const among = wordsFor(model, by, open);
    if (!among) continue;
    const where = { AND: [scope, { [by]: among }] };
    const select = { id: true, [by]: true };
    for (const row of await tableOf(client, model).findMany({ where, select, take: 5_000 })) {
      const word = String(row[by]).toLowerCase();
      ids.set(word, (ids.get(word) ?? new Set()).add(row.id));
    }
  }
  return ids;
}

// By a number only what is one can be found; a text is found whatever its letters' case.
function wordsFor(model: string, by: string, words: string[]): object | undefined {
  if (by === 'id') return { in: words };
  if (modelOf(model).columns.get(by)?.type !== 'number') return { in: words, mode: 'insensitive' };
  const numbers = words.filter((word) => /^[1-9]\d{0,8}$/.test(word)).map(Number);
  return numbers.length > 0 ? { in: numbers } : undefined;
}
