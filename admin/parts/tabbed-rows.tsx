// A card with rows that come by pages, and tabs that choose which of them: the records of a run, the rows of an import.
import React, { type ReactNode } from 'react';
import { Paging } from '../list/paging.tsx';
import type { Loaded } from '../state.tsx';
import { sayNumber } from '../words.ts';
import { Loading, Trouble } from './states.tsx';

/** A tab: what it is called, and how many rows it holds. */
export interface RowTab {
  key: string;
  label: string;
  count: number;
}

/** What is known of a page of rows. */
export interface RowsPage {
  total: number;
  page: number;
  perPage: number;
}

interface TabbedRowsProps<P extends RowsPage> {
  id: string;
  title: string;
  /** What the tabs choose, for who hears the page. */
  tabsLabel: string;
  tabs: readonly RowTab[];
  at: string;
  choose: (key: string) => void;
  loaded: Loaded<P>;
  go: (page: number) => void;
  /** How many rows the page shows. */
  shown: (page: P) => number;
  children: (page: P, isStale: boolean) => ReactNode;
}

/** Draws the tabs, and the rows of the chosen one with their paging; says so while they load or when they cannot be had. */
export function TabbedRows<P extends RowsPage>(props: TabbedRowsProps<P>) {
  const { id, title, tabsLabel, tabs, at, choose, loaded, go, shown, children } = props;
  const { data, error, reload, isLoading } = loaded;
  return (
    <section className="card flush" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        <nav className="tabs small" aria-label={tabsLabel}>
          {tabs.map(({ key, label, count }) => (
            <button
              key={key}
              type="button"
              className="tab"
              aria-current={key === at ? 'true' : undefined}
              onClick={() => choose(key)}
            >
              {label} <span className="number">{sayNumber(count)}</span>
            </button>
          ))}
        </nav>
      </div>
      {error !== undefined && !data && <Trouble error={error} retry={reload} />}
      {!data && error === undefined && <Loading />}
      {data && children(data, isLoading)}
      {data && (
        <Paging
          page={data.page}
          perPage={data.perPage}
          total={data.total}
          totalIsMore={false}
          shown={shown(data)}
          go={go}
        />
      )}
    </section>
  );
}
