// The rows of a list: a table on a wide screen, cards on a phone. Headers sort, boxes choose, the first column leads to the record.
import React, { useEffect, useRef } from 'react';
import { Link } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { Computed, isNothing, Value } from '../parts/value.tsx';
import { mainPart, recordPath } from '../paths.ts';
import type { ActionView, ColumnView, ComputedView, RecordView, ResourceView } from '../types.ts';
import { say } from '../words.ts';
import type { SelectionControl } from './selection.ts';

/** A column of the list: one of the record's own, or one worked out. */
export type ListColumn = { kind: 'own'; column: ColumnView } | { kind: 'computed'; column: ComputedView };

interface TableProps {
  resource: ResourceView;
  columns: ListColumn[];
  rows: RecordView[];
  sort?: { column: string; direction: 'asc' | 'desc' };
  /** Absent where the list cannot be sorted, for example on another record's page. */
  setSort?: (column: string) => void;
  selection?: SelectionControl;
  actions: ActionView[];
  start?: (action: ActionView, record: RecordView) => void;
  isStale?: boolean;
}

/** Draws the table. */
export function RecordTable(props: TableProps) {
  const { resource, columns, rows, selection, actions, start } = props;
  const hasMenu = actions.length > 0 && start !== undefined;
  return (
    <table className={props.isStale ? 'records stale' : 'records'} aria-busy={props.isStale}>
      <caption className="visually-hidden">{resource.label.many}</caption>
      <thead>
        <tr>
          {selection && (
            <th className="cell-check" scope="col">
              <PageBox selection={selection} ids={rows.map(({ id }) => id)} />
            </th>
          )}
          {columns.map((one, at) => (
            <Header
              key={`${one.kind}.${one.column.name}`}
              column={one}
              isFirst={at === 0}
              sort={props.sort}
              setSort={props.setSort}
            />
          ))}
          {hasMenu && (
            <th className="cell-menu" scope="col">
              <span className="visually-hidden">{say('Actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((record) => (
          <tr key={record.id} aria-selected={selection ? selection.has(record.id) : undefined}>
            {selection && <RowBox record={record} selection={selection} />}
            {columns.map((one, at) => (
              <Cell
                key={`${one.kind}.${one.column.name}`}
                column={one}
                record={record}
                resource={resource}
                isFirst={at === 0}
              />
            ))}
            {hasMenu && (
              <td className="cell-menu">
                <Menu
                  button={<Icon name="MoreHorizontal" />}
                  label={say('Actions for {title}', { title: record.title })}
                >
                  {(close) =>
                    actions.map((action) => (
                      <MenuItem
                        key={action.id}
                        danger={action.danger}
                        choose={() => {
                          close();
                          start(action, record);
                        }}
                      >
                        <Icon name={action.icon ?? 'Play'} /> {action.label.one}
                      </MenuItem>
                    ))
                  }
                </Menu>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PageBox({ selection, ids }: { selection: SelectionControl; ids: string[] }) {
  const box = useRef<HTMLInputElement>(null);
  const count = ids.filter(selection.has).length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = count > 0 && count < ids.length;
  }, [count, ids.length]);
  return (
    <label className="tick">
      <input
        ref={box}
        type="checkbox"
        aria-label={say('Choose all on this page')}
        checked={ids.length > 0 && count === ids.length}
        onChange={selection.togglePage}
      />
    </label>
  );
}

function RowBox({ record, selection }: { record: RecordView; selection: SelectionControl }) {
  return (
    <td className="cell-check">
      <label className="tick">
        <input
          type="checkbox"
          aria-label={say('Choose {title}', { title: record.title })}
          checked={selection.has(record.id)}
          onChange={(event) => selection.toggle(record.id, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </label>
    </td>
  );
}

function Header(props: {
  column: ListColumn;
  isFirst: boolean;
  sort: TableProps['sort'];
  setSort: TableProps['setSort'];
}) {
  const { kind, column } = props.column;
  const className = isNumeric(props.column) && !props.isFirst ? 'cell-number' : undefined;
  if (kind !== 'own' || !column.sort || !props.setSort)
    return (
      <th scope="col" className={className}>
        {column.label}
      </th>
    );
  const direction = props.sort?.column === column.name ? props.sort.direction : undefined;
  const { setSort } = props;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={direction ? (direction === 'asc' ? 'ascending' : 'descending') : 'none'}
    >
      <button type="button" className="sort" onClick={() => setSort(column.name)}>
        {column.label}
        <Icon name={direction === 'asc' ? 'ArrowUp' : direction === 'desc' ? 'ArrowDown' : 'ChevronDown'} size={13} />
      </button>
    </th>
  );
}

function Cell(props: { column: ListColumn; record: RecordView; resource: ResourceView; isFirst: boolean }) {
  const { column, record, resource, isFirst } = props;
  const value = record.values[column.column.name];
  const drawn =
    column.kind === 'own' ? (
      <Value column={column.column} record={record} />
    ) : (
      <Computed column={column.column} value={value} />
    );
  const className = isNumeric(column) ? 'cell-number' : undefined;
  if (!isFirst)
    return (
      <td className={className} data-label={column.column.label}>
        {drawn}
      </td>
    );
  const isPlain = column.kind === 'own' && !column.column.reference && !isNothing(value);
  // A first column that refers to another record names that one, and leads to this one.
  const title = record.references[column.column.name]?.title ?? record.title;
  return (
    <th scope="row" className="cell-first" data-label={column.column.label}>
      <Link to={recordPath(resource.model, record.id, mainPart(resource))}>{isPlain ? drawn : title}</Link>
    </th>
  );
}

function isNumeric({ kind, column }: ListColumn): boolean {
  return kind === 'own' ? column.type === 'number' : column.display === 'number';
}
