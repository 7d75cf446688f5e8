// Above a list: ready-made views, the search box, filters, which columns are shown.
import React, { useEffect, useRef, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import type { ResourceView } from '../types.ts';
import { say } from '../words.ts';
import type { ListColumn } from './table.tsx';

/** Draws the ready-made filters as tabs; nothing when the resource has none. */
export function Views(props: { resource: ResourceView; view: number | null; choose: (view: number | null) => void }) {
  if (props.resource.views.length === 0) return null;
  const all = [
    { label: say('All'), view: null },
    ...props.resource.views.map(({ label }, at) => ({ label, view: at })),
  ];
  return (
    <nav className="tabs" aria-label={say('Views')}>
      {all.map(({ label, view }) => (
        <button
          key={label}
          type="button"
          className="tab"
          aria-current={view === props.view ? 'true' : undefined}
          onClick={() => props.choose(view)}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

/** Draws the search box. It searches a moment after the last key; "/" anywhere on the page leads into it. */
export function SearchBox(props: { label: string; value: string; search: (q: string) => void }) {
  const [text, setText] = useState(props.value);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(props.value);
  const search = useRef(props.search);
  search.current = props.search;
  useEffect(() => {
    if (props.value === sent.current) return;
    sent.current = props.value;
    setText(props.value);
  }, [props.value]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      search.current(sent.current);
    }, 250);
    return () => clearTimeout(timer);
  }, [text]);
  useSlashKey(input);
  return (
    <div className="search">
      <Icon name="Search" />
      <input
        ref={input}
        type="search"
        maxLength={200}
        aria-label={props.label}
        aria-keyshortcuts="/"
        placeholder={say('Search')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <span className="key" aria-hidden="true">
        /
      </span>
    </div>
  );
}

function useSlashKey(input: React.RefObject<HTMLInputElement>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const at = event.target as HTMLElement;
      const isTyping = at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('dialog[open]')) return;
      event.preventDefault();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

/** Draws the choice of columns; the first one always stays. */
export function ColumnChooser(props: { all: ListColumn[]; hidden: string[]; setHidden: (names: string[]) => void }) {
  const { all, hidden, setHidden } = props;
  return (
    <Menu
      kind="panel"
      className="button"
      label={say('Choose columns')}
      button={
        <>
          <Icon name="Columns" /> <span className="wide-only">{say('Columns')}</span>
        </>
      }
    >
      <fieldset className="columns">
        <legend>{say('Columns')}</legend>
        {all.map(({ column }, at) => (
          <label key={column.name} className="check">
            <input
              type="checkbox"
              disabled={at === 0}
              checked={at === 0 || !hidden.includes(column.name)}
              onChange={(event) =>
                setHidden(
                  event.target.checked ? hidden.filter((name) => name !== column.name) : [...hidden, column.name],
                )
              }
            />
            {column.label}
          </label>
        ))}
      </fieldset>
    </Menu>
  );
}
