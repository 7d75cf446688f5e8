// The list of a resource: what is asked stands in the address, what is chosen stands in the bar, what is done opens in the drawer.
import React, { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import { ActionDrawer } from '../action/action-drawer.tsx';
import { exportOf, exportValues, ownActions } from '../action/export-form.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, Loading, Missing, Trouble } from '../parts/states.tsx';
import { apiPath, importPath, newPath } from '../paths.ts';
import { useKept, useLoad, useResource, useTitle } from '../state.tsx';
import type { ActionView, ListAnswer, ResourceView, Selection } from '../types.ts';
import { lowerFirst, say, sayRecords, upperFirst } from '../words.ts';
import { FilterChips } from './filter-chips.tsx';
import { FilterPanel } from './filter-panel.tsx';
import { choiceKey, type ListState, readList, writeList } from './list-query.ts';
import { Paging } from './paging.tsx';
import { countChosen, selectionOf, useSelection } from './selection.ts';
import { SelectionBar } from './selection-bar.tsx';
import { type ListColumn, RecordTable } from './table.tsx';
import { ColumnChooser, SearchBox, Views } from './toolbar.tsx';

/** The page of a resource's list. */
export function ListPage() {
  const { model = '' } = useParams();
  const resource = useResource(model);
  if (!resource) return <Missing />;
  return <List key={model} resource={resource} />;
}

/** Returns the columns that a list of the resource can show. */
export function listColumns(resource: ResourceView): ListColumn[] {
  return [
    ...resource.columns.filter(({ list }) => list).map((column) => ({ kind: 'own' as const, column })),
    ...resource.computed.filter(({ list }) => list).map((column) => ({ kind: 'computed' as const, column })),
  ];
}

function List({ resource }: { resource: ResourceView }) {
  const [params, setParams] = useSearchParams();
  const list = readList(params);
  const answer = useLoad<ListAnswer>(apiPath('records', resource.model), writeList(list).toString());
  const [isFiltering, setFiltering] = useState(false);
  const [acting, setActing] = useState<{ action: ActionView; selection: Selection; count: number }>();
  const [hidden, setHidden] = useKept<string[]>(`columns.${resource.model}`, []);
  const rows = answer.data?.rows ?? [];
  const selection = useSelection(
    choiceKey(list),
    rows.map(({ id }) => id),
  );
  useTitle(upperFirst(resource.label.many));
  const { total = 0, totalIsMore = false } = answer.data ?? {};
  const change = (part: Partial<ListState>, options?: { replace: boolean }) =>
    setParams(writeList({ ...list, page: 1, ...part }), options);
  const all = listColumns(resource);
  const sort = answer.data?.sort;
  const shownColumns = all.filter(({ column }, at) => at === 0 || !hidden.includes(column.name));
  const exporting = exportOf(resource.actions);
  const given = exportValues(exporting, { columns: shownColumns.map(({ column }) => column.name), sort });
  const setSort = (column: string) =>
    change({ sort: column, direction: sort?.column === column && sort.direction === 'asc' ? 'desc' : 'asc' });
  return (
    <div className="page">
      <ListHead resource={resource} answer={answer.data} />
      <Views resource={resource} view={list.view} choose={(view) => change({ view })} />
      <div className="toolbar">
        {resource.hasSearch && (
          <SearchBox
            label={say('Search {many}', { many: lowerFirst(resource.label.many) })}
            value={list.q}
            search={(q) => change({ q }, { replace: true })}
          />
        )}
        {resource.columns.some(({ filter }) => filter) && (
          <button type="button" className="button" onClick={() => setFiltering(true)}>
            <Icon name="Filter" /> {say('Filter')}
          </button>
        )}
        <ColumnChooser all={all} hidden={hidden} setHidden={setHidden} />
        {exporting && total > 0 && (
          <button
            type="button"
            className="button"
            aria-label={say('Export: all {many} that match', { many: lowerFirst(resource.label.many) })}
            onClick={() =>
              setActing({
                action: exporting,
                selection: selectionOf({ all: true, ids: new Set() }, list),
                count: total,
              })
            }
          >
            <Icon name="Download" /> <span className="wide-only">{say('Export')}</span>
          </button>
        )}
      </div>
      <FilterChips resource={resource} filters={list.filters} change={(filters) => change({ filters })} />
      {answer.error !== undefined && <Trouble error={answer.error} retry={answer.reload} />}
      {!answer.data && answer.error === undefined && (
        <Loading rows={8} label={say('Loading {many}', { many: resource.label.many })} />
      )}
      {answer.data && answer.error === undefined && rows.length > 0 && (
        <div className="table-frame">
          <RecordTable
            resource={resource}
            columns={shownColumns}
            rows={rows}
            sort={sort}
            setSort={setSort}
            selection={resource.actions.length > 0 ? selection : undefined}
            actions={ownActions(resource.actions)}
            start={(action, { id }) => setActing({ action, selection: { ids: [id] }, count: 1 })}
            isStale={answer.isLoading}
          />
        </div>
      )}
      {answer.data && answer.error === undefined && rows.length === 0 && (
        <NoRows resource={resource} list={list} clear={() => change({ q: '', view: null, filters: {} })} />
      )}
      {answer.data && answer.error === undefined && (
        <Paging
          page={list.page}
          perPage={list.perPage}
          total={total}
          totalIsMore={totalIsMore}
          shown={rows.length}
          go={(page) => change({ page })}
          setSize={(perPage) => change({ perPage })}
        />
      )}
      <SelectionBar
        selection={selection}
        actions={resource.actions}
        total={total}
        totalIsMore={totalIsMore}
        shown={rows.length}
        start={(action) =>
          setActing({
            action,
            selection: selectionOf(selection.chosen, list),
            count: countChosen(selection.chosen, total),
          })
        }
      />
      {isFiltering && (
        <FilterPanel
          resource={resource}
          filters={list.filters}
          close={() => setFiltering(false)}
          apply={(filters) => {
            setFiltering(false);
            change({ filters });
          }}
        />
      )}
      {acting && (
        <ActionDrawer
          action={acting.action}
          resource={resource}
          selection={acting.selection}
          count={acting.count}
          given={acting.action === exporting ? given : undefined}
          close={() => setActing(undefined)}
        />
      )}
    </div>
  );
}

function ListHead({ resource, answer }: { resource: ResourceView; answer: ListAnswer | undefined }) {
  return (
    <header className="page-head">
      <div>
        <h1 tabIndex={-1}>{upperFirst(resource.label.many)}</h1>
        <p className="page-sub" role="status" aria-live="polite">
          {answer &&
            (answer.totalIsMore
              ? sayRecords(answer.total, resource.label, true)
              : sayRecords(answer.total, resource.label))}
        </p>
      </div>
      <div className="head-actions">
        {resource.canImport && (
          <Link className="button" to={importPath(resource.model)}>
            <Icon name="Upload" /> {say('Import')}
          </Link>
        )}
        {resource.may.create && (
          <Link className="button primary" to={newPath(resource.model)}>
            <Icon name="Plus" /> {upperFirst(say('New {one}', { one: lowerFirst(resource.label.one) }))}
          </Link>
        )}
      </div>
    </header>
  );
}

function NoRows({ resource, list, clear }: { resource: ResourceView; list: ListState; clear: () => void }) {
  const many = lowerFirst(resource.label.many);
  const isNarrowed = list.q !== '' || list.view !== null || Object.keys(list.filters).length > 0;
  if (isNarrowed)
    return (
      <Empty
        icon="Search"
        title={list.q ? say('No {many} match “{q}” here.', { many, q: list.q }) : say('No {many} match.', { many })}
      >
        <button type="button" className="button" onClick={clear}>
          {say('Show all {many}', { many })}
        </button>
      </Empty>
    );
  if (list.page > 1) return <Empty title={say('This page is past the end of the list.')} />;
  return (
    <Empty icon={resource.icon} title={say('No {many} yet', { many })}>
      {resource.empty && <p>{resource.empty}</p>}
      {resource.may.create && (
        <Link className="button primary" to={newPath(resource.model)}>
          <Icon name="Plus" /> {upperFirst(say('New {one}', { one: lowerFirst(resource.label.one) }))}
        </Link>
      )}
    </Empty>
  );
}
