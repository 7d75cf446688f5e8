// What a list shows, as it stands in the address: search, view, filters, order, page. The address is the only place that keeps it.

/** The state of a list. Filters are keyed `<column>.<operation>`. */
export interface ListState {
  q: string;
  view: number | null;
  filters: Record<string, string[]>;
  sort: string;
  direction: 'asc' | 'desc';
  page: number;
  perPage: number;
}

/** Page sizes to choose from; the first is the default. */
export const pageSizes = [25, 50, 100, 200] as const;

/** Reads a list's state from an address; what does not fit counts as absent. */
export function readList(params: URLSearchParams): ListState {
  const filters: Record<string, string[]> = {};
  for (const key of new Set(params.keys())) if (key.startsWith('f.')) filters[key.slice(2)] = params.getAll(key);
  const view = params.get('view');
  return {
    q: params.get('q') ?? '',
    view: view && /^\d+$/.test(view) ? Number(view) : null,
    filters,
    sort: params.get('sort') ?? '',
    direction: params.get('direction') === 'desc' ? 'desc' : 'asc',
    page: Math.max(1, Number(params.get('page')) || 1),
    perPage: pageSizes.find((size) => String(size) === params.get('perPage')) ?? pageSizes[0],
  };
}

/** Writes a list's state as an address; defaults are left out, so that links stay short. */
export function writeList(state: ListState): URLSearchParams {
  const params = new URLSearchParams();
  if (state.q) params.set('q', state.q);
  if (state.view !== null) params.set('view', String(state.view));
  for (const [key, values] of Object.entries(state.filters))
    for (const value of values) params.append(`f.${key}`, value);
  if (state.sort) {
    params.set('sort', state.sort);
    params.set('direction', state.direction);
  }
  if (state.page > 1) params.set('page', String(state.page));
  if (state.perPage !== pageSizes[0]) params.set('perPage', String(state.perPage));
  return params;
}

/** Returns the part of the state that decides which records are meant: a choice of "all" lives as long as this does. */
export function choiceKey(state: ListState): string {
  return writeList({ ...state, sort: '', page: 1, perPage: pageSizes[0] }).toString();
}
