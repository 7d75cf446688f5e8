// The rows of an import, a page at a time: what each would do or did, each cell that differs, and the reason.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { Pill } from '../parts/pill.tsx';
import { type RowsPage, type RowTab, TabbedRows } from '../parts/tabbed-rows.tsx';
import { Nothing } from '../parts/value.tsx';
import { apiPath, recordPath } from '../paths.ts';
import { useLoad, useResource } from '../state.tsx';
import type { ImportRowView, ImportView } from '../types.ts';
import { say, sayNumber } from '../words.ts';
import { isWriting, outcomeOrder, outcomeWords, planOrder, planWords } from './import-words.ts';

interface Page extends RowsPage {
  rows: ImportRowView[];
}

interface Tab extends RowTab {
  query: Record<string, string>;
}

/** Draws the rows with a filter by plan, and by outcome once there are some. */
export function ImportRows({ view }: { view: ImportView }) {
  const [at, setAt] = useState('');
  const [page, setPage] = useState(1);
  const tabs: Tab[] = [{ key: '', query: {}, label: say('All'), count: view.total }, ...tabsOf(view)];
  const query = new URLSearchParams({ page: String(page), ...tabs.find(({ key }) => key === at)?.query }).toString();
  const stamp = `${view.state} ${view.outcomes.pending}`;
  const loaded = useLoad<Page>(apiPath('imports', view.id, 'rows'), query, stamp);
  return (
    <TabbedRows
      id="import-rows"
      title={say('Rows')}
      tabsLabel={say('Which rows')}
      tabs={tabs}
      at={at}
      choose={(key) => {
        setAt(key);
        setPage(1);
      }}
      loaded={loaded}
      go={setPage}
      shown={({ rows }) => rows.length}
    >
      {({ rows }, isStale) => <RowTable rows={rows} view={view} isStale={isStale} />}
    </TabbedRows>
  );
}

function tabsOf(view: ImportView): Tab[] {
  const plans: Tab[] = planOrder.map((plan) => ({
    key: plan,
    query: { plan },
    label: planWords[plan].label,
    count: view.plans[plan],
  }));
  const outcomes: Tab[] = outcomeOrder.map((outcome) => ({
    key: outcome,
    query: { outcome },
    label: outcomeWords[outcome].label,
    count: view.outcomes[outcome],
  }));
  const shown: Tab[] = isWriting(view)
    ? [...outcomes, ...plans.filter(({ query }) => query.plan !== 'create' && query.plan !== 'change')]
    : plans;
  return shown.filter(({ count }) => count > 0);
}

function RowTable({ rows, view, isStale }: { rows: ImportRowView[]; view: ImportView; isStale: boolean }) {
  const isKnown = useResource(view.resource) !== undefined;
  if (rows.length === 0) return <p className="hint pad">{say('None.')}</p>;
  return (
    <div className="table-frame bare">
      <table className={isStale ? 'records stale' : 'records'}>
        <caption className="visually-hidden">{say('Rows of the file')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('Line')}</th>
            <th scope="col">{say('Row')}</th>
            <th scope="col">{isWriting(view) ? say('Outcome') : say('Would be')}</th>
            <th scope="col">{say('Difference or reason')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line}>
              <th scope="row" className="cell-first number" data-label={say('Line')}>
                {isKnown && row.recordId && row.outcome !== 'undone' ? (
                  <Link to={recordPath(view.resource, row.recordId)}>{sayNumber(row.line)}</Link>
                ) : (
                  sayNumber(row.line)
                )}
              </th>
              <td data-label={say('Row')} className="import-cells" dir="auto">
                {summaryOf(row, view)}
              </td>
              <td data-label={say('Outcome')}>
                <RowPill row={row} view={view} />
              </td>
              <td data-label={say('Difference or reason')}>
                <Difference row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function summaryOf(row: ImportRowView, view: ImportView): string {
  const cells = view.columns.map(({ name }) => row.cells[view.mapping[name] ?? -1]);
  return cells.filter(Boolean).join(' · ');
}

function RowPill({ row, view }: { row: ImportRowView; view: ImportView }) {
  const isPlanOnly = row.plan !== 'create' && row.plan !== 'change';
  const { label, tone } = isWriting(view) && !isPlanOnly ? outcomeWords[row.outcome] : planWords[row.plan];
  return <Pill tone={tone}>{label}</Pill>;
}

function Difference({ row }: { row: ImportRowView }) {
  if (row.reason) return <>{row.reason}</>;
  if (row.changes.length === 0) return <Nothing />;
  return (
    <dl className="import-changes">
      {row.changes.map(({ label, from, to }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd dir="auto">
            <del>{from || 'empty'}</del> <span aria-hidden="true">→</span> <ins>{to || 'empty'}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
