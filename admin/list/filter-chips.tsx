// The filters that are on, in words, each with a cross that takes it away.
import React from 'react';
import { Icon } from '../parts/icon.tsx';
import { useTitles } from '../parts/reference-select.tsx';
import { usePanel } from '../state.tsx';
import type { ColumnView, ResourceView } from '../types.ts';
import { say, sayDate, sayList } from '../words.ts';
import type { ListState } from './list-query.ts';

/** Draws one chip a filter; nothing when none is on. */
export function FilterChips(props: {
  resource: ResourceView;
  filters: ListState['filters'];
  change: (f: ListState['filters']) => void;
}) {
  const { resource, filters, change } = props;
  const keys = Object.keys(filters);
  if (keys.length === 0) return null;
  const without = (key: string) => Object.fromEntries(Object.entries(filters).filter(([one]) => one !== key));
  return (
    <ul className="chips" aria-label={say('Filters')}>
      {keys.map((key) => (
        <Chip
          key={key}
          resource={resource}
          name={key}
          values={filters[key] ?? []}
          remove={() => change(without(key))}
        />
      ))}
      {keys.length > 1 && (
        <li>
          <button type="button" className="link-button" onClick={() => change({})}>
            {say('Clear all')}
          </button>
        </li>
      )}
    </ul>
  );
}

function Chip(props: { resource: ResourceView; name: string; values: string[]; remove: () => void }) {
  const { timeZone } = usePanel();
  const [columnName = '', op = ''] = props.name.split('.');
  const column = props.resource.columns.find((one) => one.name === columnName);
  const titles = useTitles(column?.reference, props.values);
  const words = chipWords(column, columnName, op, props.values, (value) => {
    if (column?.reference) return titles.get(value) ?? '…';
    if (column?.type === 'boolean') return value === 'true' ? say('yes') : say('no');
    if (column?.type === 'dateTime' && /^\d{4}-\d\d-\d\d$/.test(value)) return sayDate(value, timeZone);
    return column?.values?.find((one) => one.value === value)?.label ?? value;
  });
  return (
    <li className="chip">
      <span>{words}</span>
      <button type="button" aria-label={say('Remove the filter {words}', { words })} onClick={props.remove}>
        <Icon name="X" size={14} />
      </button>
    </li>
  );
}

function chipWords(
  column: ColumnView | undefined,
  name: string,
  op: string,
  values: string[],
  word: (v: string) => string,
) {
  const label = column?.label ?? name;
  const said = sayList(values.map(word), 'or');
  if (op === 'contains') return say('{label} contains “{value}”', { label, value: values[0] });
  if (op === 'empty')
    return values[0] === 'true' ? say('{label} is empty', { label }) : say('{label} is not empty', { label });
  if (op === 'from') return say('{label} from {said}', { label, said });
  if (op === 'to') return say('{label} to {said}', { label, said });
  return column?.type === 'list'
    ? say('{label} has {said}', { label, said })
    : say('{label} is {said}', { label, said });
}
