// The panel of filters: one block a column, by its type. What is typed here goes into the address when it is applied.
import React, { useId, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { type Option, ReferenceSelect, useTitles } from '../parts/reference-select.tsx';
import type { ColumnView, ResourceView } from '../types.ts';
import { lowerFirst, say } from '../words.ts';
import type { ListState } from './list-query.ts';

type Filters = ListState['filters'];
type SetFilter = (key: string, values: string[]) => void;

/** Draws the filters in a drawer. */
export function FilterPanel(props: {
  resource: ResourceView;
  filters: Filters;
  apply: (f: Filters) => void;
  close: () => void;
}) {
  const [filters, setFilters] = useState(props.filters);
  const formId = useId();
  const set: SetFilter = (key, values) =>
    setFilters((before) => {
      const { [key]: _old, ...rest } = before;
      return values.length > 0 ? { ...rest, [key]: values } : rest;
    });
  const footer = (
    <>
      <button type="button" className="button" onClick={() => props.apply({})}>
        {say('Clear all')}
      </button>
      <button type="submit" form={formId} className="button primary">
        {say('Show results')}
      </button>
    </>
  );
  return (
    <Dialog
      title={say('Filter {many}', { many: lowerFirst(props.resource.label.many) })}
      shape="drawer"
      close={props.close}
      footer={footer}
    >
      <form
        id={formId}
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          props.apply(filters);
        }}
      >
        {props.resource.columns
          .filter((column) => column.operations.length > 0)
          .map((column) => (
            <ColumnFilter key={column.name} column={column} filters={filters} set={set} />
          ))}
      </form>
    </Dialog>
  );
}

function ColumnFilter({ column, filters, set }: { column: ColumnView; filters: Filters; set: SetFilter }) {
  const emptiness = filters[`${column.name}.empty`]?.[0];
  const chooseEmptiness = (value: string) => {
    for (const op of ['contains', 'is', 'from', 'to']) set(`${column.name}.${op}`, []);
    set(`${column.name}.empty`, value === '' ? [] : [value]);
  };
  return (
    <fieldset className="filter">
      <legend className="visually-hidden">{column.label}</legend>
      <div className="filter-head">
        <span aria-hidden="true">{column.label}</span>
        {column.operations.includes('empty') && (
          <select
            className="filter-empty"
            aria-label={say('{label}: any value, empty or not empty', { label: column.label })}
            value={emptiness ?? ''}
            onChange={(event) => chooseEmptiness(event.target.value)}
          >
            <option value="">{say('any value')}</option>
            <option value="true">{say('empty')}</option>
            <option value="false">{say('not empty')}</option>
          </select>
        )}
      </div>
      {emptiness === undefined && <ValueFilter column={column} filters={filters} set={set} />}
    </fieldset>
  );
}

function ValueFilter({ column, filters, set }: { column: ColumnView; filters: Filters; set: SetFilter }) {
  if (column.reference) return <ReferenceFilter column={column} model={column.reference} filters={filters} set={set} />;
  if (column.type === 'enum' || column.type === 'boolean')
    return <ChoiceFilter column={column} filters={filters} set={set} />;
  if (column.type === 'number' || column.type === 'dateTime')
    return <RangeFilter column={column} filters={filters} set={set} />;
  const op = column.type === 'list' ? 'is' : 'contains';
  const key = `${column.name}.${op}`;
  return (
    <input
      type="text"
      maxLength={200}
      aria-label={
        op === 'is' ? say('{label} has', { label: column.label }) : say('{label} contains', { label: column.label })
      }
      placeholder={op === 'is' ? say('has…') : say('contains…')}
      value={filters[key]?.[0] ?? ''}
      onChange={(event) => set(key, event.target.value ? [event.target.value] : [])}
    />
  );
}

function ChoiceFilter({ column, filters, set }: { column: ColumnView; filters: Filters; set: SetFilter }) {
  const key = `${column.name}.is`;
  const chosen = filters[key] ?? [];
  const yesNo = [
    { value: 'true', label: say('Yes') },
    { value: 'false', label: say('No') },
  ];
  const values = column.type === 'boolean' ? yesNo : (column.values ?? []);
  return (
    <div className="filter-choices">
      {values.map(({ value, label }) => (
        <label key={value} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={() =>
              set(key, chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value])
            }
          />
          {label}
        </label>
      ))}
    </div>
  );
}

function RangeFilter({ column, filters, set }: { column: ColumnView; filters: Filters; set: SetFilter }) {
  return (
    <div className="filter-range">
      {(['from', 'to'] as const).map((op) => {
        const key = `${column.name}.${op}`;
        return (
          <label key={op}>
            <span>{op === 'from' ? say('From') : say('Up to')}</span>
            <input
              type={column.type === 'number' ? 'number' : 'date'}
              step="any"
              value={filters[key]?.[0] ?? ''}
              onChange={(event) => set(key, event.target.value ? [event.target.value] : [])}
            />
          </label>
        );
      })}
    </div>
  );
}

function ReferenceFilter(props: { column: ColumnView; model: string; filters: Filters; set: SetFilter }) {
  const { column, model, filters, set } = props;
  const key = `${column.name}.is`;
  const chosen = filters[key] ?? [];
  const known = useTitles(model, chosen);
  const [fresh, setFresh] = useState<Record<string, string>>({});
  const add = (option: Option | undefined) => {
    if (!option || chosen.includes(option.id)) return;
    setFresh({ ...fresh, [option.id]: option.title });
    set(key, [...chosen, option.id]);
  };
  return (
    <div className="filter-choices">
      {chosen.map((id) => (
        <label key={id} className="check">
          <input
            type="checkbox"
            checked
            onChange={() =>
              set(
                key,
                chosen.filter((one) => one !== id),
              )
            }
          />
          {fresh[id] ?? known.get(id) ?? id}
        </label>
      ))}
      <ReferenceSelect
        model={model}
        value={undefined}
        choose={add}
        label={say('{label} is', { label: column.label })}
      />
    </div>
  );
}
