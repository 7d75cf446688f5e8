// Which records of a list are chosen: single ones, kept over pages, or all that match but a few.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Selection } from '../types.ts';
import type { ListState } from './list-query.ts';

/** Chosen ids; with `all` they are the exceptions. */
export interface Chosen {
  all: boolean;
  ids: ReadonlySet<string>;
}

const none: Chosen = { all: false, ids: new Set() };

/** As many ids as the server takes; more is "all that match". */
export const mostIds = 1000;

/** What the list needs to draw and change the choice. */
export interface SelectionControl {
  chosen: Chosen;
  has: (id: string) => boolean;
  /** `isRange`: also everything between this and the record that was clicked before. */
  toggle: (id: string, isRange: boolean) => void;
  togglePage: () => void;
  chooseAll: () => void;
  clear: () => void;
}

/** Keeps the choice for as long as `key`, the meaning of the list, stays the same. */
export function useSelection(key: string, pageIds: string[]): SelectionControl {
  const [chosen, setChosen] = useState<Chosen>(none);
  const last = useRef<string | undefined>(undefined);
  // Another meaning of the list ends the choice.
  useEffect(() => setChosen(none), [key]);
  const has = useCallback((id: string) => chosen.ids.has(id) !== chosen.all, [chosen]);
  const set = (ids: string[], isOn: boolean) => setChosen((before) => changed(before, ids, isOn));
  return {
    chosen,
    has,
    toggle(id, isRange) {
      set(isRange ? between(pageIds, last.current, id) : [id], !has(id));
      last.current = id;
    },
    togglePage: () => set(pageIds, !pageIds.every(has)),
    chooseAll: () => setChosen({ all: true, ids: new Set() }),
    clear: () => setChosen(none),
  };
}

function changed(before: Chosen, ids: string[], isOn: boolean): Chosen {
  const next = new Set(before.ids);
  for (const id of ids) {
    if (isOn !== before.all) next.add(id);
    else next.delete(id);
  }
  return { all: before.all, ids: next };
}

function between(pageIds: string[], from: string | undefined, to: string): string[] {
  const [a, b] = [from === undefined ? -1 : pageIds.indexOf(from), pageIds.indexOf(to)];
  return a < 0 ? [to] : pageIds.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** Returns how many records are chosen of those that match. */
export function countChosen(chosen: Chosen, total: number): number {
  return chosen.all ? Math.max(0, total - chosen.ids.size) : chosen.ids.size;
}

/** Returns the choice as the server reads it. */
export function selectionOf(chosen: Chosen, list: ListState): Selection {
  if (!chosen.all) return { ids: [...chosen.ids] };
  return {
    all: true,
    ...(list.q ? { q: list.q } : {}),
    ...(list.view === null ? {} : { view: list.view }),
    ...(Object.keys(list.filters).length > 0 ? { filters: list.filters } : {}),
    ...(chosen.ids.size > 0 ? { except: [...chosen.ids] } : {}),
  };
}
