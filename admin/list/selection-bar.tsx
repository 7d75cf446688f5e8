// The bar that appears once records are chosen: how many, what can be done with them, and the way to all that match.
import React, { useEffect, useRef } from 'react';
import { exportOf, ownActions } from '../action/export-form.ts';
import { focusHeading } from '../parts/focus.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { useIsNarrow } from '../state.tsx';
import type { ActionView } from '../types.ts';
import { say, sayLabel, sayLabelPlain, sayNumber } from '../words.ts';
import { countChosen, mostIds, type SelectionControl } from './selection.ts';

interface BarProps {
  selection: SelectionControl;
  actions: ActionView[];
  total: number;
  totalIsMore: boolean;
  shown: number;
  start: (action: ActionView) => void;
}

/** Draws the bar; nothing while nothing is chosen. */
export function SelectionBar({ selection, actions: all, total, totalIsMore, shown, start }: BarProps) {
  const { chosen } = selection;
  const actions = ownActions(all);
  const exporting = exportOf(all);
  const beside = useIsNarrow() ? 1 : 3;
  const count = countChosen(chosen, total);
  const bar = useRef<HTMLElement>(null);
  useEnterOnTick(bar);
  if (count === 0) return <div className="visually-hidden" role="status" />;
  const isUncounted = chosen.all && totalIsMore;
  const words = isUncounted ? say('All that match are selected') : say('{count} selected', { count: sayNumber(count) });
  const isTooMany = !chosen.all && count > mostIds;
  return (
    <section ref={bar} className="selection-bar" tabIndex={-1} aria-label={say('Selected records')}>
      <p role="status">
        <strong>{words}</strong>
        {chosen.all && chosen.ids.size > 0 && (
          <span> {say('except {count}', { count: sayNumber(chosen.ids.size) })}</span>
        )}
        <span className="bar-hint">
          <kbd className="key">{say('Enter')}</kbd> {say('leads here')}
        </span>
      </p>
      {!chosen.all && total > shown && (
        <button
          type="button"
          className="link-button"
          onClick={() => {
            selection.chooseAll();
            bar.current?.focus();
          }}
        >
          {totalIsMore
            ? say('Select all that match')
            : say('Select all {count} that match', { count: sayNumber(total) })}
        </button>
      )}
      <button
        type="button"
        className="link-button"
        onClick={() => {
          selection.clear();
          focusHeading();
        }}
      >
        {say('Clear')}
      </button>
      {isTooMany ? (
        <p>{say('These are more than {count}. Select all that match instead.', { count: sayNumber(mostIds) })}</p>
      ) : (
        <div className="selection-actions">
          {actions.slice(0, beside).map((action, at) => (
            <button
              key={action.id}
              type="button"
              className={action.danger ? 'button danger-quiet' : at === 0 ? 'button primary' : 'button'}
              onClick={() => start(action)}
            >
              <Icon name={action.icon ?? 'Play'} />
              {isUncounted ? sayLabelPlain(action.label) : sayLabel(action.label, count)}
            </button>
          ))}
          {actions.length > beside && (
            <Menu
              className="button"
              button={
                <>
                  {say('More')} <Icon name="ChevronUp" />
                </>
              }
              label={say('More actions')}
            >
              {(close) =>
                actions.slice(beside).map((action) => (
                  <MenuItem
                    key={action.id}
                    danger={action.danger}
                    choose={() => {
                      close();
                      start(action);
                    }}
                  >
                    <Icon name={action.icon ?? 'Play'} />{' '}
                    {isUncounted ? sayLabelPlain(action.label) : sayLabel(action.label, count)}
                  </MenuItem>
                ))
              }
            </Menu>
          )}
          {exporting && (
            <button type="button" className="button" onClick={() => start(exporting)}>
              <Icon name="Download" /> {say('Export')}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** Leads from the box of a record to the bar, which comes after all of them, by Enter. */
function useEnterOnTick(bar: React.RefObject<HTMLElement>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.target as HTMLElement).matches('.tick input')) return;
      bar.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [bar]);
}
