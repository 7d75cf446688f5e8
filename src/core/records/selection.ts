// A selection: chosen ids, or everything that a filter finds. Its rule: whatever is chosen, the actor's scope stays around it.
import { z } from 'zod';
import { type Actor, scopeFilter } from '../access.ts';
import { invalid, notFound } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';
import { parseFilter } from './filters.ts';
import { checkedView, filterInWords, type RowChoice, whereOf, withoutUndefined } from './list-query.ts';

/** Ids that records may have: what an address can carry as it is. */
export const recordIdSchema = z.string().regex(/^[\w-]{1,64}$/, 'is not an id');

const ids = z.array(recordIdSchema).max(1_000, 'has more than 1,000 records; choose “all that match” instead');
const filterValue = z.union([z.string().max(200), z.array(z.string().max(200)).max(100)]);

/** A selection as it comes from outside. */
export const selectionSchema = z.union([
  z.strictObject({ ids: ids.min(1, 'is empty') }),
  z.strictObject({
    all: z.literal(true),
    q: z.string().max(200).optional(),
    view: z.number().int().min(0).max(999).nullish(),
    filters: z.record(z.string().max(130), filterValue).optional(),
    except: ids.optional(),
  }),
]);

/** Chosen ids, or all that match but those excepted. */
export type Selection = z.output<typeof selectionSchema>;

/** Parses a selection. Throws invalid that names the part at fault. */
export function parseSelection(input: unknown): Selection {
  const parsed = selectionSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid('This selection does not fit.', { selection: deepestMessage(parsed.error) });
}

/** Returns the rows meant, always within the actor's scope. Throws invalid, or not-found for somebody who sees nothing. */
export function selectionWhere(resource: AnyResource, actor: Actor, selection: Selection): object {
  const checked = parseSelection(selection);
  if ('ids' in checked) {
    const scope = scopeFilter(resource.scopes ?? {}, actor);
    if (!scope) throw notFound();
    return withoutUndefined({ AND: [scope, { id: { in: [...new Set(checked.ids)] } }] });
  }
  const where = whereOf(resource, actor, rowChoice(resource, actor, checked));
  if (!where) throw notFound();
  return checked.except?.length ? { AND: [where, { id: { notIn: checked.except } }] } : where;
}

/** Says the selection in words, for the preview, the run and the audit. */
export function selectionInWords(resource: AnyResource, selection: Selection): string {
  const { one, many } = resource.label;
  if ('ids' in selection) {
    const count = selection.ids.length;
    return count === 1 ? `1 chosen ${one}` : `${count} chosen ${many}`;
  }
  const filters = Object.entries(selection.filters ?? {}).map(([name, value]) => {
    const [column = '', op = ''] = name.split('.');
    return { column, op: op as 'is', values: [value].flat() };
  });
  const words = filterInWords(resource, { q: selection.q ?? '', view: selection.view ?? null, filters });
  const count = selection.except?.length ?? 0;
  if (words === '') return count > 0 ? `all ${many}, except ${count}` : `all ${many}`;
  const choice = count > 0 ? `${words}, ${phrase(`except ${count}`)}` : words;
  return `all ${many}: ${choice}`;
}

function rowChoice(resource: AnyResource, actor: Actor, selection: Extract<Selection, { all: true }>): RowChoice {
  return {
    q: selection.q ?? '',
    view: checkedView(resource, selection.view),
    filters: Object.entries(selection.filters ?? {}).map(([name, value]) =>
      parseFilter(resource, actor, name, value, `selection.filters.${name}`),
    ),
  };
}

// Both forms of a selection report their own trouble; the one that got further knows best.
function deepestMessage(error: z.ZodError): string {
  const flat = (issues: readonly z.core.$ZodIssue[], depth = 0): { depth: number; message: string }[] =>
    issues.flatMap((issue) =>
      issue.code === 'invalid_union'
        ? issue.errors.flatMap((one) => flat(one, depth))
        : [{ depth: depth + issue.path.length, message: issue.message }],
    );
  return flat(error.issues).sort((a, b) => b.depth - a.depth)[0]?.message ?? 'does not fit';
}
