// What every screen knows: who is here, what they may see, and how to read data from the server.
import React, { createContext, useCallback, useContext, useEffect, useState } from 'react';
import { get, isAbort } from './api.ts';
import type { PanelState, ResourceView } from './types.ts';

const Panel = createContext<{ state: PanelState; refresh: () => void } | undefined>(undefined);

/** Hands the panel's state to the screens inside. */
export function PanelProvider(props: { state: PanelState; refresh: () => void; children: React.ReactNode }) {
  const { state, refresh, children } = props;
  return <Panel.Provider value={{ state, refresh }}>{children}</Panel.Provider>;
}

/** Returns the panel's state: operator, resources, time zone. */
export function usePanel(): PanelState {
  const value = useContext(Panel);
  if (!value) throw new Error('This screen needs the panel around it.');
  return value.state;
}

/** Returns a function that reads the panel's state again. */
export function useRefreshPanel(): () => void {
  return useContext(Panel)?.refresh ?? (() => {});
}

/** Returns the description of a resource, or undefined when the operator may not know of it. */
export function useResource(model: string): ResourceView | undefined {
  return usePanel().resources.find((one) => one.model === model);
}

/** What a read from the server has come to. */
export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  isLoading: boolean;
  reload: () => void;
}

/** Reads JSON and reads it again whenever the address, the query or the stamp changes; old data stays until the new is there. */
export function useLoad<T>(path: string | undefined, query = '', stamp = ''): Loaded<T> {
  const [answer, setAnswer] = useState<{ data?: T; error?: unknown; key?: string }>({});
  const [round, setRound] = useState(0);
  const key = `${path}?${query}#${stamp}#${round}`;
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    get<T>(path, new URLSearchParams(query), abort.signal).then(
      (data) => setAnswer({ data, key }),
      (error: unknown) => {
        if (!isAbort(error)) setAnswer((before) => ({ data: before.data, error, key }));
      },
    );
    return () => abort.abort();
  }, [path, query, key]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { data: answer.data, error: answer.error, isLoading: path !== undefined && answer.key !== key, reload };
}

/** Sets the title of the browser's tab. */
export function useTitle(title: string | undefined): void {
  const { product } = usePanel();
  useEffect(() => {
    document.title = title ? `${title} · ${product}` : product;
  }, [title, product]);
}

/** Keeps a small choice of this browser, for example which columns a list shows. */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `steward.${name}`;
  const [value, setValue] = useState<T>(() => readKept(key) ?? initial);
  const keep = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // A full or forbidden storage only means that the choice is forgotten.
    }
  };
  return [value, keep];
}

/** Tells whether the screen is as narrow as a phone's, also when it is turned. */
export function useIsNarrow(): boolean {
  const [query] = useState(() => window.matchMedia('(width < 700px)'));
  const [isNarrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const onChange = () => setNarrow(query.matches);
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, [query]);
  return isNarrow;
}

function readKept<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
