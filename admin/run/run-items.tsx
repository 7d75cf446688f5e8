// The records of a run, one by one: what became of each, and why.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { Pill } from '../parts/pill.tsx';
import { TabbedRows } from '../parts/tabbed-rows.tsx';
import { Moment, Nothing } from '../parts/value.tsx';
import { apiPath, recordPath } from '../paths.ts';
import { useLoad, usePanel, useResource } from '../state.tsx';
import type { RunItemsView, RunView } from '../types.ts';
import { say, upperFirst } from '../words.ts';
import { leftOf, outcomeOrder, outcomeWords, toneOf } from './run-words.ts';

/** Draws the records with a filter by outcome. */
export function RunItems({ run }: { run: RunView }) {
  const [outcome, setOutcome] = useState('');
  const [page, setPage] = useState(1);
  // The table follows the progress, but not each single step of it.
  const progress = `${run.state} ${Math.ceil((run.total - leftOf(run)) / Math.max(1, run.total / 20))}`;
  const query = new URLSearchParams({ page: String(page), ...(outcome ? { outcome } : {}) }).toString();
  const loaded = useLoad<RunItemsView>(apiPath('runs', run.id, 'items'), query, progress);
  const outcomes = outcomeOrder
    .filter((one) => (run.counts[one] ?? 0) > 0)
    .map((one) => ({ key: one, label: upperFirst(outcomeWords[one]), count: run.counts[one] }));
  return (
    <TabbedRows
      id="items"
      title={say('Records')}
      tabsLabel={say('Outcome')}
      tabs={[{ key: '', label: say('All'), count: run.total }, ...outcomes]}
      at={outcome}
      choose={(key) => {
        setOutcome(key);
        setPage(1);
      }}
      loaded={loaded}
      go={setPage}
      shown={({ items }) => items.length}
    >
      {({ items }, isStale) => <ItemTable items={items} model={run.resource} isStale={isStale} />}
    </TabbedRows>
  );
}

function ItemTable({ items, model, isStale }: { items: RunItemsView['items']; model: string; isStale: boolean }) {
  const { timeZone } = usePanel();
  const isKnown = useResource(model) !== undefined;
  if (items.length === 0) return <p className="hint pad">{say('None.')}</p>;
  return (
    <div className="table-frame bare">
      <table className={isStale ? 'records stale' : 'records'}>
        <caption className="visually-hidden">{say('Records of this run')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('Record')}</th>
            <th scope="col">{say('Outcome')}</th>
            <th scope="col">{say('Reason')}</th>
            <th scope="col">{say('Finished')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.recordId}>
              <th scope="row" className="cell-first" data-label={say('Record')}>
                {isKnown ? <Link to={recordPath(model, item.recordId)}>{item.recordTitle}</Link> : item.recordTitle}
              </th>
              <td data-label={say('Outcome')}>
                <Pill tone={toneOf[item.outcome]}>{upperFirst(outcomeWords[item.outcome])}</Pill>
              </td>
              <td data-label={say('Reason')}>{item.reason ?? <Nothing />}</td>
              <td data-label={say('Finished')}>
                {item.finishedAt ? <Moment iso={item.finishedAt} zone={timeZone} /> : <Nothing />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
